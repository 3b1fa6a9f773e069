//! Turns the events of a good answer and a script's action into steps that either transport can take.

use std::time::Duration;

use serde_json::{Value, json};

use crate::world::faults::{Cut, StreamFault};

/// One step of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    Event(Value),
    /// Data that is no JSON.
    Malformed(&'static str),
    Wait(Duration),
    Stall,
    End(Cut),
}

pub(crate) fn steps(events: Vec<Value>, fault: Option<&StreamFault>) -> Vec<Step> {
    let good = events.into_iter().map(Step::Event);
    match fault {
        // The form of its bytes is no step's business.
        None
        | Some(StreamFault::LineEnds { .. } | StreamFault::SeveralDataLines | StreamFault::Encoded { .. }) => {
            good.collect()
        }
        Some(StreamFault::Pace { ms }) => {
            let pause = Duration::from_millis(*ms);
            good.flat_map(|event| [Step::Wait(pause), event]).collect()
        }
        Some(StreamFault::Fail { after, event }) => {
            good.take(*after).chain([Step::Event(event.clone())]).collect()
        }
        Some(StreamFault::Cut { after, how }) => good.take(*after).chain([Step::End(*how)]).collect(),
        Some(StreamFault::Stall { after }) => good.take(*after).chain([Step::Stall]).collect(),
        Some(StreamFault::Malformed { after }) => {
            inserted(good, *after, Step::Malformed("{\"type\":\"response.output_text.del"))
        }
        Some(StreamFault::Huge { after, bytes }) => {
            let padded = json!({"type": "response.sim_padding", "padding": "x".repeat(*bytes)});
            inserted(good, *after, Step::Event(padded))
        }
        Some(StreamFault::UnknownEvents) => {
            let unknown =
                || Step::Event(json!({"type": "response.sim_unknown", "note": "nobody knows this type"}));
            good.flat_map(|event| [unknown(), event]).collect()
        }
    }
}

/// Puts events of the backend's own before the first one of the answer, if one comes.
pub(crate) fn with_private(mut steps: Vec<Step>, limits: Value) -> Vec<Step> {
    let Some(first) = steps.iter().position(|step| matches!(step, Step::Event(_))) else { return steps };
    let private = [
        limits,
        json!({"type": "codex.response.metadata", "request_id": "req_sim"}),
        json!({"type": "responsesapi.websocket_timing", "timing_metrics": {"queue_ms": 1}}),
        json!({"type": "keepalive"}),
    ];
    steps.splice(first..first, private.map(Step::Event));
    steps
}

fn inserted(good: impl Iterator<Item = Step>, after: usize, extra: Step) -> Vec<Step> {
    let mut steps: Vec<Step> = good.collect();
    steps.insert(after.min(steps.len()), extra);
    steps
}
