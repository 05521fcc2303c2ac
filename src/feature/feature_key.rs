//! The name of a feature that exists.

use super::registry;
use crate::error::nearest;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};

/// The key of a registered feature, `family.feature`; no other can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FeatureKey(&'static str);

impl FeatureKey {
    /// The key as text.
    pub fn name(self) -> &'static str {
        self.0
    }

    /// The key of the feature with this one; `None` where there is none.
    pub fn of(key: &str) -> Option<Self> {
        registry::by_key(key).map(|spec| Self(spec.key))
    }
}

impl JsonSchema for FeatureKey {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FeatureKey".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let keys: Vec<_> = registry::specs().map(|spec| spec.key).collect();
        json_schema!({ "type": "string", "enum": keys, "description": "A feature." })
    }
}

impl<'de> Deserialize<'de> for FeatureKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::of(&name).ok_or_else(|| {
            let like = nearest(&name, registry::specs().map(|spec| spec.key));
            let like = like.map_or(String::new(), |like| format!("; did you mean '{like}'?"));
            let message =
                format!("there is no feature '{name}'{like} (`perirad features` lists all)");
            serde::de::Error::custom(message)
        })
    }
}
