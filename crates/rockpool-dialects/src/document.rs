//! A whole JSON text, checked in one pass that notes where each value stands: however deep a reader goes, nothing is
//! passed over again.

use std::borrow::Cow;
use std::iter;

use serde::de::value::{BorrowedStrDeserializer, Error, MapDeserializer};
use serde::de::{Deserialize, Deserializer, Visitor};
use serde_json::value::RawValue;

use crate::json::{self, Malformed};
use crate::scan::{self, Span};

pub(crate) struct Document<'a> {
    text: &'a str,
    /// In the order in which they begin; the name of a member is one, too, and stands before its value.
    spans: Vec<Span>,
}

/// A value of a document.
#[derive(Clone, Copy)]
pub(crate) struct Node<'a> {
    document: &'a Document<'a>,
    span: Span,
    /// The place of what comes first inside.
    inside: u32,
}

impl<'a> Document<'a> {
    /// A byte order mark in front is passed over.
    ///
    /// # Errors
    /// Where the text is no JSON (RFC 8259). Half of a surrogate pair is one.
    pub(crate) fn read(text: &'a [u8]) -> Result<Self, Malformed> {
        let text = text.strip_prefix(json::BYTE_ORDER_MARK).unwrap_or(text);
        let text = std::str::from_utf8(text)
            .map_err(|error| Malformed::missing("a character of UTF-8", error.valid_up_to()))?;
        Ok(Self { text, spans: scan::spans(text.as_bytes())? })
    }

    pub(crate) fn root(&'a self) -> Node<'a> {
        self.node(0)
    }

    fn node(&'a self, at: u32) -> Node<'a> {
        Node { document: self, span: self.spans[at as usize], inside: at + 1 }
    }
}

impl<'a> Node<'a> {
    /// As it was written.
    pub(crate) fn get(self) -> &'a str {
        &self.document.text[self.span.start as usize..self.span.end as usize]
    }

    pub(crate) fn raw(self) -> &'a RawValue {
        let text = self.get();
        let checked = <&RawValue>::deserialize(Checked(text));
        checked.ok().or_else(|| serde_json::from_str(text).ok()).unwrap_or(RawValue::NULL)
    }

    pub(crate) fn is_null(self) -> bool {
        self.get() == "null"
    }

    pub(crate) fn is_text(self) -> bool {
        self.get().starts_with('"')
    }

    pub(crate) fn is_object(self) -> bool {
        self.get().starts_with('{')
    }

    pub(crate) fn is_array(self) -> bool {
        self.get().starts_with('[')
    }

    /// The members of an object in their order; of anything else, none.
    pub(crate) fn members(self) -> impl Iterator<Item = (Cow<'a, str>, Node<'a>)> {
        let mut inside = self.inside().filter(move |_| self.is_object());
        iter::from_fn(move || Some((inside.next()?.name(), inside.next()?)))
    }

    /// The value of the last member of that name, as most readers of JSON have it.
    pub(crate) fn last(self, name: &str) -> Option<Node<'a>> {
        let mut inside = self.inside().filter(move |_| self.is_object());
        let mut found = None;
        while let (Some(known), Some(value)) = (inside.next(), inside.next()) {
            if known.is_name(name) {
                found = Some(value);
            }
        }
        found
    }

    /// A name that is there twice.
    pub(crate) fn twice(self) -> Option<Cow<'a, str>> {
        let mut names: Vec<Cow<'a, str>> = self.members().map(|(name, _)| name).collect();
        names.sort_unstable();
        let pair = names.windows(2).find(|pair| pair[0] == pair[1])?;
        Some(pair[0].clone())
    }

    /// The elements of an array; of anything else, none.
    pub(crate) fn elements(self) -> impl Iterator<Item = Node<'a>> {
        self.inside().filter(move |_| self.is_array())
    }

    /// Where it stands, in the words of OpenAI's API: `messages[3].content`.
    pub(crate) fn path(self) -> String {
        let mut path = String::new();
        let mut outer = self.document.root();
        while outer.inside != self.inside {
            let holds = |node: &Node<'_>| node.inside <= self.inside && self.inside <= node.span.next;
            let member = outer.members().find(|(_, value)| holds(value));
            let element = || outer.elements().enumerate().find(|(_, value)| holds(value));
            outer = match member {
                Some((name, value)) => {
                    path.extend((!path.is_empty()).then_some("."));
                    path.push_str(&name);
                    value
                }
                None => {
                    let Some((at, value)) = element() else { break };
                    path.push_str(&format!("[{at}]"));
                    value
                }
            };
        }
        path
    }

    fn is_name(self, name: &str) -> bool {
        let text = self.get();
        let same = text.len() == name.len() + 2 && text[1..].starts_with(name);
        same || (text.contains('\\') && self.name() == name)
    }

    fn name(self) -> Cow<'a, str> {
        let text = self.get();
        let inner = text.get(1..text.len() - 1).unwrap_or_default();
        match inner.contains('\\') {
            true => json::string(text.as_bytes()).map_or(Cow::Borrowed(inner), Cow::Owned),
            false => Cow::Borrowed(inner),
        }
    }

    fn inside(self) -> impl Iterator<Item = Node<'a>> {
        let mut at = self.inside;
        iter::from_fn(move || {
            let node = (at < self.span.next).then(|| self.document.node(at))?;
            at = node.span.next;
            Some(node)
        })
    }
}

/// JSON that is known to be some. A [`RawValue`] asks for itself as a newtype of a name of its own, and is given its
/// text in a map under that name; so it has no need to look through it.
struct Checked<'a>(&'a str);

impl<'de> Deserializer<'de> for Checked<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_map(MapDeserializer::new(iter::once((name, BorrowedStrDeserializer::new(self.0)))))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_found_with_its_path() {
        let text = r#" {"a" : [1, {"b\u0021":"x"}, []], "c": {}} "#;
        let document = Document::read(text.as_bytes()).unwrap();
        let root = document.root();
        let (name, list) = root.members().next().unwrap();
        let elements: Vec<Node<'_>> = list.elements().collect();
        assert_eq!((&*name, elements.len(), elements[1].get()), ("a", 3, r#"{"b\u0021":"x"}"#));
        let inner = elements[1].last("b!").unwrap();
        assert_eq!((inner.get(), inner.path().as_str()), (r#""x""#, "a[1].b!"));
        assert_eq!((elements[2].path().as_str(), root.last("c").unwrap().path().as_str()), ("a[2]", "c"));
        assert_eq!(
            (root.path().as_str(), elements[2].elements().count(), list.members().count()),
            ("", 0, 0)
        );
    }

    #[test]
    fn a_name_that_is_there_twice_is_found_however_it_is_spelled() {
        let document = Document::read(br#"{"a":1,"b":2,"\u0061":3}"#).unwrap();
        assert_eq!(document.root().twice().as_deref(), Some("a"));
        assert_eq!(document.root().last("a").unwrap().get(), "3");
    }

    #[test]
    fn what_was_checked_is_not_checked_again() {
        let raw = <&RawValue>::deserialize(Checked("no JSON")).unwrap();
        assert_eq!(raw.get(), "no JSON");
    }
}
