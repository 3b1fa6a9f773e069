//! YAML: read by events with positions, changed by cutting and pasting lines. Changed are settings of the outermost map,
//! and elements of a list that is there or is the file itself; a layout beyond that is refused.

use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};

use super::fault::{Fault, Raw, syntax};
use crate::path::{EntryPath, Step};
use crate::text::{cut, ended, indent_at, line_start, lines_of, newline_of, splice};
use crate::value::{Value, quoted};

const DEEPEST: usize = 200;

enum Node {
    Scalar { range: Range<usize>, value: Value },
    List { range: Range<usize>, elements: Vec<Node> },
    Map { range: Range<usize>, members: Vec<(Node, Node)> },
}

impl Node {
    fn range(&self) -> &Range<usize> {
        match self {
            Self::Scalar { range, .. } | Self::List { range, .. } | Self::Map { range, .. } => range,
        }
    }

    fn value(&self) -> Value {
        match self {
            Self::Scalar { value, .. } => value.clone(),
            Self::List { elements, .. } => Value::List(elements.iter().map(Self::value).collect()),
            Self::Map { members, .. } => {
                Value::Map(members.iter().map(|(key, value)| (key.name(), value.value())).collect())
            }
        }
    }

    fn name(&self) -> String {
        match self.value() {
            Value::Text(text) | Value::Number(text) => text,
            other @ (Value::Null | Value::Flag(_) | Value::List(_) | Value::Map(_)) => {
                other.canonical().to_string()
            }
        }
    }
}

struct Reader<'a> {
    events: Vec<(Event<'a>, Range<usize>)>,
    next: usize,
    text: &'a str,
}

/// `None` for a text that says nothing.
fn parse(text: &str) -> Result<Option<Node>, Fault> {
    // The parser counts in characters.
    let offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let byte = |index: usize| offsets.get(index).copied().unwrap_or(text.len());
    let fault = |error: ScanError| syntax(text, byte(error.marker().index()), error.info());
    let mut events = Vec::new();
    let mut documents = 0;
    for event in Parser::new_from_str(text) {
        let (event, Span { start, end, .. }) = event.map_err(fault)?;
        documents += usize::from(matches!(event, Event::DocumentStart(_)));
        if documents > 1 {
            return Err(syntax(text, byte(start.index()), "more than one document in the file"));
        }
        events.push((event, byte(start.index())..byte(end.index())));
    }
    let mut reader = Reader { events, next: 0, text };
    let root = reader.node(0)?;
    // Nothing behind the line that starts a document.
    let says_nothing = |root: &Node| matches!(root, Node::Scalar { range, .. } if range.is_empty());
    Ok(root.filter(|root| !says_nothing(root)))
}

impl Reader<'_> {
    fn node(&mut self, depth: usize) -> Result<Option<Node>, Fault> {
        if depth > DEEPEST {
            return Err(syntax(self.text, 0, "nested too deeply"));
        }
        loop {
            let Some((event, range)) = self.events.get(self.next).cloned() else { return Ok(None) };
            self.next += 1;
            return Ok(Some(match event {
                Event::Nothing
                | Event::StreamStart
                | Event::StreamEnd
                | Event::DocumentStart(_)
                | Event::DocumentEnd => continue,
                Event::SequenceEnd | Event::MappingEnd => return Ok(None),
                Event::Alias(anchor) => Node::Scalar { range, value: Value::Number(format!("*{anchor}")) },
                Event::Scalar(text, style, _, _) => {
                    Node::Scalar { range: of_scalar(self.text, range, style), value: scalar(&text, style) }
                }
                Event::SequenceStart(..) => {
                    let mut elements = Vec::new();
                    while let Some(element) = self.node(depth + 1)? {
                        elements.push(element);
                    }
                    let end = self.end(&range, elements.last());
                    Node::List { range: range.start..end, elements }
                }
                Event::MappingStart(..) => {
                    let mut members = Vec::new();
                    while let Some(key) = self.node(depth + 1)? {
                        let Some(value) = self.node(depth + 1)? else { break };
                        members.push((key, value));
                    }
                    let last = members.last().map(|(_, value)| value);
                    let end = self.end(&range, last);
                    Node::Map { range: range.start..end, members }
                }
            }));
        }
    }

    /// In brackets: behind the closing one. In lines: behind the last thing in it, not behind the comments that follow.
    fn end(&self, start: &Range<usize>, last: Option<&Node>) -> usize {
        let closing =
            self.next.checked_sub(1).and_then(|index| self.events.get(index)).map(|(_, range)| range.end);
        match (is_flow(self.text, start.start), last) {
            (true, _) | (false, None) => closing.unwrap_or(start.end),
            (false, Some(last)) => last.range().end,
        }
    }
}

/// The parser's range may run on over a comment.
fn of_scalar(text: &str, range: Range<usize>, style: ScalarStyle) -> Range<usize> {
    let part = text.get(range.clone()).unwrap_or_default();
    let length = match style {
        // Nothing behind a colon but a comment.
        ScalarStyle::Plain if part.starts_with('#') => 0,
        ScalarStyle::Plain => {
            let comment = part.find(" #").into_iter().chain(part.find("\t#")).min();
            part.get(..comment.unwrap_or(part.len())).unwrap_or_default().trim_end().len()
        }
        ScalarStyle::SingleQuoted => quoted_length(part, '\''),
        ScalarStyle::DoubleQuoted => quoted_length(part, '"'),
        ScalarStyle::Literal | ScalarStyle::Folded => part.len(),
    };
    range.start..range.start + length
}

/// Up to behind the closing quote: in double quotes one may be escaped, in single quotes be there twice.
fn quoted_length(part: &str, quote: char) -> usize {
    let mut characters = part.char_indices().skip_while(|(_, character)| *character != quote).skip(1);
    while let Some((at, character)) = characters.next() {
        let doubled = || part.get(at + 1..).is_some_and(|rest| rest.starts_with(quote));
        match character {
            '\\' if quote == '"' => drop(characters.next()),
            '\'' if quote == '\'' && doubled() => drop(characters.next()),
            _ if character == quote => return at + 1,
            _ => {}
        }
    }
    part.len()
}

fn is_flow(text: &str, at: usize) -> bool {
    text.get(at..).is_some_and(|rest| rest.starts_with(['[', '{']))
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::text(text);
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Flag(true),
        "false" | "False" | "FALSE" => Value::Flag(false),
        _ if text.parse::<f64>().is_ok() => Value::Number(text.to_owned()),
        _ => Value::text(text),
    }
}

pub(super) fn tree(text: &str) -> Result<Value, Fault> {
    Ok(parse(text)?.map_or(Value::Null, |node| node.value()))
}

/// The places that can be changed.
enum Target<'a> {
    Setting(&'a str),
    Element { list: Option<&'a str>, field: &'a str, text: &'a str },
}

fn target(at: &EntryPath) -> Result<Target<'_>, Fault> {
    match at.0.as_slice() {
        [Step::Key(key)] => Ok(Target::Setting(key)),
        [Step::Item { field, text }] => Ok(Target::Element { list: None, field, text }),
        [Step::Key(key), Step::Item { field, text }] => Ok(Target::Element { list: Some(key), field, text }),
        _ => Err(Fault::shape(at)),
    }
}

enum Place {
    Nothing,
    There { value: Range<usize>, lines: Range<usize> },
}

struct Found {
    root: Option<Node>,
}

impl Found {
    fn member(&self, key: &str) -> Option<(&Node, &Node)> {
        match &self.root {
            Some(Node::Map { members, .. }) => {
                members.iter().rev().find(|(name, _)| name.name() == key).map(|(name, value)| (name, value))
            }
            Some(Node::Scalar { .. } | Node::List { .. }) | None => None,
        }
    }

    /// The list's node; `None` where there is none yet.
    fn list(&self, list: Option<&str>) -> Option<&Node> {
        match list {
            Some(key) => self.member(key).map(|(_, value)| value),
            None => self.root.as_ref(),
        }
    }
}

fn find(text: &str, found: &Found, at: &EntryPath) -> Result<Place, Fault> {
    match target(at)? {
        Target::Setting(key) => {
            if !matches!(found.root, None | Some(Node::Map { .. })) {
                return Err(Fault::shape(at));
            }
            Ok(found.member(key).map_or(Place::Nothing, |(name, value)| Place::There {
                value: value.range().clone(),
                lines: lines_of(text, &(name.range().start..value.range().end.max(name.range().end))),
            }))
        }
        Target::Element { list, field, text: wanted } => match found.list(list) {
            None | Some(Node::Scalar { value: Value::Null, .. }) => Ok(Place::Nothing),
            Some(Node::List { elements, .. }) => {
                let element = elements.iter().find(|element| element.value().is_item(field, wanted));
                Ok(element.map_or(Place::Nothing, |element| Place::There {
                    value: element.range().clone(),
                    lines: lines_of(text, element.range()),
                }))
            }
            Some(Node::Scalar { .. } | Node::Map { .. }) => Err(Fault::shape(at)),
        },
    }
}

/// A block that ends with `|` keeps its own line end inside its range.
fn without_line_end(text: &str, range: Range<usize>) -> Range<usize> {
    let length = text.get(range.clone()).map_or(0, |part| part.trim_end_matches(['\n', '\r']).len());
    range.start..range.start + length
}

pub(super) fn raw(text: &str, at: &EntryPath) -> Result<Option<Raw>, Fault> {
    let found = Found { root: parse(text)? };
    Ok(match (find(text, &found, at)?, target(at)?) {
        (Place::Nothing, _) => None,
        (Place::There { value, .. }, Target::Setting(_)) => {
            Some(Raw::Value(text.get(without_line_end(text, value)).unwrap_or_default().to_owned()))
        }
        (Place::There { lines, .. }, Target::Element { .. }) => {
            Some(Raw::Lines(ended(text.get(lines).unwrap_or_default(), newline_of(text))))
        }
    })
}

pub(super) fn put(text: &str, at: &EntryPath, value: &Value) -> Result<String, Fault> {
    let newline = newline_of(text);
    match target(at)? {
        Target::Setting(key) => setting(text, at, key, &flow(value)),
        Target::Element { .. } => {
            let text = take(text, at)?;
            element(&text, at, &|indent| block_element(value, indent, newline), &flow(value))
        }
    }
}

pub(super) fn put_raw(text: &str, at: &EntryPath, raw: &Raw) -> Result<String, Fault> {
    match (target(at)?, raw) {
        (Target::Setting(key), Raw::Value(raw) | Raw::Lines(raw)) => setting(text, at, key, raw),
        (Target::Element { .. }, Raw::Value(raw) | Raw::Lines(raw)) => {
            let text = take(text, at)?;
            element(&text, at, &|_| raw.clone(), raw.trim())
        }
    }
}

fn setting(text: &str, at: &EntryPath, key: &str, value: &str) -> Result<String, Fault> {
    let newline = newline_of(text);
    let found = Found { root: parse(text)? };
    match find(text, &found, at)? {
        Place::There { value: range, .. } if range.is_empty() => {
            let line = found.member(key).map_or(0, |(name, _)| name.range().end);
            let colon = text.get(line..).and_then(|rest| rest.find(':')).ok_or_else(|| Fault::shape(at))?;
            let behind = line + colon + 1;
            Ok(splice(text, behind..behind, &[" ", value].concat()))
        }
        Place::There { value: range, .. } => {
            let range = without_line_end(text, range);
            // Nothing takes the place of a value with the space in front of it, which came with the value.
            let is_spaced = text.get(..range.start).is_some_and(|before| before.ends_with(' '));
            let start = range.start - usize::from(value.is_empty() && is_spaced);
            Ok(splice(text, start..range.end, value))
        }
        Place::Nothing => {
            let indent = found.root.as_ref().map_or("", |root| indent_at(text, root.range().start));
            let line = [indent, &key_text(key), ": ", value, newline].concat();
            Ok([&ended(text, newline), line.as_str()].concat())
        }
    }
}

fn element(
    text: &str,
    at: &EntryPath,
    block: &dyn Fn(&str) -> String,
    inline: &str,
) -> Result<String, Fault> {
    let newline = newline_of(text);
    let Target::Element { list, .. } = target(at)? else { return Err(Fault::shape(at)) };
    let found = Found { root: parse(text)? };
    match (found.list(list), list) {
        (Some(Node::List { range, elements }), _) if is_flow(text, range.start) => {
            let behind = range.start + 1;
            let comma = if elements.is_empty() { "" } else { ", " };
            Ok(splice(text, behind..behind, &[inline, comma].concat()))
        }
        (Some(Node::List { range, .. }), _) => {
            let start = line_start(text, range.start);
            let indent = indent_at(text, range.start).to_owned();
            Ok(splice(text, start..start, &block(&indent)))
        }
        (Some(Node::Scalar { value: Value::Null, .. }), Some(key)) => {
            let name = found.member(key).map_or(0..0, |(name, _)| name.range().clone());
            let lines = lines_of(text, &name);
            let head = ended(text.get(..lines.end).unwrap_or_default(), newline);
            Ok([&head, &block("  "), text.get(lines.end..).unwrap_or_default()].concat())
        }
        (None, Some(key)) => {
            let head = [&ended(text, newline), key_text(key).as_str(), ":", newline].concat();
            Ok(head + &block("  "))
        }
        (None, None) => Ok(ended(text, newline) + &block("")),
        (Some(Node::Scalar { .. } | Node::Map { .. }), _) => Err(Fault::shape(at)),
    }
}

pub(super) fn take(text: &str, at: &EntryPath) -> Result<String, Fault> {
    let found = Found { root: parse(text)? };
    let Place::There { value, lines } = find(text, &found, at)? else { return Ok(text.to_owned()) };
    let Target::Element { list, .. } = target(at)? else { return Ok(cut(text, vec![lines])) };
    match found.list(list) {
        Some(Node::List { range, .. }) if is_flow(text, range.start) => {
            let rest = text.get(value.end..range.end).unwrap_or_default();
            let comma = rest.len() - rest.trim_start_matches([' ', ',']).len();
            Ok(splice(text, value.start..value.end + comma, ""))
        }
        Some(_) | None => Ok(cut(text, vec![lines])),
    }
}

pub(super) fn note(text: &str, lines: &[String], before: Option<&EntryPath>) -> Result<String, Fault> {
    let newline = newline_of(text);
    let found = Found { root: parse(text)? };
    let place = before.map(|at| find(text, &found, at)).transpose()?;
    let at = match place {
        Some(Place::There { lines, .. }) => lines.start,
        Some(Place::Nothing) | None => 0,
    };
    let indent = indent_at(text, at);
    let note: String = lines.iter().map(|line| [indent, line, newline].concat()).collect();
    Ok(splice(text, at..at, &note))
}

fn key_text(key: &str) -> String {
    let is_plain =
        |character: char| character.is_ascii_alphanumeric() || character == '-' || character == '_';
    match key.starts_with(|first: char| first.is_ascii_alphabetic()) && key.chars().all(is_plain) {
        true => key.to_owned(),
        false => quoted(key),
    }
}

fn block_element(value: &Value, indent: &str, newline: &str) -> String {
    let Value::Map(members) = value else {
        return [indent, "- ", &flow(value), newline].concat();
    };
    let line = |(index, (key, value)): (usize, &(String, Value))| {
        let dash = if index == 0 { "- " } else { "  " };
        [indent, dash, &key_text(key), ": ", &flow(value), newline].concat()
    };
    members.iter().enumerate().map(line).collect()
}

/// On one line; JSON is YAML.
fn flow(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Flag(flag) => flag.to_string(),
        Value::Number(digits) => digits.clone(),
        Value::Text(text) => quoted(text),
        Value::List(elements) => format!("[{}]", elements.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Map(members) => {
            let member = |(key, value): &(String, Value)| [&key_text(key), ": ", &flow(value)].concat();
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(", "))
        }
    }
}
