//! Settings with a name.

use super::{Features, Native, Resample, Ring, Settings, Smallest, Spacing};
use crate::feature::{FamilyKey, IvhBins, Texture};
use crate::matrix::Aggregation::{
    Average2d, Average3d, DirectionMerged25d, Merged3d, Merged25d, Merged25dSlices, SliceMerged2d,
    Slices2d, Volume3d,
};
use crate::preprocess::{
    Alignment, Interpolation, MaskInterpolation, Method, Normalisation, Resegmentation, Rounding,
};

/// Name and meaning of each preset.
pub const PRESETS: &[(&str, &str)] = &[
    ("cd8", "the CD8 signature's: 1 mm, 400 levels over [-1000, 3000] HU, ring 2 + 2 mm"),
    ("ibsi-digital", "IBSI 1 digital phantom: voxels and grey levels as they are"),
    ("ibsi-a", "IBSI 1 configuration A: native voxels, 25 HU bins from -500, 2D"),
    ("ibsi-b", "IBSI 1 configuration B: 2 x 2 mm in plane, 32 bins, 2D"),
    ("ibsi-c", "IBSI 1 configuration C: 2 mm, 25 HU bins from -1000"),
    ("ibsi-d", "IBSI 1 configuration D: 2 mm, 3 sigma, 32 bins"),
    ("ibsi-e", "IBSI 1 configuration E: 2 mm by cubic B-spline, 3 sigma, 32 bins"),
    ("ibsi-sts", "IBSI validation sarcomas: 1 mm by cubic B-spline, 10 HU bins from -200"),
];

/// The image's own spacing.
const NATIVE: Spacing = Spacing::Native(Native::Native);

/// What most presets share; each names only what sets it apart.
fn common() -> Settings {
    Settings {
        normalise: Normalisation::default(),
        resample: Resample {
            spacing_mm: [Spacing::Mm(2.0); 3],
            align: Alignment::Centre,
            image: Interpolation::Linear,
            mask: MaskInterpolation::Linear,
            mask_threshold: 0.5,
            round: Rounding::Nearest,
        },
        resegment: Resegmentation::default(),
        region: Smallest::default(),
        discretise: Method::FixedBinNumber { count: 32 },
        ivh: IvhBins::None,
        ring: Ring::plain(2.0, 2.0),
        features: Features {
            families: FamilyKey::ibsi(),
            leave_out: Vec::new(),
            intensity_shift: 0.0,
        },
        texture: Texture::ibsi(vec![Average3d, Merged3d, Volume3d]),
    }
}

/// Image and mask as they are.
fn unchanged() -> Resample {
    Resample { spacing_mm: [NATIVE; 3], round: Rounding::None, ..common().resample }
}

/// Textures within slices.
fn planar() -> Texture {
    Texture::ibsi(vec![
        Average2d,
        SliceMerged2d,
        DirectionMerged25d,
        Merged25d,
        Slices2d,
        Merged25dSlices,
    ])
}

/// Intensities of a closed range.
fn within(lowest: f64, highest: f64) -> Resegmentation {
    let (lowest, highest) = (Some(lowest), Some(highest));
    Resegmentation { lowest, highest, ..Resegmentation::default() }
}

/// Bins of a width from a lowest edge.
fn bins(width: f64, lowest: f64) -> Method {
    Method::FixedBinWidth { width, lowest: Some(lowest) }
}

/// The preset of that name.
pub fn preset(name: &str) -> Option<Settings> {
    let common = common();
    Some(match name {
        "cd8" => Settings {
            resample: Resample {
                spacing_mm: [Spacing::Mm(1.0); 3],
                round: Rounding::None,
                ..common.resample.clone()
            },
            discretise: Method::Absolute { lowest: -1000.0, highest: 3000.0, count: 400 },
            features: Features {
                families: FamilyKey::ibsi()
                    .into_iter()
                    .filter(|family| ["statistics", "glrlm"].contains(&family.name()))
                    .collect(),
                ..common.features
            },
            // LIFEx refuses textures below 64 voxels.
            texture: Texture { minimum_voxels: 64, ..Texture::ibsi(vec![Average3d]) },
            ..common
        },
        "ibsi-digital" => Settings {
            resample: unchanged(),
            discretise: Method::None,
            texture: Texture::ibsi([planar().aggregations, common.texture.aggregations].concat()),
            ..common
        },
        "ibsi-a" => Settings {
            resample: unchanged(),
            resegment: within(-500.0, 400.0),
            discretise: bins(25.0, -500.0),
            texture: planar(),
            ..common
        },
        "ibsi-b" => Settings {
            resample: Resample {
                spacing_mm: [Spacing::Mm(2.0), Spacing::Mm(2.0), NATIVE],
                ..common.resample.clone()
            },
            resegment: within(-500.0, 400.0),
            texture: planar(),
            ..common
        },
        "ibsi-c" => Settings {
            resegment: within(-1000.0, 400.0),
            discretise: bins(25.0, -1000.0),
            ivh: IvhBins::FixedBinWidth { width: 2.5 },
            ..common
        },
        "ibsi-d" => Settings {
            resegment: Resegmentation { outlier_sigma: Some(3.0), ..common.resegment },
            ..common
        },
        "ibsi-e" => Settings {
            resample: Resample { image: Interpolation::CubicBspline, ..common.resample.clone() },
            resegment: Resegmentation { outlier_sigma: Some(3.0), ..within(-1000.0, 400.0) },
            ivh: IvhBins::FixedBinNumber { count: 1000 },
            ..common
        },
        "ibsi-sts" => Settings {
            resample: Resample {
                spacing_mm: [Spacing::Mm(1.0); 3],
                image: Interpolation::CubicBspline,
                ..common.resample.clone()
            },
            resegment: within(-200.0, 200.0),
            discretise: bins(10.0, -200.0),
            texture: Texture::ibsi(vec![Merged3d, Volume3d]),
            ..common
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_preset_exists_and_has_no_fault() {
        for (name, _) in PRESETS {
            assert_eq!(preset(name).unwrap().faults(), [], "{name}");
        }
        assert!(preset("cd9").is_none());
    }
}
