//! How the events of an answer become bytes over HTTP.

use std::io;

use bytes::Bytes;
use serde_json::Value;

use crate::coding::{Coding, Encoder};
use crate::reply::ByteStep;
use crate::responses::steps::Step;
use crate::world::faults::{Cut, LineEnd, StreamFault};

/// The form of a stream: what the standard of server-sent events leaves open, and its content coding.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct EventForm {
    line_end: Option<LineEnd>,
    data: DataLines,
    pub coding: Option<Coding>,
}

#[derive(Clone, Copy, Debug, Default)]
enum DataLines {
    #[default]
    One,
    Several,
}

impl EventForm {
    /// The form that an order asks for.
    pub(crate) fn of(fault: Option<&StreamFault>) -> Self {
        let usual = Self::default();
        match fault {
            Some(StreamFault::LineEnds { with }) => Self { line_end: Some(*with), ..usual },
            Some(StreamFault::SeveralDataLines) => Self { data: DataLines::Several, ..usual },
            Some(StreamFault::Encoded { coding }) => Self { coding: Some(*coding), ..usual },
            Some(
                StreamFault::Pace { .. }
                | StreamFault::Fail { .. }
                | StreamFault::Cut { .. }
                | StreamFault::Stall { .. }
                | StreamFault::Malformed { .. }
                | StreamFault::Huge { .. }
                | StreamFault::UnknownEvents,
            )
            | None => usual,
        }
    }

    /// The steps of the body.
    pub(crate) fn bytes(self, steps: Vec<Step>) -> io::Result<Vec<ByteStep>> {
        let mut encoder = self.coding.map(Encoder::new).transpose()?;
        let mut out = Vec::new();
        for step in steps {
            match step {
                Step::Event(event) => out.push(ByteStep::Send(encoded(&mut encoder, self.event(&event))?)),
                Step::Malformed(data) => {
                    out.push(ByteStep::Send(encoded(&mut encoder, format!("data: {data}\n\n"))?));
                }
                Step::Wait(time) => out.push(ByteStep::Wait(time)),
                Step::Stall => out.push(ByteStep::Stall),
                Step::End(Cut::CleanEnd) => {}
                Step::End(Cut::Abrupt) => out.push(ByteStep::Abrupt),
                Step::End(Cut::Reset) => out.push(ByteStep::Reset),
            }
        }
        if let Some(encoder) = encoder {
            out.push(ByteStep::Send(encoder.finish()?));
        }
        Ok(out)
    }

    fn event(self, event: &Value) -> String {
        let kind = event["type"].as_str().unwrap_or("message");
        let json = match self.data {
            DataLines::One => event.to_string(),
            DataLines::Several => format!("{event:#}"),
        };
        let data = json.lines().map(|line| format!("data: {line}"));
        let lines: Vec<String> = std::iter::once(format!("event: {kind}")).chain(data).collect();
        let end = match self.line_end {
            Some(LineEnd::CarriageReturn) => "\r",
            Some(LineEnd::Both) => "\r\n",
            None => "\n",
        };
        format!("{}{end}{end}", lines.join(end))
    }
}

fn encoded(encoder: &mut Option<Encoder>, text: String) -> io::Result<Bytes> {
    match encoder {
        Some(encoder) => encoder.push(text.as_bytes()),
        None => Ok(text.into()),
    }
}
