//! `extract` and `score`: every lesion is measured or keeps its reason.

use crate::engine::{Lent, engine};
use crate::error::Fault;
use crate::inputs::Asked;
use crate::lesions::Lesions;
use crate::plan::PlanArgument;
use crate::watch::attended;
use perirad::run::Case;
use pyo3::prelude::*;

/// Measures, and with a model scores, the lesions that are meant.
#[pyfunction]
#[pyo3(signature = (asked, plan, lent, progress))]
pub fn measure(
    py: Python<'_>,
    asked: Asked<'_>,
    plan: PlanArgument<'_>,
    lent: Lent,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Lesions> {
    let (inputs, owned) = (asked.inputs()?, plan.owned(py)?);
    let engine = engine(lent).map_err(|fault| fault.raised(py))?;
    let measured = attended(py, progress, engine, move |watch, engine| {
        let plan = owned.plan();
        let case = Case::load(&inputs, &plan, engine)?;
        let all = case.measure(&plan, engine, watch.telling());
        let (facts, reading) = (case.facts(), case.reading);
        Ok::<_, Fault>((facts, reading, all, owned))
    })?;
    let (facts, reading, all, owned) = measured.map_err(|fault| fault.raised(py))?;
    let (settings, regions, perturbation) = (owned.settings, owned.regions, owned.perturbation);
    Ok(Lesions { facts, reading, settings, regions, perturbation, all })
}
