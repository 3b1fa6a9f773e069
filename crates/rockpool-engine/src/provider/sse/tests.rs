//! Streams cut anywhere, lines of every kind, and events with any data.

use super::*;
use proptest::prelude::*;

fn events(pieces: &[Piece]) -> Vec<&[u8]> {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Event(bytes) => &bytes[..],
            Piece::Part(_, bytes) | Piece::Rest(bytes) => panic!("no whole event: {bytes:?}"),
        })
        .collect()
}

/// What an event carries, as text; nothing as nothing.
fn read(event: &[u8]) -> String {
    data(event).map(|data| String::from_utf8(data.into_owned()).unwrap()).unwrap_or_default()
}

/// The stream in chunks of `size` bytes, cut into events; what they carry.
fn carried(stream: &[u8], size: usize) -> Vec<String> {
    let mut splitter = Splitter::default();
    let chunks = stream.chunks(size).map(Bytes::copy_from_slice);
    let pieces: Vec<Piece> = chunks.flat_map(|chunk| splitter.push(chunk)).collect();
    events(&pieces).into_iter().map(read).filter(|data| !data.is_empty()).collect()
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
    assert_eq!(read(event), "{\"a\":1}");
    assert_eq!(with_data(event, b"{}"), &b"event: x\ndata: {}\r\n\r\n"[..]);
    assert_eq!(data(b": comment\n\n"), None);
}

#[test]
fn lines_end_with_a_line_feed_a_carriage_return_or_both_however_the_stream_is_cut() {
    for end in ["\n", "\r", "\r\n"] {
        let lines = ["event: a", "data: 1", "", ": a comment", "data: 2", "", "", "id: 7", "data: 3", "", ""];
        let stream = lines.join(end).into_bytes();
        for size in 1..=stream.len() {
            assert_eq!(carried(&stream, size), ["1", "2", "3"], "{end:?} in chunks of {size}");
        }
    }
}

#[test]
fn an_event_that_ends_with_carriage_returns_is_not_kept_waiting_for_more() {
    let pieces = Splitter::default().push(Bytes::from_static(b"data: 1\r\r"));
    assert_eq!(events(&pieces), [b"data: 1\r\r"]);
    assert_eq!(carried(b"data: 1\r\r\ndata: 2\n\n", 1), ["1", "2"]);
}

#[test]
fn an_event_carries_all_of_its_data_and_nothing_else() {
    for (event, carries) in [
        ("data: {\ndata:  \"a\": 1\ndata:}\n\n", "{\n \"a\": 1\n}"),
        ("data:no blank\n\n", "no blank"),
        ("data:  two blanks\n\n", " two blanks"),
        ("data: a\revent: x\rdata: b\r\r", "a\nb"),
        ("data\ndata: b\n\n", "\nb"),
        ("\u{feff}data: behind a mark\n\n", "behind a mark"),
        ("data: 1\n: data: 2\ndatum: 3\nevent: data: 4\n data: 5\n\n", "1"),
        ("data\n\n", ""),
        ("event: keepalive\n\n", ""),
    ] {
        assert_eq!(read(event.as_bytes()), carries, "{event:?}");
    }
}

#[test]
fn data_in_several_lines_is_exchanged_as_a_whole_and_the_rest_stays() {
    let event = "\u{feff}event: x\rdata:{\r: note\rdata:}\rid: 1\r\r";
    let changed = with_data(event.as_bytes(), b"{\n1}");
    assert_eq!(changed, "\u{feff}event: x\rdata:{\rdata:1}\r: note\rid: 1\r\r".as_bytes());
}

#[test]
fn the_first_bytes_tell_events_from_json() {
    for (bytes, shown) in [
        ("event: response.created\n", Beginning::Events),
        ("data:{\"type\"", Beginning::Events),
        ("\u{feff}data: x", Beginning::Events),
        ("\r\n: comment\n", Beginning::Events),
        ("id\n", Beginning::Events),
        ("retry: 10\n", Beginning::Events),
        ("{\"models\"", Beginning::Json),
        ("\u{feff} \n[1]", Beginning::Json),
        ("<!DOCTYPE html>", Beginning::Other),
        ("dated: x", Beginning::Other),
        ("", Beginning::Open),
        (" \r\n", Beginning::Open),
        ("eve", Beginning::Open),
        ("data", Beginning::Open),
    ] {
        assert_eq!(beginning(bytes.as_bytes()), shown, "{bytes:?}");
    }
    assert_eq!(beginning(&BYTE_ORDER_MARK[..2]), Beginning::Open);
}

#[test]
fn an_event_that_is_too_long_to_be_kept_is_passed_on_in_parts_and_the_next_one_is_read_again() {
    let mut splitter = Splitter::default();
    let mut pieces = splitter.push(Bytes::from(vec![b'x'; MAX_EVENT + 10]));
    pieces.extend(splitter.push(Bytes::from_static(b"yyyyyy")));
    pieces.extend(splitter.push(Bytes::from_static(b"y\n\ndata: 2\n\n")));
    let parts: Vec<_> = pieces[..3]
        .iter()
        .map(|piece| if let Piece::Part(part, _) = piece { *part } else { panic!() })
        .collect();
    assert_eq!(parts, [Part::Beginning, Part::Middle, Part::End]);
    assert_eq!(pieces[3..], [Piece::Event(Bytes::from_static(b"data: 2\n\n"))]);
}

#[test]
fn the_name_of_an_event_is_its_last_one_however_much_of_it_has_come() {
    assert_eq!(name(b"event: a\r\nid: 1\r\nevent:b\r\ndata: {\"type"), Some("b"));
    assert_eq!(name(b"events: a\ndata: event: b\n\n"), None);
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
                Piece::Event(bytes) | Piece::Part(_, bytes) | Piece::Rest(bytes) => out.extend_from_slice(&bytes),
            }
        }
        prop_assert_eq!(out, chunks.concat());
    }
}
