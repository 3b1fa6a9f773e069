//! The backend's answer as Anthropic's message, event by event.
//!
//! Where the backend works at several items at once, the later ones are held back: in Anthropic's stream a block ends
//! before the next one begins.

use std::collections::BTreeMap;

use crate::answer::{Common, End, Whole, broken_off};
use crate::dialect::Dialect;
use crate::event::{CutShort, Ended, Event, Usage};
use crate::fault::Fault;
use crate::messages::item::{Item, Parsed};
use crate::messages::thinking::Thinking;
use crate::messages::writer::{Sink, Writer};

/// What of a request its answer depends on.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) thinking: Thinking,
    pub(crate) stops: Vec<String>,
    /// The tools' own names, by the shorter ones that the backend knows.
    pub(crate) long_names: BTreeMap<String, String>,
}

#[derive(Debug)]
pub(crate) struct Answer {
    thinking: Thinking,
    /// Names calls that the backend has not named.
    unique: String,
    calls: usize,
    items: Items,
    phase: Phase,
    writer: Writer,
}

#[derive(Debug)]
enum Phase {
    /// Nothing was said yet.
    Before,
    Running,
    Ended,
    Failed(Fault),
}

/// The backend's items by their output index.
#[derive(Debug, Default)]
struct Items {
    open: BTreeMap<u32, Item>,
    /// The one that is being told.
    current: Option<u32>,
    /// Of those that are told, their ids: a late event of one is not the beginning of another.
    told: BTreeMap<u32, Option<String>>,
}

impl Answer {
    pub(crate) fn new(common: Common<'_>, form: &Form, unique: &str) -> Self {
        let sink = Sink::new(common.delivery, format!("msg_{unique}"), common.model.to_owned());
        Self {
            thinking: form.thinking,
            unique: unique.to_owned(),
            calls: 0,
            items: Items::default(),
            phase: Phase::Before,
            writer: Writer::new(sink, &form.stops, form.long_names.clone()),
        }
    }

    pub(crate) fn event(&mut self, event: &Event<'_>, out: &mut Vec<u8>) {
        match self.phase {
            Phase::Before | Phase::Running => {}
            Phase::Ended | Phase::Failed(_) => return,
        }
        match event {
            Event::Created(_) => self.start(out),
            Event::ItemAdded { output_index, item } => {
                let parsed = Parsed::read(item);
                self.items.begin(*output_index, &parsed);
                self.with(*output_index, out, |item, _, _| item.added(&parsed));
            }
            Event::ItemDone { output_index, item } => {
                let parsed = Parsed::read(item);
                self.items.begin(*output_index, &parsed);
                self.with(*output_index, out, |item, thinking, spare| item.done(thinking, &parsed, spare));
            }
            Event::Text { output_index, delta } => {
                self.with(*output_index, out, |item, _, _| item.text(delta));
            }
            Event::Refusal { output_index, delta } => {
                self.with(*output_index, out, |item, _, _| item.refusal(delta));
            }
            Event::Reasoning { output_index, part, delta } => {
                self.with(*output_index, out, |item, thinking, _| item.reasoning(thinking, *part, delta));
            }
            Event::Arguments { output_index, delta } => {
                self.with(*output_index, out, |item, _, _| item.arguments(delta));
            }
            Event::Ended(ended) => self.ended(ended, out),
            Event::Failed(fault) => self.failed(fault.clone(), out),
            // Custom tools are never offered.
            Event::CustomInput { .. } => {}
            Event::Other => self.alive(out),
        }
    }

    pub(crate) fn end(&mut self, end: End, out: &mut Vec<u8>) {
        match self.phase {
            Phase::Before | Phase::Running => self.failed(broken_off(end), out),
            Phase::Ended | Phase::Failed(_) => {}
        }
    }

    /// All that was said, where a stop sequence has ended it.
    pub(crate) fn cut(&self) -> Option<&str> {
        self.writer.cut()
    }

    pub(crate) fn whole(mut self, end: End) -> Whole {
        self.end(end, &mut Vec::new());
        match (self.phase, self.writer.message()) {
            (Phase::Failed(fault), _) => Whole { status: fault.status, body: fault.body(Dialect::Messages) },
            (Phase::Before | Phase::Running | Phase::Ended, Some(body)) => Whole { status: 200, body },
            (Phase::Before | Phase::Running | Phase::Ended, None) => {
                let fault = broken_off(end);
                Whole { status: fault.status, body: fault.body(Dialect::Messages) }
            }
        }
    }

    fn start(&mut self, out: &mut Vec<u8>) {
        if matches!(self.phase, Phase::Before) {
            self.phase = Phase::Running;
            self.writer.start(out);
        }
    }

    /// Of what the tool is not shown, such as a `keepalive` or a search, it still learns that there was something: tools
    /// give up on a stream that is silent for long.
    fn alive(&mut self, out: &mut Vec<u8>) {
        if matches!(self.phase, Phase::Running) {
            self.writer.alive(out);
        }
    }

    fn with(&mut self, index: u32, out: &mut Vec<u8>, change: impl FnOnce(&mut Item, Thinking, &str)) {
        self.start(out);
        self.calls += 1;
        let spare = format!("toolu_{}_{}", self.unique, self.calls);
        let Some(item) = self.items.at(index) else { return };
        change(item, self.thinking, &spare);
        self.items.tell(&mut self.writer, out);
    }

    fn ended(&mut self, ended: &Ended<'_>, out: &mut Vec<u8>) {
        self.start(out);
        self.items.open.values_mut().for_each(Item::close);
        self.items.tell(&mut self.writer, out);
        self.finish(ended.cut_short, ended.usage, out);
    }

    fn finish(&mut self, cut_short: Option<CutShort>, usage: Usage, out: &mut Vec<u8>) {
        self.phase = Phase::Ended;
        self.writer.end(cut_short, usage, out);
    }

    fn failed(&mut self, fault: Fault, out: &mut Vec<u8>) {
        if self.writer.is_stopped() {
            return self.finish(None, Usage::default(), out);
        }
        self.writer.error(&fault, out);
        self.phase = Phase::Failed(fault);
    }
}

impl Items {
    /// Makes room for an item that is named again at an index whose item is told: events without an index all have
    /// the first.
    fn begin(&mut self, index: u32, item: &Parsed<'_>) {
        if self.told.get(&index).is_some_and(|told| told.is_none() || *told != item.id) {
            self.told.remove(&index);
        }
    }

    fn at(&mut self, index: u32) -> Option<&mut Item> {
        (!self.told.contains_key(&index)).then(|| self.open.entry(index).or_default())
    }

    /// Tells what can be told: of the current item all that is there, of others nothing before that one is closed.
    fn tell(&mut self, writer: &mut Writer, out: &mut Vec<u8>) {
        while let Some(index) = self.current.or_else(|| self.open.keys().next().copied()) {
            self.current = Some(index);
            let Some(item) = self.open.get_mut(&index) else {
                self.current = None;
                continue;
            };
            for step in item.steps.drain(..) {
                writer.step(step, out);
            }
            if !item.is_closed() {
                return;
            }
            self.current = None;
            let item = self.open.remove(&index);
            self.told.insert(index, item.and_then(|item| item.id));
        }
    }
}
