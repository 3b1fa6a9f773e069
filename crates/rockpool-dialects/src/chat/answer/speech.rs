//! The content of an answer: the texts of its messages one after the other, though they may come side by side.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::item::Citation;
use super::piece::{Address, Citation as Cited, Piece};
use super::stop::Stop;
use super::token;
use super::voice::To;

/// Says the messages of an answer.
#[derive(Debug)]
pub(super) struct Speech {
    stop: Stop,
    messages: BTreeMap<u32, Message>,
    /// The one that is being said; the others wait.
    open: Option<u32>,
    /// Characters so far.
    said: u64,
    /// What was said of a text that may be cut.
    told: String,
}

/// A message by its `output_index`.
#[derive(Debug, Default)]
struct Message {
    /// What waits to be said, as JSON between quotation marks.
    waiting: String,
    /// Characters of the content before it.
    start: u64,
    citations: Vec<Kept>,
    is_done: bool,
}

/// A citation until its message has been said.
#[derive(Debug)]
struct Kept {
    start: u64,
    end: u64,
    url: Box<RawValue>,
    title: Option<Box<RawValue>>,
}

impl Speech {
    pub(super) fn new(stop: &[String]) -> Self {
        Self { stop: Stop::at(stop), messages: BTreeMap::new(), open: None, said: 0, told: String::new() }
    }

    /// Whether a stop sequence has ended the answer.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.found()
    }

    /// All that was said, where a stop sequence has ended it.
    pub(super) fn cut(&self) -> Option<&str> {
        self.is_stopped().then_some(&self.told)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// Whether something of a message is known.
    pub(super) fn knows(&self, index: u32) -> bool {
        self.messages.contains_key(&index)
    }

    /// More of a message.
    pub(super) fn text(&mut self, index: u32, text: &RawValue, to: &mut To<'_>) {
        let Some(inside) = token::inside(text) else { return };
        let message = self.messages.entry(index).or_default();
        if message.is_done {
            return;
        }
        if self.open.is_some_and(|open| open != index) {
            message.waiting.push_str(inside);
            return;
        }
        if self.open.is_none() {
            self.begin(index, to);
        }
        self.say(text, to);
    }

    /// The end of a message. Citations are by their place in the message.
    pub(super) fn done(&mut self, index: u32, citations: &[Citation<'_>], to: &mut To<'_>) {
        let Some(message) = self.messages.get_mut(&index).filter(|message| !message.is_done) else { return };
        message.is_done = true;
        let keep = |found: &Citation<'_>| Kept {
            start: found.start,
            end: found.end,
            url: found.url.to_owned(),
            title: found.title.map(RawValue::to_owned),
        };
        message.citations = citations.iter().map(keep).collect();
        if self.open == Some(index) {
            self.close(index, to);
            self.say_next(to);
        }
    }

    /// Says what waits still.
    pub(super) fn end(&mut self, to: &mut To<'_>) {
        while let Some(open) = self.open {
            self.close(open, to);
            self.say_next(to);
        }
        let rest = self.stop.rest();
        if !rest.is_empty() {
            to.say(&Piece::Content(&token::of(&rest)));
        }
    }

    fn begin(&mut self, index: u32, to: &mut To<'_>) {
        if self.said > 0 {
            self.say(&token::of("\n\n"), to);
        }
        self.open = Some(index);
        if let Some(message) = self.messages.get_mut(&index) {
            message.start = self.said;
        }
    }

    fn close(&mut self, index: u32, to: &mut To<'_>) {
        self.open = None;
        let Some(message) = self.messages.get_mut(&index) else { return };
        message.is_done = true;
        for kept in std::mem::take(&mut message.citations) {
            let address = Address {
                start_index: message.start.saturating_add(kept.start),
                end_index: message.start.saturating_add(kept.end),
                url: &kept.url,
                title: kept.title.as_deref(),
            };
            if !self.stop.found() {
                to.say(&Piece::Citation(Cited { url_citation: address }));
            }
        }
    }

    /// Goes on with the first message that waits.
    fn say_next(&mut self, to: &mut To<'_>) {
        while self.open.is_none() {
            let next = self.messages.iter_mut().find(|(_, message)| !message.waiting.is_empty());
            let Some((index, message)) = next else { return };
            let (index, is_done, text) = (*index, message.is_done, std::mem::take(&mut message.waiting));
            self.begin(index, to);
            self.say(&token::around(&text), to);
            if is_done {
                self.close(index, to);
            }
        }
    }

    fn say(&mut self, text: &RawValue, to: &mut To<'_>) {
        self.said = self.said.saturating_add(token::characters(token::inside(text).unwrap_or_default()));
        if self.stop.is_idle() {
            to.say(&Piece::Content(text));
            return;
        }
        let passed = self.stop.pass(&token::decoded(text));
        self.told.push_str(&passed);
        if !passed.is_empty() {
            to.say(&Piece::Content(&token::of(&passed)));
        }
    }
}
