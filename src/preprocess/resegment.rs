//! Re-segmentation of the intensity mask (IBSI IFBU).

use super::{PreprocessError, same_lattice};
use crate::image::{Mask, Volume, selected};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which voxels stay in the intensity mask; all do by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Resegmentation {
    /// Lowest intensity that stays (IBSI USB3); `None`: no limit.
    pub lowest: Option<f64>,
    /// Highest intensity that stays; `None`: no limit.
    pub highest: Option<f64>,
    /// What these two are.
    pub limits: Limits,
    /// After the range: stays within mean ± this many standard deviations (IBSI 7ACA).
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub outlier_sigma: Option<f64>,
    /// Is the shape, too, measured of the voxels that stay? IBSI keeps the morphological mask.
    pub shape: bool,
}

impl Resegmentation {
    /// Does every voxel stay?
    pub fn keeps_all(self) -> bool {
        self.lowest.is_none() && self.highest.is_none() && self.outlier_sigma.is_none()
    }
}

/// What the lower and the upper limit are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Limits {
    /// Intensities (IBSI USB3).
    #[default]
    Absolute,
    /// Shares of the region's highest intensity (pyradiomics).
    Relative,
    /// Standard deviations from the region's mean, below it negative (pyradiomics).
    Sigma,
}

/// The voxels of `mask` that stay. The result may be empty.
///
/// The range is closed. Mean and population standard deviation are those of all voxels for the
/// range, and those of the voxels it leaves for the outliers. A limit removes voxels that are not numbers.
///
/// # Errors
/// [`PreprocessError::Lattice`]; [`PreprocessError::Parameter`] for a limit that is not a
/// number, an empty range, or an `outlier_sigma` that is not positive.
pub fn resegment(
    volume: &Volume,
    mask: &Mask,
    rule: Resegmentation,
) -> Result<Mask, PreprocessError> {
    same_lattice(&volume.grid, mask.grid())?;
    let lowest = rule.lowest.unwrap_or(f64::NEG_INFINITY);
    let highest = rule.highest.unwrap_or(f64::INFINITY);
    if lowest.is_nan() || highest.is_nan() || lowest > highest {
        let expected = "a number not below the lower end";
        return Err(PreprocessError::parameter("upper end of the range", highest, expected));
    }
    if let Some(sigma) = rule.outlier_sigma.filter(|s| s.is_nan() || *s <= 0.0) {
        return Err(PreprocessError::parameter("outlier sigma", sigma, "above 0"));
    }
    let mut kept = mask.clone();
    if rule.lowest.is_some() || rule.highest.is_some() {
        let [from, to] = absolute(volume, &kept, rule.limits, [lowest, highest]);
        kept = within(volume, &kept, from, to)?;
    }
    if let Some(sigma) = rule.outlier_sigma {
        let (mean, deviation) = moments(volume, &kept);
        kept = within(volume, &kept, mean - sigma * deviation, mean + sigma * deviation)?;
    }
    Ok(kept)
}

/// Limits as intensities.
fn absolute(volume: &Volume, mask: &Mask, limits: Limits, [from, to]: [f64; 2]) -> [f64; 2] {
    // An absent limit stays infinite: a deviation of 0 would make it no number.
    let of = |limit: f64, intensity: f64| if limit.is_finite() { intensity } else { limit };
    match limits {
        Limits::Absolute => [from, to],
        Limits::Relative => {
            let values = selected(&volume.data, mask.voxels()).into_iter();
            let highest = values.map(f64::from).fold(f64::NEG_INFINITY, f64::max);
            [from, to].map(|share| of(share, share * highest))
        }
        Limits::Sigma => {
            let (mean, deviation) = moments(volume, mask);
            [from, to].map(|sigmas| of(sigmas, mean + sigmas * deviation))
        }
    }
}

fn within(volume: &Volume, mask: &Mask, lo: f64, hi: f64) -> Result<Mask, PreprocessError> {
    let mut voxels = mask.voxels().clone();
    voxels.zip_mut_with(&volume.data, |inside, v| *inside &= (lo..=hi).contains(&f64::from(*v)));
    Ok(Mask::new(mask.grid().clone(), voxels)?)
}

/// Mean and population standard deviation of what are numbers; 0 of none.
fn moments(volume: &Volume, mask: &Mask) -> (f64, f64) {
    let values = selected(&volume.data, mask.voxels());
    let values = || values.iter().filter(|value| value.is_finite()).map(|v| f64::from(*v));
    let n = values().count().max(1) as f64;
    let mean = values().sum::<f64>() / n;
    let variance = values().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
    (mean, variance.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Diagnose;
    use crate::geometry::Grid;
    use crate::image::Intensity;
    use ndarray::Array3;
    use std::sync::Arc;

    fn row(values: &[f32]) -> (Volume, Mask) {
        let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
        let shape = [1, 1, values.len()];
        let grid = Arc::new(Grid::new(shape, [1.0; 3], [0.0; 3], axes).unwrap());
        let data = Array3::from_shape_vec(shape, values.to_vec()).unwrap();
        let mask = Mask::new(grid.clone(), Array3::from_elem(shape, true)).unwrap();
        (Volume::new(grid, data, Intensity::Hounsfield).unwrap(), mask)
    }

    #[test]
    fn the_range_is_closed_and_comes_before_the_outliers() {
        let (volume, mask) = row(&[-501.0, -500.0, 0.0, 400.0, 400.5, f32::NAN]);
        let rule =
            Resegmentation { lowest: Some(-500.0), highest: Some(400.0), ..Default::default() };
        assert_eq!(resegment(&volume, &mask, rule).unwrap().count(), 3);
        // Of 0, 0, 0, 8 mean 2 and population sigma 3.46: 8 is 1.73 sigma away.
        let (volume, mask) = row(&[0.0, 0.0, 0.0, 8.0, 9000.0]);
        let rule = |k| Resegmentation {
            highest: Some(10.0),
            outlier_sigma: Some(k),
            ..Default::default()
        };
        assert_eq!(resegment(&volume, &mask, rule(1.74)).unwrap().count(), 4);
        assert_eq!(resegment(&volume, &mask, rule(1.73)).unwrap().count(), 3);
    }

    #[test]
    fn limits_may_be_shares_of_the_maximum_or_deviations_from_the_mean() {
        // Mean 2, population sigma sqrt(12) = 3.46.
        let (volume, mask) = row(&[0.0, 0.0, 0.0, 8.0]);
        let count = |limits, lowest, highest| {
            let rule = Resegmentation { lowest, highest, limits, ..Resegmentation::default() };
            resegment(&volume, &mask, rule).unwrap().count()
        };
        assert_eq!(count(Limits::Relative, Some(0.5), None), 1);
        assert_eq!(count(Limits::Relative, Some(0.0), Some(0.99)), 3);
        assert_eq!(count(Limits::Sigma, Some(-0.5), Some(1.74)), 1);
        assert_eq!(count(Limits::Sigma, Some(-0.6), Some(1.73)), 3);
        let (volume, mask) = row(&[5.0, 5.0]);
        let rule =
            Resegmentation { limits: Limits::Sigma, lowest: Some(0.0), ..Default::default() };
        assert_eq!(resegment(&volume, &mask, rule).unwrap().count(), 2);
    }

    #[test]
    fn impossible_rules_are_refused_and_no_rule_keeps_all() {
        let (volume, mask) = row(&[1.0, f32::NAN]);
        assert_eq!(resegment(&volume, &mask, Resegmentation::default()).unwrap().count(), 2);
        for (lowest, highest, outlier_sigma) in [
            (Some(1.0), Some(0.0), None),
            (Some(f64::NAN), None, None),
            (None, None, Some(0.0)),
            (None, None, Some(f64::NAN)),
        ] {
            let rule =
                Resegmentation { lowest, highest, outlier_sigma, ..Resegmentation::default() };
            assert_eq!(resegment(&volume, &mask, rule).unwrap_err().code(), "preprocess.parameter");
        }
    }
}
