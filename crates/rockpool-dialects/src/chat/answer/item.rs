//! Items of the backend's output, as an answer shows them.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::token;

/// An item by its kind.
pub(super) enum Item<'a> {
    Message(Message<'a>),
    /// Its texts, of the summary or in full.
    Reasoning(Vec<&'a RawValue>),
    /// A call of a function, or of a custom tool.
    Call(Call<'a>),
    /// What an answer does not show, such as a search.
    Other,
}

pub(super) struct Call<'a> {
    pub(super) is_custom: bool,
    pub(super) id: Option<Cow<'a, str>>,
    pub(super) name: Cow<'a, str>,
    /// Arguments or input.
    pub(super) input: Option<&'a RawValue>,
}

#[derive(Default)]
pub(super) struct Message<'a> {
    pub(super) texts: Vec<&'a RawValue>,
    pub(super) refusals: Vec<&'a RawValue>,
    pub(super) citations: Vec<Citation<'a>>,
}

/// A citation by its place in the texts of its message.
pub(super) struct Citation<'a> {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) url: &'a RawValue,
    pub(super) title: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    call_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    arguments: Option<&'a RawValue>,
    #[serde(borrow)]
    input: Option<&'a RawValue>,
    #[serde(borrow)]
    summary: Option<&'a RawValue>,
    #[serde(borrow)]
    content: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct PartFields<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    text: Option<&'a RawValue>,
    #[serde(borrow)]
    refusal: Option<&'a RawValue>,
    #[serde(borrow)]
    annotations: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct AnnotationFields<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    start_index: Option<u64>,
    end_index: Option<u64>,
    #[serde(borrow)]
    url: Option<&'a RawValue>,
    #[serde(borrow)]
    title: Option<&'a RawValue>,
}

impl<'a> Item<'a> {
    pub(super) fn read(item: &'a RawValue) -> Self {
        let Ok(fields) = serde_json::from_str::<Fields<'a>>(item.get()) else { return Self::Other };
        match fields.kind.as_deref().unwrap_or_default() {
            "message" => Self::Message(message(fields.content)),
            "reasoning" => {
                let summary = texts(fields.summary);
                Self::Reasoning(if summary.is_empty() { texts(fields.content) } else { summary })
            }
            kind @ ("function_call" | "custom_tool_call") => {
                let Some(name) = fields.name else { return Self::Other };
                let is_custom = kind == "custom_tool_call";
                let input = if is_custom { fields.input } else { fields.arguments };
                Self::Call(Call { is_custom, id: fields.call_id.or(fields.id), name, input })
            }
            _ => Self::Other,
        }
    }
}

/// The elements of a list that can be read.
pub(super) fn each<'a, T: Deserialize<'a>>(list: Option<&'a RawValue>) -> Vec<T> {
    let elements: Vec<&'a RawValue> =
        list.and_then(|list| serde_json::from_str(list.get()).ok()).unwrap_or_default();
    elements.into_iter().filter_map(|element| serde_json::from_str(element.get()).ok()).collect()
}

fn message(content: Option<&RawValue>) -> Message<'_> {
    let mut message = Message::default();
    // Citations have their places in one part.
    let mut before = 0_u64;
    for part in each::<PartFields<'_>>(content) {
        match (part.kind.as_deref(), part.text, part.refusal) {
            (Some("output_text"), Some(text), _) => {
                let citations = each::<AnnotationFields<'_>>(part.annotations).into_iter();
                message.citations.extend(citations.filter_map(|found| citation(found, before)));
                message.texts.push(text);
                before += token::inside(text).map_or(0, token::characters);
            }
            (Some("refusal"), _, Some(refusal)) => message.refusals.push(refusal),
            (_, _, _) => {}
        }
    }
    message
}

fn citation(fields: AnnotationFields<'_>, before: u64) -> Option<Citation<'_>> {
    let is_citation = fields.kind.as_deref() == Some("url_citation");
    let url = fields.url.filter(|url| is_citation && token::inside(url).is_some())?;
    let title = fields.title.filter(|title| token::inside(title).is_some());
    let place = |within: u64| before.saturating_add(within);
    Some(Citation { start: place(fields.start_index?), end: place(fields.end_index?), url, title })
}

fn texts(parts: Option<&RawValue>) -> Vec<&RawValue> {
    each::<PartFields<'_>>(parts).into_iter().filter_map(|part| part.text).collect()
}
