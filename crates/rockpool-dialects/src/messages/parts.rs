//! Text, images and documents as parts of the backend's messages and tool outputs. What is said is copied, not read.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::document::Node;
use crate::messages::params::{self, Block, Content};
use crate::messages::wrong::Wrong;

/// Who says it: the backend has a type of text for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Input,
    Output,
}

/// Parts of one message, as JSON with commas between them.
pub(super) struct Parts<'a> {
    side: Side,
    json: String,
    held: Held<'a>,
}

/// What the parts are so far.
#[derive(Clone, Copy)]
enum Held<'a> {
    Nothing,
    OneText(&'a RawValue),
    More,
}

#[derive(Default)]
struct Source<'a> {
    kind: Cow<'a, str>,
    media_type: Option<&'a RawValue>,
    data: Option<&'a RawValue>,
    url: Option<&'a RawValue>,
    content: Option<Node<'a>>,
}

impl<'a> Parts<'a> {
    pub(super) fn new(side: Side) -> Self {
        Self { side, json: String::new(), held: Held::Nothing }
    }

    pub(super) fn is_empty(&self) -> bool {
        matches!(self.held, Held::Nothing)
    }

    /// The text, where it is all there is.
    pub(super) fn only_text(&self) -> Option<&'a RawValue> {
        match self.held {
            Held::OneText(text) => Some(text),
            Held::Nothing | Held::More => None,
        }
    }

    pub(super) fn json(&self) -> &str {
        &self.json
    }

    /// Adds a JSON string. Empty text says nothing.
    pub(super) fn text(&mut self, token: &'a RawValue) {
        if token.get() == "\"\"" {
            return;
        }
        let held = if self.is_empty() { Held::OneText(token) } else { Held::More };
        self.written_text(token.get());
        self.held = held;
    }

    /// Adds text of our own; it must need no escapes.
    pub(super) fn plain(&mut self, text: &str) {
        self.written_text(&format!("\"{text}\""));
    }

    fn written_text(&mut self, token: &str) {
        let kind = match self.side {
            Side::Input => "input_text",
            Side::Output => "output_text",
        };
        self.part(&[r#"{"type":""#, kind, r#"","text":"#, token, "}"]);
    }

    fn part(&mut self, pieces: &[&str]) {
        if !self.json.is_empty() {
            self.json.push(',');
        }
        self.json.extend(pieces.iter().copied());
        self.held = Held::More;
    }

    /// Adds a text, image or document block.
    pub(super) fn block(&mut self, block: &Block<'a>) -> Result<(), Wrong> {
        match (block.kind.as_ref(), self.side) {
            ("text", _) => {
                self.text(params::token(block.text, "text")?);
                Ok(())
            }
            ("image", Side::Input) => self.image(block),
            ("document", Side::Input) => self.document(block),
            (other, _) => Err(unknown(other)),
        }
    }

    fn image(&mut self, block: &Block<'a>) -> Result<(), Wrong> {
        let source = source(block)?;
        match source.kind.as_ref() {
            "base64" => {
                let (media_type, data) = inline(&source)?;
                let parts =
                    [r#"{"type":"input_image","image_url":"data:"#, media_type, ";base64,", data, r#""}"#];
                self.part(&parts);
            }
            "url" => {
                let url = params::token(source.url, "source.url")?;
                self.part(&[r#"{"type":"input_image","image_url":"#, url.get(), "}"]);
            }
            other => return Err(unknown_source(other)),
        }
        Ok(())
    }

    fn document(&mut self, block: &Block<'a>) -> Result<(), Wrong> {
        let source = source(block)?;
        let named = |raw: Option<&'a RawValue>| raw.filter(|raw| raw.get().starts_with('"'));
        let (title, context) = (named(block.title), named(block.context));
        let name = title.map(params::inner).filter(|name| name.to_ascii_lowercase().ends_with(".pdf"));
        for said in [title.filter(|_| name.is_none()), context].into_iter().flatten() {
            self.text(said);
        }
        match source.kind.as_ref() {
            "base64" => {
                let (media_type, data) = inline(&source)?;
                let name = name.unwrap_or("document.pdf");
                let begin = r#"{"type":"input_file","filename":""#;
                self.part(&[begin, name, r#"","file_data":"data:"#, media_type, ";base64,", data, r#""}"#]);
            }
            "url" => {
                let url = params::token(source.url, "source.url")?;
                self.part(&[r#"{"type":"input_file","file_url":"#, url.get(), "}"]);
            }
            "text" => self.text(params::token(source.data, "source.data")?),
            "content" => {
                let content =
                    source.content.ok_or_else(|| Wrong::invalid("source.content", "it is missing"))?;
                self.content(content).map_err(|wrong| wrong.inside("source.content"))?;
            }
            other => return Err(unknown_source(other)),
        }
        Ok(())
    }

    fn content(&mut self, content: Node<'a>) -> Result<(), Wrong> {
        let blocks = match Content::read(content)? {
            Content::Text(text) => {
                self.text(text);
                return Ok(());
            }
            Content::Blocks(blocks) => blocks,
        };
        for (at, block) in blocks.into_iter().enumerate() {
            let block = Block::read(block).map_err(|wrong| wrong.inside(at))?;
            // A document inside a document is not known to Anthropic, and could be nested without end.
            match block.kind.as_ref() {
                "text" | "image" => self.block(&block).map_err(|wrong| wrong.inside(at))?,
                other => return Err(unknown(other).inside(at)),
            }
        }
        Ok(())
    }
}

impl<'a> Source<'a> {
    fn read(value: Node<'a>) -> Result<Self, Wrong> {
        let mut source = Self::default();
        for (name, value) in params::members(value)? {
            match name.as_ref() {
                "type" => source.kind = params::word(value, "type")?,
                "media_type" => source.media_type = Some(value.raw()),
                "data" => source.data = Some(value.raw()),
                "url" => source.url = Some(value.raw()),
                "content" => source.content = Some(value),
                _ => {}
            }
        }
        Ok(source)
    }
}

fn source<'a>(block: &Block<'a>) -> Result<Source<'a>, Wrong> {
    let value = block.source.ok_or_else(|| Wrong::invalid("source", "it is missing"))?;
    Source::read(value).map_err(|wrong| wrong.inside("source"))
}

/// Media type and data, as they stand between quotation marks.
fn inline<'a>(source: &Source<'a>) -> Result<(&'a str, &'a str), Wrong> {
    let media_type = params::inner(params::token(source.media_type, "source.media_type")?);
    let is_type = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+' | b'.' | b'-');
    if media_type.is_empty() || !media_type.bytes().all(is_type) {
        return Err(Wrong::invalid("source.media_type", "it must be a media type such as “image/png”"));
    }
    Ok((media_type, params::inner(params::token(source.data, "source.data")?)))
}

fn unknown_source(kind: &str) -> Wrong {
    Wrong::unsupported(
        "source.type",
        format!(
            "a source of the type “{kind}” cannot be read here: files that were uploaded to Anthropic stay there. Send the content itself, as “base64”."
        ),
    )
}

pub(super) fn unknown(kind: &str) -> Wrong {
    Wrong::unsupported(
        "type",
        format!(
            "content blocks of the type “{kind}” cannot be passed on in this place. Leave the block out, or send what it says as a “text” block."
        ),
    )
}
