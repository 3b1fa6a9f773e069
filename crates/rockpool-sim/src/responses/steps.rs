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
        None => good.collect(),
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

fn inserted(good: impl Iterator<Item = Step>, after: usize, extra: Step) -> Vec<Step> {
    let mut steps: Vec<Step> = good.collect();
    steps.insert(after.min(steps.len()), extra);
    steps
}
