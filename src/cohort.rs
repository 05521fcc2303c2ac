//! More than one lesion or measurement: what is known of each lesion, what the scores of a patient's
//! lesions say together, what became of them between two scans, and how far a number follows small
//! changes.

mod change;
mod clinical;
mod error;
mod icc;
mod overlap;
mod pair;
mod patient;
mod robustness;
mod scans;
mod shift;
mod size;
mod spread;
mod table;

pub use change::{Change, FeatureChange, feature_changes};
pub use clinical::{
    ClinicalMap, ClinicalSources, ClinicalTable, ClinicalValue, Entry, Facts, FactsError, ORGAN,
    Stated,
};
pub use error::CohortError;
pub use icc::{Icc, icc};
pub use overlap::dice;
pub use pair::{Names, Pair};
pub use patient::{Bins, Patient, PatientRule, PatientValue, Scored, patient};
pub use robustness::{Agreement, Robust, Robustness, SCORE, agreement};
pub use scans::scan_differences;
pub use shift::{Shift, best_shift};
pub use size::{Response, ResponseRule, SizeBy, Sizes};
pub use spread::{Reason, Spread};
