//! The model file as JSON Schema, for editors and for programs that write one.

use super::Model;
use crate::settings;
use schemars::schema_for;
use serde_json::{Value, json};

/// JSON Schema (2020-12) of a model file. What a schema cannot say (that numbers may be absent but
/// are needed to score, that names agree) is told by [`Model::faults`].
pub fn schema() -> Value {
    let mut schema = Value::from(schema_for!(Model));
    schema["title"] = json!("perirad model");
    let mut extraction = settings::schema();
    // Definitions of both stand together, where references look for them.
    if let Value::Object(definitions) = extraction["$defs"].take()
        && let Some(all) = schema["$defs"].as_object_mut()
    {
        all.extend(definitions);
    }
    if let Some(section) = extraction.as_object_mut() {
        section.retain(|key, _| key != "$defs" && key != "$schema");
    }
    schema["properties"]["settings"] = extraction;
    schema
}
