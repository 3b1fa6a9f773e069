//! An answer on its way to the tool.

use crate::answer::{Common, End, Whole};
use crate::collect::{Answered, Collector};
use crate::event::Event;
use crate::model::Shape;
use crate::translation::{AnswerForm, Form};
use crate::{chat, messages, responses};

/// Turns the backend's events into the tool's, one by one.
#[derive(Debug)]
pub struct Translator {
    machine: Machine,
    collected: Collector,
    question: Option<String>,
}

#[derive(Debug)]
enum Machine {
    Responses(responses::answer::Answer),
    Chat(chat::answer::Answer),
    Messages(messages::answer::Answer),
}

impl AnswerForm {
    /// A translator for one answer. `seconds` is the time, since 1970; `unique` makes ids that the backend does not
    /// give, and must not be used twice.
    pub fn translator(&self, seconds: i64, unique: &str) -> Translator {
        let common = Common { delivery: self.delivery, model: &self.model, dropped: &self.dropped };
        let (machine, shape) = match &self.dialect {
            Form::Responses(form) => (
                Machine::Responses(responses::answer::Answer::new(common, form, seconds, unique)),
                form.shape,
            ),
            // What their tools see of an item is written anew.
            Form::Chat(form) => {
                (Machine::Chat(chat::answer::Answer::new(common, form, seconds, unique)), Shape::Plain)
            }
            Form::Messages(form) => {
                (Machine::Messages(messages::answer::Answer::new(common, form, unique)), Shape::Plain)
            }
        };
        Translator { machine, collected: Collector::new(shape), question: self.question.clone() }
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
        let (id, told) = match &self.machine {
            Machine::Responses(answer) => (answer.told(), None),
            Machine::Chat(answer) => (None, answer.cut()),
            Machine::Messages(answer) => (None, answer.cut()),
        };
        let answered = self.collected.answered(id, self.question.as_deref());
        answered.map(|answered| Answered { told, ..answered })
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
