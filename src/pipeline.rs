//! One lesion through all layers: image and mask in, features of tumour and ring out.
//!
//! The only place that knows the order of the steps: resample, round, ring, re-segment,
//! discretise, measure.

mod error;
mod evidence;
mod facts;
mod feature_set;
mod native;
mod neighbour;
mod parts;
mod perturbed;
mod place;
mod prepare;
mod run;
mod subject;
mod window;

pub use error::PipelineError;
pub use evidence::{Below, Evidence};
pub use facts::{Removed, Remover, RingFacts};
pub use feature_set::{FeatureSet, RegionFeatures};
pub use native::native_region;
pub use perturbed::{Repeats, box_perturbed, perturbed, planes_perturbed};
pub use prepare::{Part, Prepared, prepare};
pub use run::extract;
pub use subject::{Around, Structure, StructureRule, Subject};
pub use window::{box_needed, planes_needed};
