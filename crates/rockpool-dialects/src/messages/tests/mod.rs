//! Both directions at their boundary: a tool's JSON in, the backend's JSON out, and back.

mod answers;
mod assembler;
mod conversation;
mod events;
mod fuzz;
mod offer;
mod parameters;

use serde_json::{Value, json};

use crate::answer::{Delivery, End};
use crate::dialect::Dialect;
use crate::model::{Catalogue, Model, Shape, UnknownModel};
use crate::refusal::Refusal;
use crate::surroundings::{Continuation, Surroundings};
use crate::translation::AnswerForm;
use crate::translation::{Translated, translate};

/// The largest translation, in bytes.
const MOST: usize = 8 << 20;

struct Models;

impl Catalogue for Models {
    fn find(&self, asked: &str) -> Result<Model, UnknownModel> {
        let shape = match asked {
            "gpt-5.5" | "claude-opus" => Shape::Plain,
            "gpt-6.2-sol" => Shape::Lite,
            _ => return Err(UnknownModel { asked: asked.to_owned(), known: vec!["gpt-5.5".to_owned()] }),
        };
        let name = if asked == "claude-opus" { "gpt-5.5" } else { asked }.to_owned();
        let efforts = ["low", "medium", "high", "xhigh"].map(str::to_owned).to_vec();
        Ok(Model { name, shape, efforts, verbosity: true })
    }
}

struct Nothing;

impl Continuation for Nothing {
    fn answer(&self, _id: &str) -> Option<String> {
        None
    }

    fn item(&self, _id: &str) -> Option<String> {
        None
    }
}

fn translated_bytes(body: &[u8]) -> Result<Translated, Refusal> {
    let surroundings =
        Surroundings { catalogue: &Models, continuation: &Nothing, conversation: None, most_bytes: MOST };
    translate(Dialect::Messages, body, &surroundings)
}

fn translated(body: &Value) -> Translated {
    translated_bytes(body.to_string().as_bytes()).unwrap()
}

/// What the backend gets.
fn sent(body: &Value) -> Value {
    serde_json::from_slice(&translated(body).body).unwrap()
}

/// A request with more members.
fn request(more: Value) -> Value {
    let mut body =
        json!({ "model": "gpt-5.5", "max_tokens": 100, "messages": [{ "role": "user", "content": "hi" }] });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// The input items for a conversation.
fn items(messages: Value) -> Value {
    sent(&request(json!({ "messages": messages })))["input"].clone()
}

/// The parameter that a refusal blames, and what it says.
fn refused(body: &Value) -> (String, String) {
    let fault = translated_bytes(body.to_string().as_bytes()).unwrap_err().fault();
    (fault.param.unwrap_or_default(), fault.message)
}

/// All that a streamed answer sends.
fn streamed(form: &AnswerForm, events: &[Value], end: End) -> String {
    let form = AnswerForm { delivery: Delivery::Streamed, ..form.clone() };
    let (mut translator, mut out) = (form.translator(0, "u1"), Vec::new());
    for event in events {
        translator.event(event.to_string().as_bytes(), &mut out);
    }
    translator.end(end, &mut out);
    String::from_utf8(out).unwrap()
}

/// Status and body of a whole answer.
fn collected(form: &AnswerForm, events: &[Value], end: End) -> (u16, Value) {
    let form = AnswerForm { delivery: Delivery::Whole, ..form.clone() };
    let (mut translator, mut out) = (form.translator(0, "u1"), Vec::new());
    for event in events {
        translator.event(event.to_string().as_bytes(), &mut out);
    }
    assert!(out.is_empty());
    let whole = translator.whole(end);
    (whole.status, serde_json::from_slice(&whole.body).unwrap())
}
