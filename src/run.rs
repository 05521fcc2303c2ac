//! One image with its lesions, from what a user names to rows: what the program and the Python
//! package do, once.
//!
//! Inputs are read ([`Inputs`]), lesions chosen ([`Choice`]) and put on the image ([`Case`]), and
//! each is measured, and scored where a model is given ([`Plan`]); a lesion that fails is a row
//! with its reason.

mod bounds;
mod case;
mod choice;
mod chosen;
mod clinical;
mod error;
mod follow;
mod measure;
mod pairing;
mod regions;
mod source;
mod text;

pub use bounds::Bound;
pub use case::{Case, Inputs};
pub use choice::Choice;
pub use clinical::{Clinical, Told};
pub use error::RunError;
pub use follow::FollowPlan;
pub use measure::{Plan, Scoring};
pub use pairing::PairBy;
pub use regions::{image, lesions, region};
pub use source::{ImageFrom, MaskFrom, unit_assumed};
pub use text::{Text, extraction, model_text, perturbation_of, settings_of};
