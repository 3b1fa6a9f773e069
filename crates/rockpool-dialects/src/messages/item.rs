//! One output item of the backend, as steps of an answer.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::json;
use crate::messages::piece::Opening;
use crate::messages::signature::Sealed;
use crate::messages::thinking::Thinking;

/// What an item adds to the answer, one after the other.
#[derive(Debug)]
pub(super) enum Step {
    Open(Opening),
    Text(Box<RawValue>),
    /// Text by which the model refuses.
    Refusal(Box<RawValue>),
    Thinking(Box<RawValue>),
    Signature(String),
    Input(Box<RawValue>),
    Close,
}

#[derive(Debug, Default)]
pub(super) struct Item {
    pub(super) id: Option<String>,
    kind: Option<Kind>,
    state: State,
    /// Whether any of it came in deltas: then the whole item repeats it.
    in_deltas: bool,
    /// The part of the reasoning that came last.
    part: Option<u32>,
    input: Input,
    /// Arguments that came before the function's name.
    early: Vec<Box<RawValue>>,
    pub(super) steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Message,
    Reasoning,
    Call,
    /// Nothing that the tool is shown, such as a web search.
    Other,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Waiting,
    Open,
    Closed,
}

/// How a call's arguments begin. A tool's input has to be an object, so nothing is told of any others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Input {
    #[default]
    Unknown,
    Object,
    Other,
}

/// An item as the backend writes it.
#[derive(Default, Deserialize)]
pub(super) struct Parsed<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Cow<'a, str>,
    pub(super) id: Option<String>,
    call_id: Option<String>,
    name: Option<String>,
    #[serde(borrow)]
    arguments: Option<&'a RawValue>,
    #[serde(borrow)]
    content: Option<Vec<Part<'a>>>,
    #[serde(borrow)]
    summary: Option<Vec<Part<'a>>>,
    encrypted_content: Option<String>,
}

#[derive(Deserialize)]
struct Part<'a> {
    #[serde(borrow)]
    text: Option<&'a RawValue>,
    #[serde(borrow)]
    refusal: Option<&'a RawValue>,
}

impl<'a> Parsed<'a> {
    pub(super) fn read(item: &'a RawValue) -> Self {
        serde_json::from_str(item.get()).unwrap_or_default()
    }

    fn kind(&self) -> Kind {
        match self.kind.as_ref() {
            "message" => Kind::Message,
            "reasoning" => Kind::Reasoning,
            "function_call" => Kind::Call,
            _ => Kind::Other,
        }
    }
}

impl Item {
    pub(super) fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    pub(super) fn added(&mut self, item: &Parsed<'_>) {
        self.is(item.kind());
        self.id = self.id.take().or_else(|| item.id.clone());
        if self.kind == Some(Kind::Call) {
            self.call(item);
        }
    }

    pub(super) fn text(&mut self, delta: &RawValue) {
        if self.says(Kind::Message, delta) {
            self.open(Opening::Text);
            self.steps.push(Step::Text(delta.to_owned()));
        }
    }

    pub(super) fn refusal(&mut self, delta: &RawValue) {
        if self.says(Kind::Message, delta) {
            self.open(Opening::Text);
            self.steps.push(Step::Refusal(delta.to_owned()));
        }
    }

    /// `part` is parted from the one before it by an empty line.
    pub(super) fn reasoning(&mut self, thinking: Thinking, part: u32, delta: &RawValue) {
        if thinking != Thinking::Shown || !self.says(Kind::Reasoning, delta) {
            return;
        }
        self.open(Opening::Thinking);
        if self.part.replace(part).is_some_and(|before| before != part) {
            self.steps.extend(blank_line());
        }
        self.steps.push(Step::Thinking(delta.to_owned()));
    }

    pub(super) fn arguments(&mut self, delta: &RawValue) {
        if !self.says(Kind::Call, delta) || self.input_with(delta) != Input::Object {
            return;
        }
        match self.state {
            State::Waiting => self.early.push(delta.to_owned()),
            State::Open => self.steps.push(Step::Input(delta.to_owned())),
            State::Closed => {}
        }
    }

    /// With white space alone it has not begun.
    fn input_with(&mut self, delta: &RawValue) -> Input {
        if self.input == Input::Unknown {
            let text = json::string(delta.get().as_bytes()).unwrap_or_default();
            self.input = match text.trim_start().chars().next() {
                None => Input::Unknown,
                Some('{') => Input::Object,
                Some(_) => Input::Other,
            };
        }
        self.input
    }

    /// The whole item; `spare` names a call that the backend has not named.
    pub(super) fn done(&mut self, thinking: Thinking, item: &Parsed<'_>, spare: &str) {
        if self.is_closed() {
            return;
        }
        self.is(item.kind());
        self.id = self.id.take().or_else(|| item.id.clone());
        match self.kind {
            Some(Kind::Message) => self.whole_message(item),
            Some(Kind::Reasoning) => self.whole_reasoning(thinking, item),
            Some(Kind::Call) => self.whole_call(item, spare),
            Some(Kind::Other) | None => {}
        }
        self.close();
    }

    /// Nothing more of it comes.
    pub(super) fn close(&mut self) {
        if self.state == State::Open {
            self.steps.push(Step::Close);
        }
        self.state = State::Closed;
    }

    fn whole_message(&mut self, item: &Parsed<'_>) {
        if self.in_deltas {
            return;
        }
        for part in item.content.iter().flatten() {
            part.text.into_iter().for_each(|text| self.text(text));
            part.refusal.into_iter().for_each(|refusal| self.refusal(refusal));
        }
    }

    fn whole_reasoning(&mut self, thinking: Thinking, item: &Parsed<'_>) {
        if thinking == Thinking::Left {
            return;
        }
        if !self.in_deltas {
            let texts = item.summary.iter().flatten().filter_map(|part| part.text);
            for (at, text) in (0..).zip(texts) {
                self.reasoning(thinking, at, text);
            }
        }
        let sealed = item.id.as_deref().zip(item.encrypted_content.as_deref());
        let signature = sealed.and_then(|(id, ciphertext)| Sealed { id, ciphertext }.signature());
        if let Some(signature) = signature {
            self.open(Opening::Thinking);
            self.steps.push(Step::Signature(signature));
        }
    }

    fn whole_call(&mut self, item: &Parsed<'_>, spare: &str) {
        self.call(item);
        if self.state == State::Waiting
            && let Some(name) = &item.name
        {
            let id = item.id.clone().unwrap_or_else(|| spare.to_owned());
            self.begin_call(id, name.clone());
        }
        if self.in_deltas {
            return;
        }
        let Some(arguments) = item.arguments else { return };
        if arguments.get().starts_with('"') {
            self.arguments(arguments);
        } else if let Ok(text) = to_raw_value(arguments.get()) {
            self.arguments(&text);
        }
    }

    /// Opens the call as soon as it is known by id and name.
    fn call(&mut self, item: &Parsed<'_>) {
        if let (Some(id), Some(name)) = (&item.call_id, &item.name) {
            self.begin_call(id.clone(), name.clone());
        }
    }

    fn begin_call(&mut self, id: String, name: String) {
        if self.state == State::Waiting {
            self.open(Opening::ToolUse { id, name });
            self.steps.extend(self.early.drain(..).map(Step::Input));
        }
    }

    fn open(&mut self, opening: Opening) {
        if self.state == State::Waiting {
            self.state = State::Open;
            self.steps.push(Step::Open(opening));
        }
    }

    fn is(&mut self, kind: Kind) {
        self.kind.get_or_insert(kind);
    }

    /// Whether a delta says something that belongs to an item of this kind.
    fn says(&mut self, kind: Kind, delta: &RawValue) -> bool {
        self.is(kind);
        let said = self.kind == Some(kind)
            && self.state != State::Closed
            && delta.get().starts_with('"')
            && delta.get() != "\"\"";
        self.in_deltas |= said;
        said
    }
}

fn blank_line() -> Option<Step> {
    RawValue::from_string(r#""\n\n""#.to_owned()).ok().map(Step::Thinking)
}
