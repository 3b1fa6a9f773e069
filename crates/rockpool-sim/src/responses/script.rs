//! Turns the events of a good answer and a script's action into steps that either transport can take.

use std::time::Duration;

use serde_json::{Value, json};

use crate::faults::{Action, Cut};

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

pub(crate) fn steps(events: Vec<Value>, action: Option<&Action>) -> Vec<Step> {
    let good = events.into_iter().map(Step::Event);
    match action {
        Some(Action::Pace { ms }) => {
            let pause = Duration::from_millis(*ms);
            good.flat_map(|event| [Step::Wait(pause), event]).collect()
        }
        Some(Action::FailInStream { after, event }) => {
            good.take(*after).chain([Step::Event(event.clone())]).collect()
        }
        Some(Action::Cut { after, how }) => good.take(*after).chain([Step::End(*how)]).collect(),
        Some(Action::Stall { after }) => good.take(*after).chain([Step::Stall]).collect(),
        Some(Action::Malformed { after }) => {
            inserted(good, *after, Step::Malformed("{\"type\":\"response.output_text.del"))
        }
        Some(Action::Huge { after, bytes }) => {
            let padded = json!({"type": "response.sim_padding", "padding": "x".repeat(*bytes)});
            inserted(good, *after, Step::Event(padded))
        }
        Some(Action::UnknownEvents) => good
            .flat_map(|event| {
                [
                    Step::Event(json!({"type": "response.sim_unknown", "note": "nobody knows this type"})),
                    event,
                ]
            })
            .collect(),
        Some(
            Action::HoldHeaders { .. }
            | Action::Say { .. }
            | Action::Answer { .. }
            | Action::UsageLimitReached
            | Action::CutBefore
            | Action::NeverAnswer
            | Action::Patch { .. }
            | Action::CutAfterRotation
            | Action::FailAfterRotation { .. }
            | Action::OnlyAccessToken
            | Action::WithoutIdToken,
        )
        | None => good.collect(),
    }
}

fn inserted(good: impl Iterator<Item = Step>, after: usize, extra: Step) -> Vec<Step> {
    let mut steps: Vec<Step> = good.collect();
    steps.insert(after.min(steps.len()), extra);
    steps
}
