//! The content of messages: a string, or parts.

use serde::Serialize;
use serde_json::value::RawValue;

use super::object::{Object, wrong_type};
use crate::document::Node;
use crate::refusal::Refusal;

/// A part in the backend's form.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Part<'a> {
    InputText {
        text: &'a RawValue,
    },
    OutputText {
        text: &'a RawValue,
    },
    Refusal {
        refusal: &'a RawValue,
    },
    InputImage {
        image_url: &'a RawValue,
        #[serde(skip_serializing_if = "Option::is_none")]
        detail: Option<&'a RawValue>,
    },
    InputFile {
        #[serde(skip_serializing_if = "Option::is_none")]
        filename: Option<&'a RawValue>,
        file_data: &'a RawValue,
    },
}

/// Who speaks, and so which parts there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speaker {
    /// System and developer.
    Instructor,
    User,
    Assistant,
    Tool,
}

/// The parts of a content; none where it is absent or says nothing.
///
/// # Errors
/// Where it is neither a string nor a list of parts, or has a part that the speaker or the backend cannot have.
pub(super) fn parts<'a>(message: &Object<'a>, speaker: Speaker) -> Result<Vec<Part<'a>>, Refusal> {
    let Some(content) = message.get("content") else { return Ok(Vec::new()) };
    if content.is_text() {
        let says_nothing = content.get() == "\"\"" && speaker != Speaker::User;
        return Ok(if says_nothing { Vec::new() } else { vec![said(speaker, content.raw())] });
    }
    if !content.is_array() {
        return Err(wrong_type(content, "a string or an array of objects"));
    }
    content.elements().map(|value| part(&Object::of(value)?, speaker)).collect()
}

fn said(speaker: Speaker, text: &RawValue) -> Part<'_> {
    match speaker {
        Speaker::Assistant => Part::OutputText { text },
        Speaker::Instructor | Speaker::User | Speaker::Tool => Part::InputText { text },
    }
}

fn part<'a>(part: &Object<'a>, speaker: Speaker) -> Result<Part<'a>, Refusal> {
    let kind = part.required("type", part.string("type")?)?;
    match (kind.as_ref(), speaker) {
        ("text", _) => Ok(said(speaker, part.required("text", part.text("text")?)?)),
        ("refusal", Speaker::Assistant) => {
            Ok(Part::Refusal { refusal: part.required("refusal", part.text("refusal")?)? })
        }
        ("image_url", Speaker::User | Speaker::Tool) => image(part),
        ("file", Speaker::User | Speaker::Tool) => file(part),
        ("input_audio", _) => Err(part
            .unsupported("input_audio", "The provider's backend takes no audio: send a transcript as text.")),
        (other, Speaker::Assistant) => Err(part.unknown("type", other, "'text' and 'refusal'")),
        (other, Speaker::Instructor) => Err(part.unknown("type", other, "'text'")),
        (other, Speaker::User | Speaker::Tool) => {
            Err(part.unknown("type", other, "'text', 'image_url' and 'file'"))
        }
    }
}

/// Some tools write the address where the API has an object with it.
fn image<'a>(part: &Object<'a>) -> Result<Part<'a>, Refusal> {
    let value = part.required("image_url", part.get("image_url"))?;
    if value.is_text() {
        return Ok(Part::InputImage { image_url: address(value)?, detail: None });
    }
    let image = Object::of(value)?;
    let url = image.required("url", image.get("url"))?;
    let detail = image.text("detail")?;
    Ok(Part::InputImage { image_url: address(url)?, detail })
}

/// The scheme has no character that JSON has to escape; the slashes behind it may be escaped.
fn address(url: Node<'_>) -> Result<&RawValue, Refusal> {
    if !url.is_text() {
        return Err(wrong_type(url, "a string"));
    }
    let inside = &url.get()[1..];
    let has =
        |scheme: &str| inside.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    if has("data:") || has("https:") || has("http:") {
        return Ok(url.raw());
    }
    let param = url.path();
    let reason = format!(
        "Invalid value for '{param}': expected a data URL (data:image/png;base64,…) or the address of an image that begins with https://."
    );
    Err(Refusal::Invalid { param, reason })
}

fn file<'a>(part: &Object<'a>) -> Result<Part<'a>, Refusal> {
    let file = part.required("file", part.object("file")?)?;
    if file.get("file_id").is_some() {
        return Err(file.unsupported(
            "file_id",
            "Files that were uploaded belong to one account and cannot be reached from a pool: send the file itself as 'file_data'.",
        ));
    }
    let file_data = file.required("file_data", file.text("file_data")?)?;
    Ok(Part::InputFile { filename: file.text("filename")?, file_data })
}
