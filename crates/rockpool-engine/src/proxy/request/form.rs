//! `multipart/form-data` (RFC 7578), read from memory and written to it.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use memchr::memmem;
use thiserror::Error;
use uuid::Uuid;

/// Parts beyond this many are no form that a tool writes.
const MOST_PARTS: usize = 64;

/// One field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) name: String,
    /// Of a file.
    pub(crate) filename: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) bytes: Bytes,
}

/// Why a body is no form.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(crate) enum NoForm {
    #[error("its content type is not “multipart/form-data” with a boundary")]
    ContentType,
    #[error("no part begins with the boundary that the content type names")]
    Boundary,
    #[error("a part has no name, or no end")]
    Part,
    #[error("it has more than {MOST_PARTS} parts")]
    TooManyParts,
}

/// Whether a body with these headers is a form.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let essence = content_type(headers).split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("multipart/form-data")
}

/// The parts of a form, in their order. Their bytes are those of the body, not copied.
pub(crate) fn read(headers: &HeaderMap, body: &Bytes) -> Result<Vec<Part>, NoForm> {
    let boundary = parameter(content_type(headers), "boundary").filter(|boundary| !boundary.is_empty());
    let boundary = boundary.filter(|_| is_form(headers)).ok_or(NoForm::ContentType)?;
    let delimiter = format!("\r\n--{boundary}");
    let finder = memmem::Finder::new(delimiter.as_bytes());
    // The first stands at the body's very beginning, mostly, and then has no line before it.
    let mut at = match body.starts_with(&delimiter.as_bytes()[2..]) {
        true => delimiter.len() - 2,
        false => finder.find(body).ok_or(NoForm::Boundary)? + delimiter.len(),
    };
    let mut parts = Vec::new();
    while !body[at..].starts_with(b"--") {
        if parts.len() == MOST_PARTS {
            return Err(NoForm::TooManyParts);
        }
        let end = at + finder.find(&body[at..]).ok_or(NoForm::Part)?;
        parts.push(part(&body.slice(at..end))?);
        at = end + delimiter.len();
    }
    Ok(parts)
}

/// What stands between two delimiters: the rest of the delimiter's line, headers, an empty line, the field itself.
fn part(between: &Bytes) -> Result<Part, NoForm> {
    let blank = memmem::find(between, b"\r\n\r\n").ok_or(NoForm::Part)?;
    let head = String::from_utf8_lossy(&between[..blank]).into_owned();
    let value_of = |wanted: &str| {
        let lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
        let named = lines.filter(|(name, _)| name.trim().eq_ignore_ascii_case(wanted));
        named.map(|(_, value)| value.trim().to_owned()).next()
    };
    let disposition = value_of("content-disposition").ok_or(NoForm::Part)?;
    Ok(Part {
        name: parameter(&disposition, "name").ok_or(NoForm::Part)?,
        filename: parameter(&disposition, "filename"),
        content_type: value_of("content-type"),
        bytes: between.slice(blank + 4..),
    })
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// A parameter of a header's value, quoted or not.
fn parameter(value: &str, wanted: &str) -> Option<String> {
    let (_, mut rest) = value.split_once(';')?;
    loop {
        let (name, after) = rest.split_once('=')?;
        let (text, left) = match after.trim_start().strip_prefix('"') {
            Some(quoted) => unquoted(quoted),
            None => {
                let (token, left) = after.split_once(';').unwrap_or((after, ""));
                (token.trim().to_owned(), left)
            }
        };
        if name.trim_matches([';', ' ', '\t']).eq_ignore_ascii_case(wanted) {
            return Some(text);
        }
        rest = left;
    }
}

/// Up to the closing quote, and what follows it. curl escapes with a backslash what browsers write as `%22`; any other
/// backslash stands for itself, as in names of files on Windows.
fn unquoted(quoted: &str) -> (String, &str) {
    let mut text = String::new();
    let mut letters = quoted.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (text, &quoted[at + 1..]),
            '\\' => match letters.next_if(|(_, next)| matches!(next, '"' | '\\')) {
                Some((_, escaped)) => text.push(escaped),
                None => text.push('\\'),
            },
            _ => text.push(letter),
        }
    }
    (text, "")
}

/// A form of these parts, and the content type that goes with it.
pub(crate) fn write(parts: &[Part]) -> (HeaderValue, Bytes) {
    let boundary = format!("rockpool-{}", Uuid::now_v7().simple());
    let size: usize = parts.iter().map(|part| part.bytes.len() + 512).sum();
    let mut form = Vec::with_capacity(size);
    for part in parts {
        let mut head =
            format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{}\"", escaped(&part.name));
        if let Some(filename) = &part.filename {
            head.push_str(&format!("; filename=\"{}\"", escaped(filename)));
        }
        if let Some(content_type) = &part.content_type {
            head.push_str(&format!("\r\ncontent-type: {content_type}"));
        }
        form.extend_from_slice(head.as_bytes());
        form.extend_from_slice(b"\r\n\r\n");
        form.extend_from_slice(&part.bytes);
        form.extend_from_slice(b"\r\n");
    }
    form.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    let content_type = HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}"));
    (content_type.unwrap_or(HeaderValue::from_static("multipart/form-data")), form.into())
}

/// As browsers write a name (WHATWG HTML, "Multipart form data").
fn escaped(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(content_type: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))])
    }

    fn named(parts: &[Part]) -> Vec<(&str, Option<&str>, &[u8])> {
        parts.iter().map(|part| (&*part.name, part.filename.as_deref(), &part.bytes[..])).collect()
    }

    #[test]
    fn fields_and_files_are_read_however_a_library_writes_them() {
        let body = Bytes::from_static(
            b"preamble\r\n--x y  \r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n--x y\r\nCONTENT-TYPE: audio/wav\r\ncontent-disposition: form-data; filename=\"a\\\"b;c=\\d.wav\"; name=file\r\n\r\n\r\n--x\r\n\0\r\n--x y\r\ncontent-disposition: form-data; name=\"empty\"\r\n\r\n\r\n--x y--\r\nepilogue",
        );
        let parts = read(&headers("Multipart/Form-Data; charset=utf-8; boundary=\"x y\""), &body).unwrap();
        assert_eq!(
            named(&parts),
            [
                ("model", None, &b"whisper-1"[..]),
                ("file", Some("a\"b;c=\\d.wav"), b"\r\n--x\r\n\0"),
                ("empty", None, b""),
            ]
        );
        assert_eq!(parts[1].content_type.as_deref(), Some("audio/wav"));
    }

    #[test]
    fn what_was_written_is_read_again() {
        let part = |name: &str, filename: Option<&str>| Part {
            name: name.to_owned(),
            filename: filename.map(str::to_owned),
            content_type: filename.map(|_| "audio/mpeg".to_owned()),
            bytes: Bytes::from_static(b"--\r\n\r\n\xff"),
        };
        let parts = [part("language", None), part("file", Some("tiếng Việt.mp3"))];
        let (content_type, form) = write(&parts);
        assert_eq!(
            read(&HeaderMap::from_iter([(header::CONTENT_TYPE, content_type)]), &form).unwrap(),
            parts
        );
    }

    #[test]
    fn a_body_that_is_no_form_is_told_from_one() {
        let no_form = |content_type, body: &'static [u8]| {
            read(&headers(content_type), &Bytes::from_static(body)).unwrap_err()
        };
        let form = "multipart/form-data; boundary=b";
        assert_eq!(no_form("application/json", b"{}"), NoForm::ContentType);
        assert_eq!(no_form("multipart/form-data", b"--b--"), NoForm::ContentType);
        assert_eq!(no_form(form, b"{}"), NoForm::Boundary);
        assert_eq!(no_form(form, b"--b"), NoForm::Part);
        assert_eq!(no_form(form, b"--b\r\n\r\nvalue\r\n--b--"), NoForm::Part);
        let many: Vec<u8> = [&b"--b\r\ncontent-disposition: form-data; name=n\r\n\r\n\r\n"[..]; 65].concat();
        assert_eq!(read(&headers(form), &many.into()).unwrap_err(), NoForm::TooManyParts);
    }
}
