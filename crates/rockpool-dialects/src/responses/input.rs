//! The items of an input: copied as they stand, but for what the backend does not take in them.

use std::borrow::Cow;

use memchr::memmem;
use serde_json::value::RawValue;

use crate::backend::Body;
use crate::json::{self, Member};
use crate::refusal::Refusal;
use crate::responses::members::wrong_type;
use crate::responses::newest::Newest;
use crate::responses::parameters::unsupported;
use crate::splice::{self, Edit};
use crate::surroundings::Continuation;

/// A hint that costs when it is missing; the backend refuses it wherever it stands.
const BREAKPOINT: &str = "prompt_cache_breakpoint";

/// Writes an input into a request.
pub(super) struct Writer<'a> {
    pub(super) body: Body,
    pub(super) continuation: &'a dyn Continuation,
    pub(super) newest: Newest,
    pub(super) most_bytes: usize,
    /// How long all items together are that the request only named, in bytes, written or not.
    pub(super) named: usize,
    pub(super) dropped: Vec<String>,
}

/// Where an item comes from.
#[derive(Clone, Copy)]
enum Origin {
    /// The request.
    Sent,
    /// An earlier answer, which holds no references.
    Kept,
}

/// What of an item decides what becomes of it.
struct Item<'a> {
    text: &'a [u8],
    members: Vec<Member>,
}

enum Kind {
    Reference(String),
    Message(Role),
    Reasoning,
    /// Anything else that a model made.
    Made,
    /// The result of a call.
    Result,
    Other,
}

enum Role {
    System,
    Developer,
    Assistant,
    Other,
}

impl Writer<'_> {
    /// Adds what a request says: a string is one message of the user.
    pub(super) fn sent(&mut self, input: &RawValue) -> Result<(), Refusal> {
        let text = input.get();
        match text.as_bytes().first() {
            Some(b'"') => {
                let parts = [
                    r#"{"type":"message","role":"user","content":[{"type":"input_text","text":"#,
                    text,
                    "}]}",
                ];
                self.body.raw(parts.concat().as_bytes())
            }
            Some(b'[') => self.items(text.as_bytes(), Origin::Sent),
            Some(_) | None => Err(wrong_type("input", "one of a string or array of input items", text)),
        }
    }

    /// Adds items of an earlier answer and what came before it (JSON, with commas between them).
    pub(super) fn kept(&mut self, items: &str) -> Result<(), Refusal> {
        self.items(format!("[{items}]").as_bytes(), Origin::Kept)
    }

    fn items(&mut self, array: &[u8], origin: Origin) -> Result<(), Refusal> {
        let elements = json::elements_of(array, &(0..array.len()));
        let elements = elements.map_err(|error| Refusal::Malformed(error.to_string()))?;
        for (at, element) in elements.into_iter().enumerate() {
            self.item(&array[element], at, origin)?;
        }
        Ok(())
    }

    fn item(&mut self, text: &[u8], at: usize, origin: Origin) -> Result<(), Refusal> {
        let param = format!("input[{at}]");
        let members = json::members(text)
            .map_err(|_| wrong_type(&param, "an object", &String::from_utf8_lossy(text)))?;
        let item = Item { text, members };
        let names = || item.string("id").into_iter().chain(item.string("call_id"));
        match item.kind() {
            Kind::Reference(id) => return self.reference(&id, at, origin),
            // Without ciphertext it tells the backend nothing, and is refused.
            Kind::Reasoning if item.string("encrypted_content").is_none_or(|sealed| sealed.is_empty()) => {
                self.newest.answered(names());
                return Ok(());
            }
            Kind::Message(Role::System) => {
                self.body.has_instructions();
                self.newest.said();
                let developer = splice::object(text, &[Edit::set("role", "\"developer\"")]);
                return self.copy(&developer, &param);
            }
            Kind::Message(Role::Developer) => {
                self.body.has_instructions();
                self.newest.said();
            }
            Kind::Message(Role::Other) | Kind::Other => self.newest.said(),
            Kind::Message(Role::Assistant) | Kind::Reasoning | Kind::Made => self.newest.answered(names()),
            Kind::Result => self.newest.result(item.string("call_id")),
        }
        self.copy(text, &param)
    }

    fn reference(&mut self, id: &str, at: usize, origin: Origin) -> Result<(), Refusal> {
        let found = match origin {
            Origin::Sent => self.continuation.item(id),
            Origin::Kept => None,
        };
        let item = found.ok_or_else(|| Refusal::ItemNotFound(id.to_owned()))?;
        // One that is left out is read all the same, as often as it is named.
        self.named = self.named.saturating_add(item.len());
        if self.named > self.most_bytes {
            return Err(Refusal::TooLarge { most_bytes: self.most_bytes });
        }
        self.item(item.as_bytes(), at, Origin::Kept)
    }

    fn copy(&mut self, text: &[u8], param: &str) -> Result<(), Refusal> {
        refuse_uploads(text, param)?;
        let text = self.without_breakpoints(text);
        self.body.raw(&text)
    }

    fn without_breakpoints<'t>(&mut self, text: &'t [u8]) -> Cow<'t, [u8]> {
        if memmem::find(text, format!("\"{BREAKPOINT}\"").as_bytes()).is_none() {
            return Cow::Borrowed(text);
        }
        self.dropped.push(BREAKPOINT.to_owned());
        let mut item = splice::object(text, &[Edit::remove(BREAKPOINT)]);
        for name in ["content", "output"] {
            let parts: Vec<Vec<u8>> =
                parts(&item, name).map(|part| splice::object(part, &[Edit::remove(BREAKPOINT)])).collect();
            if !parts.is_empty() {
                let joined = splice::join(parts.iter().map(Vec::as_slice));
                item = splice::object(&item, &[Edit::set(name, &[b"[", &*joined, b"]"].concat())]);
            }
        }
        Cow::Owned(item)
    }
}

impl Item<'_> {
    fn string(&self, name: &str) -> Option<String> {
        json::string(json::last(self.text, &self.members, name)?)
    }

    fn kind(&self) -> Kind {
        let role = self.string("role");
        let kind = self.string("type");
        match (kind.as_deref(), role.as_deref()) {
            (Some("item_reference"), _) => Kind::Reference(self.string("id").unwrap_or_default()),
            (Some("message") | None, Some("system")) => Kind::Message(Role::System),
            (Some("message") | None, Some("developer")) => Kind::Message(Role::Developer),
            (Some("message") | None, Some("assistant")) => Kind::Message(Role::Assistant),
            (Some("message"), _) | (None, Some(_)) => Kind::Message(Role::Other),
            // A reference may leave its type out.
            (None, None) => self.string("id").map_or(Kind::Other, Kind::Reference),
            (Some("reasoning"), _) => Kind::Reasoning,
            (Some(kind), _) if kind.ends_with("_call") => Kind::Made,
            (Some(kind), _) if kind.ends_with("_output") => Kind::Result,
            (Some(_), _) => Kind::Other,
        }
    }
}

/// The parts of an item that are objects in a list of it; none where the list has others, too.
fn parts<'a>(item: &'a [u8], name: &str) -> impl Iterator<Item = &'a [u8]> {
    let list = json::members(item).ok().and_then(|members| {
        let list = members.into_iter().rfind(|member| member.is_named(item, name))?.value;
        json::elements_of(item, &list).ok()
    });
    let parts = list.unwrap_or_default();
    let all_objects = parts.iter().all(|part| item[part.start] == b'{');
    parts.into_iter().filter(move |_| all_objects).map(|part| &item[part])
}

/// Files that were uploaded to the API are not known to ChatGPT accounts.
fn refuse_uploads(text: &[u8], param: &str) -> Result<(), Refusal> {
    if memmem::find(text, b"\"file_id\"").is_none() {
        return Ok(());
    }
    for list in ["content", "output"] {
        for (at, part) in parts(text, list).enumerate() {
            let members = json::members(part).unwrap_or_default();
            let string = |name: &str| json::last(part, &members, name).and_then(json::string);
            let carries_file = matches!(string("type").as_deref(), Some("input_image" | "input_file"));
            if carries_file && string("file_id").is_some() {
                return Err(unsupported(
                    &format!("{param}.{list}[{at}].file_id"),
                    "files that were uploaded to the API are not known to ChatGPT accounts. Send the file itself, as a data URL.",
                ));
            }
        }
    }
    Ok(())
}
