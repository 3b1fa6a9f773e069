//! Writes server-sent events (WHATWG HTML §9.2).

use serde::Serialize;

use crate::json;

/// An event without a name.
pub(crate) fn data(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    out.extend_from_slice(b"data: ");
    json::write(out, value);
    out.extend_from_slice(b"\n\n");
}

/// An event with a name.
pub(crate) fn named(out: &mut Vec<u8>, name: &str, value: &(impl Serialize + ?Sized)) {
    out.extend_from_slice(b"event: ");
    out.extend_from_slice(name.as_bytes());
    out.push(b'\n');
    data(out, value);
}

/// An event with a name, of JSON that is written already.
pub(crate) fn raw(out: &mut Vec<u8>, name: &str, json: &[u8]) {
    out.extend_from_slice(b"event: ");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\ndata: ");
    line(out, json);
    out.push(b'\n');
}

/// JSON on one line. Line breaks stand only between its tokens, where a space does as well.
pub(crate) fn line(out: &mut Vec<u8>, json: &[u8]) {
    let start = out.len();
    out.extend_from_slice(json);
    let mut rest = &mut out[start..];
    while let Some(at) = memchr::memchr2(b'\n', b'\r', rest) {
        rest[at] = b' ';
        rest = &mut rest[at + 1..];
    }
    out.push(b'\n');
}
