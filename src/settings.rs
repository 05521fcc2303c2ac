//! How features are extracted: one strict tree, checked as a whole, with a digest.
//!
//! A settings file is TOML, YAML or JSON. It either states every key, or names a preset with
//! `base = "cd8"` and states what differs. An unknown key is an error, never ignored. A pyradiomics parameter file is
//! read, too, and becomes such a tree.

mod json;
mod keys;
mod perturb;
mod preset;
mod pyradiomics;
mod read;
mod ring;
mod schema;
mod text;

pub use keys::KEYS;
pub use perturb::{
    PERTURBATION_KEYS, PERTURBATIONS, parse_perturbation, perturbation, perturbation_schema,
};
pub use preset::{PRESETS, preset};
pub use pyradiomics::Parameters;
pub use read::{SettingsError, parse, resolve};
pub use ring::{Exclusion, Lattice, Overlap, Ring};
pub use schema::schema;
pub use text::{SettingsFile, Syntax};

use crate::digest::Digest;
use crate::feature::{FamilyKey, FeatureKey, IvhBins, Texture, Wanted};
use crate::matrix::FARTHEST;
use crate::preprocess::{
    Alignment, Interpolation, MaskInterpolation, Method, Normalisation, Resegmentation, Rounding,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The whole extraction, from resampling to aggregation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Intensities of the whole image, before anything else.
    pub normalise: Normalisation,
    /// The lattice that is measured on.
    pub resample: Resample,
    /// Which voxels of the region count for intensity and texture.
    pub resegment: Resegmentation,
    /// The smallest region that is measured.
    pub region: Smallest,
    /// Grey levels.
    pub discretise: Method,
    /// Bins of intensity-volume histograms.
    pub ivh: IvhBins,
    /// The peripheral ring.
    pub ring: Ring,
    /// What is measured.
    pub features: Features,
    /// Texture matrices.
    pub texture: Texture,
}

/// Resampling of image and mask (IBSI VTM2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resample {
    /// Voxel edges along x, y, z (columns, rows, slices).
    pub spacing_mm: [Spacing; 3],
    /// How the new lattice lies on the image's. A corner as pyradiomics shares it also keeps the
    /// spacing of an axis along which the lesion is one voxel wide.
    pub align: Alignment,
    /// Interpolation of the image.
    pub image: Interpolation,
    /// Interpolation of the mask.
    pub mask: MaskInterpolation,
    /// Share of a voxel that must lie inside for it to belong to the mask, 0 to 1.
    #[schemars(extend("exclusiveMinimum" = 0.0, "maximum" = 1.0))]
    pub mask_threshold: f64,
    /// What becomes of resampled intensities (IBSI 68QD).
    pub round: Rounding,
}

/// The smallest region that is measured; a smaller one is an error, not a row of numbers. What
/// counts are the voxels left by resampling and by re-segmentation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Smallest {
    /// Fewest voxels; 0: no limit.
    pub minimum_voxels: usize,
    /// Fewest axes along which the region is more than one voxel wide, 0 to 3.
    #[schemars(range(max = 3))]
    pub minimum_dimensions: usize,
}

/// A voxel edge.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Spacing {
    /// So many mm.
    Mm(#[schemars(range(min = 0.05, max = 50.0))] f64),
    /// `"native"`: as the image has it.
    Native(Native),
}

/// The word `native`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Native {
    /// Keep the image's own spacing.
    Native,
}

impl Spacing {
    /// mm, or `None` to keep the image's own.
    pub fn mm(self) -> Option<f64> {
        match self {
            Self::Mm(mm) => Some(mm),
            Self::Native(_) => None,
        }
    }
}

/// What is measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Features {
    /// Families of features.
    #[schemars(length(min = 1))]
    pub families: Vec<FamilyKey>,
    /// Features of these families that are not measured: they have no columns and cost nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leave_out: Vec<FeatureKey>,
    /// Added to intensities before `pyradiomics_firstorder` squares them.
    pub intensity_shift: f64,
}

impl Settings {
    /// What identifies these settings: the first 16 hexadecimal digits of a SHA-256.
    pub fn digest(&self) -> String {
        // Field order is fixed by the types, so equal settings give equal bytes.
        let text = serde_json::to_string(self).unwrap_or_default();
        Digest::of(text)
    }

    /// Which columns these settings make.
    pub fn wanted(&self) -> Wanted<'_> {
        let Features { families, leave_out, .. } = &self.features;
        Wanted { families, leave_out, aggregations: &self.texture.aggregations }
    }

    /// Voxel edges along `[z, y, x]`, mm; `None` keeps the image's own.
    pub fn spacing_zyx(&self) -> [Option<f64>; 3] {
        let [x, y, z] = self.resample.spacing_mm;
        [z.mm(), y.mm(), x.mm()]
    }

    /// How many voxels each of a lattice with edges of `[z, y, x]` mm becomes.
    pub fn voxels_of_one(&self, spacing: [f64; 3]) -> f64 {
        let edges = spacing.into_iter().zip(self.spacing_zyx());
        edges.map(|(own, made)| own / made.unwrap_or(own)).product()
    }

    /// Every value out of its range: the key and what is wrong.
    pub fn faults(&self) -> Vec<(&'static str, String)> {
        let mut faults = Vec::new();
        let mut check = |good: bool, key, found: String| {
            if !good {
                faults.push((key, found));
            }
        };
        for mm in self.spacing_zyx().into_iter().flatten() {
            check(
                (0.05..=50.0).contains(&mm),
                "resample.spacing_mm",
                format!("{mm} mm is not within 0.05 to 50 mm"),
            );
        }
        let threshold = self.resample.mask_threshold;
        check(
            threshold > 0.0 && threshold <= 1.0,
            "resample.mask_threshold",
            format!("{threshold} is not above 0 and at most 1"),
        );
        for (key, value) in [
            ("normalise.scale", self.normalise.scale),
            ("normalise.outlier_sigma", self.normalise.outlier_sigma),
        ] {
            if let Some(value) = value {
                check(value.is_finite() && value > 0.0, key, format!("{value} is not above 0"));
            }
        }
        let dimensions = self.region.minimum_dimensions;
        check(dimensions <= 3, "region.minimum_dimensions", format!("{dimensions} is above 3"));
        let Resegmentation { lowest, highest, .. } = self.resegment;
        for (key, limit) in [("resegment.lowest", lowest), ("resegment.highest", highest)] {
            // JSON has no such numbers: the digest would be that of no limit.
            if let Some(limit) = limit {
                let fault = format!("{limit} is not finite; without the key there is no limit");
                check(limit.is_finite(), key, fault);
            }
        }
        let finite = |limit: Option<f64>| limit.filter(|limit| limit.is_finite());
        if let (Some(low), Some(high)) = (finite(lowest), finite(highest)) {
            check(low <= high, "resegment.highest", format!("{high} is below {low}"));
        }
        if let Some(sigma) = self.resegment.outlier_sigma {
            let good = sigma.is_finite() && sigma > 0.0;
            check(good, "resegment.outlier_sigma", format!("{sigma} is not above 0"));
        }
        if let Err(fault) = self.discretise.check() {
            check(false, "discretise", fault.to_string());
        }
        if let Some((key, fault)) = self.ivh.fault() {
            check(false, key, fault);
        }
        for (key, fault) in self.ring.faults() {
            check(false, key, fault);
        }
        let families = &self.features.families;
        check(!families.is_empty(), "features.families", "none is named".into());
        let shift = self.features.intensity_shift;
        check(shift.is_finite(), "features.intensity_shift", format!("{shift} is not a number"));
        let distances = &self.texture.distances;
        let near = |d: &u8| (1..=FARTHEST).contains(d);
        check(
            !distances.is_empty() && distances.iter().all(near),
            "texture.distances",
            format!("{distances:?} are not one or more of 1 to {FARTHEST} voxels"),
        );
        let twice = (1..distances.len()).any(|i| distances[..i].contains(&distances[i]));
        check(!twice, "texture.distances", "one is named twice".into());
        let aggregations = &self.texture.aggregations;
        check(!aggregations.is_empty(), "texture.aggregations", "none is named".into());
        let twice = (1..aggregations.len()).any(|i| aggregations[..i].contains(&aggregations[i]));
        check(!twice, "texture.aggregations", "one is named twice".into());
        for (key, voxels) in [
            ("texture.ngtdm_distance", self.texture.ngtdm_distance),
            ("texture.ngldm_distance", self.texture.ngldm_distance),
        ] {
            let good = (1..=FARTHEST).contains(&voxels);
            check(good, key, format!("{voxels} voxels is not within 1 to {FARTHEST}"));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_tells_settings_apart_and_nothing_else() {
        let cd8 = preset("cd8").unwrap();
        assert_eq!(cd8.digest(), preset("cd8").unwrap().digest());
        let mut other = cd8.clone();
        other.ring.outer_mm = 3.0;
        assert_ne!(cd8.digest(), other.digest());
        assert_eq!(cd8.digest().len(), 16);
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let mut settings = preset("cd8").unwrap();
        settings.resample.spacing_mm[2] = Spacing::Mm(0.0);
        settings.resample.mask_threshold = f64::NAN;
        settings.resegment.lowest = Some(f64::NEG_INFINITY);
        settings.resegment.highest = Some(f64::NAN);
        settings.ring = Ring::plain(-1.0, f64::INFINITY);
        settings.texture.aggregations.clear();
        let keys: Vec<_> = settings.faults().into_iter().map(|(key, _)| key).collect();
        let expected = [
            "resample.spacing_mm",
            "resample.mask_threshold",
            "resegment.lowest",
            "resegment.highest",
            "ring.inner_mm",
            "ring.outer_mm",
            "texture.aggregations",
        ];
        assert_eq!(keys, expected);
    }
}
