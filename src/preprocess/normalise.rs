//! Normalisation of a whole image by its own mean and standard deviation, as pyradiomics does.

use super::{PreprocessError, holds};
use crate::image::{Intensity, Volume};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether intensities become multiples of the image's standard deviation; not by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Normalisation {
    /// What one standard deviation becomes; `None`: the image is left as it is.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub scale: Option<f64>,
    /// Values further from the mean than this many standard deviations are moved there.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub outlier_sigma: Option<f64>,
}

/// The image with each intensity as its distance from the mean, in standard deviations times
/// the scale; `None` where the rule has no scale.
///
/// Mean and standard deviation (divisor n - 1, as in ITK) are those of all voxels of the image,
/// those that measure nothing included. A flat image becomes 0.
///
/// # Errors
/// [`PreprocessError::Planes`] for an image that is held in part, [`PreprocessError::NotFinite`]
/// for intensities that are no numbers, [`PreprocessError::Parameter`].
pub fn normalise(volume: &Volume, rule: Normalisation) -> Result<Option<Volume>, PreprocessError> {
    let Some(scale) = rule.scale else { return Ok(None) };
    for (name, value) in [("scale", Some(scale)), ("outlier sigma", rule.outlier_sigma)] {
        if let Some(value) = value.filter(|v| !(*v > 0.0 && v.is_finite())) {
            return Err(PreprocessError::parameter(name, value, "above 0"));
        }
    }
    holds(volume, volume.grid.bounds())?;
    let count = volume.data.iter().filter(|v| !v.is_finite()).count();
    if count > 0 {
        return Err(PreprocessError::NotFinite { count });
    }
    let values = || volume.data.iter().map(|v| f64::from(*v));
    let n = volume.data.len() as f64;
    let mean = values().sum::<f64>() / n;
    let squares: f64 = values().map(|v| (v - mean) * (v - mean)).sum();
    let deviation = (squares / (n - 1.0).max(1.0)).sqrt();
    let limit = rule.outlier_sigma.unwrap_or(f64::INFINITY);
    let data = volume.data.mapv(|v| {
        let distance = f64::from(v) - mean;
        let sigmas = if deviation > 0.0 { distance / deviation } else { 0.0 };
        (sigmas.clamp(-limit, limit) * scale) as f32
    });
    let normalised = Volume::new(volume.grid.clone(), data, Intensity::Arbitrary)?;
    Ok(Some(match volume.no_data() {
        Some(marks) => normalised.marked(marks.clone())?,
        None => normalised,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Diagnose;
    use crate::geometry::Grid;
    use ndarray::Array3;
    use std::sync::Arc;

    fn image(values: &[f32]) -> Volume {
        let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        let shape = [values.len(), 1, 1];
        let grid = Arc::new(Grid::new(shape, [1.0; 3], [0.0; 3], axes).unwrap());
        let data = Array3::from_shape_vec(shape, values.to_vec()).unwrap();
        Volume::new(grid, data, Intensity::Hounsfield).unwrap()
    }

    #[test]
    fn one_deviation_becomes_the_scale_and_outliers_are_moved() {
        // Mean 2, divisor 2: variance (4 + 0 + 4) / 2 = 4.
        let volume = image(&[0.0, 2.0, 4.0]);
        let run = |scale, outlier_sigma| {
            let rule = Normalisation { scale: Some(scale), outlier_sigma };
            normalise(&volume, rule).unwrap().unwrap()
        };
        assert_eq!(run(100.0, None).data.as_slice().unwrap(), [-100.0, 0.0, 100.0]);
        assert_eq!(run(10.0, Some(0.5)).data.as_slice().unwrap(), [-5.0, 0.0, 5.0]);
        assert_eq!(run(1.0, None).intensity, Intensity::Arbitrary);
        let flat = normalise(&image(&[7.0]), Normalisation { scale: Some(1.0), ..rule() });
        assert_eq!(flat.unwrap().unwrap().data.as_slice().unwrap(), [0.0]);
        assert!(normalise(&volume, rule()).unwrap().is_none());
    }

    fn rule() -> Normalisation {
        Normalisation::default()
    }

    #[test]
    fn impossible_rules_and_parts_of_an_image_are_refused() {
        let volume = image(&[0.0, 2.0, 4.0]);
        let code = |volume: &Volume, scale, outlier_sigma| {
            normalise(volume, Normalisation { scale: Some(scale), outlier_sigma })
                .unwrap_err()
                .code()
        };
        assert_eq!(code(&volume, 0.0, None), "preprocess.parameter");
        assert_eq!(code(&volume, 1.0, Some(f64::NAN)), "preprocess.parameter");
        assert_eq!(code(&image(&[1.0, f32::NAN]), 1.0, None), "preprocess.not_finite");
        let grid = volume.grid.clone();
        let part = Volume::slab(grid, 1, Array3::zeros((1, 1, 1)), Intensity::Hounsfield).unwrap();
        assert_eq!(code(&part, 1.0, None), "preprocess.planes");
    }
}
