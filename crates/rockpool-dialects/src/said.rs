//! Names for what was said, so that a conversation of a tool that gives it no name is known by its words: an answer
//! and the question before it come back together in every later request of that conversation, and in hardly any other.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use serde::Deserialize;
use serde_json::value::RawValue;

/// What a request says last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// The newest question.
    pub(crate) question: Option<String>,
    /// The name of the newest answer with the question before it.
    pub(crate) answered: Option<String>,
}

/// Where a message of somebody stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) role: Role,
    pub(crate) message: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    User,
    Assistant,
}

#[derive(Deserialize)]
struct Item<'a> {
    #[serde(borrow)]
    role: Option<Cow<'a, str>>,
    #[serde(borrow)]
    content: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Part<'a> {
    #[serde(borrow)]
    text: Option<Cow<'a, str>>,
}

/// Looks at what a request for the backend says in words, from its end on.
pub(crate) fn last(body: &[u8], words: &[Words]) -> Said {
    let mut said = Said::default();
    let mut answer: Option<String> = None;
    for Words { role, message: at } in words.iter().rev() {
        match role {
            Role::Assistant if answer.is_none() => answer = message(&body[at.clone()]),
            Role::Assistant => {}
            Role::User => {
                let Some(question) = message(&body[at.clone()]) else { continue };
                if let Some(answer) = &answer {
                    said.answered = name(&question, answer);
                }
                said.question.get_or_insert(question);
                if answer.is_some() {
                    break;
                }
            }
        }
    }
    said
}

/// The name of an answer to `question`; `None` where it says nothing in words.
pub(crate) fn by<'a>(question: &str, items: impl Iterator<Item = &'a str>) -> Option<String> {
    let texts: Vec<String> = items.filter_map(|item| message(item.as_bytes())).collect();
    name(question, &texts.join("\n\n"))
}

/// What a message says in words; `None` for any other item.
fn message(item: &[u8]) -> Option<String> {
    let Item { role: Some(_), content: Some(content) } = serde_json::from_slice(item).ok()? else {
        return None;
    };
    let content = content.get();
    match content.as_bytes().first()? {
        b'"' => serde_json::from_str(content).ok(),
        b'[' => {
            let parts: Vec<Part<'_>> = serde_json::from_str(content).ok()?;
            let texts: Vec<Cow<'_, str>> = parts.into_iter().filter_map(|part| part.text).collect();
            Some(texts.join("\n\n"))
        }
        _ => None,
    }
}

/// The name of an answer in these words to `question`. Tools trim what they keep.
pub(crate) fn name(question: &str, answer: &str) -> Option<String> {
    let (question, answer) = (question.trim(), answer.trim());
    if answer.is_empty() {
        return None;
    }
    let mut hasher = DefaultHasher::new();
    (question, answer).hash(&mut hasher);
    Some(format!("said_{:016x}", hasher.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn item(role: &str, text: &str) -> serde_json::Value {
        json!({ "type": "message", "role": role, "content": [{ "type": "text", "text": text }] })
    }

    fn said(items: &[serde_json::Value]) -> Said {
        let (mut body, mut words) = (Vec::new(), Vec::new());
        for item in items {
            let start = body.len();
            body.extend(item.to_string().into_bytes());
            let role = match item["role"].as_str() {
                Some("user") => Role::User,
                Some("assistant") => Role::Assistant,
                Some(_) | None => continue,
            };
            words.push(Words { role, message: start..body.len() });
        }
        last(&body, &words)
    }

    #[test]
    fn an_answer_is_known_again_with_the_question_before_it() {
        let first = said(&[item("developer", "be brief"), item("user", "two and two?")]);
        assert_eq!((first.question.as_deref(), &first.answered), (Some("two and two?"), &None));
        let json = r#"{"type":"message","role":"assistant","content":[{"type":"output_text","text":"four\u0021 "}]}"#;
        let answered = by("two and two?", [json].into_iter());
        let next = said(&[
            item("user", "two and two?"),
            json!({ "role": "assistant", "content": "four!" }),
            item("user", "and three?"),
        ]);
        assert!(answered.is_some());
        assert_eq!(next, Said { question: Some("and three?".to_owned()), answered });
    }

    #[test]
    fn the_same_answer_to_another_question_is_another() {
        let asked = |question: &str| {
            said(&[item("user", question), item("assistant", "yes"), item("user", "go on")]).answered
        };
        assert_ne!(asked("a?"), asked("b?"));
    }

    #[test]
    fn a_request_without_an_answer_in_it_is_tied_to_nothing() {
        assert_eq!(said(&[item("user", "hi"), item("user", "hi")]).answered, None);
        assert_eq!(last(b"", &[]), Said::default());
    }
}
