//! The `response` object inside an event, as the public API has it.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::collect::{AnsweredItem, Collector};
use crate::fault::Fault;
use crate::json;
use crate::responses::form::Form;
use crate::splice::{self, Edit};

/// How far an answer is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stage<'a> {
    Queued,
    InProgress,
    Completed,
    Incomplete,
    Failed(&'a Fault),
}

/// What every response object of one answer says.
#[derive(Clone, Copy)]
pub(super) struct Frame<'a> {
    pub(super) form: &'a Form,
    /// By the name that was asked for.
    pub(super) model: &'a str,
    /// The one id of the answer.
    pub(super) id: &'a str,
    /// Since 1970.
    pub(super) seconds: i64,
    /// What of the request had no effect, where the response itself has to name it.
    pub(super) dropped: &'a [String],
}

/// A member that the public API does not have: the libraries keep those that they do not know, or pass over them.
const DROPPED: &str = "rockpool_dropped";

impl Stage<'_> {
    fn status(self) -> &'static str {
        match self {
            Self::Queued => "\"queued\"",
            Self::InProgress => "\"in_progress\"",
            Self::Completed => "\"completed\"",
            Self::Incomplete => "\"incomplete\"",
            Self::Failed(_) => "\"failed\"",
        }
    }
}

impl Frame<'_> {
    /// The object with what was asked for in place of what the backend was asked for, and with those members that
    /// the SDKs' types require (openai-python's `Response`).
    pub(super) fn response(self, text: &str, stage: Stage<'_>, collected: &Collector) -> Vec<u8> {
        let text = text.as_bytes();
        let members = json::members(text).unwrap_or_default();
        let (id, model) = (quoted(self.id), quoted(self.model));
        let previous = self.form.previous.as_deref().map_or_else(|| "null".to_owned(), quoted);
        let (created_at, store) = (self.seconds.to_string(), self.form.store.to_string());
        let parallel = self.form.parallel_tool_calls.unwrap_or(true).to_string();
        let error = match stage {
            Stage::Failed(fault) => error(fault),
            Stage::Queued | Stage::InProgress | Stage::Completed | Stage::Incomplete => "null".to_owned(),
        };
        let cut_short = match stage {
            Stage::Incomplete => r#"{"reason":"max_output_tokens"}"#,
            Stage::Queued | Stage::InProgress | Stage::Completed | Stage::Failed(_) => "null",
        };
        let output = output(json::last(text, &members, "output"), stage, collected);
        let usage = json::last(text, &members, "usage").filter(|usage| usage.starts_with(b"{")).map(usage);
        let mut edits = vec![
            Edit::set("id", &id),
            Edit::fill("object", "\"response\""),
            Edit::fill("created_at", &created_at),
            Edit::fill("status", stage.status()),
            Edit::fill("error", &error),
            Edit::fill("incomplete_details", cut_short),
            Edit::fill("instructions", "null"),
            Edit::set("model", &model),
            Edit::set("output", &*output),
            Edit::fill("parallel_tool_calls", &parallel),
            Edit::set("previous_response_id", &previous),
            Edit::set("store", &store),
            Edit::fill("temperature", "null"),
            Edit::fill("tool_choice", "\"auto\""),
            Edit::fill("tools", "[]"),
            Edit::fill("top_p", "null"),
        ];
        edits.push(match &self.form.metadata {
            Some(metadata) => Edit::set("metadata", metadata.get()),
            None => Edit::fill("metadata", "{}"),
        });
        edits.push(match &usage {
            Some(usage) => Edit::set("usage", usage),
            None => Edit::fill("usage", "null"),
        });
        let dropped = serde_json::Value::from(self.dropped).to_string();
        if !self.dropped.is_empty() {
            edits.push(Edit::set(DROPPED, &dropped));
        }
        splice::object(text, &edits)
    }
}

/// The list of items; at the end of an answer those that came by themselves, where the list itself has none.
fn output<'a>(present: Option<&'a [u8]>, stage: Stage<'_>, collected: &Collector) -> Cow<'a, [u8]> {
    let list = present.unwrap_or_default();
    let items = json::elements_of(list, &(0..list.len())).unwrap_or_default();
    let ended = match stage {
        Stage::Queued | Stage::InProgress => false,
        Stage::Completed | Stage::Incomplete | Stage::Failed(_) => true,
    };
    let joined = if items.is_empty() && ended {
        splice::join(collected.items().iter().map(|AnsweredItem { json, .. }| json.as_bytes()))
    } else {
        let items: Vec<Cow<'_, [u8]>> =
            items.into_iter().map(|item| for_tool(&list[item], collected)).collect();
        if items.iter().all(|item| matches!(item, Cow::Borrowed(_))) && !items.is_empty() {
            return Cow::Borrowed(list);
        }
        splice::join(items.iter().map(|item| &**item))
    };
    Cow::Owned([b"[", &*joined, b"]"].concat())
}

/// An item as the tool is to see it.
pub(super) fn for_tool<'a>(item: &'a [u8], collected: &Collector) -> Cow<'a, [u8]> {
    match std::str::from_utf8(item).map(|item| collected.for_tool(item)) {
        Ok(Cow::Owned(item)) => Cow::Owned(item.into_bytes()),
        Ok(Cow::Borrowed(_)) | Err(_) => Cow::Borrowed(item),
    }
}

/// The tokens with those members that the SDKs' types require (openai-python's `ResponseUsage`).
fn usage(text: &[u8]) -> Vec<u8> {
    let members = json::members(text).unwrap_or_default();
    let number = |name: &str| {
        let raw = json::last(text, &members, name)?;
        std::str::from_utf8(raw).ok()?.parse::<u64>().ok()
    };
    let details = |name: &str, inner: &[&str]| {
        let raw = json::last(text, &members, name).filter(|raw| raw.starts_with(b"{")).unwrap_or(b"{}");
        splice::object(raw, &inner.iter().map(|inner| Edit::fill(inner, "0")).collect::<Vec<_>>())
    };
    let input = details("input_tokens_details", &["cached_tokens", "cache_write_tokens"]);
    let output = details("output_tokens_details", &["reasoning_tokens"]);
    let total = number("input_tokens").unwrap_or(0).saturating_add(number("output_tokens").unwrap_or(0));
    splice::object(
        text,
        &[
            Edit::fill("input_tokens", "0"),
            Edit::set("input_tokens_details", &input),
            Edit::fill("output_tokens", "0"),
            Edit::set("output_tokens_details", &output),
            Edit::fill("total_tokens", &total.to_string()),
        ],
    )
}

fn error(fault: &Fault) -> String {
    let code = fault.code.as_deref().unwrap_or("server_error");
    format!(r#"{{"code":{},"message":{}}}"#, quoted(code), quoted(&fault.message))
}

/// A JSON string.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The text of a response object, or of an empty one.
pub(super) fn text_of(raw: Option<&RawValue>) -> &str {
    raw.map_or("{}", RawValue::get)
}
