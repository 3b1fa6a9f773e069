//! Requests for images. What is JSON goes on as it came: the backend takes the public API's form. The Codex CLI sends
//! the pictures that are to be changed as `data:` URLs; a form with files, as libraries send it, becomes that.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use rockpool_dialects::{Refusal, json};
use serde_json::{Map, Value, json};

use super::task::{AnswerShape, Made, Task};
use crate::proxy::request::form::{self, Part};

/// The texts that the Codex CLI's requests hold (0.171.0 and its sources, `codex-api/src/images.rs`).
const TEXTS: [&str; 5] = ["prompt", "model", "background", "quality", "size"];

const WHOLE_ONLY: &str = "Images come whole here. Leave “stream” out, or ask a model of /v1/responses with the tool “image_generation”, which sends partial images.";
const NO_MASK: &str = "The backend is not known to take a mask. Say in “prompt” what is to be changed, or mark it in the picture.";
const EDITS_ONLY: &str = "Pictures that are to be changed go to /v1/images/edits.";
const NO_PICTURE: &str =
    "There is no picture to change. Send it as the field “image”, as often as there are pictures.";

/// A request for images in the backend's form.
pub(super) fn made(task: Task, headers: &HeaderMap, body: Bytes) -> Result<Made, Refusal> {
    if form::is_form(headers) {
        let parts = form::read(headers, &body).map_err(|error| Refusal::Malformed(error.to_string()))?;
        return of_form(task, &parts);
    }
    let members = json::members(&body).map_err(|error| Refusal::Malformed(error.to_string()))?;
    if json::last(&body, &members, "stream") == Some(b"true") {
        return Err(unsupported("stream", WHOLE_ONLY));
    }
    let model = json::last(&body, &members, "model").and_then(json::string);
    Ok(made_of(body, model, Vec::new()))
}

fn of_form(task: Task, parts: &[Part]) -> Result<Made, Refusal> {
    let (mut fields, mut pictures, mut dropped) = (Map::new(), Vec::new(), Vec::new());
    for part in parts {
        let text = String::from_utf8_lossy(&part.bytes);
        match part.name.as_str() {
            "image" | "image[]" if task == Task::ImageEdit => {
                pictures.push(json!({ "image_url": data_url(part) }));
            }
            "image" | "image[]" => return Err(invalid("image", EDITS_ONLY)),
            "mask" => return Err(unsupported("mask", NO_MASK)),
            "stream" if text == "true" => return Err(unsupported("stream", WHOLE_ONLY)),
            "stream" => {}
            "n" => {
                let n: u64 = text.trim().parse().map_err(|_| invalid("n", "“n” is a whole number."))?;
                fields.insert("n".to_owned(), n.into());
            }
            name if TEXTS.contains(&name) => {
                fields.insert(name.to_owned(), Value::from(text));
            }
            name => dropped.push(name.to_owned()),
        }
    }
    if task == Task::ImageEdit {
        if pictures.is_empty() {
            return Err(invalid("image", NO_PICTURE));
        }
        fields.insert("images".to_owned(), pictures.into());
    }
    let model = fields.get("model").and_then(Value::as_str).map(str::to_owned);
    Ok(made_of(Value::Object(fields).to_string().into(), model, dropped))
}

fn made_of(body: Bytes, model: Option<String>, dropped: Vec<String>) -> Made {
    let content_type = HeaderValue::from_static("application/json");
    Made { body, content_type, model, dropped, answer: AnswerShape::AsItCame }
}

fn data_url(picture: &Part) -> String {
    format!("data:{};base64,{}", media_type(picture), STANDARD.encode(&picture.bytes))
}

/// By the first bytes: libraries name whatever type the file's name suggests, or none.
fn media_type(picture: &Part) -> &str {
    match &picture.bytes[..] {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        _ => picture.content_type.as_deref().unwrap_or("application/octet-stream"),
    }
}

fn unsupported(param: &str, reason: &str) -> Refusal {
    Refusal::Unsupported { param: param.to_owned(), reason: reason.to_owned() }
}

fn invalid(param: &str, reason: &str) -> Refusal {
    Refusal::Invalid { param: param.to_owned(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header;

    fn field(name: &str, bytes: &'static [u8]) -> Part {
        Part { name: name.to_owned(), filename: None, content_type: None, bytes: Bytes::from_static(bytes) }
    }

    fn edited(parts: &[Part]) -> Result<Made, Refusal> {
        let (content_type, form) = form::write(parts);
        made(Task::ImageEdit, &HeaderMap::from_iter([(header::CONTENT_TYPE, content_type)]), form)
    }

    #[test]
    fn a_form_becomes_what_the_backend_takes_and_what_it_is_not_known_to_take_is_named() {
        let parts = [
            field("image[]", b"\x89PNG\r\n"),
            field("image[]", b"RIFF0000WEBP"),
            field("prompt", "thêm một chiếc mũ".as_bytes()),
            field("model", b"gpt-image-2"),
            field("n", b"2"),
            field("stream", b"false"),
            field("input_fidelity", b"high"),
        ];
        let made = edited(&parts).unwrap();
        let body: Value = serde_json::from_slice(&made.body).unwrap();
        let images = json!([{"image_url": "data:image/png;base64,iVBORw0K"}, {"image_url": "data:image/webp;base64,UklGRjAwMDBXRUJQ"}]);
        let prompt = "thêm một chiếc mũ";
        assert_eq!(body, json!({"images": images, "prompt": prompt, "model": "gpt-image-2", "n": 2}));
        assert_eq!(
            (made.model.as_deref(), &made.dropped[..]),
            (Some("gpt-image-2"), &["input_fidelity".to_owned()][..])
        );
    }

    #[test]
    fn what_would_change_the_picture_is_refused_by_name() {
        let param = |parts: &[Part]| edited(parts).err().and_then(|refusal| refusal.fault().param);
        let picture = field("image", b"GIF89a");
        assert_eq!(param(&[picture.clone(), field("mask", b"\x89PNG")]).as_deref(), Some("mask"));
        assert_eq!(param(&[picture.clone(), field("stream", b"true")]).as_deref(), Some("stream"));
        assert_eq!(param(&[picture, field("n", b"two")]).as_deref(), Some("n"));
        assert_eq!(param(&[field("prompt", b"a hat")]).as_deref(), Some("image"));
    }

    #[test]
    fn json_goes_on_as_it_came() {
        let asked = |text: &'static str| {
            made(Task::ImageGeneration, &HeaderMap::new(), Bytes::from_static(text.as_bytes()))
        };
        let odd = r#"{ "prompt":"\u0061 hat", "unknown":1e2, "model" : "m", "stream":false}"#;
        let made = asked(odd).unwrap();
        assert_eq!((&made.body[..], made.model.as_deref()), (odd.as_bytes(), Some("m")));
        let refused = asked(r#"{"prompt":"a hat","stream":true}"#).err().unwrap();
        assert_eq!(refused.fault().param.as_deref(), Some("stream"));
        assert!(matches!(asked("[]"), Err(Refusal::Malformed(_))));
    }
}
