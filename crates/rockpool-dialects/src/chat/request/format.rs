//! The form in which the answer's text is wanted.

use serde::Serialize;
use serde_json::value::RawValue;

use super::object::Object;
use super::tools::raw;
use crate::refusal::Refusal;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Format<'a> {
    JsonObject,
    JsonSchema {
        name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<&'a RawValue>,
        schema: &'a RawValue,
        #[serde(skip_serializing_if = "Option::is_none")]
        strict: Option<bool>,
    },
}

/// `response_format` as the backend's `text.format`; none for plain text.
///
/// # Errors
/// Where it is none of the API's forms.
pub(super) fn read(request: &Object<'_>) -> Result<Option<Box<RawValue>>, Refusal> {
    let Some(format) = request.object("response_format")? else { return Ok(None) };
    match format.required("type", format.string("type")?)?.as_ref() {
        "text" => Ok(None),
        "json_object" => Ok(Some(raw(&Format::JsonObject))),
        "json_schema" => {
            let schema = format.required("json_schema", format.object("json_schema")?)?;
            Ok(Some(raw(&Format::JsonSchema {
                name: &schema.required("name", schema.string("name")?)?,
                description: schema.text("description")?,
                schema: schema.required("schema", schema.get("schema"))?.raw(),
                strict: schema.flag("strict")?,
            })))
        }
        other => Err(format.unknown("type", other, "'text', 'json_object' and 'json_schema'")),
    }
}
