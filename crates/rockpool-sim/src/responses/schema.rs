//! The smallest value that a JSON schema accepts, for requests that want structured output.

use serde_json::{Map, Value, json};

/// Understands `type`, `properties`, `enum`, `const`, `anyOf`, `items`; that is what structured output allows.
pub(crate) fn example(schema: &Value, text: &str) -> Value {
    if let Some(constant) = schema.get("const") {
        return constant.clone();
    }
    if let Some(first) = schema["enum"].as_array().and_then(|values| values.first()) {
        return first.clone();
    }
    if let Some(first) = schema["anyOf"].as_array().and_then(|choices| choices.first()) {
        return example(first, text);
    }
    let kind = match schema["type"].as_array() {
        Some(kinds) => kinds.first().and_then(Value::as_str),
        None => schema["type"].as_str(),
    };
    match kind {
        Some("string") => json!(text),
        Some("integer" | "number") => json!(0),
        Some("boolean") => json!(false),
        Some("array") => json!([]),
        Some("null") => Value::Null,
        _ => {
            let no_properties = Map::new();
            let properties = schema["properties"].as_object().unwrap_or(&no_properties);
            properties
                .iter()
                .map(|(name, inner)| (name.clone(), example(inner, text)))
                .collect::<Map<_, _>>()
                .into()
        }
    }
}
