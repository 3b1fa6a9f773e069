//! The backend's events become an answer of Chat Completions.

mod chunks;
mod collected;
mod item;
mod piece;
mod speech;
mod stop;
mod token;
mod voice;
mod wire;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::value::RawValue;

use self::chunks::Chunks;
use self::collected::Collected;
use self::item::Item;
use self::piece::{Call, CallKind, Finish, Piece};
use self::speech::Speech;
use self::voice::{Sink, To, Voice};
use crate::answer::{Common, Delivery, End, Whole, broken_off};
use crate::event::{CutShort, Ended, Event, Usage};
use crate::fault::Fault;

/// What of a request its answer depends on.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    /// Whether a stream tells tokens (`stream_options.include_usage`).
    pub(crate) include_usage: bool,
    pub(crate) calls: CallForm,
    /// Sequences at which the text ends; none is empty.
    pub(crate) stop: Vec<String>,
}

/// How calls of tools are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallForm {
    ToolCalls,
    /// The old form, which has room for one call.
    FunctionCall,
}

/// An answer while it comes.
#[derive(Debug)]
pub(crate) struct Answer {
    voice: Voice,
    form: CallForm,
    unique: String,
    speech: Speech,
    /// Items whose refusal, or reasoning, has been told from deltas.
    refused: BTreeSet<u32>,
    reasoned: BTreeSet<u32>,
    /// The item and its part that was last reasoned in.
    thought: Option<(u32, u32)>,
    calls: BTreeMap<u32, (Call, Input)>,
}

/// What has been told of a call's arguments or input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Input {
    Nothing,
    Some,
    All,
}

#[derive(Deserialize)]
struct Response<'a> {
    #[serde(borrow)]
    output: Option<&'a RawValue>,
}

impl Answer {
    pub(crate) fn new(common: Common<'_>, form: &Form, seconds: i64, unique: &str) -> Self {
        let (id, model) = (format!("chatcmpl-{unique}"), common.model.to_owned());
        let sink = match common.delivery {
            Delivery::Streamed => {
                Sink::Chunks(Chunks { id, created: seconds, model, include_usage: form.include_usage })
            }
            Delivery::Whole => Sink::Collected(Box::new(Collected::new(id, seconds, model))),
        };
        Self {
            voice: Voice::new(sink),
            form: form.calls,
            unique: unique.to_owned(),
            speech: Speech::new(&form.stop),
            refused: BTreeSet::new(),
            reasoned: BTreeSet::new(),
            thought: None,
            calls: BTreeMap::new(),
        }
    }

    pub(crate) fn event(&mut self, event: &Event<'_>, out: &mut Vec<u8>) {
        if self.voice.is_over() {
            return;
        }
        let to = &mut To { voice: &mut self.voice, out };
        // After a stop sequence only calls that have begun are told to their end.
        let goes_on = !self.speech.is_stopped();
        match event {
            Event::Created(_) => to.begin(),
            Event::ItemAdded { output_index, item } => {
                if let Item::Call(call) = Item::read(item) {
                    self.announce(*output_index, &call, out);
                }
            }
            Event::ItemDone { output_index, item } => self.item(*output_index, item, out),
            Event::Text { output_index, delta } if goes_on => self.speech.text(*output_index, delta, to),
            Event::Refusal { output_index, delta } if goes_on => self.refusal(*output_index, delta, out),
            Event::Reasoning { output_index, part, delta } if goes_on => {
                self.reasoned.insert(*output_index);
                self.reasoning(*output_index, *part, delta, out);
            }
            Event::Arguments { output_index, delta } | Event::CustomInput { output_index, delta } => {
                self.input(*output_index, delta, Input::Some, out);
            }
            Event::Ended(ended) => self.ended(ended, out),
            Event::Failed(fault) => self.failed(fault, out),
            Event::Text { .. } | Event::Refusal { .. } | Event::Reasoning { .. } | Event::Other => {}
        }
    }

    pub(crate) fn end(&mut self, end: End, out: &mut Vec<u8>) {
        if !self.voice.is_over() {
            self.failed(&broken_off(end), out);
        }
    }

    /// All that was said, where a stop sequence has ended it.
    pub(crate) fn cut(&self) -> Option<&str> {
        self.speech.cut()
    }

    pub(crate) fn whole(mut self, end: End) -> Whole {
        self.end(end, &mut Vec::new());
        self.voice.whole(&broken_off(end))
    }

    fn say(&mut self, piece: &Piece<'_>, out: &mut Vec<u8>) {
        To { voice: &mut self.voice, out }.say(piece);
    }

    /// A whole item, of which all, some or nothing was told before.
    fn item(&mut self, index: u32, item: &RawValue, out: &mut Vec<u8>) {
        match Item::read(item) {
            Item::Message(message) => self.message(index, &message, out),
            Item::Reasoning(texts) if !self.speech.is_stopped() && self.reasoned.insert(index) => {
                for (part, text) in (0..).zip(texts) {
                    self.reasoning(index, part, text, out);
                }
            }
            Item::Call(call) => {
                self.announce(index, &call, out);
                if let Some(input) = call.input {
                    self.input(index, input, Input::All, out);
                }
            }
            Item::Reasoning(_) | Item::Other => {}
        }
    }

    fn message(&mut self, index: u32, message: &item::Message<'_>, out: &mut Vec<u8>) {
        if self.speech.is_stopped() {
            return;
        }
        let to = &mut To { voice: &mut self.voice, out };
        if !self.speech.knows(index) {
            for text in &message.texts {
                self.speech.text(index, text, to);
            }
        }
        self.speech.done(index, &message.citations, to);
        if !self.refused.contains(&index) {
            for refusal in &message.refusals {
                self.refusal(index, refusal, out);
            }
        }
    }

    fn refusal(&mut self, index: u32, text: &RawValue, out: &mut Vec<u8>) {
        if token::inside(text).is_some() {
            self.refused.insert(index);
            self.say(&Piece::Refusal(text), out);
        }
    }

    /// Parts are set apart by a blank line.
    fn reasoning(&mut self, index: u32, part: u32, text: &RawValue, out: &mut Vec<u8>) {
        if token::inside(text).is_none() {
            return;
        }
        if self.thought.replace((index, part)).is_some_and(|last| last != (index, part)) {
            self.say(&Piece::Reasoning(&token::of("\n\n")), out);
        }
        self.say(&Piece::Reasoning(text), out);
    }

    fn announce(&mut self, index: u32, call: &item::Call<'_>, out: &mut Vec<u8>) {
        if self.calls.contains_key(&index) || self.speech.is_stopped() {
            return;
        }
        let kind = match (self.form, call.is_custom) {
            (CallForm::ToolCalls, false) => CallKind::Function,
            (CallForm::ToolCalls, true) => CallKind::Custom,
            (CallForm::FunctionCall, false) if self.calls.is_empty() => CallKind::Old,
            (CallForm::FunctionCall, false | true) => return,
        };
        let place = self.calls.len();
        let id = call.id.as_deref().map_or_else(|| format!("call_{}_{place}", self.unique), str::to_owned);
        let call = Call { index: place, kind, id, name: call.name.to_string() };
        self.say(&Piece::Call(&call), out);
        self.calls.insert(index, (call, Input::Nothing));
    }

    /// More of a call's arguments or input, or all of it where nothing was told before.
    fn input(&mut self, index: u32, delta: &RawValue, given: Input, out: &mut Vec<u8>) {
        let Some((call, told)) = self.calls.get_mut(&index) else { return };
        let is_news = match (*told, given) {
            (Input::Nothing, Input::Some | Input::All) | (Input::Some, Input::Some) => true,
            (Input::Some, Input::All) | (Input::All, _) | (_, Input::Nothing) => false,
        };
        let says_something = token::inside(delta).is_some();
        if says_something || given == Input::All {
            *told = given;
        }
        if is_news && says_something {
            let piece = Piece::Input { index: call.index, kind: call.kind, delta };
            To { voice: &mut self.voice, out }.say(&piece);
        }
    }

    fn ended(&mut self, ended: &Ended<'_>, out: &mut Vec<u8>) {
        let nothing_came = self.speech.is_empty() && self.calls.is_empty() && self.refused.is_empty();
        if nothing_came && let Ok(response) = serde_json::from_str::<Response<'_>>(ended.response.get()) {
            for (index, item) in (0..).zip(item::each::<&RawValue>(response.output)) {
                self.item(index, item, out);
            }
        }
        self.finish(ended.cut_short, ended.usage, out);
    }

    /// A stop sequence ends an answer, whatever comes after it.
    fn failed(&mut self, fault: &Fault, out: &mut Vec<u8>) {
        if self.speech.is_stopped() {
            return self.finish(None, Usage::default(), out);
        }
        self.speech.end(&mut To { voice: &mut self.voice, out });
        self.say(&Piece::Failure(fault), out);
    }

    fn finish(&mut self, cut_short: Option<CutShort>, usage: Usage, out: &mut Vec<u8>) {
        self.speech.end(&mut To { voice: &mut self.voice, out });
        let finish = match (cut_short.filter(|_| !self.speech.is_stopped()), self.calls.is_empty(), self.form)
        {
            (Some(CutShort::MaxTokens), _, _) => Finish::Length,
            (Some(CutShort::ContentFilter), _, _) => Finish::ContentFilter,
            (None, true, _) => Finish::Stop,
            (None, false, CallForm::ToolCalls) => Finish::ToolCalls,
            (None, false, CallForm::FunctionCall) => Finish::FunctionCall,
        };
        self.say(&Piece::Finish(finish), out);
        self.say(&Piece::End(usage), out);
    }
}
