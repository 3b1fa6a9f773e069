//! The smallest value that a JSON schema accepts, for requests that want structured output.

use serde_json::{Map, Value, json};

/// Beyond this many levels a schema that names itself is taken at its shortest.
const DEEPEST: usize = 12;

/// Understands what structured output allows: `type`, `properties`, `required`, `enum`, `const`, `anyOf`, `oneOf`,
/// `allOf`, `items`, `minItems`, `minLength`, `minimum`, `exclusiveMinimum`, `format`, and `$ref` inside the schema.
pub(crate) fn example(schema: &Value, text: &str) -> Value {
    Examples { root: schema, text }.of(schema, 0)
}

struct Examples<'a> {
    root: &'a Value,
    text: &'a str,
}

impl Examples<'_> {
    fn of(&self, schema: &Value, depth: usize) -> Value {
        if depth > 2 * DEEPEST {
            return Value::Null;
        }
        if let Some(named) =
            schema["$ref"].as_str().and_then(|path| self.root.pointer(path.strip_prefix('#')?))
        {
            return self.of(named, depth + 1);
        }
        if let Some(constant) = schema.get("const") {
            return constant.clone();
        }
        if let Some(first) = schema["enum"].as_array().and_then(|values| values.first()) {
            return first.clone();
        }
        if let Some(choices) = schema["anyOf"].as_array().or(schema["oneOf"].as_array()) {
            // The end of a list that names itself is mostly the last choice, `null`.
            let choice = if depth > DEEPEST { choices.last() } else { choices.first() };
            return choice.map_or(Value::Null, |choice| self.of(choice, depth + 1));
        }
        if let Some(parts) = schema["allOf"].as_array() {
            return self.merged(parts, depth);
        }
        self.of_type(schema, depth)
    }

    fn of_type(&self, schema: &Value, depth: usize) -> Value {
        let kind = match schema["type"].as_array() {
            Some(kinds) => kinds.first().and_then(Value::as_str),
            None => schema["type"].as_str(),
        };
        match kind {
            Some("string") => self.string(schema),
            Some("integer" | "number") => number(schema),
            Some("boolean") => json!(false),
            Some("array") => {
                let least = schema["minItems"].as_u64().unwrap_or_default();
                (0..least).map(|_| self.of(&schema["items"], depth + 1)).collect()
            }
            Some("null") => Value::Null,
            _ => self.object(schema, depth),
        }
    }

    fn object(&self, schema: &Value, depth: usize) -> Value {
        let no_properties = Map::new();
        let properties = schema["properties"].as_object().unwrap_or(&no_properties);
        let required = schema["required"].as_array();
        let is_wanted = |name: &str| required.is_none_or(|names| names.iter().any(|known| known == name));
        let wanted = properties.iter().filter(|(name, _)| is_wanted(name));
        wanted.map(|(name, inner)| (name.clone(), self.of(inner, depth + 1))).collect::<Map<_, _>>().into()
    }

    fn merged(&self, parts: &[Value], depth: usize) -> Value {
        let mut values = parts.iter().map(|part| self.of(part, depth + 1));
        let mut merged = values.next().unwrap_or_default();
        for value in values {
            if let (Value::Object(into), Value::Object(more)) = (&mut merged, value) {
                into.extend(more);
            }
        }
        merged
    }

    fn string(&self, schema: &Value) -> Value {
        let text = match schema["format"].as_str() {
            Some("date-time") => "2026-11-27T12:00:00Z",
            Some("date") => "2026-11-27",
            Some("time") => "12:00:00Z",
            Some("email") => "ada@example.test",
            Some("uri") => "https://example.test/",
            Some("uuid") => "01a21d5b-c34f-7cc0-bfca-dd3ca61eae4b",
            Some(_) | None => self.text,
        };
        let length = |name: &str| schema[name].as_u64().and_then(|number| usize::try_from(number).ok());
        let least = length("minLength").unwrap_or_default();
        let most = length("maxLength").unwrap_or(usize::MAX).min(least.max(text.chars().count()));
        Value::from(text.chars().cycle().take(most).collect::<String>())
    }
}

fn number(schema: &Value) -> Value {
    let above = schema["exclusiveMinimum"].as_i64().map(|number| number + 1);
    let least = above.or(schema["minimum"].as_i64()).unwrap_or_default();
    let most = schema["maximum"].as_i64().unwrap_or(i64::MAX);
    // Zero where it may be.
    json!(least.max(0).min(most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_formats_and_required_names_are_kept() {
        let schema = json!({
            "type": "object", "required": ["when", "name", "list", "count", "choice", "maybe"],
            "properties": {
                "when": {"type": "string", "format": "date"}, "name": {"type": "string", "minLength": 12},
                "list": {"type": "array", "minItems": 2, "items": {"$ref": "#/$defs/row"}},
                "count": {"type": "integer", "exclusiveMinimum": 3}, "choice": {"enum": ["b", "a"]},
                "maybe": {"anyOf": [{"type": "string"}, {"type": "null"}]}, "left_out": {"type": "string"},
            },
            "$defs": {"row": {"type": "object", "properties": {"on": {"type": "boolean"}}, "required": ["on"]}},
        });
        let expected = json!({
            "when": "2026-11-27", "name": "SimulatedSim", "list": [{"on": false}, {"on": false}],
            "count": 4, "choice": "b", "maybe": "Simulated",
        });
        assert_eq!(example(&schema, "Simulated"), expected);
    }

    #[test]
    fn a_schema_that_names_itself_comes_to_an_end() {
        let node = json!({"type": "object", "required": ["next"], "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}});
        let mut value = &example(&node, "x");
        while value.is_object() {
            value = &value["next"];
        }
        assert!(value.is_null());
    }
}
