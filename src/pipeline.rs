//! One lesion through all layers: image and mask in, features of tumour and ring out.
//!
//! The only place that knows the order of the steps: resample, round, ring, re-segment,
//! discretise, measure.

mod error;
mod feature_set;
mod native;
mod perturbed;
mod prepare;
mod run;

pub use error::PipelineError;
pub use feature_set::{FeatureSet, RegionFeatures, RingFacts};
pub use native::native_ring;
pub use perturbed::{Repeats, perturbed, planes_perturbed};
pub use prepare::{Prepared, planes_needed, prepare};
pub use run::{Subject, extract};
