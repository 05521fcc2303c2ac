//! Models are data: a TOML file with every number, every setting and where they come from.
//!
//! A model is scored only with the settings it was fitted on, with all of its numbers present and
//! all of its inputs known. Whatever was assumed is said beside the score.

mod builtin;
mod check;
mod error;
mod file;
mod score;

pub use builtin::{MODELS, builtin};
pub use check::Fault;
pub use error::ModelError;
pub use file::{Cutoff, Kind, Model, Predictor, Term, differences};
pub use score::{Card, Contribution, NOTICE, Score, score};
