//! JSON as the provider reads it: a byte order mark, a name that is there twice and half of a surrogate pair are
//! taken, which Rust's own reader refuses in part.

use std::borrow::Cow;

use serde_json::Value;

/// Reads a request's JSON.
pub(crate) fn read(bytes: &[u8]) -> serde_json::Result<Value> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(bytes).or_else(|error| match repaired(&String::from_utf8_lossy(bytes)) {
        Cow::Owned(text) => serde_json::from_str(&text),
        Cow::Borrowed(_) => Err(error),
    })
}

/// The text with U+FFFD for each escape that is half of a pair.
fn repaired(text: &str) -> Cow<'_, str> {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let mut repaired = String::new();
    let mut from = 0;
    let mut at = 0;
    while let Some(found) = text[at..].find('\\') {
        at += found;
        at += match (unit(at), unit(at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                repaired.push_str(&text[from..at]);
                repaired.push_str("\\ufffd");
                from = at + 6;
                6
            }
            (Some(_), _) => 6,
            // A backslash and what it escapes, which may be a character of several bytes.
            (None, _) => 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
        };
    }
    if from == 0 {
        return Cow::Borrowed(text);
    }
    repaired.push_str(&text[from..]);
    Cow::Owned(repaired)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_the_provider_takes_is_taken() {
        let read = |text: &str| read(text.as_bytes()).unwrap();
        assert_eq!(read("\u{feff}{\"a\":1,\"a\":2}"), json!({"a": 2}));
        assert_eq!(
            read(r#"{"a":"x\ud83dy","b":"\ud83d\ude00","c":"\\ud83d"}"#),
            json!({"a": "x\u{fffd}y", "b": "😀", "c": "\\ud83d"})
        );
        assert!(super::read(b"{").is_err());
    }
}
