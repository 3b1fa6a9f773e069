//! Making a conversation's history fit another account.
//!
//! Encrypted reasoning can be read by the account that made it only; the model can go on without it,
//! so it is cut out. Compaction and agent-message items are the history itself in encrypted form:
//! a conversation that holds them cannot move. The provider answers what another account has encrypted by 400
//! `invalid_encrypted_content`.
//!
//! Cut by byte ranges, never parsed and written again: members that only a later tool knows, the forms of
//! numbers and the order of keys stay.

use std::borrow::Cow;
use std::ops::Range;

use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;

/// Why a history cannot be moved.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(crate) enum Immovable {
    /// It holds items that only its own account can read.
    #[error("its history holds items that only its own account can read")]
    AccountSpecific,
    /// It could not be understood.
    #[error("its history could not be understood")]
    Unreadable,
}

/// A request with nothing in it that only one account can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Moved {
    /// There was nothing to take out.
    AsItWas,
    /// The request with those parts cut out; all other bytes are as they were.
    Changed(Vec<u8>),
}

#[derive(Deserialize)]
struct ModelRequest<'a> {
    #[serde(borrow)]
    input: Option<&'a RawValue>,
    #[serde(borrow)]
    client_metadata: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Item<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    encrypted_content: Option<&'a RawValue>,
}

/// What is done with items that cannot be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccountSpecific {
    /// They belong to another account: the history cannot move.
    Refuse,
    /// They belong to the account that is asked, as far as is known.
    Keep,
}

/// Cuts encrypted reasoning, and a turn state inside `client_metadata`, out of a plain JSON request.
pub(crate) fn moved(json: &[u8], account_specific: AccountSpecific) -> Result<Moved, Immovable> {
    let text = std::str::from_utf8(json).map_err(|_| Immovable::Unreadable)?;
    let request: ModelRequest<'_> = serde_json::from_str(text).map_err(|_| Immovable::Unreadable)?;
    let mut cuts = Vec::new();
    if let Some(input) = request.input {
        cuts.extend(reasoning_ranges(text, input, account_specific)?);
    }
    if let Some(metadata) = request.client_metadata {
        cuts.extend(turn_state(text, metadata));
    }
    if cuts.is_empty() {
        return Ok(Moved::AsItWas);
    }
    cuts.sort_by_key(|cut| cut.start);
    let mut changed = Vec::with_capacity(json.len());
    let mut from = 0;
    for cut in cuts {
        changed.extend_from_slice(&json[from..cut.start]);
        from = cut.end;
    }
    changed.extend_from_slice(&json[from..]);
    Ok(Moved::Changed(changed))
}

/// The ranges of the reasoning items that carry ciphertext: without it, reasoning is plain text that anyone can read. `input` may be a plain string, which has none.
fn reasoning_ranges(
    text: &str,
    input: &RawValue,
    account_specific: AccountSpecific,
) -> Result<Vec<Range<usize>>, Immovable> {
    let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(input.get()) else { return Ok(Vec::new()) };
    let mut elements = Vec::with_capacity(items.len());
    for raw in items {
        let range = place(text, raw);
        let cut = match serde_json::from_str::<Item<'_>>(raw.get()) {
            Ok(item) => treatment(&item, account_specific)?,
            // What is no item is for the provider to complain about.
            Err(_) => Treatment::Keep,
        };
        elements.push((range, cut));
    }
    Ok(cut_elements(text, &elements))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Treatment {
    Keep,
    Cut,
}

fn treatment(item: &Item<'_>, account_specific: AccountSpecific) -> Result<Treatment, Immovable> {
    match item.kind.as_deref() {
        Some("compaction" | "compaction_summary" | "agent_message") => match account_specific {
            AccountSpecific::Refuse => Err(Immovable::AccountSpecific),
            AccountSpecific::Keep => Ok(Treatment::Keep),
        },
        Some("reasoning") if item.encrypted_content.is_some_and(|content| content.get() != "null") => {
            Ok(Treatment::Cut)
        }
        Some(_) | None => Ok(Treatment::Keep),
    }
}

/// The ranges to cut, each with the comma that would be left over: the one before it where an element stays in
/// front of it, else the one behind it.
fn cut_elements(text: &str, elements: &[(Range<usize>, Treatment)]) -> Vec<Range<usize>> {
    let mut cuts: Vec<Range<usize>> = Vec::new();
    let mut kept_before = false;
    for (index, (range, treatment)) in elements.iter().enumerate() {
        if *treatment == Treatment::Keep {
            kept_before = true;
            continue;
        }
        let before = if index == 0 { range.start } else { elements[index - 1].0.end };
        let after = elements.get(index + 1).map_or(range.end, |(next, _)| next.start);
        cuts.push(if kept_before { before..range.end } else { range.start..after });
    }
    debug_assert!(cuts.iter().all(|cut| text.get(cut.clone()).is_some()));
    cuts
}

/// The range of the turn state's entry in `client_metadata`, with one comma.
fn turn_state(text: &str, metadata: &RawValue) -> Option<Range<usize>> {
    #[derive(Deserialize)]
    struct Metadata<'a> {
        #[serde(borrow, rename = "x-codex-turn-state")]
        turn_state: Option<&'a RawValue>,
    }
    let found: Metadata<'_> = serde_json::from_str(metadata.get()).ok()?;
    let value = place(text, found.turn_state?);
    // Backwards from the value: further in front the same text may be part of another one.
    let start = text[..value.start].rfind("\"x-codex-turn-state\"")?;
    let bytes = text.as_bytes();
    let next = value.end + bytes[value.end..].iter().position(|byte| !byte.is_ascii_whitespace())?;
    if bytes[next] == b',' {
        return Some(start..next + 1);
    }
    let before = text[..start].trim_ascii_end().len();
    let comma = before.checked_sub(1).filter(|at| bytes[*at] == b',');
    Some(comma.unwrap_or(start)..value.end)
}

/// Where a borrowed part stands in the text that it was borrowed from.
fn place(text: &str, part: &RawValue) -> Range<usize> {
    let start = part.get().as_ptr() as usize - text.as_ptr() as usize;
    start..start + part.get().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn changed(text: &str) -> Value {
        match moved(text.as_bytes(), AccountSpecific::Refuse).unwrap() {
            Moved::Changed(bytes) => serde_json::from_slice(&bytes).unwrap(),
            Moved::AsItWas => panic!("nothing was taken out of {text}"),
        }
    }

    const REASONING: &str = r#"{"type":"reasoning","id":"rs","summary":[],"encrypted_content":"gAAA"}"#;
    const MESSAGE: &str = r#"{"type":"message","role":"user","content":"encrypted_content"}"#;

    #[test]
    fn encrypted_reasoning_is_cut_out_wherever_it_stands() {
        for order in [
            vec![REASONING],
            vec![REASONING, MESSAGE],
            vec![MESSAGE, REASONING],
            vec![MESSAGE, REASONING, REASONING, MESSAGE],
            vec![REASONING, REASONING, MESSAGE, REASONING],
        ] {
            let text = format!(r#"{{"model":"m", "input": [ {} ], "z":1}}"#, order.join(" , "));
            let kept = order.iter().filter(|item| **item == MESSAGE).count();
            let value = changed(&text);
            assert_eq!(value["input"].as_array().unwrap().len(), kept, "{text}");
            assert_eq!((&value["model"], &value["z"]), (&json!("m"), &json!(1)));
        }
    }

    #[test]
    fn everything_else_stays_byte_for_byte() {
        let text = format!(r#"{{"model":"m","input":[{MESSAGE},{REASONING}],"unknown" : 1e2 }}"#);
        let Moved::Changed(bytes) = moved(text.as_bytes(), AccountSpecific::Refuse).unwrap() else {
            panic!()
        };
        assert_eq!(bytes, format!(r#"{{"model":"m","input":[{MESSAGE}],"unknown" : 1e2 }}"#).into_bytes());
    }

    #[test]
    fn reasoning_without_ciphertext_a_string_input_and_no_input_stay() {
        for text in [
            r#"{"input":[{"type":"reasoning","encrypted_content":null}]}"#,
            r#"{"input":"say hi"}"#,
            r#"{"model":"m"}"#,
        ] {
            assert_eq!(moved(text.as_bytes(), AccountSpecific::Refuse), Ok(Moved::AsItWas));
        }
    }

    #[test]
    fn a_history_with_compaction_or_agent_messages_stays_on_its_account() {
        for kind in ["compaction", "agent_message"] {
            let text = format!(r#"{{"input":[{MESSAGE},{{"type":"{kind}","encrypted_content":"g"}}]}}"#);
            assert_eq!(moved(text.as_bytes(), AccountSpecific::Refuse), Err(Immovable::AccountSpecific));
        }
        assert_eq!(moved(b"\xff", AccountSpecific::Refuse), Err(Immovable::Unreadable));
    }

    #[test]
    fn what_its_own_account_compacted_stays_while_reasoning_goes() {
        let text = format!(r#"{{"input":[{{"type":"compaction"}},{REASONING}]}}"#);
        let Moved::Changed(bytes) = moved(text.as_bytes(), AccountSpecific::Keep).unwrap() else { panic!() };
        assert_eq!(bytes, br#"{"input":[{"type":"compaction"}]}"#);
    }

    #[test]
    fn a_turn_state_in_a_frame_does_not_follow_to_another_account() {
        for text in [
            r#"{"client_metadata":{"x-codex-turn-state":"t"}}"#,
            r#"{"client_metadata":{"x-codex-turn-state":"t" , "a":"b"}}"#,
            r#"{"client_metadata":{"a":"b", "x-codex-turn-state":"t"}}"#,
        ] {
            let value = changed(text);
            assert!(value["client_metadata"].get("x-codex-turn-state").is_none());
            assert_eq!(value["client_metadata"].get("a").is_some(), text.contains("\"a\""));
        }
    }
}
