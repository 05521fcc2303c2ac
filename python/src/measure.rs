//! `extract` and `score`: every lesion is measured or keeps its reason.

use crate::engine::{Lent, engine};
use crate::error::Fault;
use crate::inputs::Asked;
use crate::lesions::Lesions;
use crate::plan::PlanArgument;
use crate::watch::attended;
use perirad::io::source::MaskSource;
use perirad::run::{Case, ImageFrom, Inputs, MaskFrom, Plan};
use pyo3::prelude::*;

/// Voxels of a lesion that are measured within a tenth of a second, whatever is asked.
const BRIEF: f64 = 65536.0;

/// Is nothing read, and little measured?
fn brief(inputs: &Inputs, plan: &Plan<'_>) -> bool {
    let (ImageFrom::Loaded(_), MaskFrom::Read(mask)) = (&inputs.image, &inputs.mask) else {
        return false;
    };
    let MaskSource::Labels { labels, .. } = &**mask else { return false };
    let drawn = labels.counts().values().sum::<usize>();
    let drawn = f64::from(u32::try_from(drawn).unwrap_or(u32::MAX));
    let made = plan.settings.voxels_of_one(labels.grid().spacing);
    // Repeats take their time however small a lesion is.
    inputs.bounds.is_empty() && plan.perturbation.is_none() && drawn * made <= BRIEF
}

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
    let brief = brief(&inputs, &owned.plan());
    let measured = attended(py, progress, engine, brief, move |watch, engine| {
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
