//! JSON strings that are passed on as they were written.

use serde_json::value::{RawValue, to_raw_value};

use crate::json;

/// A text as a JSON string.
pub(super) fn of(text: &str) -> Box<RawValue> {
    to_raw_value(text).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// The JSON string with this between its quotation marks.
pub(super) fn around(inside: &str) -> Box<RawValue> {
    RawValue::from_string(format!("\"{inside}\"")).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// What is between the quotation marks; `None` for what is no string or an empty one.
pub(super) fn inside(value: &RawValue) -> Option<&str> {
    let inside = value.get().strip_prefix('"')?.strip_suffix('"')?;
    (!inside.is_empty()).then_some(inside)
}

pub(super) fn decoded(value: &RawValue) -> String {
    json::string(value.get().as_bytes()).unwrap_or_default()
}

/// How many characters a text has, counted between its quotation marks.
pub(super) fn characters(inside: &str) -> u64 {
    let bytes = inside.as_bytes();
    let (mut at, mut count) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        let (length, is_character) = match (byte, bytes.get(at + 1)) {
            // The second half of a surrogate pair is \udc00 to \udfff.
            (b'\\', Some(b'u')) => (6, !is_second_half(&bytes[at..])),
            (b'\\', _) => (2, true),
            (byte, _) => (1, byte & 0xc0 != 0x80),
        };
        at += length;
        count += u64::from(is_character);
    }
    count
}

fn is_second_half(escape: &[u8]) -> bool {
    let digit = |at: usize| escape.get(at).map(u8::to_ascii_lowercase);
    digit(2) == Some(b'd') && digit(3).is_some_and(|byte| (b'c'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_counts_once_however_it_is_written() {
        for (inside, count) in [("", 0), ("ab", 2), (r#"\"\\\n"#, 3), ("é😀", 2), (r"\u00e9\ud83d\ude00x", 3)]
        {
            assert_eq!(characters(inside), count, "{inside}");
        }
    }
}
