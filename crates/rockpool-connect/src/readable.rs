//! Which values of a file are shown in a diff: those that are known to be no secret. Everything else a person wrote may be one.

use std::collections::BTreeSet;

use crate::format::Format;
use crate::mask::{is_named_secret, masked};
use crate::path::{EntryPath, Step};
use crate::value::{Value, quoted};

/// Values that may be shown, as they are written.
#[derive(Clone, Default)]
pub(crate) struct Readable(BTreeSet<String>);

impl Readable {
    /// Ours, but for the key.
    pub(crate) fn allow_ours(&mut self, value: &Value, key: &str) {
        match value {
            Value::Text(text) if text == key => {}
            Value::Text(text) => self.allow(text),
            Value::Number(digits) => self.allow(digits),
            Value::List(elements) => elements.iter().for_each(|element| self.allow_ours(element, key)),
            Value::Map(members) => members.iter().for_each(|(_, member)| self.allow_ours(member, key)),
            Value::Null | Value::Flag(_) => {}
        }
    }

    /// What stands in this text where settings of ours go, unless its name says that it is a secret.
    pub(crate) fn allow_at<'a>(&mut self, tree: &Value, places: impl Iterator<Item = &'a EntryPath>) {
        for at in places {
            let name = match at.0.last() {
                Some(Step::Key(key)) => key.as_str(),
                Some(Step::Item { .. }) | None => "",
            };
            if let Some(value) = tree.get(&at.0) {
                self.allow_named(name, value);
            }
        }
    }

    fn allow_named(&mut self, name: &str, value: &Value) {
        match value {
            Value::Text(text) | Value::Number(text) if !is_named_secret(name) => self.allow(text),
            Value::Map(members) => members.iter().for_each(|(name, member)| self.allow_named(name, member)),
            // The text of a list has no name that tells what it is.
            Value::Text(_) | Value::Number(_) | Value::List(_) | Value::Null | Value::Flag(_) => {}
        }
    }

    fn allow(&mut self, text: &str) {
        let written = quoted(text);
        self.0.insert(written.trim_matches('"').to_owned());
        self.0.insert(text.to_owned());
    }

    /// The text, line for line, with every other value as “…”, comments of others too.
    pub(crate) fn shown(&self, format: Format, text: &str) -> String {
        let mut reader = Reader { readable: self, format, text, at: 0, depth: 0, out: String::new() };
        while reader.at < text.len() {
            let before = reader.at;
            reader.step();
            if reader.at == before {
                break;
            }
        }
        reader.out
    }

    fn value(&self, written: &str) -> String {
        let is_plain = matches!(written, "" | "true" | "false" | "null");
        match is_plain || self.0.contains(written) {
            true => masked(written),
            false => written.split('\n').map(hidden).collect::<Vec<_>>().join("\n"),
        }
    }
}

fn hidden(line: &str) -> &'static str {
    match (line.is_empty(), line.ends_with('\r')) {
        (true, _) => "",
        (false, true) => "…\r",
        (false, false) => "…",
    }
}

/// Knows of a format only what tells names from values; the text has been parsed before.
struct Reader<'a> {
    readable: &'a Readable,
    format: Format,
    text: &'a str,
    at: usize,
    /// Of brackets.
    depth: usize,
    out: String,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The rest of the line, without its end.
    fn line(&self) -> &'a str {
        let rest = self.rest();
        rest.split('\n').next().map_or(rest, |line| line.trim_end_matches('\r'))
    }

    fn is_line_start(&self) -> bool {
        self.depth == 0
            && self
                .text
                .get(..self.at)
                .is_none_or(|before| matches!(before.chars().last(), None | Some('\n')))
    }

    fn copy(&mut self, bytes: usize) {
        self.out.push_str(self.rest().get(..bytes).unwrap_or_default());
        self.at += bytes;
    }

    fn value(&mut self, bytes: usize) {
        let shown = self.readable.value(self.rest().get(..bytes).unwrap_or_default());
        self.out.push_str(&shown);
        self.at += bytes;
    }

    fn step(&mut self) {
        let line = self.line();
        let is_yaml = self.format == Format::Yaml;
        if self.is_line_start() && is_yaml && !line.is_empty() {
            return self.yaml_line(line);
        }
        if self.is_line_start() && self.format == Format::Toml && line.trim_start().starts_with('[') {
            let end = line.find(']').map_or(line.len(), |_| line.rfind(']').unwrap_or(0) + 1);
            let end = line.find('#').map_or(end, |comment| end.min(comment));
            return self.copy(end);
        }
        if let Some(bytes) = self.comment() {
            return self.hide_comment(bytes);
        }
        let Some(first) = self.rest().chars().next() else { return };
        match first {
            '"' => self.string('"'),
            '\'' if self.format == Format::Toml || is_yaml => self.string('\''),
            '{' | '[' => {
                self.depth += 1;
                self.copy(1);
            }
            '}' | ']' => {
                self.depth = self.depth.saturating_sub(1);
                self.copy(1);
            }
            _ if first.is_whitespace() || ",:=\u{feff}".contains(first) => self.copy(first.len_utf8()),
            _ => self.word(),
        }
    }

    /// Bytes.
    fn comment(&self) -> Option<usize> {
        let rest = self.rest();
        let is_comment = match self.format {
            Format::Toml => rest.starts_with('#'),
            Format::Yaml => {
                let before = self.text.get(..self.at).and_then(|before| before.chars().last());
                rest.starts_with('#') && before.is_none_or(char::is_whitespace)
            }
            Format::Json | Format::Jsonc if rest.starts_with("/*") => {
                return Some(rest.find("*/").map_or(rest.len(), |end| end + 2));
            }
            Format::Json | Format::Jsonc => rest.starts_with("//"),
        };
        is_comment.then(|| self.line().len())
    }

    fn hide_comment(&mut self, bytes: usize) {
        let comment = self.rest().get(..bytes).unwrap_or_default();
        let said = comment.trim_start_matches(['#', '/', '*', ' ']);
        let sign = comment.len() - said.len();
        match said.starts_with("Rockpool: ") && !comment.contains('\n') {
            true => self.out.push_str(&masked(comment)),
            false => {
                self.out.push_str(comment.get(..sign).unwrap_or_default());
                self.out.push_str(&said.split('\n').map(hidden).collect::<Vec<_>>().join("\n"));
            }
        }
        self.at += bytes;
    }

    fn string(&mut self, quote: char) {
        let three = quote.to_string().repeat(3);
        let is_block = self.format == Format::Toml && self.rest().starts_with(&three);
        let mark = if is_block { 3 } else { 1 };
        let inside = self.rest().get(mark..).unwrap_or_default();
        let length = match is_block {
            true => block_length(inside, quote),
            false => string_length(inside, quote),
        };
        let end = mark + length + mark;
        match self.is_name(end) {
            true => self.copy(end.min(self.rest().len())),
            false => {
                self.copy(mark);
                self.value(length);
                self.copy(mark.min(self.rest().len()));
            }
        }
    }

    /// What ends there is the name of a setting.
    fn is_name(&self, end: usize) -> bool {
        let behind = self.rest().get(end..).unwrap_or_default().trim_start_matches([' ', '\t']);
        match self.format {
            Format::Toml => behind.starts_with(['=', '.']),
            Format::Json | Format::Jsonc => behind.trim_start().starts_with(':'),
            Format::Yaml => behind.starts_with(':'),
        }
    }

    fn word(&mut self) {
        let rest = self.rest();
        let ends = |character: char| character.is_whitespace() || ",[]{}\"=".contains(character);
        let mut length = rest.find(ends).unwrap_or(rest.len()).max(1);
        if let Some(colon) =
            rest.get(..length).filter(|_| self.format != Format::Toml).and_then(|word| word.find(':'))
        {
            length = colon.max(1);
        }
        let dotted =
            self.format == Format::Toml && rest.get(..length).is_some_and(|word| word.ends_with('.'));
        match dotted || self.is_name(length) {
            true => self.copy(length),
            false => self.value(length),
        }
    }

    /// One line of a block, up to what is in quotes or brackets.
    fn yaml_line(&mut self, line: &'a str) {
        let before_dashes = line.len() - line.trim_start_matches([' ', '\u{feff}']).len();
        let mut content = line.trim_start_matches([' ', '\u{feff}']);
        let mut parent = before_dashes;
        while let Some(behind) = content.strip_prefix("- ") {
            parent = line.len() - content.len();
            content = behind.trim_start_matches(' ');
        }
        let start = line.len() - content.len();
        self.copy(start);
        if content.starts_with('#') {
            return self.hide_comment(content.len());
        }
        if matches!(content, "" | "-" | "---" | "...") {
            return self.copy(content.len());
        }
        let name = match content.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let end = 1 + string_length(content.get(1..).unwrap_or_default(), quote) + 1;
                content
                    .get(end..)
                    .filter(|behind| behind.trim_start().starts_with(':'))
                    .map(|behind| content.len() - behind.trim_start().len())
            }
            Some('[' | '{') => None,
            Some(_) | None => {
                let ends = content.match_indices(':').map(|(at, _)| at);
                let is_end = |at: &usize| {
                    content
                        .get(at + 1..)
                        .is_some_and(|behind| behind.is_empty() || behind.starts_with([' ', '\t']))
                };
                ends.into_iter().find(is_end)
            }
        };
        let mut value = content;
        if let Some(colon) = name {
            parent = start;
            let behind = content.get(colon + 1..).unwrap_or_default();
            value = behind.trim_start_matches([' ', '\t']);
            self.copy(content.len() - value.len());
        }
        self.yaml_value(value, parent);
    }

    fn yaml_value(&mut self, value: &str, parent: usize) {
        if value.starts_with(['"', '\'', '[', '{', '#']) || value.is_empty() {
            // The steps that follow read it; a line that is empty now is left to its end.
            return if value.is_empty() { self.copy(self.line().len()) } else { self.within_line() };
        }
        let plain =
            value.find(" #").map_or(value, |comment| value.get(..comment).unwrap_or_default()).trim_end();
        let is_block = plain.split(' ').next_back().is_some_and(|last| last.starts_with(['|', '>']));
        match is_block {
            true => self.copy(plain.len()),
            false => self.value(plain.len()),
        }
        self.copy(self.line().len() - self.line().trim_start().len());
        if self.line().starts_with('#') {
            self.hide_comment(self.line().len());
        }
        if is_block {
            self.hide_block(parent);
        }
    }

    /// At least one step, so that what starts a line is not read as a line again.
    fn within_line(&mut self) {
        match (self.comment(), self.rest().chars().next()) {
            (Some(bytes), _) => self.hide_comment(bytes),
            (None, Some(quote @ ('"' | '\''))) => self.string(quote),
            (None, _) => {
                self.depth += 1;
                self.copy(1);
            }
        }
    }

    /// The lines that are deeper than what they belong to.
    fn hide_block(&mut self, parent: usize) {
        loop {
            let ended = self.rest().len() - self.rest().trim_start_matches(['\r', '\n']).len();
            self.copy(ended);
            let line = self.line();
            let content = line.trim_start_matches(' ');
            let indent = line.len() - content.len();
            if self.rest().is_empty() || (!content.is_empty() && indent <= parent) {
                return;
            }
            self.copy(indent);
            self.out.push_str(hidden(content));
            self.at += content.len();
        }
    }
}

fn string_length(inside: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in inside.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            _ if character == quote => return at,
            _ => {}
        }
    }
    inside.len()
}

/// Up to the last quotes: two may stand right before the three that end it.
fn block_length(inside: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in inside.char_indices() {
        let closes = || {
            inside.get(at..).is_some_and(|rest| rest.chars().take_while(|next| *next == quote).count() >= 3)
        };
        match character {
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            _ if character == quote && closes() => {
                let run =
                    inside.get(at..).unwrap_or_default().chars().take_while(|next| *next == quote).count();
                return at + run.min(5) - 3;
            }
            _ => {}
        }
    }
    inside.len()
}
