//! Answers that have to follow a JSON schema.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::messages::params;
use crate::messages::wrong::Wrong;

/// The backend wants a name for the schema, which Anthropic's form does not have.
const NAME: &str = "answer";

/// What the backend's strict mode takes in a schema (OpenAI, “Structured model outputs”, supported schemas); with any
/// other keyword it would refuse the request.
const STRICT_KEYWORDS: [&str; 22] = [
    "type",
    "title",
    "description",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "anyOf",
    "$ref",
    "$defs",
    "definitions",
    "pattern",
    "format",
    "multipleOf",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minItems",
    "maxItems",
];

#[derive(Deserialize)]
struct Wanted<'a> {
    r#type: String,
    #[serde(borrow)]
    schema: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct TextFormat<'a> {
    r#type: &'a str,
    name: &'a str,
    schema: &'a RawValue,
    strict: bool,
}

/// The backend's `text.format` for an `output_config.format`.
pub(super) fn text_format(raw: &RawValue) -> Result<Box<RawValue>, Wrong> {
    let wanted: Wanted<'_> = params::object(raw)?;
    if wanted.r#type != "json_schema" {
        return Err(Wrong::unsupported("type", "only “json_schema” is known"));
    }
    let schema = wanted.schema.ok_or_else(|| Wrong::invalid("schema", "it is missing"))?;
    let strict = serde_json::from_str(schema.get()).is_ok_and(|schema| is_strict(&schema));
    let format = TextFormat { r#type: "json_schema", name: NAME, schema, strict };
    serde_json::value::to_raw_value(&format).map_err(|_| Wrong::invalid("schema", "it cannot be passed on"))
}

/// Whether the backend can hold an answer to the schema: each object names all of its members as required and allows
/// no others.
fn is_strict(schema: &Value) -> bool {
    let Some(members) = schema.as_object() else { return false };
    let known = members.keys().all(|name| STRICT_KEYWORDS.contains(&name.as_str()));
    let each = |name: &str| members.get(name).and_then(Value::as_object).into_iter().flatten();
    let nested = ["properties", "$defs", "definitions"];
    let inside = nested.iter().all(|name| each(name).all(|(_, schema)| is_strict(schema)));
    let any_of = members.get("anyOf").and_then(Value::as_array).into_iter().flatten().all(is_strict);
    let items = members.get("items").is_none_or(is_strict);
    let required = members.get("required").and_then(Value::as_array);
    let requires = |name: &String| required.is_some_and(|all| all.iter().any(|one| one == name.as_str()));
    let closed = members.get("additionalProperties") == Some(&Value::Bool(false));
    let is_object = members.get("type") == Some(&Value::from("object")) || members.contains_key("properties");
    let object = !is_object || (closed && each("properties").all(|(name, _)| requires(name)));
    known && inside && any_of && items && object
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_schema_is_strict_only_where_the_backend_takes_it_so() {
        let inner = json!({ "type": "object", "properties": { "n": { "type": "integer", "title": "N" } },
            "required": ["n"], "additionalProperties": false });
        assert!(is_strict(&inner));
        assert!(is_strict(&json!({ "type": "array", "items": inner })));
        let mut open = inner.clone();
        open["additionalProperties"] = json!(true);
        assert!(!is_strict(&json!({ "anyOf": [inner, open] })));
        let mut optional = inner.clone();
        optional["required"] = json!([]);
        assert!(!is_strict(&optional));
        assert!(!is_strict(&json!({ "type": "string", "minLength": 2 })));
        assert!(!is_strict(&json!(true)));
    }

    #[test]
    fn a_schema_is_passed_on_as_it_was_written() {
        let raw = r#"{"type":"json_schema","schema":{"type":"string",  "enum":["b","a"]}}"#;
        let format = text_format(&RawValue::from_string(raw.to_owned()).unwrap()).unwrap();
        assert_eq!(
            format.get(),
            r#"{"type":"json_schema","name":"answer","schema":{"type":"string",  "enum":["b","a"]},"strict":true}"#
        );
    }
}
