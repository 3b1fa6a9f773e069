//! What a translation costs in CPU: a long history on its way up, and events on their way down, in each dialect; beside
//! it, what reading and writing the same bytes as a JSON tree costs. Run with `--release`; prints a table.

use std::hint::black_box;
use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use rockpool_dialects::{
    Catalogue, Continuation, Delivery, Dialect, Model, Shape, Surroundings, Translated, UnknownModel,
    translate,
};
use serde_json::{Value, json};

/// Turns of the history, each with a question, a call, its result and an answer: about 2 MB.
const TURNS: usize = 500;
/// Each figure is the least of so many rounds: what disturbs a round only adds to it.
const ROUNDS: usize = 15;
/// Events of one answer.
const EVENTS: usize = 20_000;

struct OneModel;

impl Catalogue for OneModel {
    fn find(&self, asked: &str) -> Result<Model, UnknownModel> {
        let efforts = vec!["low".to_owned(), "high".to_owned()];
        Ok(Model { name: asked.to_owned(), shape: Shape::Plain, efforts, verbosity: true })
    }
}

struct NothingKept;

impl Continuation for NothingKept {
    fn answer(&self, _id: &str) -> Option<String> {
        None
    }

    fn item(&self, _id: &str) -> Option<String> {
        None
    }
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "| dialect | request, MB | up, ms | as a tree, ms | ratio | down, ns per event |")?;
    writeln!(out, "|---|---|---|---|---|---|")?;
    for (name, dialect, request) in [
        ("Responses", Dialect::Responses, responses()),
        ("Chat Completions", Dialect::ChatCompletions, chat()),
        ("Messages", Dialect::Messages, messages()),
    ] {
        let bytes = request.to_string().into_bytes();
        let up = least(|| {
            black_box(translated(dialect, &bytes));
        });
        let tree = least(|| {
            let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
            black_box(serde_json::to_vec(&value).unwrap_or_default());
        });
        let down = down(translated(dialect, &bytes));
        let megabytes = bytes.len() as f64 / 1e6;
        let ratio = up.as_secs_f64() / tree.as_secs_f64();
        let (up, tree) = (up.as_secs_f64() * 1e3, tree.as_secs_f64() * 1e3);
        writeln!(out, "| {name} | {megabytes:.1} | {up:.2} | {tree:.2} | {ratio:.2} | {down:.0} |")?;
    }
    Ok(())
}

fn translated(dialect: Dialect, bytes: &[u8]) -> Option<Translated> {
    let surroundings = Surroundings {
        catalogue: &OneModel,
        continuation: &NothingKept,
        conversation: None,
        most_bytes: usize::MAX,
    };
    translate(dialect, bytes, &surroundings).ok()
}

#[expect(clippy::disallowed_methods, reason = "a measurement reads the time")]
fn least(mut work: impl FnMut()) -> Duration {
    let round = |_| {
        let begun = Instant::now();
        work();
        begun.elapsed()
    };
    (0..ROUNDS).map(round).min().unwrap_or_default()
}

/// Nanoseconds per event of a stream of short texts.
fn down(translated: Option<Translated>) -> f64 {
    let Some(translated) = translated else { return f64::NAN };
    let mut form = translated.form;
    form.delivery = Delivery::Streamed;
    let event = br#"{"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"sequence_number":7,"delta":"a few words of an answer "}"#;
    let whole = least(|| {
        let mut translator = form.translator(0, "measured");
        let mut out = Vec::new();
        for _ in 0..EVENTS {
            translator.event(event, &mut out);
            out.clear();
        }
        black_box(&out);
    });
    whole.as_secs_f64() * 1e9 / EVENTS as f64
}

fn text(turn: usize) -> String {
    format!("Turn {turn}: \"quoted\", with a line\nand some words. ").repeat(16)
}

fn responses() -> Value {
    let items: Vec<Value> = (0..TURNS)
        .flat_map(|turn| {
            let call = format!("call_{turn}");
            [
                json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": text(turn)}]}),
                json!({"type": "function_call", "call_id": call, "name": "look", "arguments": json!({"at": text(turn)}).to_string()}),
                json!({"type": "function_call_output", "call_id": call, "output": text(turn)}),
                json!({"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text(turn)}]}),
            ]
        })
        .collect();
    json!({"model": "m", "stream": true, "input": items})
}

fn chat() -> Value {
    let messages: Vec<Value> = (0..TURNS)
        .flat_map(|turn| {
            let call = format!("call_{turn}");
            let function = json!({"name": "look", "arguments": json!({"at": text(turn)}).to_string()});
            [
                json!({"role": "user", "content": text(turn)}),
                json!({"role": "assistant", "content": null, "tool_calls": [{"id": call, "type": "function", "function": function}]}),
                json!({"role": "tool", "tool_call_id": call, "content": text(turn)}),
                json!({"role": "assistant", "content": text(turn)}),
            ]
        })
        .collect();
    json!({"model": "m", "stream": true, "messages": messages})
}

fn messages() -> Value {
    let messages: Vec<Value> = (0..TURNS)
        .flat_map(|turn| {
            let call = format!("call_{turn}");
            [
                json!({"role": "user", "content": text(turn)}),
                json!({"role": "assistant", "content": [{"type": "tool_use", "id": call, "name": "look", "input": {"at": text(turn)}}]}),
                json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": call, "content": text(turn)}]}),
                json!({"role": "assistant", "content": [{"type": "text", "text": text(turn)}]}),
            ]
        })
        .collect();
    json!({"model": "m", "max_tokens": 9, "stream": true, "messages": messages})
}
