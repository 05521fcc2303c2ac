//! `follow`: the lesions of two scans.

use crate::engine::{Lent, engine};
use crate::error::{Fault, option};
use crate::inputs::Asked;
use crate::plan::PlanArgument;
use crate::watch::attended;
use perirad::cohort::SizeBy;
use perirad::report::{FOLLOW_HEADER, follow_rows};
use perirad::run::{FollowPlan, PairBy, Text};
use pyo3::prelude::*;

/// The program's JSON, its `long` head and rows, and for each failure the scan, the lesion, code,
/// message and hint.
type Followed = (String, Vec<&'static str>, Vec<Vec<String>>, Vec<Failed>);
type Failed = (&'static str, String, &'static str, String, String);

/// How lesions are paired: `name`, `overlap` with or without a shift, or a table's name and text.
#[derive(FromPyObject)]
pub struct Pairing(String, Option<[f64; 3]>, Option<String>);

/// Measures the lesions of both scans and pairs them.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "private: perirad/_follow.py is the only caller")]
pub fn follow(
    py: Python<'_>,
    baseline: Asked<'_>,
    followup: Asked<'_>,
    plan: PlanArgument<'_>,
    pairing: Pairing,
    size: &str,
    lent: Lent,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<Followed> {
    let (baseline, followup, owned) = (baseline.inputs()?, followup.inputs()?, plan.owned(py)?);
    let Pairing(by, shift, table) = pairing;
    let pair = match (by.as_str(), table) {
        (_, Some(text)) => PairBy::Table(Text { file: by, text }),
        ("name", _) => PairBy::Name,
        _ => PairBy::Overlap { shift },
    };
    let size = match size {
        "axial" => SizeBy::Axial,
        "maximum" => SizeBy::Maximum,
        "volume" => SizeBy::Volume,
        other => {
            let told = format!("size is {other:?}, expected 'axial', 'maximum' or 'volume'");
            return Err(option(told));
        }
    };
    let engine = engine(lent).map_err(|fault| fault.raised(py))?;
    let found = attended(py, progress, engine, false, move |watch, engine| {
        let plan = FollowPlan { plan: owned.plan(), pair, size };
        let (follow, lesions) = plan.run(&baseline, &followup, engine, watch.telling())?;
        let rows = follow.rows.iter().flat_map(|row| follow_rows(&follow, row)).map(Vec::from);
        let json = serde_json::to_string(&follow.document()).unwrap_or_default();
        let failed = ["baseline", "follow-up"].into_iter().zip(&lesions).flat_map(|(scan, all)| {
            all.iter().filter_map(move |lesion| {
                let failure = lesion.failure()?.clone();
                Some((scan, lesion.roi.clone(), failure.code, failure.message, failure.hint))
            })
        });
        Ok::<Followed, Fault>((json, FOLLOW_HEADER.to_vec(), rows.collect(), failed.collect()))
    })?;
    found.map_err(|fault| fault.raised(py))
}
