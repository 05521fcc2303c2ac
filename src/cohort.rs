//! More than one lesion: what is known of each, what the scores of a patient's lesions say together,
//! and what became of them between two scans.

mod change;
mod clinical;
mod error;
mod pair;
mod patient;
mod scans;
mod shift;
mod size;
mod table;

pub use change::{Change, FeatureChange, feature_changes};
pub use clinical::{
    ClinicalMap, ClinicalSources, ClinicalTable, ClinicalValue, Entry, Facts, FactsError, ORGAN,
    Stated,
};
pub use error::CohortError;
pub use pair::{Names, Pair, dice};
pub use patient::{Bins, Patient, PatientRule, PatientValue, Scored, patient};
pub use scans::scan_differences;
pub use shift::{Shift, best_shift};
pub use size::{Response, ResponseRule, SizeBy, Sizes};
