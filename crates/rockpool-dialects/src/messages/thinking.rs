//! How much a tool lets the model think, and whether it sees that.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::messages::params;
use crate::messages::wrong::Wrong;

/// Whether thinking blocks go into the answer. A tool that did not ask for thinking often takes the first block for
/// the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thinking {
    Left,
    /// Blocks with a signature, without text.
    Signed,
    Shown,
}

#[derive(Debug)]
pub(super) struct Reasoning {
    pub(super) effort: Option<String>,
    pub(super) thinking: Thinking,
}

#[derive(Deserialize)]
struct Wanted {
    r#type: String,
    budget_tokens: Option<u64>,
    display: Option<String>,
}

/// Reads `thinking` beside `output_config.effort`, whose words are the backend's own. The effort wins over a budget;
/// over both wins `disabled`.
pub(super) fn read(thinking: Option<&RawValue>, effort: Option<String>) -> Result<Reasoning, Wrong> {
    let Some(raw) = thinking else { return Ok(Reasoning { effort, thinking: Thinking::Left }) };
    let wanted: Wanted = params::object(raw)?;
    let thinking = match wanted.display.as_deref() {
        Some("omitted") => Thinking::Signed,
        Some(_) | None => Thinking::Shown,
    };
    match wanted.r#type.as_str() {
        "disabled" => Ok(Reasoning { effort: Some("none".to_owned()), thinking: Thinking::Left }),
        "adaptive" => Ok(Reasoning { effort, thinking }),
        "enabled" => {
            let effort = effort.or_else(|| wanted.budget_tokens.map(|budget| of_budget(budget).to_owned()));
            Ok(Reasoning { effort, thinking })
        }
        other => Err(Wrong::invalid(
            "type",
            format!("“{other}” is not known. Known: “adaptive”, “enabled”, “disabled”."),
        )),
    }
}

/// The budgets that tools choose mark the steps: Copilot 2,048; pi 8,192; Claude Code 4,000, 10,000 and 31,999 for
/// “think”, “megathink” and “ultrathink”.
fn of_budget(tokens: u64) -> &'static str {
    match tokens {
        0..4_000 => "low",
        4_000..16_384 => "medium",
        16_384..32_768 => "high",
        32_768.. => "xhigh",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str, effort: Option<&str>) -> (Option<String>, Thinking) {
        let raw = RawValue::from_string(json.to_owned()).unwrap();
        let read = read(Some(&raw), effort.map(str::to_owned)).unwrap();
        (read.effort, read.thinking)
    }

    #[test]
    fn a_budget_becomes_an_effort_unless_one_is_given() {
        for (budget, effort) in
            [(1_024, "low"), (4_000, "medium"), (8_192, "medium"), (31_999, "high"), (60_000, "xhigh")]
        {
            let json = format!(r#"{{"type":"enabled","budget_tokens":{budget}}}"#);
            assert_eq!(of(&json, None), (Some(effort.to_owned()), Thinking::Shown));
            assert_eq!(of(&json, Some("max")).0.as_deref(), Some("max"));
        }
    }

    #[test]
    fn thinking_is_shown_signed_or_left_out_as_the_tool_says() {
        assert_eq!(of(r#"{"type":"adaptive","display":"omitted"}"#, None), (None, Thinking::Signed));
        assert_eq!(of(r#"{"type":"adaptive","display":null}"#, Some("high")).1, Thinking::Shown);
        assert_eq!(of(r#"{"type":"disabled"}"#, Some("max")), (Some("none".to_owned()), Thinking::Left));
        assert_eq!(read(None, None).unwrap().thinking, Thinking::Left);
    }
}
