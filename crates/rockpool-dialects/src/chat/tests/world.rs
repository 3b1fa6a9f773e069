//! Models, and the calls that tests make.

use serde_json::{Value, json};

use crate::dialect::Dialect;
use crate::model::{Catalogue, Model, Shape, UnknownModel};
use crate::surroundings::{Continuation, Surroundings};
use crate::translation::{Translated, translate};
use crate::{Delivery, End, Fault, Refusal, Whole};

/// The largest translation, in bytes.
pub(super) const MOST: usize = 8 << 20;

struct World;

impl Catalogue for World {
    fn find(&self, asked: &str) -> Result<Model, UnknownModel> {
        let (shape, verbosity) = match asked {
            "plain" => (Shape::Plain, true),
            "lite" => (Shape::Lite, true),
            "terse" => (Shape::Plain, false),
            _ => return Err(UnknownModel { asked: asked.to_owned(), known: vec!["plain".to_owned()] }),
        };
        let efforts = ["low", "medium", "high"].map(str::to_owned).to_vec();
        Ok(Model { name: format!("backend-{asked}"), shape, efforts, verbosity })
    }
}

impl Continuation for World {
    fn answer(&self, _: &str) -> Option<String> {
        None
    }
    fn item(&self, _: &str) -> Option<String> {
        None
    }
}

pub(super) fn translated(body: &[u8]) -> Result<Translated, Refusal> {
    let surroundings = Surroundings {
        catalogue: &World,
        continuation: &World,
        conversation: Some("named by a header"),
        most_bytes: MOST,
    };
    translate(Dialect::ChatCompletions, body, &surroundings)
}

/// A request with one message of a user, and these members beside it.
pub(super) fn request(more: Value) -> Value {
    let mut request = json!({ "model": "plain", "messages": [{ "role": "user", "content": "hi" }] });
    for (name, value) in more.as_object().unwrap() {
        request[name] = value.clone();
    }
    request
}

/// What the backend is sent.
pub(super) fn sent(request: &Value) -> Value {
    let translated = translated(request.to_string().as_bytes()).unwrap();
    serde_json::from_slice(&translated.body).unwrap()
}

/// The input that messages become.
pub(super) fn input(messages: Value) -> Value {
    sent(&json!({ "model": "plain", "messages": messages }))["input"].take()
}

/// Why a request is refused, with the parameter that is to blame.
pub(super) fn refused(request: &Value) -> (String, Fault) {
    let fault = translated(request.to_string().as_bytes()).unwrap_err().fault();
    (fault.param.clone().unwrap_or_default(), fault)
}

pub(super) fn refused_messages(messages: Value) -> (String, Fault) {
    refused(&json!({ "model": "plain", "messages": messages }))
}

/// An answer as a stream, to a request with these members.
pub(super) fn streamed(more: Value, events: &[Value], end: End) -> String {
    let mut form = translated(request(more).to_string().as_bytes()).unwrap().form;
    form.delivery = Delivery::Streamed;
    let mut translator = form.translator(1_700_000_000, "u1");
    let mut out = Vec::new();
    for event in events {
        translator.event(event.to_string().as_bytes(), &mut out);
    }
    translator.end(end, &mut out);
    String::from_utf8(out).unwrap()
}

/// By what later requests may show that they go on from the answer to this one.
pub(super) fn given(request: &Value, events: &[Value]) -> Vec<String> {
    let form = translated(request.to_string().as_bytes()).unwrap().form;
    let mut translator = form.translator(1_700_000_000, "u1");
    for event in events {
        translator.event(event.to_string().as_bytes(), &mut Vec::new());
    }
    translator.answered().unwrap().given()
}

/// The same in one.
pub(super) fn whole(more: Value, events: &[Value], end: End) -> Whole {
    let mut form = translated(request(more).to_string().as_bytes()).unwrap().form;
    form.delivery = Delivery::Whole;
    let mut translator = form.translator(1_700_000_000, "u1");
    let mut out = Vec::new();
    for event in events {
        translator.event(event.to_string().as_bytes(), &mut out);
    }
    assert!(out.is_empty());
    translator.whole(end)
}

/// The chunks of a stream, and whether `[DONE]` ended it.
pub(super) fn chunks(stream: &str) -> (Vec<Value>, bool) {
    let mut events: Vec<&str> =
        stream.split_terminator("\n\n").map(|e| e.strip_prefix("data: ").unwrap()).collect();
    let is_done = events.pop_if(|last| *last == "[DONE]").is_some();
    (events.into_iter().map(|event| serde_json::from_str(event).unwrap()).collect(), is_done)
}
