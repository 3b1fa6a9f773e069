//! One pass over a JSON text (RFC 8259), which checks all of it and notes where its values stand.

use crate::json::Malformed;

/// Where one value stands, or the name of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// In bytes from the beginning of the text.
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// The place of the span that comes after this one and all that are inside it.
    pub(crate) next: u32,
}

/// The values of a text in the order in which they begin. Nesting is not limited: it takes memory, not stack.
///
/// # Errors
/// Where the text is no JSON, or larger than 4 GiB. A string may hold half of a surrogate pair.
pub(crate) fn spans(text: &[u8]) -> Result<Vec<Span>, Malformed> {
    let longest = u32::MAX as usize;
    if text.len() > longest {
        return Err(Malformed::missing("the end", longest));
    }
    let mut scanner = Scanner { text, at: 0, spans: Vec::with_capacity(text.len() / 64), open: Vec::new() };
    scanner.values()?;
    match scanner.peek() {
        None => Ok(scanner.spans),
        Some(_) => scanner.missing("the end"),
    }
}

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    spans: Vec<Span>,
    /// The places of the objects and arrays that are not closed yet.
    open: Vec<u32>,
}

/// What comes after a value.
enum After {
    Value,
    End,
}

impl Scanner<'_> {
    fn missing<T>(&self, expected: &'static str) -> Result<T, Malformed> {
        Err(Malformed::missing(expected, self.at))
    }

    /// The next byte that is no space.
    fn peek(&mut self) -> Option<u8> {
        while let Some(byte) = self.text.get(self.at) {
            match byte {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                byte => return Some(*byte),
            }
        }
        None
    }

    fn values(&mut self) -> Result<(), Malformed> {
        loop {
            match self.peek() {
                Some(b'{') => {
                    self.begin();
                    if self.peek() != Some(b'}') {
                        self.name()?;
                        continue;
                    }
                }
                Some(b'[') => {
                    self.begin();
                    if self.peek() != Some(b']') {
                        continue;
                    }
                }
                Some(b'"') => self.string()?,
                Some(first) => self.word(first)?,
                None => return self.missing("a value"),
            }
            match self.after()? {
                After::Value => {}
                After::End => return Ok(()),
            }
        }
    }

    /// Closes what ends here.
    fn after(&mut self) -> Result<After, Malformed> {
        while let Some(place) = self.open.last() {
            let is_object = self.text[self.spans[*place as usize].start as usize] == b'{';
            match (self.peek(), is_object) {
                (Some(b','), true) => {
                    self.at += 1;
                    self.name()?;
                    return Ok(After::Value);
                }
                (Some(b','), false) => {
                    self.at += 1;
                    return Ok(After::Value);
                }
                (Some(b'}'), true) | (Some(b']'), false) => self.close(),
                _ => return self.missing("“,” or the end"),
            }
        }
        Ok(After::End)
    }

    fn begin(&mut self) {
        self.open.push(self.spans.len() as u32);
        self.spans.push(Span { start: self.at as u32, end: 0, next: 0 });
        self.at += 1;
    }

    fn close(&mut self) {
        self.at += 1;
        let next = self.spans.len() as u32;
        if let Some(span) = self.open.pop().and_then(|place| self.spans.get_mut(place as usize)) {
            span.end = self.at as u32;
            span.next = next;
        }
    }

    fn note(&mut self, start: usize) {
        let next = self.spans.len() as u32 + 1;
        self.spans.push(Span { start: start as u32, end: self.at as u32, next });
    }

    fn name(&mut self) -> Result<(), Malformed> {
        if self.peek() != Some(b'"') {
            return self.missing("a name");
        }
        self.string()?;
        if self.peek() != Some(b':') {
            return self.missing("“:”");
        }
        self.at += 1;
        Ok(())
    }

    fn string(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        self.at += 1;
        loop {
            self.at += plain(&self.text[self.at..]);
            match self.text.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    self.note(start);
                    return Ok(());
                }
                Some(b'\\') => self.escape()?,
                Some(_) => return self.missing("an escape for a control character"),
                None => return self.missing("the end of a string"),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Malformed> {
        let digits = match self.text.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 0,
            Some(b'u') => 4,
            Some(_) | None => return self.missing("an escape"),
        };
        let code = self.text.get(self.at + 2..self.at + 2 + digits);
        if !code.is_some_and(|code| code.iter().all(u8::is_ascii_hexdigit)) {
            return self.missing("an escape");
        }
        self.at += 2 + digits;
        Ok(())
    }

    /// A number or a word.
    fn word(&mut self, first: u8) -> Result<(), Malformed> {
        let start = self.at;
        let rest = &self.text[start..];
        let word = [&b"true"[..], b"false", b"null"].into_iter().find(|word| rest.starts_with(word));
        match (word, first) {
            (Some(word), _) => self.at += word.len(),
            (None, b'-' | b'0'..=b'9') => self.number()?,
            (None, _) => return self.missing("a value"),
        }
        self.note(start);
        Ok(())
    }

    fn number(&mut self) -> Result<(), Malformed> {
        self.skip(b"-");
        match self.text.get(self.at) {
            Some(b'0') => self.at += 1,
            Some(_) | None => self.digits()?,
        }
        if self.skip(b".") {
            self.digits()?;
        }
        if self.skip(b"eE") {
            self.skip(b"+-");
            self.digits()?;
        }
        Ok(())
    }

    /// Passes over one of these bytes, if it is there.
    fn skip(&mut self, bytes: &[u8]) -> bool {
        let found = self.text.get(self.at).is_some_and(|byte| bytes.contains(byte));
        self.at += usize::from(found);
        found
    }

    fn digits(&mut self) -> Result<(), Malformed> {
        let rest = &self.text[self.at..];
        let count = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        if count == 0 {
            return self.missing("a digit");
        }
        self.at += count;
        Ok(())
    }
}

/// How many bytes come before the first that is no character of a string by itself: a quotation mark, a backslash or
/// a control character. Eight are looked at together: a byte that equals another is zero after XOR, and of the lowest
/// byte that is below `n`, subtracting `n` from all of them sets the highest bit, which it did not have before.
fn plain(text: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    let below = |bytes: u64, least: u64| bytes.wrapping_sub(ONES * least) & !bytes;
    let mut passed = 0;
    let (eights, _) = text.as_chunks::<8>();
    for eight in eights {
        let bytes = u64::from_le_bytes(*eight);
        let special = below(bytes, 0x20)
            | below(bytes ^ (ONES * u64::from(b'"')), 1)
            | below(bytes ^ (ONES * u64::from(b'\\')), 1);
        let special = special & (ONES * 0x80);
        if special != 0 {
            return passed + special.trailing_zeros() as usize / 8;
        }
        passed += 8;
    }
    let rest = &text[passed..];
    passed + rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    #[test]
    fn what_is_no_json_is_told_with_the_place() {
        for (text, place) in [
            ("", "a value is missing at byte 1"),
            ("{", "a name is missing at byte 2"),
            ("{\"a\" 1}", "“:” is missing at byte 6"),
            ("[1", "“,” or the end is missing at byte 3"),
            ("[1}", "“,” or the end is missing at byte 3"),
            ("[1,]", "a value is missing at byte 4"),
            ("\"x", "the end of a string is missing at byte 3"),
            ("\"\n\"", "an escape for a control character is missing at byte 2"),
            ("\"\\x\"", "an escape is missing at byte 2"),
            ("1 2", "the end is missing at byte 3"),
            ("1.", "a digit is missing at byte 3"),
        ] {
            assert_eq!(spans(text.as_bytes()).unwrap_err().to_string(), place, "{text}");
        }
    }

    #[test]
    fn brackets_as_deep_as_a_hostile_tool_makes_them_take_no_stack() {
        let deep = "[".repeat(1 << 20) + &"]".repeat(1 << 20);
        assert_eq!(spans(deep.as_bytes()).unwrap().len(), 1 << 20);
    }

    proptest! {
        #[test]
        fn it_is_json_where_another_reader_says_so(
            text in r#"([\[\]{},:" 	]|"a"|"[^"]{0,12}"|\\[u"\\nx]|[0-9a-fA-F]{4}|-|0|1|\.|e|E|\+|true|false|null|[\x00-\x20]|é){0,12}"#,
        ) {
            let other = serde_json::from_str::<&RawValue>(&text);
            prop_assert_eq!(spans(text.as_bytes()).is_ok(), other.is_ok(), "{:?}: {:?}", text, other);
        }

        #[test]
        fn json_with_some_of_it_changed_is_json_where_another_reader_says_so(
            at in 0_usize..90,
            by in r#"[\[\]{},:" \\0-9ueEtn.+-]{0,2}"#,
        ) {
            let text = r#"{"a":[1,-0.5e+3,{"b\u00e9\n":"x\"y\\"},[],{}, true ,null],"long enough, with \"": false}"#;
            let at = at.min(text.len());
            let text = [&text[..at], &by, &text[(at + 1).min(text.len())..]].concat();
            let other = serde_json::from_str::<&RawValue>(&text);
            prop_assert_eq!(spans(text.as_bytes()).is_ok(), other.is_ok(), "{:?}: {:?}", text, other);
        }

        #[test]
        fn a_string_ends_where_its_first_special_byte_is(text in proptest::collection::vec(any::<u8>(), 0..40)) {
            let special = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
            prop_assert_eq!(plain(&text), text.iter().position(special).unwrap_or(text.len()));
        }
    }
}
