//! Lines, line ends and byte order marks.

use std::ops::Range;

const BOM: char = '\u{feff}';

/// The text without its byte order mark, and the mark.
pub(crate) fn without_bom(text: &str) -> (&str, &str) {
    match text.strip_prefix(BOM) {
        Some(body) => text.split_at(text.len() - body.len()),
        None => ("", text),
    }
}

/// The line end that the text uses first; `\n` where it has none.
pub(crate) fn newline_of(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text.get(..at).is_some_and(|before| before.ends_with('\r')) => "\r\n",
        Some(_) | None => "\n",
    }
}

pub(crate) fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

/// Just behind the line's end.
pub(crate) fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|after| after.find('\n')).map_or(text.len(), |newline| at + newline + 1)
}

pub(crate) fn lines_of(text: &str, range: &Range<usize>) -> Range<usize> {
    line_start(text, range.start)..line_end(text, range.end)
}

/// Line and column of a byte, both from 1, the column in characters.
pub(crate) fn position(text: &str, at: usize) -> (usize, usize) {
    let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let start = line_start(text, at);
    let line = text.get(..start).map_or(0, |before| before.matches('\n').count()) + 1;
    (line, text.get(start..at).map_or(0, |line| line.chars().count()) + 1)
}

pub(crate) fn splice(text: &str, range: Range<usize>, new: &str) -> String {
    let before = text.get(..range.start).unwrap_or_default();
    let after = text.get(range.end..).unwrap_or_default();
    [before, new, after].concat()
}

/// Ranges do not overlap.
pub(crate) fn cut(text: &str, mut ranges: Vec<Range<usize>>) -> String {
    ranges.sort_by_key(|range| range.start);
    ranges.into_iter().rev().fold(text.to_owned(), |text, range| splice(&text, range, ""))
}

/// The text with a line end at its end, where it has any text.
pub(crate) fn ended(text: &str, newline: &str) -> String {
    match text.is_empty() || text.ends_with('\n') {
        true => text.to_owned(),
        false => [text, newline].concat(),
    }
}

/// Spaces and tabs at the start of the line that holds `at`.
pub(crate) fn indent_at(text: &str, at: usize) -> &str {
    let line = text.get(line_start(text, at)..).unwrap_or_default();
    let length = line.find(|character| character != ' ' && character != '\t').unwrap_or(line.len());
    line.get(..length).unwrap_or_default()
}

/// Takes out whole lines that are, but for indentation, one of these.
pub(crate) fn without_lines(text: &str, lines: &[String]) -> String {
    text.split_inclusive('\n').filter(|line| !lines.iter().any(|gone| gone == line.trim())).collect()
}
