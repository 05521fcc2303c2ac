//! More than one measurement: what the scores of a patient's lesions say together, and how far a
//! number follows small changes.

mod icc;
mod patient;
mod robustness;
mod spread;

pub use icc::{Icc, icc};
pub use patient::{Bins, Patient, PatientRule, PatientValue, Scored, patient};
pub use robustness::{Agreement, Robust, Robustness, SCORE, agreement};
pub use spread::{Reason, Spread};
