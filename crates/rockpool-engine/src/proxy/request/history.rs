//! Making a conversation's history fit another account.
//!
//! Encrypted reasoning can be read by the account that made it only; the model can go on without it,
//! so it is cut out. Compaction and agent-message items are the history itself in encrypted form:
//! a conversation that holds them cannot move. The provider answers what another account has encrypted by 400
//! `invalid_encrypted_content`.
//!
//! Cut by byte ranges, never parsed and written again: members that only a later tool knows, the forms of
//! numbers and the order of keys stay.

use std::ops::Range;

use thiserror::Error;

use rockpool_dialects::json;

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

/// What is done with items that cannot be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccountSpecific {
    /// They belong to another account: the history cannot move.
    Refuse,
    /// They belong to the account that is asked, as far as is known.
    Keep,
}

/// Cuts encrypted reasoning, and a turn state inside `client_metadata`, out of a plain JSON request.
pub(crate) fn moved(text: &[u8], account_specific: AccountSpecific) -> Result<Moved, Immovable> {
    let members = json::members(text).map_err(|_| Immovable::Unreadable)?;
    let mut cuts = Vec::new();
    // Each of several with one name: nobody knows which of them the provider reads.
    for member in &members {
        if member.is_named(text, "input") {
            cuts.extend(reasoning_ranges(text, &member.value, account_specific)?);
        } else if member.is_named(text, "client_metadata") {
            cuts.extend(turn_state(text, &member.value));
        }
    }
    if cuts.is_empty() {
        return Ok(Moved::AsItWas);
    }
    cuts.sort_by_key(|cut| cut.start);
    let mut changed = Vec::with_capacity(text.len());
    let mut from = 0;
    for cut in cuts {
        changed.extend_from_slice(&text[from..cut.start]);
        from = cut.end;
    }
    changed.extend_from_slice(&text[from..]);
    Ok(Moved::Changed(changed))
}

/// The ranges of the reasoning items that carry ciphertext: without it, reasoning is plain text that anyone can read. `input` may be a plain string, which has none.
fn reasoning_ranges(
    text: &[u8],
    input: &Range<usize>,
    account_specific: AccountSpecific,
) -> Result<Vec<Range<usize>>, Immovable> {
    let Ok(items) = json::elements_of(text, input) else { return Ok(Vec::new()) };
    let mut elements = Vec::with_capacity(items.len());
    for item in items {
        let treatment = treatment(text, &item, account_specific)?;
        elements.push((item, treatment));
    }
    Ok(cut_elements(&elements))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Treatment {
    Keep,
    Cut,
}

fn treatment(
    text: &[u8],
    item: &Range<usize>,
    account_specific: AccountSpecific,
) -> Result<Treatment, Immovable> {
    // What is no item is for the provider to complain about.
    let Ok(members) = json::members_of(text, item) else { return Ok(Treatment::Keep) };
    match json::last(text, &members, "type").and_then(json::string).as_deref() {
        Some("compaction" | "compaction_summary" | "agent_message") => match account_specific {
            AccountSpecific::Refuse => Err(Immovable::AccountSpecific),
            AccountSpecific::Keep => Ok(Treatment::Keep),
        },
        Some("reasoning")
            if json::last(text, &members, "encrypted_content").is_some_and(|content| content != b"null") =>
        {
            Ok(Treatment::Cut)
        }
        Some(_) | None => Ok(Treatment::Keep),
    }
}

/// The ranges to cut, each with the comma that would be left over: the one before it where an element stays in
/// front of it, else the one behind it.
fn cut_elements(elements: &[(Range<usize>, Treatment)]) -> Vec<Range<usize>> {
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
    cuts
}

/// The range of the turn state's entry in `client_metadata`, with one comma.
fn turn_state(text: &[u8], metadata: &Range<usize>) -> Vec<Range<usize>> {
    let Ok(members) = json::members_of(text, metadata) else { return Vec::new() };
    let treated = members.iter().map(|member| {
        let cut = member.is_named(text, "x-codex-turn-state");
        (member.range(), if cut { Treatment::Cut } else { Treatment::Keep })
    });
    cut_elements(&treated.collect::<Vec<_>>())
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
    fn what_a_strict_reader_would_refuse_is_cut_as_well() {
        let text = format!(
            "\u{feff}{{\"input\":[{REASONING},\"\\ud83d\"],\"a\":1,\"a\":2,\"input\":[{REASONING}]}}"
        );
        let Moved::Changed(bytes) = moved(text.as_bytes(), AccountSpecific::Refuse).unwrap() else {
            panic!()
        };
        let expected = "\u{feff}{\"input\":[\"\\ud83d\"],\"a\":1,\"a\":2,\"input\":[]}";
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
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
