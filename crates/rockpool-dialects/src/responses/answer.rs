//! An answer in OpenAI's Responses on its way to the tool: most events go on byte for byte.

use std::borrow::Cow;

use crate::answer::{Common, Delivery, End, Whole, broken_off};
use crate::collect::Collector;
use crate::dialect::Dialect;
use crate::event::Event;
use crate::fault::Fault;
use crate::json::{self, Member};
use crate::responses::form::{Form, Transport};
use crate::responses::response::{self, Frame, Stage};
use crate::splice::{self, Edit};
use crate::sse;

#[derive(Debug)]
pub(crate) struct Answer {
    delivery: Delivery,
    model: String,
    form: Form,
    dropped: Vec<String>,
    seconds: i64,
    /// For an answer that the backend gives no id.
    spare_id: String,
    /// The id that the tool was told, with `response.created`.
    told: Option<String>,
    /// The least that the next event's number may be.
    sequence_number: u64,
    outcome: Option<Outcome>,
}

#[derive(Debug)]
enum Outcome {
    /// The tool has it already.
    Streamed,
    /// A response object.
    Response(Vec<u8>),
    Fault(Fault),
}

/// An event as it came.
struct Incoming<'a> {
    json: &'a [u8],
    members: Vec<Member>,
    name: Cow<'a, str>,
}

impl Answer {
    pub(crate) fn new(common: Common<'_>, form: &Form, seconds: i64, unique: &str) -> Self {
        Self {
            delivery: common.delivery,
            model: common.model.to_owned(),
            form: form.clone(),
            dropped: common.dropped.to_vec(),
            seconds,
            spare_id: format!("resp_{unique}"),
            told: None,
            sequence_number: 0,
            outcome: None,
        }
    }

    /// The id that the tool knows the answer by.
    pub(crate) fn told(&self) -> Option<&str> {
        self.told.as_deref()
    }

    pub(crate) fn event(&mut self, json: &[u8], event: &Event<'_>, collected: &Collector, out: &mut Vec<u8>) {
        if self.outcome.is_some() {
            return;
        }
        let Some(incoming) = Incoming::read(json) else { return };
        if let Event::Created(response) = event {
            if self.told.is_none() {
                self.create(&incoming, response::text_of(*response), collected, out);
            }
            return;
        }
        self.begin(collected, out);
        match event {
            Event::Failed(fault) if incoming.name == "error" => self.fault(fault.clone(), out),
            Event::Failed(fault) => self.failed(&incoming, fault, collected, out),
            Event::Ended(ended) => {
                let stage = if ended.cut_short.is_some() { Stage::Incomplete } else { Stage::Completed };
                self.ended(&incoming, ended.response.get(), stage, collected, out);
            }
            Event::ItemAdded { item, .. } | Event::ItemDone { item, .. } => {
                let item = collected.for_tool(item.get());
                let edits = match &item {
                    Cow::Borrowed(_) => Vec::new(),
                    Cow::Owned(item) => vec![Edit::set("item", item)],
                };
                self.write(&incoming, edits, out);
            }
            Event::Created(_)
            | Event::Text { .. }
            | Event::Refusal { .. }
            | Event::Reasoning { .. }
            | Event::Arguments { .. }
            | Event::CustomInput { .. }
            | Event::Other => self.other(&incoming, collected, out),
        }
    }

    pub(crate) fn end(&mut self, end: End, collected: &Collector, out: &mut Vec<u8>) {
        if self.outcome.is_some() {
            return;
        }
        self.begin(collected, out);
        self.fault(broken_off(end), out);
    }

    pub(crate) fn whole(self, end: End) -> Whole {
        let fault = match self.outcome {
            Some(Outcome::Response(body)) => return Whole { status: 200, body },
            Some(Outcome::Fault(fault)) => fault,
            Some(Outcome::Streamed) | None => broken_off(end),
        };
        Whole { status: fault.status, body: fault.body(Dialect::Responses) }
    }

    /// Tells the tool that the answer begins, where the backend has not: the SDKs insist on it.
    fn begin(&mut self, collected: &Collector, out: &mut Vec<u8>) {
        if self.told.is_some() {
            return;
        }
        if let Some(created) = Incoming::read(br#"{"type":"response.created"}"#) {
            self.create(&created, "{}", collected, out);
        }
    }

    /// From here on the answer has an id.
    fn create(&mut self, incoming: &Incoming<'_>, response: &str, collected: &Collector, out: &mut Vec<u8>) {
        let text = response.as_bytes();
        let members = json::members(text).unwrap_or_default();
        let id = json::last(text, &members, "id").and_then(json::string).filter(|id| !id.is_empty());
        self.told = Some(id.unwrap_or_else(|| self.spare_id.clone()));
        let response = self.response(response, Stage::InProgress, collected);
        self.write(incoming, vec![Edit::set("response", &response)], out);
    }

    /// Events that most answers only pass on.
    fn other(&mut self, incoming: &Incoming<'_>, collected: &Collector, out: &mut Vec<u8>) {
        match incoming.name.as_ref() {
            "response.in_progress" => self.progress(incoming, Stage::InProgress, collected, out),
            "response.queued" => self.progress(incoming, Stage::Queued, collected, out),
            // An end that does not say of what is none.
            "response.completed" | "response.done" | "response.incomplete" => {}
            _ => self.write(incoming, Vec::new(), out),
        }
    }

    fn progress(
        &mut self,
        incoming: &Incoming<'_>,
        stage: Stage<'_>,
        collected: &Collector,
        out: &mut Vec<u8>,
    ) {
        let response = incoming.response().unwrap_or("{}");
        let response = self.response(response, stage, collected);
        self.write(incoming, vec![Edit::set("response", &response)], out);
    }

    fn ended(
        &mut self,
        incoming: &Incoming<'_>,
        response: &str,
        stage: Stage<'_>,
        collected: &Collector,
        out: &mut Vec<u8>,
    ) {
        let response = self.response(response, stage, collected);
        let mut edits = vec![Edit::set("response", &response)];
        // Another name for it, which the public API does not have.
        if incoming.name == "response.done" {
            edits.push(Edit::set("type", "\"response.completed\""));
        }
        self.write(incoming, edits, out);
        self.outcome = Some(match self.delivery {
            Delivery::Streamed => Outcome::Streamed,
            Delivery::Whole => Outcome::Response(response),
        });
    }

    fn failed(&mut self, incoming: &Incoming<'_>, fault: &Fault, collected: &Collector, out: &mut Vec<u8>) {
        let response = incoming.response().unwrap_or("{}");
        let response = self.response(response, Stage::Failed(fault), collected);
        self.write(incoming, vec![Edit::set("response", &response)], out);
        self.outcome = Some(Outcome::Fault(fault.clone()));
    }

    fn fault(&mut self, fault: Fault, out: &mut Vec<u8>) {
        let number = self.next_number();
        if self.delivery == Delivery::Streamed {
            match self.form.transport {
                Transport::Http => sse::raw(out, "error", &fault.stream_event(number)),
                Transport::WebSocket => sse::line(out, &fault.frame_event(Some(number))),
            }
        }
        self.outcome = Some(Outcome::Fault(fault));
    }

    fn response(&self, text: &str, stage: Stage<'_>, collected: &Collector) -> Vec<u8> {
        let id = self.told.as_deref().unwrap_or(&self.spare_id);
        // Over HTTP, the engine says it in a header.
        let dropped = match self.form.transport {
            Transport::Http => &[],
            Transport::WebSocket => self.dropped.as_slice(),
        };
        let frame = Frame { form: &self.form, model: &self.model, id, seconds: self.seconds, dropped };
        frame.response(text, stage, collected)
    }

    /// An event with some members changed, and numbered where its number is missing or does not rise.
    fn write(&mut self, incoming: &Incoming<'_>, edits: Vec<Edit<'_>>, out: &mut Vec<u8>) {
        let number = match incoming.sequence_number().filter(|number| *number >= self.sequence_number) {
            Some(number) => {
                self.sequence_number = number.saturating_add(1);
                None
            }
            None => Some(self.next_number().to_string()),
        };
        if self.delivery == Delivery::Whole {
            return;
        }
        let mut edits: Vec<Edit<'_>> = edits;
        if let Some(number) = &number {
            edits.push(Edit::set("sequence_number", number));
        }
        let changed = (!edits.is_empty()).then(|| splice::object(incoming.json, &edits));
        let json = changed.as_deref().unwrap_or(incoming.json);
        let name = if incoming.name == "response.done" { "response.completed" } else { &incoming.name };
        match self.form.transport {
            Transport::Http => sse::raw(out, name, json),
            Transport::WebSocket => sse::line(out, json),
        }
    }

    fn next_number(&mut self) -> u64 {
        let number = self.sequence_number;
        self.sequence_number = number.saturating_add(1);
        number
    }
}

impl<'a> Incoming<'a> {
    /// Reads an event that the public API has; the backend's own (`codex.…`, `keepalive`, `response.metadata`)
    /// and what is no event are `None`.
    fn read(json: &'a [u8]) -> Option<Self> {
        let members = json::members(json).ok()?;
        let name = json::lenient(json::last(json, &members, "type")?)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let public = (name.starts_with("response.") && name != "response.metadata") || name == "error";
        (public && name.bytes().all(plain)).then_some(Self { json, members, name })
    }

    fn response(&self) -> Option<&'a str> {
        std::str::from_utf8(json::last(self.json, &self.members, "response")?).ok()
    }

    fn sequence_number(&self) -> Option<u64> {
        let raw = json::last(self.json, &self.members, "sequence_number")?;
        let number = std::str::from_utf8(raw).ok()?.parse().ok()?;
        // What JavaScript cannot count (over 2^53) is no number to go on from.
        (number <= 1 << 53).then_some(number)
    }
}
