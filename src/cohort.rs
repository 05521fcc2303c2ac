//! More than one lesion: what is known of each, what the scores of a patient's lesions say together,
//! and what became of them between two scans.

mod clinical;
mod error;
mod patient;
mod table;

pub use clinical::{
    ClinicalMap, ClinicalSources, ClinicalTable, ClinicalValue, Entry, Facts, FactsError, ORGAN,
    Stated,
};
pub use error::CohortError;
pub use patient::{Bins, Patient, PatientRule, PatientValue, Scored, patient};
