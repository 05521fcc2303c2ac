//! The models built into the library: one line each.

use super::{Model, ModelError};
use crate::error::nearest;

/// Name and text of each model file in `models/`.
pub const MODELS: &[(&str, &str)] = &[
    ("cd8-sun2018", include_str!("../../models/cd8-sun2018.toml")),
    ("demo-synthetic", include_str!("../../models/demo-synthetic.toml")),
];

/// The built-in model of that name.
///
/// # Errors
/// [`ModelError::Unknown`] where there is none.
pub fn builtin(name: &str) -> Result<Model, ModelError> {
    if let Some((known, text)) = MODELS.iter().find(|(known, _)| *known == name) {
        return Model::parse(known, text);
    }
    let names = || MODELS.iter().map(|(known, _)| *known);
    let mut known = names().collect::<Vec<_>>().join(", ");
    if let Some(like) = nearest(name, names()) {
        known += &format!(" (did you mean '{like}'?)");
    }
    Err(ModelError::Unknown { name: name.into(), known })
}
