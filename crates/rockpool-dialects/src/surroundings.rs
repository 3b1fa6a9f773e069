//! What a translation looks at beside the request, and what it finds of the conversation.

use crate::model::Catalogue;

/// Answers that were given before, for requests that name them in place of repeating them.
pub trait Continuation {
    /// The items of a conversation up to and including the answer with this id (`resp_…`), as JSON without
    /// brackets: `{…},{…}`. `None` where it is not known.
    fn answer(&self, id: &str) -> Option<String>;
    /// One item of an answer by its id (`msg_…`, `rs_…`, `fc_…`), as JSON. `None` where it is not known.
    fn item(&self, id: &str) -> Option<String>;
}

/// What a translation may ask for beside the request.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    pub catalogue: &'a dyn Catalogue,
    pub continuation: &'a dyn Continuation,
    /// Names the conversation where the tool does so in its headers; it keys the prompt cache where the request
    /// has no key of its own.
    pub conversation: Option<&'a str>,
    /// The largest request for the backend that may come of one, in bytes.
    pub most_bytes: usize,
}

/// What a request shows of the conversation that it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ties {
    /// The tool's own name of the conversation, from the body.
    pub conversation: Option<String>,
    /// Names that earlier answers gave (call ids, item ids, ids of answers) and that this request repeats: those
    /// of the newest answer in it, at most [`Self::MOST`], and then the name of its words.
    pub given: Vec<String>,
}

impl Ties {
    /// As many given names are looked at, besides the name of the words.
    pub const MOST: usize = 16;
}
