//! Transcription: the public API's form as the backend takes it, and the text in the form that was asked for. The
//! backend hears and tells no more than text: no times, no speakers, no pieces of an answer.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, header};
use rockpool_dialects::{Dialect, Fault, FaultKind, Refusal};
use serde::Deserialize;
use serde_json::json;

use super::task::{AnswerShape, Made, TextForm};
use crate::proxy::request::form::{self, Part};
use crate::proxy::response::body::{ProxyBody, whole};
use crate::proxy::response::public;

const NO_RECORDING: &str =
    "There is no recording. Send it as the field “file” of a multipart/form-data body.";
const ONE_RECORDING: &str = "One recording goes into one request.";
const WHOLE_ONLY: &str = "The text comes whole here. Leave “stream” out.";
const TEXT_ONLY: &str = "The backend tells the text alone, without times or speakers. Ask for “json” or “text”, or point the tool at another provider.";
const NO_SUCH_FORM: &str = "“response_format” is “json” or “text” here.";

/// A request for a transcription in the backend's form: the recording, and its language.
pub(super) fn made(headers: &HeaderMap, body: &Bytes) -> Result<Made, Refusal> {
    let parts = match form::is_form(headers) {
        true => form::read(headers, body)
            .map_err(|error| invalid("file", format!("The body is no form that can be read: {error}.")))?,
        false => return Err(invalid("file", NO_RECORDING)),
    };
    let (mut sent, mut model, mut dropped) = (Vec::new(), None, Vec::new());
    let (mut recordings, mut text_form) = (0, TextForm::default());
    for part in parts {
        let text = String::from_utf8_lossy(&part.bytes).into_owned();
        match part.name.as_str() {
            "file" if part.bytes.is_empty() => return Err(invalid("file", NO_RECORDING)),
            "file" => {
                recordings += 1;
                sent.push(recording(part));
            }
            "language" if text.is_empty() => {}
            "language" => sent.push(part),
            "model" => {
                // The backend has one way to transcribe, whatever it is called.
                dropped.push(part.name);
                model = Some(text);
            }
            "response_format" => text_form = asked_form(&text)?,
            "stream" if text == "true" => return Err(unsupported("stream", WHOLE_ONLY)),
            "stream" => {}
            _ => dropped.push(part.name),
        }
    }
    match recordings {
        0 => return Err(invalid("file", NO_RECORDING)),
        1 => {}
        _ => return Err(invalid("file", ONE_RECORDING)),
    }
    dropped.dedup();
    let (content_type, body) = form::write(&sent);
    Ok(Made { body, content_type, model, dropped, answer: AnswerShape::Transcript(text_form) })
}

/// By its name the backend knows what kind of recording it is; some libraries send none.
fn recording(part: Part) -> Part {
    let filename = part.filename.filter(|name| !name.is_empty()).unwrap_or("recording".to_owned());
    Part { filename: Some(filename), ..part }
}

fn asked_form(name: &str) -> Result<TextForm, Refusal> {
    match name {
        "json" | "" => Ok(TextForm::Json),
        "text" => Ok(TextForm::Plain),
        "verbose_json" | "diarized_json" | "srt" | "vtt" => Err(unsupported("response_format", TEXT_ONLY)),
        _ => Err(invalid("response_format", NO_SUCH_FORM)),
    }
}

/// The backend's answer. An empty text is one: nobody spoke.
#[derive(Deserialize)]
struct Transcript {
    text: String,
}

/// The text in the form that was asked for.
pub(super) fn answer(form: TextForm, provider: &HeaderMap, body: &[u8]) -> Response<ProxyBody> {
    let Ok(Transcript { text }) = serde_json::from_slice(body) else {
        let fault = Fault {
            status: 502,
            kind: FaultKind::Server,
            message: "The provider's answer holds no text. Send the recording again, or point the tool's voice at another provider.".to_owned(),
            code: Some("no_transcript".to_owned()),
            param: None,
        };
        return public::object(provider, fault.status, fault.body(Dialect::Responses));
    };
    match form {
        TextForm::Json => public::object(provider, 200, json!({ "text": text }).to_string()),
        TextForm::Plain => {
            let mut response = public::with_headers(provider, whole(text));
            let plain = HeaderValue::from_static("text/plain; charset=utf-8");
            response.headers_mut().insert(header::CONTENT_TYPE, plain);
            response
        }
    }
}

fn unsupported(param: &str, reason: &str) -> Refusal {
    Refusal::Unsupported { param: param.to_owned(), reason: reason.to_owned() }
}

fn invalid(param: &str, reason: impl Into<String>) -> Refusal {
    Refusal::Invalid { param: param.to_owned(), reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, text: &'static str) -> Part {
        let bytes = Bytes::from_static(text.as_bytes());
        Part { name: name.to_owned(), filename: None, content_type: None, bytes }
    }

    fn asked(fields: &[(&str, &'static str)]) -> Result<Made, Refusal> {
        let parts: Vec<Part> = fields.iter().map(|(name, text)| field(name, text)).collect();
        let (content_type, form) = form::write(&parts);
        made(&HeaderMap::from_iter([(header::CONTENT_TYPE, content_type)]), &form)
    }

    #[test]
    fn only_the_recording_and_its_language_go_on_and_the_rest_is_named() {
        let fields = [
            ("model", "gpt-4o-transcribe"),
            ("file", "RIFF…"),
            ("language", "vi"),
            ("prompt", "Huế"),
            ("include[]", "logprobs"),
            ("include[]", "more"),
            ("stream", "false"),
        ];
        let made = asked(&fields).unwrap();
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, made.content_type)]);
        let sent = form::read(&headers, &made.body).unwrap();
        let file = Part { filename: Some("recording".to_owned()), ..field("file", "RIFF…") };
        assert_eq!(sent, [file, field("language", "vi")]);
        assert_eq!(made.dropped, ["model", "prompt", "include[]"]);
        assert_eq!(made.model.as_deref(), Some("gpt-4o-transcribe"));
    }

    #[test]
    fn forms_that_need_more_than_text_are_refused_by_name() {
        let told = |fields: &[(&str, &'static str)]| asked(fields).err().map(|refusal| refusal.fault());
        for form in ["verbose_json", "srt", "vtt", "diarized_json"] {
            let fault = told(&[("file", "a"), ("response_format", form)]).unwrap();
            assert_eq!((fault.status, fault.param.as_deref()), (400, Some("response_format")), "{form}");
        }
        for (fields, param) in [
            (&[("file", "a"), ("response_format", "yaml")][..], "response_format"),
            (&[("file", "a"), ("stream", "true")], "stream"),
            (&[("file", "a"), ("file", "b")], "file"),
            (&[("file", "")], "file"),
            (&[("model", "whisper-1")], "file"),
        ] {
            assert_eq!(told(fields).unwrap().param.as_deref(), Some(param), "{fields:?}");
        }
    }
}
