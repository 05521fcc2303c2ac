//! JSON in which no key stands twice: `serde_json` takes the last of such, and whoever wrote the file
//! may have meant the first.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// The object that the text is.
///
/// # Errors
/// Text that is no JSON object, and a key that stands twice, at any depth.
pub(super) fn object(text: &str) -> Result<Map<String, Value>, serde_json::Error> {
    serde_json::from_str::<Object>(text).map(|object| object.0)
}

struct Object(Map<String, Value>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object, A::Error> {
                fields(map).map(Object)
            }
        }

        from.deserialize_map(Fields)
    }
}

fn fields<'de, A: MapAccess<'de>>(mut map: A) -> Result<Map<String, Value>, A::Error> {
    let mut found = Map::new();
    while let Some(key) = map.next_key::<String>()? {
        if found.contains_key(&key) {
            return Err(A::Error::custom(format!("the key '{key}' stands twice")));
        }
        let Unrepeated(value) = map.next_value()?;
        found.insert(key, value);
    }
    Ok(found)
}

/// A value in which no key stands twice.
struct Unrepeated(Value);

impl<'de> Deserialize<'de> for Unrepeated {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Any).map(Self)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Value, A::Error> {
        let mut found = Vec::new();
        while let Some(Unrepeated(value)) = values.next_element()? {
            found.push(value);
        }
        Ok(found.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        fields(map).map(Value::Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_serde_json_reads_but_for_repeated_keys() {
        let text =
            r#"{"a": [1, -2, 3.5, true, null, "é\n", {"b": {}}], "c": 18446744073709551615}"#;
        let usual: Map<String, Value> = serde_json::from_str(text).unwrap();
        assert_eq!(object(text).unwrap(), usual);
        for (text, told) in [
            (r#"{"base": "cd8", "base": "ibsi-a"}"#, "'base' stands twice at line 1"),
            (r#"{"ring": {"outer_mm": 4, "outer_mm": 9}}"#, "'outer_mm' stands twice"),
            (r#"{"ring": {"exclude": [{"name": "a", "name": "b"}]}}"#, "'name' stands twice"),
            ("[1]", "expected a map"),
            ("{} 1", "trailing characters"),
        ] {
            let error = object(text).unwrap_err().to_string();
            assert!(error.contains(told), "{text}: {error}");
        }
        let deep = format!(r#"{{"a": {}"#, "[".repeat(100_000));
        assert!(object(&deep).unwrap_err().to_string().contains("recursion limit"));
    }
}
