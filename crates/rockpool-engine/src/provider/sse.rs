//! Cuts a stream of server-sent events into whole events, without copying where a chunk holds whole ones.

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use memchr::memmem;

/// An event longer than this is passed on unread.
const MAX_EVENT: usize = 16 << 20;

/// The start of a blank line may stand at the end of a chunk: a line feed, a carriage return.
const TAIL: usize = 3;

/// Whether an answer with these headers is a stream of events.
pub(crate) fn is_event_stream(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.trim_start().to_ascii_lowercase().starts_with("text/event-stream"))
}

/// One piece of the stream, in order; together the pieces are the stream, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A whole event with its closing blank line.
    Event(Bytes),
    /// Part of an event that is too long to be read, or what was left at the end of the stream.
    Unread(Bytes),
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
    /// In the middle of an event that is passed on unread.
    PassingOn,
}

impl Splitter {
    /// Takes a chunk and gives the pieces that it completes.
    pub(crate) fn push(&mut self, chunk: Bytes) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut rest = match self.completed(chunk) {
            Some(rest) => rest,
            None => {
                self.pass_on_if_long(&mut pieces);
                return pieces;
            }
        };
        while let Some(end) = event_end(&rest, 0) {
            let piece = rest.split_to(end);
            pieces.push(match self.state {
                ReadState::Reading => Piece::Event(piece),
                ReadState::PassingOn => Piece::Unread(piece),
            });
            self.state = ReadState::Reading;
        }
        self.pending.extend_from_slice(&rest);
        self.searched = rest.len().saturating_sub(TAIL);
        self.pass_on_if_long(&mut pieces);
        pieces
    }

    /// What is left when the stream ends.
    pub(crate) fn finish(&mut self) -> Option<Piece> {
        (!self.pending.is_empty()).then(|| Piece::Unread(self.pending.split().freeze()))
    }

    /// The chunk behind what was pending, where that completes an event or nothing was pending. Only
    /// the new part is searched, or an event in many chunks would be read over and over.
    fn completed(&mut self, chunk: Bytes) -> Option<Bytes> {
        if self.pending.is_empty() {
            return Some(chunk);
        }
        self.pending.extend_from_slice(&chunk);
        if event_end(&self.pending, self.searched).is_some() {
            return Some(self.pending.split().freeze());
        }
        self.searched = self.pending.len().saturating_sub(TAIL);
        None
    }

    fn pass_on_if_long(&mut self, pieces: &mut Vec<Piece>) {
        if self.pending.len() > MAX_EVENT {
            self.state = ReadState::PassingOn;
        }
        match self.state {
            ReadState::Reading => {}
            ReadState::PassingOn => {
                let known = self.pending.len().saturating_sub(TAIL);
                let head = self.pending.split_to(known).freeze();
                self.searched = 0;
                if !head.is_empty() {
                    pieces.push(Piece::Unread(head));
                }
            }
        }
    }
}

/// Where the first event ends: after its blank line, with either line ending. The first `searched`
/// bytes are known to hold no end.
fn event_end(bytes: &[u8], searched: usize) -> Option<usize> {
    let mut from = searched;
    while let Some(newline) = memchr::memchr(b'\n', &bytes[from..]) {
        let after = from + newline + 1;
        match bytes.get(after) {
            Some(b'\n') => return Some(after + 1),
            Some(b'\r') if bytes.get(after + 1) == Some(&b'\n') => return Some(after + 2),
            Some(_) => from = after,
            None => return None,
        }
    }
    None
}

/// The JSON of an event: its `data:` line. The provider sends one such line per event; more are joined
/// by the standard's rule only by whoever reads them, so an event with several is not looked into.
pub(crate) fn data(event: &[u8]) -> Option<&[u8]> {
    const FIELD: &[u8] = b"data:";
    let start = if event.starts_with(FIELD) { 0 } else { memmem::find(event, b"\ndata:")? + 1 };
    let line = &event[start + FIELD.len()..];
    let end = memchr::memchr(b'\n', line)?;
    if memmem::find(&line[end..], b"\ndata:").is_some() {
        return None;
    }
    Some(line[..end].trim_ascii())
}

/// The event with other JSON in its `data:` line.
pub(crate) fn with_data(event: &[u8], json: &[u8]) -> Option<Bytes> {
    let old = data(event)?;
    let at = old.as_ptr() as usize - event.as_ptr() as usize;
    let mut changed = BytesMut::with_capacity(event.len() + json.len());
    changed.extend_from_slice(&event[..at]);
    changed.extend_from_slice(json);
    changed.extend_from_slice(&event[at + old.len()..]);
    Some(changed.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn events(pieces: &[Piece]) -> Vec<&[u8]> {
        pieces
            .iter()
            .map(|piece| match piece {
                Piece::Event(bytes) => &bytes[..],
                Piece::Unread(bytes) => panic!("unread: {bytes:?}"),
            })
            .collect()
    }

    #[test]
    fn whole_events_come_out_without_copying() {
        let chunk = Bytes::from_static(b"data: 1\n\ndata: 2\r\n\r\n");
        let pieces = Splitter::default().push(chunk.clone());
        assert_eq!(events(&pieces), [&b"data: 1\n\n"[..], b"data: 2\r\n\r\n"]);
        let Piece::Event(first) = &pieces[0] else { panic!() };
        assert_eq!(first.as_ptr(), chunk.as_ptr());
    }

    #[test]
    fn an_event_cut_anywhere_is_put_together() {
        let text = b"event: a\ndata: {}\r\n\r\ndata: x\n\n";
        for cut in 0..text.len() {
            let mut splitter = Splitter::default();
            let mut pieces = splitter.push(Bytes::copy_from_slice(&text[..cut]));
            pieces.extend(splitter.push(Bytes::copy_from_slice(&text[cut..])));
            assert_eq!(events(&pieces), [&b"event: a\ndata: {}\r\n\r\n"[..], b"data: x\n\n"], "cut at {cut}");
        }
    }

    #[test]
    fn the_json_is_found_beside_other_fields_and_can_be_exchanged() {
        let event = b"event: x\ndata: {\"a\":1}\r\n\r\n";
        assert_eq!(data(event), Some(&b"{\"a\":1}"[..]));
        assert_eq!(with_data(event, b"{}").unwrap(), &b"event: x\ndata: {}\r\n\r\n"[..]);
        assert_eq!(data(b": comment\n\n"), None);
        assert_eq!(data(b"data: a\ndata: b\n\n"), None);
    }

    #[test]
    fn an_endless_event_is_passed_on_and_the_next_one_is_read_again() {
        let mut splitter = Splitter::default();
        let mut pieces = splitter.push(Bytes::from(vec![b'x'; MAX_EVENT + 10]));
        pieces.extend(splitter.push(Bytes::from_static(b"y\n\ndata: 2\n\n")));
        assert!(matches!(&pieces[0], Piece::Unread(_)));
        assert_eq!(pieces.last(), Some(&Piece::Event(Bytes::from_static(b"data: 2\n\n"))));
    }

    proptest! {
        #[test]
        fn the_pieces_are_the_stream(chunks in proptest::collection::vec(proptest::collection::vec(
            prop_oneof![Just(b'\n'), Just(b'\r'), Just(b'd'), any::<u8>()], 0..40), 0..20)) {
            let mut splitter = Splitter::default();
            let mut out = Vec::new();
            let mut pieces = Vec::new();
            for chunk in &chunks {
                pieces.extend(splitter.push(Bytes::copy_from_slice(chunk)));
            }
            pieces.extend(splitter.finish());
            for piece in pieces {
                match piece {
                    Piece::Event(bytes) | Piece::Unread(bytes) => out.extend_from_slice(&bytes),
                }
            }
            prop_assert_eq!(out, chunks.concat());
        }
    }
}
