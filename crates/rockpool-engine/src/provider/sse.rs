//! Server-sent events by the WHATWG standard (HTML §9.2): cuts a stream into whole events, without copying where a
//! chunk holds whole ones, and finds what they carry. What is no event passes through, and counts for nothing.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};

/// An event longer than this is passed on in parts.
const MAX_EVENT: usize = 16 << 20;

/// As much as has to be kept to know whether the next byte ends an event: a line end, and one half of another.
const TAIL: usize = 3;

const LF: u8 = b'\n';
const CR: u8 = b'\r';

/// U+FEFF, which may stand before the first line.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Whether an answer with these headers says that it is a stream of events.
pub(crate) fn is_event_stream(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.trim_start().to_ascii_lowercase().starts_with("text/event-stream"))
}

/// What the first bytes of an answer show it to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beginning {
    /// Too little has come.
    Open,
    Events,
    /// One JSON value.
    Json,
    /// Neither.
    Other,
}

/// The names of fields, and a comment, which has none.
const FIELDS: [&[u8]; 5] = [b"data", b"event", b"id", b"retry", b""];

/// Looks at the first bytes of an answer, as far as they came.
pub(crate) fn beginning(bytes: &[u8]) -> Beginning {
    if bytes.len() < BYTE_ORDER_MARK.len() && BYTE_ORDER_MARK.starts_with(bytes) {
        return Beginning::Open;
    }
    let text = without_mark(bytes).trim_ascii_start();
    match text.first() {
        None => return Beginning::Open,
        Some(b'{' | b'[') => return Beginning::Json,
        Some(_) => {}
    }
    match text.iter().position(|byte| matches!(*byte, b':' | CR | LF)) {
        Some(end) if FIELDS.contains(&&text[..end]) => Beginning::Events,
        None if FIELDS.iter().any(|name| name.starts_with(text)) => Beginning::Open,
        Some(_) | None => Beginning::Other,
    }
}

/// One piece of the stream, in order; together the pieces are the stream, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A whole event with its closing blank line.
    Event(Bytes),
    /// Of an event that is too long to be kept.
    Part(Part, Bytes),
    /// What was left at the end of the stream: no event, since no blank line closes it.
    Rest(Bytes),
}

/// Which part of an event that is too long to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// All but the last bytes of the first 16 MiB.
    Beginning,
    Middle,
    /// With the closing blank line.
    End,
}

/// Cuts chunks into events.
#[derive(Debug, Default)]
pub(crate) struct Splitter {
    pending: BytesMut,
    /// So much of `pending` holds no end of an event.
    searched: usize,
    state: ReadState,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ReadState {
    #[default]
    Reading,
    /// In the middle of an event that is passed on in parts.
    PassingOn,
}

impl Splitter {
    /// Takes a chunk and gives the pieces that it completes.
    pub(crate) fn push(&mut self, chunk: Bytes) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let (mut rest, mut searched_before) = match self.completed(chunk) {
            Some(found) => found,
            None => {
                self.pass_on_if_long(&mut pieces);
                return pieces;
            }
        };
        while let Some(end) = event_end(&rest, std::mem::take(&mut searched_before)) {
            let piece = rest.split_to(end);
            pieces.push(match self.state {
                ReadState::Reading => Piece::Event(piece),
                ReadState::PassingOn => Piece::Part(Part::End, piece),
            });
            self.state = ReadState::Reading;
        }
        self.pending.extend_from_slice(&rest);
        self.searched = searched(&rest);
        self.pass_on_if_long(&mut pieces);
        pieces
    }

    /// What is left when the stream ends.
    pub(crate) fn finish(&mut self) -> Option<Piece> {
        (!self.pending.is_empty()).then(|| Piece::Rest(self.pending.split().freeze()))
    }

    /// The chunk behind what was pending, where that completes an event or nothing was pending, and how much of it
    /// was searched before: an event in many chunks must not be read over and over.
    fn completed(&mut self, chunk: Bytes) -> Option<(Bytes, usize)> {
        if self.pending.is_empty() {
            return Some((chunk, 0));
        }
        self.pending.extend_from_slice(&chunk);
        if event_end(&self.pending, self.searched).is_some() {
            return Some((self.pending.split().freeze(), self.searched));
        }
        self.searched = searched(&self.pending);
        None
    }

    fn pass_on_if_long(&mut self, pieces: &mut Vec<Piece>) {
        let part = match self.state {
            ReadState::Reading if self.pending.len() <= MAX_EVENT => return,
            ReadState::Reading => Part::Beginning,
            ReadState::PassingOn => Part::Middle,
        };
        self.state = ReadState::PassingOn;
        let known = self.pending.len().saturating_sub(TAIL);
        let head = self.pending.split_to(known).freeze();
        self.searched = searched(&self.pending);
        if !head.is_empty() {
            pieces.push(Piece::Part(part, head));
        }
    }
}

/// How much of bytes without an end need not be searched again: a carriage return at their end may be the first half
/// of a line end.
fn searched(bytes: &[u8]) -> usize {
    bytes.len().saturating_sub(1)
}

/// Where the first event ends: after its blank line. Lines end with a line feed, a carriage return or both. The first
/// `searched` bytes are known to hold no end.
///
/// A blank line of one carriage return ends the event at once, though a line feed that belongs to it may follow: it
/// is then a blank line more, which means nothing. Only where the line before ended with both is the line feed
/// waited for.
fn event_end(bytes: &[u8], searched: usize) -> Option<usize> {
    let mut from = searched;
    while let Some(found) = memchr::memchr2(LF, CR, &bytes[from..]) {
        let at = from + found;
        from = at + 1;
        let before = &bytes[..at];
        let second_half = bytes[at] == LF && before.ends_with(&[CR]);
        let blank = before.last().is_none_or(|byte| matches!(*byte, LF | CR));
        if second_half || !blank {
            continue;
        }
        return match (bytes[at], bytes.get(from)) {
            (CR, Some(&LF)) => Some(from + 1),
            (CR, None) if before.ends_with(&[CR, LF]) => None,
            _ => Some(from),
        };
    }
    None
}

/// One line of an event.
#[derive(Clone, Copy)]
struct Line<'a> {
    text: &'a [u8],
    /// Its one or two bytes; none where the event was cut.
    end: &'a [u8],
}

impl<'a> Line<'a> {
    /// The line's `data:` and the blank behind it, and the value; `None` where it is another line.
    fn data(&self) -> Option<(&'a [u8], &'a [u8])> {
        self.field(b"data")
    }

    fn field(&self, name: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
        let rest = self.text.strip_prefix(name)?;
        let value = match rest.strip_prefix(b":") {
            Some(value) => value.strip_prefix(b" ").unwrap_or(value),
            // A field without a colon has an empty value; a longer name is another field's.
            None if rest.is_empty() => rest,
            None => return None,
        };
        Some(self.text.split_at(self.text.len() - value.len()))
    }
}

fn lines(event: &[u8]) -> impl Iterator<Item = Line<'_>> {
    let mut rest = event;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let length = memchr::memchr2(LF, CR, rest).unwrap_or(rest.len());
        let (text, after) = rest.split_at(length);
        let end = if after.starts_with(&[CR, LF]) { 2 } else { after.len().min(1) };
        let (end, after) = after.split_at(end);
        rest = after;
        Some(Line { text, end })
    })
}

fn without_mark(event: &[u8]) -> &[u8] {
    event.strip_prefix(BYTE_ORDER_MARK).unwrap_or(event)
}

/// What an event carries: its `data`, several lines of it joined by a line feed; `None` where that is empty.
pub(crate) fn data(event: &[u8]) -> Option<Cow<'_, [u8]>> {
    let mut values = lines(without_mark(event)).filter_map(|line| line.data()).map(|(_, value)| value);
    let mut data = Cow::Borrowed(values.next()?);
    for value in values {
        let joined = data.to_mut();
        joined.push(LF);
        joined.extend_from_slice(value);
    }
    (!data.is_empty()).then_some(data)
}

/// The name in an event's `event` field, of which the last one counts.
pub(crate) fn name(event: &[u8]) -> Option<&str> {
    let (_, name) = lines(without_mark(event)).filter_map(|line| line.field(b"event")).last()?;
    std::str::from_utf8(name).ok()
}

/// The event with other data, in the place and the form of its first line of data.
pub(crate) fn with_data(event: &[u8], data: &[u8]) -> Bytes {
    let mut changed = BytesMut::with_capacity(event.len() + data.len());
    let body = without_mark(event);
    changed.extend_from_slice(&event[..event.len() - body.len()]);
    let mut written = false;
    for line in lines(body) {
        match line.data() {
            None => {
                changed.extend_from_slice(line.text);
                changed.extend_from_slice(line.end);
            }
            Some(_) if written => {}
            Some((name, _)) => {
                written = true;
                for value in data.split(|byte| *byte == LF) {
                    changed.extend_from_slice(name);
                    changed.extend_from_slice(value);
                    changed.extend_from_slice(line.end);
                }
            }
        }
    }
    changed.freeze()
}

#[cfg(test)]
mod tests;
