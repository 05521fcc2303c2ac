//! Models are data: a TOML file with every number, every setting and where they come from.
//!
//! A model is scored only with the settings it was fitted on, with all of its numbers present and
//! all of its inputs known. Whatever was assumed is said beside the score.

mod applies;
mod builtin;
mod check;
mod combat;
mod error;
mod file;
mod given;
mod link;
mod reference;
mod schema;
mod score;
mod template;

pub use applies::{Applicability, Applies, Fit};
pub use builtin::{MODELS, builtin};
pub use check::Fault;
pub use combat::{Combat, Effect, Pooled, Site};
pub use error::ModelError;
pub use file::{
    AcquisitionInput, AcquisitionKey, ClinicalInput, Cutoff, FeatureInput, Model, Predictor, Term,
    differences,
};
pub use given::{Given, Known};
pub use link::Kind;
pub use reference::Reference;
pub use schema::schema;
pub use score::{Card, Contribution, NOTICE, Score, score};
pub use template::{TrainingInput, template};
