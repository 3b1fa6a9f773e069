//! From bytes to text: UTF-8 and UTF-16, with or without a byte order mark.
//!
//! Editors on Windows and PowerShell's `>` write both. A file without a mark is taken for UTF-16 where every
//! other byte of its beginning is zero, which no UTF-8 text of JSON is.

use super::Refusal;

#[derive(Clone, Copy)]
enum Encoding {
    Utf8,
    Utf16(fn([u8; 2]) -> u16),
}

/// The text of a file.
///
/// # Errors
/// [`Refusal::NotText`] where the bytes are none in either encoding.
pub(super) fn text(bytes: &[u8]) -> Result<String, Refusal> {
    let (encoding, bytes) = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => (Encoding::Utf8, rest),
        [0xFF, 0xFE, rest @ ..] => (Encoding::Utf16(u16::from_le_bytes), rest),
        [0xFE, 0xFF, rest @ ..] => (Encoding::Utf16(u16::from_be_bytes), rest),
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => {
            (Encoding::Utf16(u16::from_le_bytes), bytes)
        }
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => {
            (Encoding::Utf16(u16::from_be_bytes), bytes)
        }
        _ => (Encoding::Utf8, bytes),
    };
    let text = match encoding {
        Encoding::Utf8 => str::from_utf8(bytes).ok().map(str::to_owned),
        Encoding::Utf16(unit) => utf16(bytes, unit),
    };
    text.ok_or(Refusal::NotText)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
    rest.is_empty().then(|| String::from_utf16(&units).ok())?
}
