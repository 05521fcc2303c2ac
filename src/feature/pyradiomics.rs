//! What pyradiomics measures and IBSI does not, or measures otherwise.
//!
//! These families have no IBSI code, and no preset of IBSI's asks for them.

mod first_order;
mod glcm;
mod spectrum;

pub(super) use first_order::FAMILY as FIRST_ORDER;
pub(super) use glcm::FAMILY as GLCM;

use super::{Spec, Status, Unit};

/// What all rows have in common.
const ROW: Spec = Spec {
    key: "",
    short: "",
    ibsi: "",
    name: "",
    definition: "",
    reference: "pyradiomics 3.0.1, documentation of the feature class",
    pyradiomics: None,
    lifex: None,
    differs: "",
    unit: Unit::One,
    status: Status::Stable { since: "0.1.0" },
};
