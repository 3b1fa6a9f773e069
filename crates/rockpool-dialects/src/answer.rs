//! An answer on its way to the tool.

use crate::collect::{Answered, Collector};
use crate::event::Event;
use crate::fault::{Fault, FaultKind};
use crate::model::Shape;
use crate::request::Dialect;
use crate::{chat, messages, responses};

/// How a tool wants its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Events as they come.
    Streamed,
    /// One JSON object when all is there.
    Whole,
}

/// All that the way back has to know of the request.
#[derive(Clone, Debug)]
pub struct AnswerForm {
    pub delivery: Delivery,
    /// The model by the name that the tool asked for.
    pub model: String,
    pub(crate) dialect: Form,
}

/// What of a request its answer in that dialect depends on.
#[derive(Clone, Debug)]
pub(crate) enum Form {
    Responses(responses::form::Form),
    Chat(chat::answer::Form),
    Messages(messages::answer::Form),
}

/// How the backend's stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// As a stream ends.
    Regular,
    /// The connection broke.
    Broken,
}

/// A whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    pub status: u16,
    /// JSON.
    pub body: Vec<u8>,
}

/// Turns the backend's events into the tool's, one by one.
#[derive(Debug)]
pub struct Translator {
    machine: Machine,
    collected: Collector,
}

#[derive(Debug)]
enum Machine {
    Responses(responses::answer::Answer),
    Chat(chat::answer::Answer),
    Messages(messages::answer::Answer),
}

impl AnswerForm {
    /// The dialect in which the answer is due.
    pub fn dialect(&self) -> Dialect {
        match self.dialect {
            Form::Responses(_) => Dialect::Responses,
            Form::Chat(_) => Dialect::ChatCompletions,
            Form::Messages(_) => Dialect::Messages,
        }
    }

    /// A translator for one answer. `seconds` is the time, since 1970; `unique` makes ids that the backend does not
    /// give, and must not be used twice.
    pub fn translator(&self, seconds: i64, unique: &str) -> Translator {
        let (machine, shape) = match &self.dialect {
            Form::Responses(form) => {
                (Machine::Responses(responses::answer::Answer::new(self, form, seconds, unique)), form.shape)
            }
            // What their tools see of an item is written anew.
            Form::Chat(form) => {
                (Machine::Chat(chat::answer::Answer::new(self, form, seconds, unique)), Shape::Plain)
            }
            Form::Messages(form) => {
                (Machine::Messages(messages::answer::Answer::new(self, form, unique)), Shape::Plain)
            }
        };
        Translator { machine, collected: Collector::new(shape) }
    }
}

impl Translator {
    /// Takes the JSON of an event; what the tool is sent of it goes to `out`. Of an answer that is delivered whole,
    /// nothing does. On a WebSocket each message to the tool is one line.
    pub fn event(&mut self, json: &[u8], out: &mut Vec<u8>) {
        let event = Event::read(json);
        self.collected.event(&event);
        match &mut self.machine {
            Machine::Responses(answer) => answer.event(json, &event, &self.collected, out),
            Machine::Chat(answer) => answer.event(&event, out),
            Machine::Messages(answer) => answer.event(&event, out),
        }
    }

    /// Ends a streamed answer: one that has not come to its end tells so in the tool's form.
    pub fn end(&mut self, end: End, out: &mut Vec<u8>) {
        match &mut self.machine {
            Machine::Responses(answer) => answer.end(end, &self.collected, out),
            Machine::Chat(answer) => answer.end(end, out),
            Machine::Messages(answer) => answer.end(end, out),
        }
    }

    /// What the answer was, once it has come to its end in other than failure. Asked before [`Self::whole`].
    pub fn answered(&self) -> Option<Answered<'_>> {
        match &self.machine {
            Machine::Responses(answer) => self.collected.answered(answer.told()),
            Machine::Chat(_) | Machine::Messages(_) => self.collected.answered(None),
        }
    }

    /// The whole answer, after its last event; an error where it has not come to its end.
    pub fn whole(self, end: End) -> Whole {
        match self.machine {
            Machine::Responses(answer) => answer.whole(end),
            Machine::Chat(answer) => answer.whole(end),
            Machine::Messages(answer) => answer.whole(end),
        }
    }
}

/// What a tool is told of an answer that broke off.
pub(crate) fn broken_off(end: End) -> Fault {
    let message = match end {
        End::Regular => "The provider ended the answer early.",
        End::Broken => "The connection to the provider broke in the middle of the answer.",
    };
    Fault { status: 502, kind: FaultKind::Server, message: message.to_owned(), code: None, param: None }
}
