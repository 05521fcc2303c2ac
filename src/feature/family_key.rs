//! The name of a family that exists.

use super::registry;
use crate::error::nearest;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};

/// The key of a registered family; no other can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FamilyKey(&'static str);

impl FamilyKey {
    /// The key as text.
    pub fn name(self) -> &'static str {
        self.0
    }

    /// All of them, in the registry's order.
    pub fn all() -> Vec<Self> {
        registry::FAMILIES.iter().map(|family| Self(family.key)).collect()
    }

    /// Those that IBSI defines, in the registry's order.
    pub fn ibsi() -> Vec<Self> {
        let families = registry::FAMILIES.iter().filter(|family| !family.ibsi.is_empty());
        families.map(|family| Self(family.key)).collect()
    }
}

impl JsonSchema for FamilyKey {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FamilyKey".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let keys: Vec<_> = registry::FAMILIES.iter().map(|family| family.key).collect();
        json_schema!({ "type": "string", "enum": keys, "description": "A family of features." })
    }
}

impl<'de> Deserialize<'de> for FamilyKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        if let Some(family) = registry::family(&name) {
            return Ok(Self(family.key));
        }
        let keys = || registry::FAMILIES.iter().map(|family| family.key);
        let like = nearest(&name, keys()).map(|like| format!("; did you mean '{like}'?"));
        let like = like.unwrap_or_else(|| ".".into());
        let known = keys().collect::<Vec<_>>().join(", ");
        let message = format!("there is no family '{name}'{like} Families are {known}");
        Err(serde::de::Error::custom(message))
    }
}
