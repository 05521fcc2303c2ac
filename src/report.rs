//! Results as text: aligned tables for people, JSON and CSV for programs.
//!
//! Columns and rows come from the registry and from the order asked for, so the same input gives
//! the same bytes. Nothing here names the patient or a path.

#[cfg(feature = "check")]
mod checked;
mod feature_docs;
mod follow;
mod inspection;
mod json;
mod lesion;
mod long;
mod patient;
mod perturbation;
mod qa;
mod reading;
mod table;
mod text;
mod wide;

#[cfg(feature = "check")]
pub use checked::{checked_markdown, checked_text};
pub use feature_docs::features_markdown;
pub use follow::{
    FOLLOW_HEADER, Follow, FollowDocument, FollowScan, Followed, Pairing, follow_rows, follow_text,
};
pub use inspection::inspection_text;
pub use json::{Document, document};
pub use lesion::{Failure, ImageFacts, Lesion, Measured};
pub use long::{LONG_HEADER, long_rows};
pub use patient::{patient_rows, patient_text, scored};
pub use perturbation::{agreement_rows, agreement_text, lesions_agreement, perturbation_text};
pub use qa::contours_text;
pub use reading::{Reading, RingStructure};
pub use table::Table;
pub use text::{clinical_text, feature_table, lesion_notes, notes, score_text, summary, wrapped};
pub use wide::{Column, Names, SETTINGS_COLUMN, wide_columns, wide_header, wide_row};
