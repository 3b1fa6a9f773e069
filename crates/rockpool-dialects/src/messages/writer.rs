//! Makes pieces of steps, and sends or keeps them.

use std::collections::BTreeMap;

use crate::answer::Delivery;
use crate::event::{CutShort, Usage};
use crate::fault::Fault;
use crate::json;
use crate::messages::collected::Collected;
use crate::messages::item::Step;
use crate::messages::piece::{Delta, Ending, Opening, Piece, Said, StopReason};
use crate::messages::stream::Stream;
use crate::stop::{Passed, Stops};

#[derive(Debug)]
pub(super) struct Writer {
    sink: Sink,
    stops: Option<Stops>,
    long_names: BTreeMap<String, String>,
    /// The stop sequence that was found: nothing is said after it.
    stopped: Option<String>,
    /// What was said of a text that may be cut; blocks are parted by an empty line.
    told: String,
    called: bool,
    refused: bool,
}

#[derive(Debug)]
pub(super) enum Sink {
    Streamed(Stream),
    Whole(Collected),
}

impl Sink {
    pub(super) fn new(delivery: Delivery, id: String, model: String) -> Self {
        match delivery {
            Delivery::Streamed => Self::Streamed(Stream::new(id, model)),
            Delivery::Whole => Self::Whole(Collected::new(id, model)),
        }
    }
}

impl Writer {
    pub(super) fn new(sink: Sink, stops: &[String], long_names: BTreeMap<String, String>) -> Self {
        Self {
            sink,
            stops: Stops::new(stops),
            long_names,
            stopped: None,
            told: String::new(),
            called: false,
            refused: false,
        }
    }

    pub(super) fn start(&mut self, out: &mut Vec<u8>) {
        self.piece(&Piece::Start, out);
    }

    pub(super) fn alive(&mut self, out: &mut Vec<u8>) {
        self.piece(&Piece::Ping, out);
    }

    /// Whether the answer came to a stop sequence: then it is complete, and only its tokens are not known.
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.is_some()
    }

    /// All that was said, where a stop sequence has ended it.
    pub(super) fn cut(&self) -> Option<&str> {
        self.is_stopped().then_some(&self.told)
    }

    pub(super) fn end(&mut self, cut_short: Option<CutShort>, usage: Usage, out: &mut Vec<u8>) {
        let reason = self.reason(cut_short);
        self.piece(&Piece::End(Ending { reason, usage }), out);
    }

    pub(super) fn error(&self, fault: &Fault, out: &mut Vec<u8>) {
        match &self.sink {
            Sink::Streamed(_) => Stream::error(fault, out),
            Sink::Whole(_) => {}
        }
    }

    /// The message that was kept; `None` before its end.
    pub(super) fn message(&self) -> Option<Vec<u8>> {
        match &self.sink {
            Sink::Whole(collected) => collected.message(),
            Sink::Streamed(_) => None,
        }
    }

    fn piece(&mut self, piece: &Piece<'_>, out: &mut Vec<u8>) {
        match &mut self.sink {
            Sink::Streamed(stream) => stream.write(piece, out),
            Sink::Whole(collected) => collected.take(piece),
        }
    }

    pub(super) fn step(&mut self, step: Step, out: &mut Vec<u8>) {
        if self.stopped.is_some() {
            return;
        }
        match step {
            Step::Open(Opening::ToolUse { id, name }) => {
                self.called = true;
                let name = self.long_names.get(&name).cloned().unwrap_or(name);
                self.piece(&Piece::BlockStart(Opening::ToolUse { id, name }), out);
            }
            Step::Open(opening @ (Opening::Text | Opening::Thinking)) => {
                if opening == Opening::Text && !self.told.is_empty() {
                    self.told.push_str("\n\n");
                }
                self.piece(&Piece::BlockStart(opening), out);
            }
            Step::Text(token) => self.text(Said::Raw(&token), out),
            Step::Refusal(token) => {
                self.refused = true;
                self.text(Said::Raw(&token), out);
            }
            Step::Thinking(token) => {
                self.piece(&Piece::Delta(Delta::Thinking { thinking: Said::Raw(&token) }), out);
            }
            Step::Signature(signature) => {
                self.piece(&Piece::Delta(Delta::Signature { signature: &signature }), out);
            }
            Step::Input(token) => {
                self.piece(&Piece::Delta(Delta::Input { partial_json: Said::Raw(&token) }), out);
            }
            Step::Close => {
                let rest = self.stops.as_mut().map(Stops::rest).unwrap_or_default();
                self.plain(&rest, out);
                self.piece(&Piece::BlockStop, out);
            }
        }
    }

    fn text(&mut self, said: Said<'_>, out: &mut Vec<u8>) {
        let (Some(stops), Said::Raw(token)) = (self.stops.as_mut(), said) else {
            return self.piece(&Piece::Delta(Delta::Text { text: said }), out);
        };
        let text = json::string(token.get().as_bytes()).unwrap_or_default();
        match stops.pass(&text) {
            Passed::Text(text) => self.plain(&text, out),
            Passed::Stopped(text, sequence) => {
                self.plain(&text, out);
                self.piece(&Piece::BlockStop, out);
                // The end waits for the backend's, which tells the tokens.
                self.stopped = Some(sequence);
            }
        }
    }

    fn plain(&mut self, text: &str, out: &mut Vec<u8>) {
        if !text.is_empty() {
            self.told.push_str(text);
            self.piece(&Piece::Delta(Delta::Text { text: Said::Plain(text) }), out);
        }
    }

    fn reason(&mut self, cut_short: Option<CutShort>) -> StopReason {
        match (self.stopped.clone(), cut_short) {
            (Some(sequence), _) => StopReason::StopSequence(sequence),
            (None, Some(CutShort::MaxTokens)) => StopReason::MaxTokens,
            (None, Some(CutShort::ContentFilter)) => StopReason::Refusal,
            (None, None) if self.called => StopReason::ToolUse,
            (None, None) if self.refused => StopReason::Refusal,
            (None, None) => StopReason::EndTurn,
        }
    }
}
