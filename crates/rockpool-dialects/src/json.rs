//! Where the members of an object and the elements of an array stand in a text, found without understanding more
//! of it than that takes.
//!
//! What is only looked at is forwarded as it came, and the provider says best what is wrong with it. So a name that
//! is there twice, a byte order mark, half of a surrogate pair, bytes that are no UTF-8, or a number like NaN is no
//! reason to refuse anything.

use std::borrow::Cow;
use std::ops::Range;

use serde::Serialize;
use thiserror::Error;

/// Some tools write it in front of their JSON.
pub const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The text is no JSON of the kind that was looked for.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("{expected} is missing at byte {at}")]
pub struct Malformed {
    expected: &'static str,
    /// Counted from 1.
    at: usize,
}

impl Malformed {
    /// `place` is counted from 0.
    pub(crate) fn missing(expected: &'static str, place: usize) -> Self {
        Self { expected, at: place + 1 }
    }
}

/// One member of an object, by where it stands in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Between its quotation marks.
    name: Range<usize>,
    pub value: Range<usize>,
}

impl Member {
    pub fn is_named(&self, text: &[u8], name: &str) -> bool {
        let raw = &text[self.name.clone()];
        raw == name.as_bytes()
            || (raw.contains(&b'\\')
                && string(&text[self.name.start - 1..self.name.end + 1]).is_some_and(|found| found == name))
    }

    /// From the quotation mark of its name to the end of its value.
    pub fn range(&self) -> Range<usize> {
        self.name.start - 1..self.value.end
    }
}

/// The value of the last member of that name, as most readers of JSON have it.
pub fn last<'a>(text: &'a [u8], members: &[Member], name: &str) -> Option<&'a [u8]> {
    members.iter().rfind(|member| member.is_named(text, name)).map(|member| &text[member.value.clone()])
}

/// A string without its escapes. `None` for anything but a string, and where half of a surrogate pair is in it.
pub(crate) fn exact(value: &str) -> Option<Cow<'_, str>> {
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    match inner.contains('\\') {
        true => serde_json::from_str(value).ok().map(Cow::Owned),
        false => Some(Cow::Borrowed(inner)),
    }
}

/// A string without its escapes; what is no character comes out as U+FFFD. `None` for anything but a string.
pub fn string(value: &[u8]) -> Option<String> {
    lenient(value).map(Cow::into_owned)
}

/// As [`string`], without a copy where nothing is escaped.
pub(crate) fn lenient(value: &[u8]) -> Option<Cow<'_, str>> {
    let inner = value.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    match std::str::from_utf8(inner) {
        Ok(inner) if !inner.contains(['\\', '"']) => Some(Cow::Borrowed(inner)),
        Ok(_) | Err(_) => Some(Cow::Owned(unescaped(value, inner))),
    }
}

fn unescaped(value: &[u8], inner: &[u8]) -> String {
    if let Ok(exact) = serde_json::from_slice(value) {
        return exact;
    }
    let inner = without_halves(&String::from_utf8_lossy(inner));
    serde_json::from_str(&format!("\"{inner}\"")).unwrap_or(inner)
}

/// What stands between a string's quotation marks, with U+FFFD for each escape that is half of a surrogate pair and
/// has no other half.
fn without_halves(inner: &str) -> String {
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (written, length) = match (unit(rest), rest.get(6..).and_then(unit)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => (&rest[..12], 12),
            (Some(0xd800..=0xdfff), _) => ("\\ufffd", 6),
            (Some(_), _) => (&rest[..6], 6),
            (None, _) => {
                let length = 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
                (&rest[..length], length)
            }
        };
        out.push_str(written);
        rest = &rest[length..];
    }
    out + rest
}

/// The UTF-16 code unit of an escape (`\u…`) at the beginning of a text.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_hex.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
}

/// The members of the object that the text is. A byte order mark in front is passed over.
///
/// # Errors
/// Where it is no object.
pub fn members(text: &[u8]) -> Result<Vec<Member>, Malformed> {
    let start = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    members_of(text, &(start..text.len()))
}

/// The members of the object in a part of the text.
///
/// # Errors
/// Where there is no object.
pub fn members_of(text: &[u8], part: &Range<usize>) -> Result<Vec<Member>, Malformed> {
    let mut cursor = Cursor { text: &text[..part.end], at: part.start };
    let mut members = Vec::with_capacity(8);
    cursor.list(b'{', b'}', "“{”", |cursor| {
        let name = cursor.string()?;
        cursor.expect(b':', "“:”")?;
        members.push(Member { name: name.start + 1..name.end - 1, value: cursor.value()? });
        Ok(())
    })?;
    Ok(members)
}

/// The elements of the array in a part of the text.
///
/// # Errors
/// Where there is no array.
pub fn elements_of(text: &[u8], part: &Range<usize>) -> Result<Vec<Range<usize>>, Malformed> {
    let mut cursor = Cursor { text: &text[..part.end], at: part.start };
    let mut elements = Vec::new();
    cursor.list(b'[', b']', "“[”", |cursor| {
        elements.push(cursor.value()?);
        Ok(())
    })?;
    Ok(elements)
}

/// Writes a value behind what stands in `out`. Writing into memory fails for no value of this crate: none has a map with
/// keys that are no strings.
pub(crate) fn write(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    let before = out.len();
    if serde_json::to_writer(&mut *out, value).is_err() {
        out.truncate(before);
        out.extend_from_slice(b"null");
    }
}

struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn missing<T>(&self, expected: &'static str) -> Result<T, Malformed> {
        Err(Malformed::missing(expected, self.at))
    }

    /// The next byte that is no space.
    fn peek(&mut self) -> Option<u8> {
        while let Some(byte) = self.text.get(self.at) {
            match byte {
                space if space.is_ascii_whitespace() => self.at += 1,
                byte => return Some(*byte),
            }
        }
        None
    }

    fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), Malformed> {
        if self.peek() != Some(byte) {
            return self.missing(expected);
        }
        self.at += 1;
        Ok(())
    }

    /// Everything between two brackets, by commas.
    fn list(
        &mut self,
        open: u8,
        close: u8,
        expected: &'static str,
        mut one: impl FnMut(&mut Self) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        self.expect(open, expected)?;
        if self.peek() == Some(close) {
            self.at += 1;
            return Ok(());
        }
        loop {
            one(self)?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(byte) if byte == close => {
                    self.at += 1;
                    return Ok(());
                }
                Some(_) | None => return self.missing("“,” or the end"),
            }
        }
    }

    /// A string with its quotation marks.
    fn string(&mut self) -> Result<Range<usize>, Malformed> {
        if self.peek() != Some(b'"') {
            return self.missing("a name");
        }
        let start = self.at;
        self.skip_string()?;
        Ok(start..self.at)
    }

    /// From one quotation mark to behind the other.
    fn skip_string(&mut self) -> Result<(), Malformed> {
        self.at += 1;
        loop {
            let Some(found) = memchr::memchr2(b'"', b'\\', &self.text[self.at..]) else {
                self.at = self.text.len();
                return self.missing("the end of a string");
            };
            self.at += found;
            if self.text[self.at] == b'"' {
                self.at += 1;
                return Ok(());
            }
            self.at = (self.at + 2).min(self.text.len());
        }
    }

    fn value(&mut self) -> Result<Range<usize>, Malformed> {
        let start = match self.peek() {
            Some(_) => self.at,
            None => return self.missing("a value"),
        };
        match self.text[start] {
            b'"' => self.skip_string()?,
            b'{' | b'[' => self.skip_nested()?,
            _ => self.skip_word(),
        }
        if self.at == start { self.missing("a value") } else { Ok(start..self.at) }
    }

    /// From a bracket to behind the one that closes it; of what is inside, only brackets and strings count.
    fn skip_nested(&mut self) -> Result<(), Malformed> {
        let mut depth = 0_usize;
        while let Some(byte) = self.text.get(self.at) {
            match byte {
                b'"' => {
                    self.skip_string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Ok(());
            }
        }
        self.missing("a closing bracket")
    }

    /// A number or a word.
    fn skip_word(&mut self) {
        let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b'}' | b']' | b':' | b'"');
        let rest = &self.text[self.at..];
        self.at += rest.iter().position(ends).unwrap_or(rest.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str, name: &str) -> Option<String> {
        let members = members(text.as_bytes()).unwrap();
        last(text.as_bytes(), &members, name).map(|raw| String::from_utf8(raw.to_vec()).unwrap())
    }

    #[test]
    fn members_are_found_whatever_stands_between_them() {
        let text =
            "\u{feff} { \"a\" : {\"a\":[\"}\\\"\",{}]} ,\"b\":-1e2,\"c\":[],\"d\":null , \"e\":\"x\\\\\" }";
        assert_eq!(value(text, "a").as_deref(), Some("{\"a\":[\"}\\\"\",{}]}"));
        assert_eq!(value(text, "b").as_deref(), Some("-1e2"));
        assert_eq!(value(text, "e").as_deref(), Some("\"x\\\\\""));
        assert_eq!(value(text, "f"), None);
        assert_eq!(members(b" {} ").unwrap(), []);
    }

    #[test]
    fn of_a_name_that_is_there_twice_the_last_counts_however_it_is_spelled() {
        assert_eq!(value(r#"{"a":1,"\u0061":2}"#, "a").as_deref(), Some("2"));
    }

    #[test]
    fn what_is_no_character_is_no_obstacle() {
        let text = b"{\"a\":\"\xff\",\"\\ud800\":NaN,\"b\":\"\\udc00\"}";
        let members = members(text).unwrap();
        assert_eq!(members.len(), 3);
        assert!(last(text, &members, "b").and_then(string).is_some());
    }

    #[test]
    fn brackets_as_deep_as_a_hostile_tool_makes_them_are_passed_over() {
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(1 << 20), "]".repeat(1 << 20));
        assert_eq!(members(deep.as_bytes()).unwrap().len(), 1);
    }

    #[test]
    fn what_is_no_object_is_told_with_the_place() {
        for (text, place) in [
            ("", "“{” is missing at byte 1"),
            ("[1]", "“{” is missing at byte 1"),
            ("{", "a name is missing at byte 2"),
            ("{\"a\": }", "a value is missing at byte 7"),
            ("{\"a\" 1}", "“:” is missing at byte 6"),
            ("{\"a\":1", "“,” or the end is missing at byte 7"),
            ("{\"a\":\"x", "the end of a string is missing at byte 8"),
            ("{\"a\":[", "a closing bracket is missing at byte 7"),
        ] {
            assert_eq!(members(text.as_bytes()).unwrap_err().to_string(), place, "{text}");
        }
    }
}
