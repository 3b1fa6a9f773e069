//! JSON with or without comments: read with ranges, changed by cutting and pasting.

use std::ops::Range;

use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::tokens::{Token, TokenAndRange};
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};

use super::fault::{Fault, Raw, syntax};
use crate::path::{EntryPath, Step};
use crate::text::{indent_at, line_end, line_start, newline_of, splice};
use crate::value::{Value, quoted};

/// Deeper files would end the parser's stack.
const DEEPEST: usize = 200;

struct Parsed<'a> {
    root: Option<ast::Value<'a>>,
    tokens: Vec<TokenAndRange<'a>>,
}

fn parse(text: &str) -> Result<Parsed<'_>, Fault> {
    refuse_depth(text)?;
    let collect = CollectOptions { comments: CommentCollectionStrategy::Off, tokens: true };
    let options = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = parse_to_ast(text, &collect, &options)
        .map_err(|error| syntax(text, error.range().start, error.kind().to_string()))?;
    Ok(Parsed { root: parsed.value, tokens: parsed.tokens.unwrap_or_default() })
}

/// Counts brackets wherever they stand, so that it errs on the safe side only for texts full of them.
fn refuse_depth(text: &str) -> Result<(), Fault> {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Err(syntax(text, at, "nested too deeply"));
        }
    }
    Ok(())
}

pub(super) fn tree(text: &str) -> Result<Value, Fault> {
    Ok(parse(text)?.root.as_ref().map_or(Value::Map(Vec::new()), value_of))
}

fn value_of(value: &ast::Value<'_>) -> Value {
    match value {
        ast::Value::NullKeyword(_) => Value::Null,
        ast::Value::BooleanLit(flag) => Value::Flag(flag.value),
        ast::Value::NumberLit(number) => Value::Number(number.value.to_owned()),
        ast::Value::StringLit(text) => Value::text(text.value.as_ref()),
        ast::Value::Array(array) => Value::List(array.elements.iter().map(value_of).collect()),
        ast::Value::Object(object) => {
            let member = |property: &ast::ObjectProp<'_>| {
                (property.name.as_str().to_owned(), value_of(&property.value))
            };
            Value::Map(object.properties.iter().map(member).collect())
        }
    }
}

/// An object or an array, with the ranges of what is in it.
struct Container {
    inside: Range<usize>,
    members: Vec<Range<usize>>,
}

enum Place {
    /// The deepest container on the way that is there, and how many steps lead to it.
    Missing {
        container: Container,
        steps: usize,
    },
    There {
        value: Range<usize>,
        member: usize,
        container: Container,
    },
}

fn range_of(node: &impl Ranged) -> Range<usize> {
    let range = node.range();
    range.start..range.end
}

fn container_of(value: &ast::Value<'_>) -> Option<Container> {
    let whole = range_of(value);
    let members = match value {
        ast::Value::Object(object) => object.properties.iter().map(range_of).collect(),
        ast::Value::Array(array) => array.elements.iter().map(range_of).collect(),
        ast::Value::StringLit(_)
        | ast::Value::NumberLit(_)
        | ast::Value::BooleanLit(_)
        | ast::Value::NullKeyword(_) => return None,
    };
    Some(Container { inside: whole.start + 1..whole.end.saturating_sub(1), members })
}

fn find(root: &ast::Value<'_>, at: &EntryPath) -> Result<Place, Fault> {
    let mut value = root;
    let mut last = None;
    for (steps, step) in at.0.iter().enumerate() {
        let container = container_of(value).ok_or_else(|| Fault::shape(at))?;
        let (member, child) = match (value, step) {
            (ast::Value::Object(object), Step::Key(key)) => {
                let found = object.properties.iter().enumerate().rev();
                let mut found = found.filter(|(_, property)| property.name.as_str() == key);
                found.next().map(|(index, property)| (index, &property.value)).unzip()
            }
            (ast::Value::Array(array), Step::Item { field, text }) => {
                let mut found = array.elements.iter().enumerate();
                found.find(|(_, element)| value_of(element).is_item(field, text)).unzip()
            }
            (_, Step::Key(_) | Step::Item { .. }) => return Err(Fault::shape(at)),
        };
        let (Some(member), Some(child)) = (member, child) else {
            return Ok(Place::Missing { container, steps });
        };
        last = Some((member, container));
        value = child;
    }
    let (member, container) = last.ok_or_else(|| Fault::shape(at))?;
    Ok(Place::There { value: range_of(value), member, container })
}

pub(super) fn raw(text: &str, at: &EntryPath) -> Result<Option<Raw>, Fault> {
    let parsed = parse(text)?;
    let Some(root) = &parsed.root else { return Ok(None) };
    Ok(match find(root, at)? {
        Place::Missing { .. } => None,
        Place::There { value, .. } => Some(Raw::Value(text.get(value).unwrap_or_default().to_owned())),
    })
}

pub(super) fn put(text: &str, at: &EntryPath, value: &Value) -> Result<String, Fault> {
    put_with(text, at, &|indent| written(value, &layout(text), indent))
}

pub(super) fn put_raw(text: &str, at: &EntryPath, raw: &Raw) -> Result<String, Fault> {
    let (Raw::Value(raw) | Raw::Lines(raw)) = raw;
    put_with(text, at, &|_| raw.clone())
}

fn put_with(text: &str, at: &EntryPath, value: &dyn Fn(&str) -> String) -> Result<String, Fault> {
    let parsed = parse(text)?;
    let Some(root) = &parsed.root else {
        let newline = newline_of(text);
        let body = crate::text::ended(text, newline);
        return put_with(&[&body, "{}", newline].concat(), at, value);
    };
    match find(root, at)? {
        Place::There { value: range, .. } => {
            let new = value(indent_at(text, range.start));
            Ok(splice(text, range, &new))
        }
        Place::Missing { container, steps } => {
            let layout = layout(text);
            let indent = container.indent(text, &layout);
            let member = nested(at.0.get(steps..).unwrap_or_default(), &layout, &indent, value);
            Ok(container.with_first(text, &layout, &indent, &member))
        }
    }
}

pub(super) fn take(text: &str, at: &EntryPath) -> Result<String, Fault> {
    let parsed = parse(text)?;
    let Some(root) = &parsed.root else { return Ok(text.to_owned()) };
    let Place::There { member, container, .. } = find(root, at)? else {
        return Ok(text.to_owned());
    };
    let Some(range) = container.members.get(member).cloned() else {
        return Err(Fault::shape(at));
    };
    let comma_in = |range: Range<usize>| {
        parsed.tokens.iter().find(|found| {
            found.token == Token::Comma && found.range.start >= range.start && found.range.end <= range.end
        })
    };
    let next = container.members.get(member + 1).map_or(container.inside.end, |next| next.start);
    if let Some(comma) = comma_in(range.end..next) {
        return Ok(without_line(text, range.start..comma.range.end));
    }
    let before = member.checked_sub(1).and_then(|previous| container.members.get(previous));
    let comma = before.and_then(|previous| comma_in(previous.end..range.start));
    let text = without_line(text, range);
    Ok(match comma {
        Some(comma) => splice(&text, comma.range.start..comma.range.end, ""),
        None => text,
    })
}

/// The whole line where nothing else is on it.
fn without_line(text: &str, range: Range<usize>) -> String {
    let (start, end) = (line_start(text, range.start), line_end(text, range.end));
    let blank = |range: Range<usize>| text.get(range).is_some_and(|part| part.trim().is_empty());
    match blank(start..range.start)
        && blank(range.end..end)
        && text.get(range.end..end).is_some_and(|part| part.ends_with('\n'))
    {
        true => splice(text, start..end, ""),
        false => splice(text, range, ""),
    }
}

/// Behind the brace that opens the file.
pub(super) fn note(text: &str, lines: &[String]) -> Result<String, Fault> {
    let parsed = parse(text)?;
    let Some(container) = parsed.root.as_ref().and_then(container_of) else { return Ok(text.to_owned()) };
    let layout = layout(text);
    let indent = container.indent(text, &layout);
    let at = container.inside.start;
    let note: String = lines.iter().map(|line| [layout.newline, &indent, line].concat()).collect();
    let gap = match starts_with_newline(text, at) {
        true => String::new(),
        false => [layout.newline, &indent].concat(),
    };
    Ok(splice(text, at..at, &[note, gap].concat()))
}

fn starts_with_newline(text: &str, at: usize) -> bool {
    text.get(at..line_end(text, at)).is_some_and(|rest| rest.trim().is_empty() && rest.ends_with('\n'))
}

struct Layout {
    newline: &'static str,
    /// One step of indentation.
    unit: String,
}

fn layout(text: &str) -> Layout {
    let is_indented = |line: &&str| line.starts_with([' ', '\t']) && !line.trim().is_empty();
    let unit = text.lines().find(is_indented).map_or("  ", |line| indent_at(line, 0));
    Layout { newline: newline_of(text), unit: unit.to_owned() }
}

impl Container {
    /// Of its members.
    fn indent(&self, text: &str, layout: &Layout) -> String {
        let own_line = self.members.first().filter(|first| {
            text.get(line_start(text, first.start)..first.start)
                .is_some_and(|before| before.trim().is_empty())
        });
        match own_line {
            Some(first) => indent_at(text, first.start).to_owned(),
            None => [indent_at(text, self.inside.start), &layout.unit].concat(),
        }
    }

    /// In front, because there no comma of others and no comment behind one is touched.
    fn with_first(&self, text: &str, layout: &Layout, indent: &str, member: &str) -> String {
        let at = self.inside.start;
        let line = [layout.newline, indent, member].concat();
        if !self.members.is_empty() {
            let gap = match starts_with_newline(text, at) {
                true => String::new(),
                false => [layout.newline, indent].concat(),
            };
            return splice(text, at..at, &[&line, ",", &gap].concat());
        }
        let closing = match starts_with_newline(text, at) {
            true => String::new(),
            false => [layout.newline, indent_at(text, at)].concat(),
        };
        splice(text, at..at, &[line, closing].concat())
    }
}

/// The member that brings all of these steps, the first of which is missing.
fn nested(steps: &[Step], layout: &Layout, indent: &str, value: &dyn Fn(&str) -> String) -> String {
    let Some((first, rest)) = steps.split_first() else {
        return value(indent);
    };
    let deeper = [indent, &layout.unit].concat();
    let inner = match rest.first() {
        None => value(indent),
        Some(next) => {
            let (open, close) = match next {
                Step::Key(_) => ("{", "}"),
                Step::Item { .. } => ("[", "]"),
            };
            let member = nested(rest, layout, &deeper, value);
            [open, layout.newline, &deeper, &member, layout.newline, indent, close].concat()
        }
    };
    match first {
        Step::Key(key) => [&quoted(key), ": ", &inner].concat(),
        Step::Item { .. } => inner,
    }
}

fn written(value: &Value, layout: &Layout, indent: &str) -> String {
    let deeper = [indent, &layout.unit].concat();
    let lines = |open: &str, members: Vec<String>, close: &str| match members.is_empty() {
        true => [open, close].concat(),
        false => {
            let separator = [",", layout.newline, &deeper].concat();
            [open, layout.newline, &deeper, &members.join(&separator), layout.newline, indent, close].concat()
        }
    };
    match value {
        Value::Null => "null".to_owned(),
        Value::Flag(flag) => flag.to_string(),
        Value::Number(digits) => digits.clone(),
        Value::Text(text) => quoted(text),
        Value::List(elements) => {
            lines("[", elements.iter().map(|element| written(element, layout, &deeper)).collect(), "]")
        }
        Value::Map(members) => {
            let member = |(key, value): &(String, Value)| {
                [&quoted(key), ": ", &written(value, layout, &deeper)].concat()
            };
            lines("{", members.iter().map(member).collect(), "}")
        }
    }
}
