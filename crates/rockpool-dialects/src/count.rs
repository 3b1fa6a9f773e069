//! How many tokens a request in Anthropic's form has: an estimate, as the backend has no route that counts.
//!
//! Text is weighed by the way the newer tokenizers of the backend cut it, without their tables: see [`text_tokens`].
//! What is no text to the model has a fixed weight.

use std::ops::Range;

use serde::Serialize;

use crate::json::{self, Member};
use crate::refusal::Refusal;

/// Of an image, whatever its size: about as much as Anthropic counts for the largest that it does not shrink (1,568
/// pixels on the long side; width × height ÷ 750), so that no context overflows unseen.
const IMAGE: u64 = 1_600;
/// Of a document's page: text and picture, by Anthropic's word 1,500 to 3,000.
const PAGE: u64 = 2_000;
/// Base64 of a page of a document, in bytes. The pages of a PDF cannot be counted without reading it.
const PAGE_BYTES: usize = 100_000;
/// Ciphertext of reasoning: base64 of text of about four bytes a token, with some hundred bytes of frame.
const CIPHERTEXT_PER_TOKEN: usize = 6;
/// Around each object: roles, separators.
const FRAME: u64 = 2;
/// A letter with a mark, in plain letters.
const MARKED: u64 = 3;
/// What stands deeper is weighed as text: it is a tool's input or a schema, and could be nested without end.
const DEEPEST: u8 = 12;

#[derive(Serialize)]
struct Counted {
    input_tokens: u64,
}

/// The answer to `POST /v1/messages/count_tokens`.
///
/// # Errors
/// Where the body is no request.
pub fn counted(body: &[u8]) -> Result<Vec<u8>, Refusal> {
    let members = json::members(body).map_err(|error| Refusal::Malformed(error.to_string()))?;
    if json::last(body, &members, "messages").is_none() {
        let reason = "messages: it is missing".to_owned();
        return Err(Refusal::Invalid { param: "messages".to_owned(), reason });
    }
    let said = ["system", "messages", "tools"];
    let weighed = members.iter().filter(|member| said.iter().any(|name| member.is_named(body, name)));
    let input_tokens = weighed.map(|member| weigh(body, &member.value, DEEPEST)).sum::<u64>().max(1);
    serde_json::to_vec(&Counted { input_tokens }).map_err(|error| Refusal::Malformed(error.to_string()))
}

fn weigh(text: &[u8], part: &Range<usize>, depth: u8) -> u64 {
    let all = &text[part.clone()];
    if depth == 0 {
        return text_tokens(all);
    }
    match all.first() {
        Some(b'{') => json::members_of(text, part)
            .map_or_else(|_| text_tokens(all), |members| object(text, &members, depth)),
        Some(b'[') => json::elements_of(text, part).map_or_else(
            |_| text_tokens(all),
            |elements| elements.iter().map(|element| weigh(text, element, depth - 1)).sum(),
        ),
        Some(_) | None => text_tokens(all.strip_prefix(b"\"").unwrap_or(all)),
    }
}

fn object(text: &[u8], members: &[Member], depth: u8) -> u64 {
    match json::last(text, members, "type") {
        Some(b"\"image\"") => return IMAGE,
        Some(b"\"base64\"") => {
            let data = json::last(text, members, "data").unwrap_or_default();
            return data.len().div_ceil(PAGE_BYTES) as u64 * PAGE;
        }
        Some(_) | None => {}
    }
    let silent = ["cache_control", "type", "id", "tool_use_id", "defer_loading", "eager_input_streaming"];
    let inside = members.iter().map(|member| match member {
        _ if silent.iter().any(|name| member.is_named(text, name)) => 0,
        _ if member.is_named(text, "signature") => (member.value.len() / CIPHERTEXT_PER_TOKEN) as u64,
        _ => weigh(text, &member.value, depth - 1),
    });
    FRAME + inside.sum::<u64>()
}

/// The tokens of a JSON string's inside, or of any JSON. A word is one token for each seven letters that it begins
/// (the space before it belongs to it), a number one for each three digits, a run of other signs one for each two, a
/// run of spaces or line ends one; of Chinese, Japanese and Korean, four characters are three tokens; an emoji is two.
/// Latin letters with marks, as Vietnamese has them, and the letters of other alphabets weigh three.
fn text_tokens(text: &[u8]) -> u64 {
    let mut tokens = 0;
    let mut run = Run { class: Class::Space, length: 0 };
    let mut rest = text;
    while let Some((first, _)) = rest.split_first() {
        let (class, bytes, weight) = match *first {
            b'\\' => escape(rest),
            b'a'..=b'z' | b'A'..=b'Z' => (Class::Letter, 1, 1),
            b'0'..=b'9' => (Class::Digit, 1, 1),
            b' ' | b'\t' | b'\n' | b'\r' => (Class::Space, 1, 1),
            // U+0080 to U+07FF: Latin with marks, Greek, Cyrillic and the like.
            0xc2..=0xdf => (Class::Letter, 2, MARKED),
            // U+1E00 to U+1FFF: Vietnamese letters.
            0xe1 if rest.get(1).is_some_and(|second| *second >= 0xb8) => (Class::Letter, 3, MARKED),
            0xe0..=0xef => (Class::Wide, 3, 1),
            0xf0..=0xff => (Class::Emoji, 4, 1),
            _ => (Class::Sign, 1, 1),
        };
        if class != run.class {
            tokens += run.tokens();
            run = Run { class, length: 0 };
        }
        run.length += weight;
        rest = rest.get(bytes..).unwrap_or_default();
    }
    tokens + run.tokens()
}

/// An escape stands for one character; its class, how many bytes it has, and what it weighs.
fn escape(rest: &[u8]) -> (Class, usize, u64) {
    match rest.get(1) {
        Some(b'n' | b't' | b'r') => (Class::Space, 2, 1),
        Some(b'u') => (Class::Wide, 6, 1),
        Some(_) | None => (Class::Sign, 2, 1),
    }
}

struct Run {
    class: Class,
    length: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Digit,
    Space,
    Sign,
    Wide,
    Emoji,
}

impl Run {
    fn tokens(&self) -> u64 {
        match self.class {
            Class::Letter => self.length.div_ceil(7),
            Class::Digit => self.length.div_ceil(3),
            Class::Space => u64::from(self.length > 1),
            Class::Sign => self.length.div_ceil(2),
            Class::Wide => (self.length * 3).div_ceil(4),
            Class::Emoji => self.length * 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn tokens(request: &Value) -> u64 {
        let body = counted(request.to_string().as_bytes()).unwrap();
        let value: Value = serde_json::from_slice(&body).unwrap();
        value["input_tokens"].as_u64().unwrap()
    }

    fn says(content: Value) -> Value {
        json!({ "model": "m", "messages": [{ "role": "user", "content": content }] })
    }

    #[test]
    fn prose_and_code_weigh_about_what_the_tokenizer_makes_of_them() {
        // What the tokenizer o200k_base makes of each.
        for (text, exact) in [
            ("The quick brown fox jumps over the lazy dog.", 10),
            ("fn main() {\n    println!(\"hi\");\n}\n", 10),
            ("今日は良い天気ですね", 6),
            ("오늘 날씨가 좋네요", 6),
            ("Hôm nay trời đẹp quá, chúng ta đi dạo nhé.", 14),
            ("1234567890", 4),
        ] {
            let frame = tokens(&says(json!("")));
            let estimate = tokens(&says(json!(text))) - frame;
            assert!(estimate * 4 >= exact * 3 && estimate * 2 <= exact * 3, "{text}: {estimate} for {exact}");
        }
    }

    #[test]
    fn an_image_weighs_the_same_however_large_it_is() {
        let image = |bytes: usize| json!([{ "type": "image", "source": { "type": "base64", "media_type": "image/png", "data": "A".repeat(bytes) } }]);
        assert_eq!(tokens(&says(image(10))), tokens(&says(image(1_000_000))));
        assert!(tokens(&says(image(10))) >= IMAGE);
    }

    #[test]
    fn a_document_weighs_by_its_pages() {
        let document = |bytes: usize| json!([{ "type": "document", "source": { "type": "base64", "data": "A".repeat(bytes) } }]);
        let (one, three) = (tokens(&says(document(10))), tokens(&says(document(250_000))));
        assert_eq!(three - one, 2 * PAGE);
    }

    #[test]
    fn tools_and_system_prompt_count_and_what_is_only_for_the_server_does_not() {
        let mut request = says(json!("hi"));
        let bare = tokens(&request);
        request["metadata"] = json!({ "user_id": "x".repeat(1000) });
        assert_eq!(tokens(&request), bare);
        request["tools"] = json!([{ "name": "f", "description": "Reads a file.", "input_schema": {} }]);
        let with_tools = tokens(&request);
        request["system"] = json!("Be brief.");
        assert!(bare < with_tools && with_tools < tokens(&request));
    }

    #[test]
    fn what_is_no_request_is_refused_and_what_is_nested_without_end_is_not() {
        for body in ["", "[]", "{}", "{\"messages\":"] {
            assert!(counted(body.as_bytes()).is_err(), "{body}");
        }
        let deep = format!("{{\"messages\":{}{}}}", "[".repeat(1 << 18), "]".repeat(1 << 18));
        assert!(counted(deep.as_bytes()).is_ok());
    }
}
