//! The items of an input: copied as they stand, but for what the backend does not take in them.

use crate::backend::Body;
use crate::document::{Document, Node};
use crate::json;
use crate::refusal::Refusal;
use crate::responses::members::wrong_type;
use crate::responses::newest::Newest;
use crate::responses::parameters::unsupported;
use crate::said;
use crate::splice::{self, Edit};
use crate::surroundings::Continuation;

/// A hint that costs when it is missing; the backend refuses it wherever it stands.
const BREAKPOINT: &str = "prompt_cache_breakpoint";
/// The members of items that are lists of parts.
const LISTS: [&str; 2] = ["content", "output"];

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
#[derive(Clone, Copy)]
struct Item<'a>(Node<'a>);

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
    User,
    Other,
}

impl Writer<'_> {
    /// Adds what a request says: a string is one message of the user.
    pub(super) fn sent(&mut self, input: Node<'_>) -> Result<(), Refusal> {
        let text = input.get();
        match text.as_bytes().first() {
            Some(b'"') => {
                let parts = [
                    r#"{"type":"message","role":"user","content":[{"type":"input_text","text":"#,
                    text,
                    "}]}",
                ];
                self.body.raw(parts.concat().as_bytes())?;
                self.body.said_by(said::Role::User);
                Ok(())
            }
            Some(b'[') => self.items(input, Origin::Sent),
            Some(_) | None => Err(wrong_type("input", "one of a string or array of input items", text)),
        }
    }

    /// Adds items of an earlier answer and what came before it (JSON, with commas between them).
    pub(super) fn kept(&mut self, items: &str) -> Result<(), Refusal> {
        let text = format!("[{items}]");
        self.items(kept(&text)?.root(), Origin::Kept)
    }

    fn items(&mut self, list: Node<'_>, origin: Origin) -> Result<(), Refusal> {
        for (at, item) in list.elements().enumerate() {
            self.item(item, at, origin)?;
        }
        Ok(())
    }

    fn item(&mut self, value: Node<'_>, at: usize, origin: Origin) -> Result<(), Refusal> {
        let param = || format!("input[{at}]");
        if !value.is_object() {
            return Err(wrong_type(&param(), "an object", value.get()));
        }
        let item = Item(value);
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
                return self.copy(item, Some(Edit::set("role", "\"developer\"")), param);
            }
            Kind::Message(Role::Developer) => {
                self.body.has_instructions();
                self.newest.said();
            }
            Kind::Message(Role::User) => {
                self.newest.said();
                self.copy(item, None, param)?;
                self.body.said_by(said::Role::User);
                return Ok(());
            }
            Kind::Message(Role::Assistant) => {
                self.newest.answered(names());
                self.copy(item, None, param)?;
                self.body.said_by(said::Role::Assistant);
                return Ok(());
            }
            Kind::Message(Role::Other) | Kind::Other => self.newest.said(),
            Kind::Reasoning | Kind::Made => self.newest.answered(names()),
            Kind::Result => self.newest.result(item.string("call_id")),
        }
        self.copy(item, None, param)
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
        self.item(kept(&item)?.root(), at, Origin::Kept)
    }

    fn copy(
        &mut self,
        item: Item<'_>,
        edit: Option<Edit<'_>>,
        param: impl Fn() -> String,
    ) -> Result<(), Refusal> {
        item.refuse_uploads(param)?;
        let mut edits: Vec<Edit<'_>> = edit.into_iter().collect();
        let lists: Vec<(&str, Vec<u8>)> =
            LISTS.into_iter().filter_map(|name| Some((name, item.without_breakpoints(name)?))).collect();
        edits.extend(lists.iter().map(|(name, list)| Edit::set(name, list)));
        if !lists.is_empty() || item.0.last(BREAKPOINT).is_some() {
            edits.push(Edit::remove(BREAKPOINT));
            self.dropped.push(BREAKPOINT.to_owned());
        }
        let text = item.0.get().as_bytes();
        match edits.is_empty() {
            true => self.body.raw(text),
            false => self.body.raw(&splice::object(text, &edits)),
        }
    }
}

/// What was kept of earlier answers.
fn kept(text: &str) -> Result<Document<'_>, Refusal> {
    Document::read(text.as_bytes()).map_err(|error| Refusal::Malformed(error.to_string()))
}

impl<'a> Item<'a> {
    fn string(&self, name: &str) -> Option<String> {
        json::string(self.0.last(name)?.get().as_bytes())
    }

    fn kind(&self) -> Kind {
        let role = self.string("role");
        let kind = self.string("type");
        match (kind.as_deref(), role.as_deref()) {
            (Some("item_reference"), _) => Kind::Reference(self.string("id").unwrap_or_default()),
            (Some("message") | None, Some("system")) => Kind::Message(Role::System),
            (Some("message") | None, Some("developer")) => Kind::Message(Role::Developer),
            (Some("message") | None, Some("assistant")) => Kind::Message(Role::Assistant),
            (Some("message") | None, Some("user")) => Kind::Message(Role::User),
            (Some("message"), _) | (None, Some(_)) => Kind::Message(Role::Other),
            // A reference may leave its type out.
            (None, None) => self.string("id").map_or(Kind::Other, Kind::Reference),
            (Some("reasoning"), _) => Kind::Reasoning,
            (Some(kind), _) if kind.ends_with("_call") => Kind::Made,
            (Some(kind), _) if kind.ends_with("_output") => Kind::Result,
            (Some(_), _) => Kind::Other,
        }
    }
    /// The parts of a list that are objects; none where the list has others, too.
    fn parts(self, list: &str) -> impl Iterator<Item = Node<'a>> {
        let parts: Vec<Node<'a>> = self.0.last(list).into_iter().flat_map(Node::elements).collect();
        let all_objects = parts.iter().all(|part| part.is_object());
        parts.into_iter().filter(move |_| all_objects)
    }

    /// The list as the backend takes it, where it is another than that of the request.
    fn without_breakpoints(self, list: &str) -> Option<Vec<u8>> {
        self.parts(list).find(|part| part.last(BREAKPOINT).is_some())?;
        let parts: Vec<Vec<u8>> = self
            .parts(list)
            .map(|part| splice::object(part.get().as_bytes(), &[Edit::remove(BREAKPOINT)]))
            .collect();
        let joined = splice::join(parts.iter().map(Vec::as_slice));
        Some([b"[", &*joined, b"]"].concat())
    }

    /// Files that were uploaded to the API are not known to ChatGPT accounts.
    fn refuse_uploads(self, param: impl Fn() -> String) -> Result<(), Refusal> {
        for list in LISTS {
            for (at, part) in self.parts(list).enumerate() {
                let string = |name: &str| json::string(part.last(name)?.get().as_bytes());
                let carries_file = || matches!(string("type").as_deref(), Some("input_image" | "input_file"));
                if string("file_id").is_some() && carries_file() {
                    return Err(unsupported(
                        &format!("{}.{list}[{at}].file_id", param()),
                        "files that were uploaded to the API are not known to ChatGPT accounts. Send the file itself, as a data URL.",
                    ));
                }
            }
        }
        Ok(())
    }
}
