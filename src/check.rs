//! Proof against published values: the IBSI phantoms through the whole pipeline, and every value of
//! the tables compared in the tables' own tolerance.

mod error;
mod phantom;
mod published;
mod run;

pub use error::CheckError;
pub use phantom::{PHANTOMS, Phantom};
pub use published::{Published, Reference};
pub use run::{Checked, Miss, Score, UNKNOWN, check};
