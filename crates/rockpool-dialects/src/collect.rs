//! Keeps the items of an answer while it goes by, for requests that name it or them later.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::event::{Ended, Event};
use crate::lite::FUNCTIONS;
use crate::splice::{self, Edit};
use crate::{json, model::Shape, said};

/// What an answer was that came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered<'a> {
    /// `resp_…`, as the tool was told.
    pub id: &'a str,
    pub items: &'a [AnsweredItem],
    /// What was asked last.
    pub(crate) question: Option<&'a str>,
    /// What the tool was told of its words, where that is not all.
    pub(crate) told: Option<&'a str>,
}

/// One item of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnsweredItem {
    /// As the tool gets it.
    pub json: String,
    /// `msg_…`, `rs_…`, `fc_…`.
    pub id: Option<String>,
    /// What the result of a call will name.
    pub call_id: Option<String>,
    output_index: u32,
}

impl Answered<'_> {
    /// By what a later request may show that it goes on from this answer: the ids of its items and calls, its own id,
    /// and the name of its words.
    pub fn given(&self) -> Vec<String> {
        let ids = self.items.iter().flat_map(|item| [&item.id, &item.call_id]).flatten();
        // An empty name would tie together all that have one.
        let ids = ids.filter(|id| !id.is_empty()).cloned();
        let said = self.question.and_then(|question| match self.told {
            Some(told) => said::name(question, told),
            None => said::by(question, self.items.iter().map(|item| item.json.as_str())),
        });
        ids.chain([self.id.to_owned()]).chain(said).collect()
    }

    /// The items with commas between them, as [`crate::Continuation::answer`] gives them.
    pub fn joined(&self) -> String {
        let items: Vec<&str> = self.items.iter().map(|item| item.json.as_str()).collect();
        items.join(",")
    }
}

/// Collects the items of one answer, in the order of their places.
#[derive(Debug)]
pub(crate) struct Collector {
    shape: Shape,
    id: Option<String>,
    items: Vec<AnsweredItem>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Running,
    Answered,
    Failed,
}

#[derive(Default, Deserialize)]
struct Names {
    id: Option<String>,
    call_id: Option<String>,
}

#[derive(Default, Deserialize)]
struct Response<'a> {
    id: Option<String>,
    #[serde(borrow)]
    output: Option<Vec<&'a RawValue>>,
}

impl Collector {
    /// For the answer of a model that was asked in this shape.
    pub(crate) fn new(shape: Shape) -> Self {
        Self { shape, id: None, items: Vec::new(), state: State::Running }
    }

    pub(crate) fn event(&mut self, event: &Event<'_>) {
        if self.state != State::Running {
            return;
        }
        match event {
            Event::Created(response) => {
                self.id = self.id.take().or_else(|| response.and_then(|raw| response_of(raw).id));
            }
            Event::ItemDone { output_index, item } => self.item(*output_index, item),
            Event::Ended(ended) => self.end(ended),
            Event::Failed(_) => self.state = State::Failed,
            Event::ItemAdded { .. }
            | Event::Text { .. }
            | Event::Refusal { .. }
            | Event::Reasoning { .. }
            | Event::Arguments { .. }
            | Event::CustomInput { .. }
            | Event::Other => {}
        }
    }

    /// The items so far.
    pub(crate) fn items(&self) -> &[AnsweredItem] {
        &self.items
    }

    /// The answer, after its end. `told` is its id where the tool was told another than the backend's.
    pub(crate) fn answered<'a>(
        &'a self,
        told: Option<&'a str>,
        question: Option<&'a str>,
    ) -> Option<Answered<'a>> {
        let id = told.or(self.id.as_deref()).filter(|_| self.state == State::Answered)?;
        Some(Answered { id, items: &self.items, question, told: None })
    }

    /// An item as the tool is to see it. Lite models are given a tool's functions inside a namespace of ours, and
    /// may name it in their calls; the tool knows of none.
    pub(crate) fn for_tool<'a>(&self, item: &'a str) -> Cow<'a, str> {
        let named = || {
            let members = json::members(item.as_bytes()).ok()?;
            json::string(json::last(item.as_bytes(), &members, "namespace")?)
        };
        if self.shape == Shape::Plain || !item.contains("namespace") || named().as_deref() != Some(FUNCTIONS)
        {
            return Cow::Borrowed(item);
        }
        let without = splice::object(item.as_bytes(), &[Edit::remove("namespace")]);
        String::from_utf8(without).map_or(Cow::Borrowed(item), Cow::Owned)
    }

    fn item(&mut self, output_index: u32, item: &RawValue) {
        let names: Names = serde_json::from_str(item.get()).unwrap_or_default();
        let json = self.for_tool(item.get()).into_owned();
        let new = AnsweredItem { json, id: names.id, call_id: names.call_id, output_index };
        let same = |old: &&mut AnsweredItem| {
            old.output_index == output_index && old.id.is_some() && old.id == new.id
        };
        match self.items.iter_mut().find(same) {
            Some(old) => *old = new,
            None => {
                let place = self.items.partition_point(|old| old.output_index <= output_index);
                self.items.insert(place, new);
            }
        }
    }

    /// Where no item came by itself, those of the end count.
    fn end(&mut self, ended: &Ended<'_>) {
        self.id = self.id.take().or_else(|| ended.id.as_deref().map(str::to_owned));
        if self.items.is_empty() {
            for (place, item) in
                response_of(ended.response).output.unwrap_or_default().into_iter().enumerate()
            {
                self.item(u32::try_from(place).unwrap_or(u32::MAX), item);
            }
        }
        self.state = State::Answered;
    }
}

fn response_of(raw: &RawValue) -> Response<'_> {
    serde_json::from_str(raw.get()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collected(shape: Shape, events: &[&str]) -> Collector {
        let mut collector = Collector::new(shape);
        for json in events {
            collector.event(&Event::read(json.as_bytes()));
        }
        collector
    }

    #[test]
    fn items_are_kept_in_the_order_of_their_places_each_once() {
        let collector = collected(
            Shape::Plain,
            &[
                r#"{"type":"response.created","response":{"id":"resp_1"}}"#,
                r#"{"type":"response.output_item.done","output_index":1,"item":{"id":"fc_1","call_id":"call_1"}}"#,
                r#"{"type":"response.output_item.done","output_index":0,"item":{"id":"rs_1"}}"#,
                r#"{"type":"response.output_item.done","output_index":0,"item":{"id":"rs_1"}}"#,
                r#"{"type":"response.completed","response":{"id":"resp_1","output":[]}}"#,
            ],
        );
        let answered = collector.answered(None, None).unwrap();
        assert_eq!(answered.joined(), r#"{"id":"rs_1"},{"id":"fc_1","call_id":"call_1"}"#);
        assert_eq!((answered.id, answered.items[1].call_id.as_deref()), ("resp_1", Some("call_1")));
    }

    #[test]
    fn an_item_with_an_empty_id_gives_no_name() {
        let collector = collected(
            Shape::Plain,
            &[
                r#"{"type":"response.output_item.done","item":{"id":"","call_id":""}}"#,
                r#"{"type":"response.completed","response":{"id":"resp_1"}}"#,
            ],
        );
        assert_eq!(collector.answered(None, None).unwrap().given(), ["resp_1"]);
    }

    #[test]
    fn items_that_only_the_end_has_are_kept_too() {
        let end = r#"{"type":"response.completed","response":{"id":"r","output":[{"id":"msg_1"}]}}"#;
        assert_eq!(
            collected(Shape::Plain, &[end]).answered(None, None).unwrap().joined(),
            r#"{"id":"msg_1"}"#
        );
    }

    #[test]
    fn an_answer_without_an_end_is_none() {
        let item = r#"{"type":"response.output_item.done","item":{"id":"rs_1"}}"#;
        let failed = r#"{"type":"response.failed","response":{"id":"r"}}"#;
        assert_eq!(collected(Shape::Plain, &[item]).answered(Some("r"), None), None);
        assert_eq!(collected(Shape::Plain, &[item, failed]).answered(Some("r"), None), None);
    }

    #[test]
    fn the_namespace_that_a_lite_model_was_given_is_not_the_tools() {
        let call =
            |namespace: &str| format!(r#"{{"type":"function_call","namespace":"{namespace}","name":"f"}}"#);
        let without = r#"{"type":"function_call","name":"f"}"#;
        assert_eq!(Collector::new(Shape::Lite).for_tool(&call("functions")), without);
        assert_eq!(Collector::new(Shape::Lite).for_tool(&call("crm")), call("crm"));
        assert_eq!(Collector::new(Shape::Plain).for_tool(&call("functions")), call("functions"));
    }
}
