//! Local intensity features (IBSI 3.2, 9ST6): the surroundings of voxels, in the region or not.

use super::shared::Shared;
use super::spec::Row;
use super::sphere::{Peaks, peaks};
use super::{
    Family, FeatureValue, Layout, NO_INTENSITY, Outcome, Source, Spec, Unit, evaluate_whole,
};
use crate::image::bounds_of;

/// Registered in `registry::FAMILIES`.
pub(super) static FAMILY: Family = Family {
    key: "local_intensity",
    ibsi: "9ST6",
    name: "Local intensity",
    source: Source::Region,
    layout: Layout::Whole,
    reach_mm: RADIUS_MM,
    specs: || TABLE.iter().map(|row| &row.spec).collect(),
    run,
};

/// Radius of a sphere of 1 cm^3, (3 / (4 pi))^(1/3) cm.
const RADIUS_MM: f64 = 6.203_504_908_994_001;

fn run(shared: &Shared<'_>) -> Vec<FeatureValue> {
    let found = shared.intensities().and_then(|ascending| {
        let highest = ascending.last().ok_or(NO_INTENSITY)?;
        let bounds = bounds_of(shared.selected().stretches()).ok_or(NO_INTENSITY)?;
        Ok(peaks(&shared.input, bounds, RADIUS_MM, highest as f32))
    });
    evaluate_whole(&shared.input, TABLE, found)
}

/// What all rows have in common.
const PEAK: Spec = Spec {
    differs: "Spheres that leave the image: here their mean is over what lies inside; MIRP, in \
              regions of more than 300 voxels, repeats the image's outermost voxels (PET: zeros)",
    unit: Unit::Intensity,
    ..Spec::by("IBSI 1 reference manual v11, section 3.2")
};

static TABLE: &[Row<Peaks>] = &[
    Row {
        spec: Spec {
            key: "local_intensity.local_peak",
            short: "loc_peak_loc",
            ibsi: "VJGA",
            name: "Local intensity peak",
            definition: "Mean intensity of the voxels within 6.2 mm (1 cm^3) of the voxel of \
                         highest intensity; the highest such mean where several have it",
            ..PEAK
        },
        value: |m| Outcome::of(m.local),
    },
    Row {
        spec: Spec {
            key: "local_intensity.global_peak",
            short: "loc_peak_glob",
            ibsi: "0F91",
            name: "Global intensity peak",
            definition: "Highest mean intensity of the voxels within 6.2 mm (1 cm^3) of any voxel \
                         of the region",
            ..PEAK
        },
        value: |m| Outcome::of(m.global),
    },
];
