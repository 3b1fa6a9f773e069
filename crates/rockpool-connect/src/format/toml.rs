//! TOML: read with spans, changed by cutting and pasting lines.

use std::ops::Range;

use toml_edit::{Document, Item, TableLike};

use super::fault::{Fault, Raw, syntax};
use crate::path::{EntryPath, Step};
use crate::text::{cut, ended, line_start, lines_of, newline_of, splice};
use crate::value::{Value, quoted};

fn parse(text: &str) -> Result<Document<&str>, Fault> {
    Document::parse(text).map_err(|error| {
        let reason = error.message().lines().next().unwrap_or_default().to_owned();
        syntax(text, error.span().map_or(0, |span| span.start), reason)
    })
}

pub(super) fn tree(text: &str) -> Result<Value, Fault> {
    Ok(table_value(parse(text)?.as_table()))
}

fn table_value(table: &dyn TableLike) -> Value {
    Value::Map(table.iter().map(|(key, item)| (key.to_owned(), item_value(item))).collect())
}

fn item_value(item: &Item) -> Value {
    match item {
        Item::None => Value::Null,
        Item::Table(table) => table_value(table),
        Item::ArrayOfTables(tables) => Value::List(tables.iter().map(|table| table_value(table)).collect()),
        Item::Value(value) => plain_value(value),
    }
}

fn plain_value(value: &toml_edit::Value) -> Value {
    match value {
        toml_edit::Value::String(text) => Value::text(text.value()),
        toml_edit::Value::Boolean(flag) => Value::Flag(*flag.value()),
        toml_edit::Value::Integer(number) => Value::Number(number.value().to_string()),
        toml_edit::Value::Float(number) => Value::Number(number.value().to_string()),
        toml_edit::Value::Datetime(moment) => Value::Number(moment.value().to_string()),
        toml_edit::Value::Array(elements) => Value::List(elements.iter().map(plain_value).collect()),
        toml_edit::Value::InlineTable(table) => table_value(table),
    }
}

enum Place {
    Nothing,
    Value {
        value: Range<usize>,
        line: Range<usize>,
    },
    /// A table under a header of its own, or by dotted keys: the lines that belong to it.
    Table(Vec<Range<usize>>),
}

fn keys(at: &EntryPath) -> Result<Vec<&str>, Fault> {
    let mut keys = Vec::new();
    for step in &at.0 {
        match step {
            Step::Key(key) => keys.push(key.as_str()),
            Step::Item { .. } => return Err(Fault::shape(at)),
        }
    }
    Ok(keys)
}

fn find(text: &str, at: &EntryPath) -> Result<Place, Fault> {
    let document = parse(text)?;
    let keys = keys(at)?;
    let Some((last, above)) = keys.split_last() else {
        return Err(Fault::shape(at));
    };
    let mut table: &dyn TableLike = document.as_table();
    for key in above {
        let Some(item) = table.get(key) else {
            return Ok(Place::Nothing);
        };
        table = item.as_table_like().filter(|_| item.is_table()).ok_or_else(|| Fault::shape(at))?;
    }
    let Some((key, item)) = table.get_key_value(last) else {
        return Ok(Place::Nothing);
    };
    match (item, key.span(), item.span()) {
        (Item::Value(_), Some(key), Some(value)) => {
            let line = lines_of(text, &(key.start..value.end));
            Ok(Place::Value { value, line })
        }
        (Item::Table(table), _, _) => {
            let mut lines = Vec::new();
            table_lines(text, table, &mut lines);
            Ok(Place::Table(lines))
        }
        (Item::None | Item::Value(_) | Item::ArrayOfTables(_), _, _) => Err(Fault::shape(at)),
    }
}

fn table_lines(text: &str, table: &toml_edit::Table, lines: &mut Vec<Range<usize>>) {
    let header = table.span().filter(|span| text.get(span.clone()).is_some_and(|text| text.starts_with('[')));
    let mut own = header.map(|span| lines_of(text, &span));
    let mut inner = Vec::new();
    for (key, item) in table.iter() {
        let key = table.key(key).and_then(toml_edit::Key::span);
        match item {
            Item::Table(table) => table_lines(text, table, &mut inner),
            Item::ArrayOfTables(tables) => {
                tables.iter().for_each(|table| table_lines(text, table, &mut inner))
            }
            Item::Value(value) => {
                let Some((key, value)) = key.zip(value.span()) else { continue };
                let line = lines_of(text, &(key.start..value.end));
                match &mut own {
                    // Comments between the settings of a table go with it.
                    Some(own) => own.end = own.end.max(line.end),
                    None => inner.push(line),
                }
            }
            Item::None => {}
        }
    }
    // Dotted keys under a header lie within its lines.
    inner.retain(|line| own.as_ref().is_none_or(|own| line.start < own.start || line.end > own.end));
    lines.extend(own);
    lines.extend(inner);
    lines.sort_by_key(|line| line.start);
    lines.dedup();
}

pub(super) fn raw(text: &str, at: &EntryPath) -> Result<Option<Raw>, Fault> {
    let slice = |range: Range<usize>| text.get(range).unwrap_or_default();
    Ok(match find(text, at)? {
        Place::Nothing => None,
        Place::Value { value, .. } => Some(Raw::Value(slice(value).to_owned())),
        Place::Table(lines) => {
            let lines: Vec<_> = lines.into_iter().map(|line| ended(slice(line), newline_of(text))).collect();
            Some(Raw::Lines(lines.concat()))
        }
    })
}

pub(super) fn put(text: &str, at: &EntryPath, value: &Value) -> Result<String, Fault> {
    let newline = newline_of(text);
    match (find(text, at)?, value) {
        (Place::Value { value: range, .. }, value) => Ok(splice(text, range, &inline(value))),
        (Place::Nothing, Value::Map(members)) => Ok(appended(text, &table_text(at, members, newline)?)),
        (Place::Table(lines), Value::Map(members)) => {
            Ok(appended(&without_table(text, lines), &table_text(at, members, newline)?))
        }
        (Place::Nothing, value) => at_root(text, at, &inline(value)),
        (Place::Table(_), _) => Err(Fault::shape(at)),
    }
}

pub(super) fn put_raw(text: &str, at: &EntryPath, raw: &Raw) -> Result<String, Fault> {
    match (find(text, at)?, raw) {
        (Place::Value { value, .. }, Raw::Value(raw)) => Ok(splice(text, value, raw)),
        (Place::Value { line, .. }, Raw::Lines(raw)) => Ok(appended(&cut(text, vec![line]), raw)),
        (Place::Table(lines), Raw::Lines(raw)) => Ok(appended(&without_table(text, lines), raw)),
        (Place::Table(lines), Raw::Value(raw)) => at_root(&without_table(text, lines), at, raw),
        (Place::Nothing, Raw::Value(raw)) => at_root(text, at, raw),
        (Place::Nothing, Raw::Lines(raw)) => Ok(appended(text, raw)),
    }
}

pub(super) fn take(text: &str, at: &EntryPath) -> Result<String, Fault> {
    Ok(match find(text, at)? {
        Place::Nothing => text.to_owned(),
        Place::Value { line, .. } => cut(text, vec![line]),
        Place::Table(lines) => without_table(text, lines),
    })
}

/// With the empty line in front, which was put there with it.
fn without_table(text: &str, mut lines: Vec<Range<usize>>) -> String {
    if let Some(first) = lines.first_mut() {
        let above = line_start(text, first.start.saturating_sub(1));
        if text.get(above..first.start).is_some_and(|line| line.trim().is_empty()) {
            first.start = above;
        }
    }
    cut(text, lines)
}

pub(super) fn note(text: &str, lines: &[String], before: Option<&EntryPath>) -> Result<String, Fault> {
    let newline = newline_of(text);
    let at = match before.map(|at| find(text, at)).transpose()? {
        Some(Place::Value { line, .. }) => line.start,
        Some(Place::Table(lines)) => lines.first().map_or(0, |line| line.start),
        Some(Place::Nothing) | None => 0,
    };
    let note: String = lines.iter().map(|line| [line, newline].concat()).collect();
    Ok(splice(text, at..at, &note))
}

/// Settings of no table stand before the first header.
fn at_root(text: &str, at: &EntryPath, value: &str) -> Result<String, Fault> {
    let newline = newline_of(text);
    let mut ends = Vec::new();
    root_values(text, parse(text)?.as_table(), &mut ends);
    let key = keys(at)?.into_iter().map(key_text).collect::<Vec<_>>().join(".");
    let line = [&key, " = ", value, newline].concat();
    let end = ends.into_iter().max().unwrap_or(0);
    let head = ended(text.get(..end).unwrap_or_default(), newline);
    Ok([&head, &line, text.get(end..).unwrap_or_default()].concat())
}

fn root_values(text: &str, table: &toml_edit::Table, ends: &mut Vec<usize>) {
    for (_, item) in table.iter() {
        match item {
            Item::Value(value) => ends.extend(value.span().map(|span| lines_of(text, &span).end)),
            Item::Table(table) if table.is_dotted() => root_values(text, table, ends),
            Item::None | Item::Table(_) | Item::ArrayOfTables(_) => {}
        }
    }
}

fn appended(text: &str, lines: &str) -> String {
    let newline = newline_of(text);
    let gap = match text.trim().is_empty() {
        true => "",
        false => newline,
    };
    [&ended(text, newline), gap, lines].concat()
}

fn table_text(at: &EntryPath, members: &[(String, Value)], newline: &str) -> Result<String, Fault> {
    let name = keys(at)?.into_iter().map(key_text).collect::<Vec<_>>().join(".");
    let settings =
        members.iter().map(|(key, value)| format!("{} = {}{newline}", key_text(key), inline(value)));
    Ok(std::iter::once(format!("[{name}]{newline}")).chain(settings).collect())
}

fn key_text(key: &str) -> String {
    let is_bare = |character: char| character.is_ascii_alphanumeric() || character == '-' || character == '_';
    match !key.is_empty() && key.chars().all(is_bare) {
        true => key.to_owned(),
        false => quoted(key),
    }
}

fn inline(value: &Value) -> String {
    match value {
        Value::Null => quoted(""),
        Value::Flag(flag) => flag.to_string(),
        Value::Number(digits) => digits.clone(),
        Value::Text(text) => quoted(text),
        Value::List(elements) => format!("[{}]", elements.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Map(members) => {
            let members = members.iter().map(|(key, value)| format!("{} = {}", key_text(key), inline(value)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
    }
}
