//! More than one lesion: what the scores of a patient's lesions say together.

mod patient;

pub use patient::{Bins, Patient, PatientRule, PatientValue, Scored, patient};
