//! All numbers of one lesion, and what they were made with.

use super::{Evidence, RingFacts};
use crate::error::Warning;
use crate::feature::{FeatureValue, IvhBins, Outcome, Spec, Unit};
use crate::image::{Acquisition, Intensity, Region};
use crate::settings::Settings;

/// All numbers of one lesion.
#[derive(Debug, Clone)]
pub struct FeatureSet {
    /// Case identifier, the user's or derived from the data; never the patient's.
    pub case: String,
    /// Lesion: ROI name or label.
    pub roi: String,
    /// Unit of the image's intensities.
    pub intensity: Intensity,
    /// The scan.
    pub acquisition: Acquisition,
    /// How the numbers were made.
    pub settings: Settings,
    /// Voxels of the mask on the image's own lattice.
    pub native_voxels: usize,
    /// Volume of those, mL.
    pub native_ml: f64,
    /// Regions in the order asked for.
    pub regions: Vec<RegionFeatures>,
    /// What the reader must know.
    pub warnings: Vec<Warning>,
}

/// The numbers of one region.
#[derive(Debug, Clone)]
pub struct RegionFeatures {
    /// Which.
    pub region: Region,
    /// Voxels on the resampled lattice, before re-segmentation.
    pub voxels: usize,
    /// Volume of those, mL.
    pub volume_ml: f64,
    /// Voxels left for intensity and texture after re-segmentation.
    pub intensity_voxels: usize,
    /// Of those, voxels below the lowest and above the highest bin, counted into the outermost.
    pub clamped: [usize; 2],
    /// Facts of a ring or shell; `None` for tumour and core.
    pub ring: Option<RingFacts>,
    /// Its darkest voxels; `None` where nothing is left to measure.
    pub evidence: Option<Evidence>,
    /// In registry order, the same list for every lesion.
    pub features: Vec<FeatureValue>,
}

impl FeatureSet {
    /// The unit of a feature's numbers; `1` for a pure number.
    pub fn unit(&self, spec: &Spec) -> &'static str {
        // The bins of such a histogram have numbers in place of intensities.
        let numbered = matches!(self.settings.ivh, IvhBins::FixedBinNumber { .. });
        let unit = if spec.family() == "ivh" && numbered { Unit::One } else { spec.unit };
        unit.symbol(self.intensity)
    }

    /// What became of one feature, by its key and the name of its aggregation; `None` where it was
    /// not extracted.
    pub fn outcome(&self, region: Region, key: &str, aggregation: &str) -> Option<&Outcome> {
        let region = self.regions.iter().find(|r| r.region == region)?;
        let wanted = |f: &&FeatureValue| f.spec.key == key && f.aggregation.name() == aggregation;
        region.features.iter().find(wanted).map(|f| &f.outcome)
    }
}
