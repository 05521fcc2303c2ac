//! What pyradiomics measures and IBSI does not, or measures otherwise.
//!
//! These families have no IBSI code, and no preset of IBSI's asks for them.

mod first_order;
mod glcm;
mod outline;
mod shape;
mod shape_2d;
mod spectrum;

pub(super) use first_order::FAMILY as FIRST_ORDER;
pub(super) use glcm::FAMILY as GLCM;
pub(super) use shape::FAMILY as SHAPE;
pub(super) use shape_2d::FAMILY as SHAPE_2D;

use super::Spec;

/// What all rows have in common.
const ROW: Spec = Spec::by("pyradiomics 3.0.1, documentation of the feature class");
