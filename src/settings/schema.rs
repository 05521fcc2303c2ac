//! The settings file as JSON Schema, for editors and for programs that write one.

use super::{PRESETS, Settings};
use schemars::schema_for;
use serde_json::{Value, json};

/// JSON Schema (2020-12) of a settings file: every key, or a `base` and what differs from it.
pub fn schema() -> Value {
    let names: Vec<_> = PRESETS.iter().map(|preset| preset.0).collect();
    let mut schema = with_base(schema_for!(Settings).into(), "perirad settings", &names);
    partial_choices(&mut schema);
    schema
}

/// The schema of a tree as that of its file, which may name a base.
pub(super) fn with_base(mut schema: Value, title: &str, names: &[&str]) -> Value {
    schema["title"] = json!(title);
    schema["properties"]["base"] = json!({
        "type": "string",
        "enum": names,
        "description": "A preset, from which the other keys differ.",
    });
    // With a base no key is required, neither whole sections nor keys of one.
    let whole = schema["required"].take();
    drop_required(&mut schema);
    schema["anyOf"] = json!([{ "required": ["base"] }, { "required": whole }]);
    schema
}

/// A section that is a choice among methods may also state keys of the base's own method only.
fn partial_choices(schema: &mut Value) {
    let is_choice = |property: &Value| {
        let path = property["$ref"].as_str()?.strip_prefix("#")?;
        schema.pointer(path)?.get("oneOf")
    };
    let Some(properties) = schema["properties"].as_object() else { return };
    let choices = properties.iter().filter(|(_, property)| is_choice(property).is_some());
    let names: Vec<String> = choices.map(|(name, _)| name.clone()).collect();
    for name in names {
        let whole = schema["properties"][&name].take();
        let part = json!({ "type": "object", "not": { "required": ["method"] } });
        schema["properties"][&name] = json!({ "anyOf": [whole, part] });
    }
}

/// Takes the lists of required keys out of a schema and of the sections it defines; a choice among
/// forms keeps its own, by which they are told apart.
fn drop_required(schema: &mut Value) {
    let Value::Object(object) = schema else { return };
    object.remove("required");
    if let Some(Value::Object(sections)) = object.get_mut("$defs") {
        sections.values_mut().for_each(drop_required);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::KEYS;

    /// The schema of a section, whose reference leads to `$defs`.
    fn section<'a>(schema: &'a Value, name: &str) -> &'a Value {
        let property = &schema["properties"][name];
        let property = property["anyOf"].get(0).unwrap_or(property);
        let reference = property["$ref"].as_str().and_then(|path| path.rsplit('/').next());
        reference.map_or(property, |name| &schema["$defs"][name])
    }

    #[test]
    fn every_key_is_in_the_schema_with_a_description() {
        let schema = schema();
        for (key, _) in KEYS {
            let (head, name) = key.split_once('.').unwrap();
            let section = section(&schema, head);
            let forms = section["oneOf"].as_array().cloned().unwrap_or_default();
            let of = |form: &Value| form["properties"].get(name).cloned();
            let found = of(section).or_else(|| forms.iter().find_map(of));
            let property = found.unwrap_or_else(|| panic!("{key} is not in the schema"));
            let tag = name == "method";
            assert!(tag || property["description"].is_string(), "{key}: {property}");
        }
    }
}
