//! First-order features that pyradiomics has beside IBSI's.

use super::super::moments::Moments;
use super::super::shared::Shared;
use super::super::spec::Row;
use super::super::{Family, Layout, Outcome, Source, Spec, Unit, evaluate_whole};
use super::ROW;

/// Registered in `registry::FAMILIES`.
pub(in crate::feature) static FAMILY: Family = Family {
    key: "pyradiomics_firstorder",
    ibsi: "",
    name: "First order, as in pyradiomics",
    source: Source::Region,
    layout: Layout::Whole,
    reach_mm: 0.0,
    specs: || TABLE.iter().map(|row| &row.spec).collect(),
    run: |shared| evaluate_whole(&shared.input, TABLE, prepared(shared)),
};

/// Moments, and the sum of the squares of intensities to which something was added.
struct Shifted {
    moments: Moments,
    energy: f64,
    voxel_mm3: f64,
}

fn prepared(shared: &Shared<'_>) -> Result<Shifted, &'static str> {
    let input = &shared.input;
    let (moments, shift) = (shared.moments()?, input.intensity_shift);
    let energy = shared.intensities()?.sum(|x| (x + shift) * (x + shift));
    Ok(Shifted { moments, energy, voxel_mm3: input.grid.voxel_mm3() })
}

static TABLE: &[Row<Shifted>] = &[
    Row {
        spec: Spec {
            key: "pyradiomics_firstorder.energy",
            short: "pr_energy",
            name: "Energy of shifted intensities",
            definition: "F = sum_k (X_k + c)^2, c the intensity shift",
            pyradiomics: Some("firstorder_Energy"),
            unit: Unit::IntensitySquared,
            ..ROW
        },
        value: |m| Outcome::of(m.energy),
    },
    Row {
        spec: Spec {
            key: "pyradiomics_firstorder.total_energy",
            short: "pr_total_energy",
            name: "Energy of shifted intensities times the volume of a voxel",
            definition: "F = V_voxel sum_k (X_k + c)^2, c the intensity shift",
            pyradiomics: Some("firstorder_TotalEnergy"),
            unit: Unit::IntensitySquaredCubicMm,
            ..ROW
        },
        value: |m| Outcome::of(m.energy * m.voxel_mm3),
    },
    Row {
        spec: Spec {
            key: "pyradiomics_firstorder.root_mean_squared",
            short: "pr_rms",
            name: "Root mean square of shifted intensities",
            definition: "F = sqrt((1/N_v) sum_k (X_k + c)^2), c the intensity shift",
            pyradiomics: Some("firstorder_RootMeanSquared"),
            unit: Unit::Intensity,
            ..ROW
        },
        value: |m| Outcome::of((m.energy / m.moments.n).sqrt()),
    },
    Row {
        spec: Spec {
            key: "pyradiomics_firstorder.kurtosis",
            short: "pr_kurt",
            name: "Kurtosis, not in excess of a normal distribution's",
            definition: "F = (1/N_v) sum_k (X_k - mu)^4 / variance^2; 0 where the variance is 0",
            pyradiomics: Some("firstorder_Kurtosis"),
            ..ROW
        },
        value: |m| {
            let flat = m.moments.variance == 0.0;
            Outcome::of(if flat { 0.0 } else { m.moments.excess_kurtosis() + 3.0 })
        },
    },
    Row {
        spec: Spec {
            key: "pyradiomics_firstorder.standard_deviation",
            short: "pr_std",
            name: "Standard deviation",
            definition: "F = sqrt(variance); pyradiomics measures it only where it is named",
            pyradiomics: Some("firstorder_StandardDeviation"),
            unit: Unit::Intensity,
            ..ROW
        },
        value: |m| Outcome::of(m.moments.variance.sqrt()),
    },
];
