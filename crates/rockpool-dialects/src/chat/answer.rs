use crate::answer::{AnswerForm, End, Whole, broken_off};
use crate::event::Event;
use crate::request::Dialect;

#[derive(Clone, Debug)]
pub(crate) struct Form;

#[derive(Debug)]
pub(crate) struct Answer;

impl Answer {
    pub(crate) fn new(_common: &AnswerForm, _form: &Form, _seconds: i64, _unique: &str) -> Self {
        Self
    }
    pub(crate) fn event(&mut self, _event: &Event<'_>, _out: &mut Vec<u8>) {}
    pub(crate) fn end(&mut self, _end: End, _out: &mut Vec<u8>) {}
    pub(crate) fn whole(self, end: End) -> Whole {
        Whole { status: 502, body: broken_off(end).body(Dialect::ChatCompletions) }
    }
}
