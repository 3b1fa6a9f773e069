//! A tool's request on its way to the backend's form.

use std::ops::Range;

use crate::answer::{AnswerForm, Form};
use crate::model::Catalogue;
use crate::refusal::Refusal;
use crate::responses::form::Transport;
use crate::{chat, messages, responses};

/// What a tool speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// OpenAI's `/v1/responses`, as the public API has it.
    Responses,
    /// OpenAI's `/v1/chat/completions`.
    ChatCompletions,
    /// Anthropic's `/v1/messages`.
    Messages,
}

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
}

/// What a request shows of the conversation that it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ties {
    /// The tool's own name of the conversation, from the body.
    pub conversation: Option<String>,
    /// Names that earlier answers gave (call ids, item ids, ids of answers) and that this request repeats: those
    /// of the newest answer in it, at most [`Self::MOST`].
    pub given: Vec<String>,
}

impl Ties {
    /// As many given names are looked at.
    pub const MOST: usize = 16;
}

/// A request as the backend takes it.
#[derive(Debug)]
pub struct Translated {
    /// JSON.
    pub body: Vec<u8>,
    /// The backend's name of the model.
    pub model: String,
    /// The backend wants its lite shape announced in a header.
    pub shape: crate::model::Shape,
    /// Parameters of the tool that the backend has no use for, by their names in the tool's request.
    pub dropped: Vec<String>,
    pub ties: Ties,
    pub form: AnswerForm,
}

impl Translated {
    /// Where the input stands in the body: all items of the conversation with commas between them, without what
    /// Rockpool says before them. `None` in dialects whose requests name no earlier answers.
    pub fn input(&self) -> Option<Range<usize>> {
        match &self.form.dialect {
            Form::Responses(form) => Some(form.input.clone()),
            Form::Chat(_) | Form::Messages(_) => None,
        }
    }

    /// Whether the tool wants to name the answer in later requests. On a WebSocket it may do so in any case
    /// (OpenAI's "WebSocket mode").
    pub fn wants_kept(&self) -> bool {
        match &self.form.dialect {
            Form::Responses(form) => form.store || form.transport == Transport::WebSocket,
            Form::Chat(_) | Form::Messages(_) => false,
        }
    }
}

/// Makes a request for the backend of one in a tool's dialect.
///
/// # Errors
/// Where the request is none, names an unknown model or answer, or asks for what the backend cannot do.
pub fn translate(
    dialect: Dialect,
    body: &[u8],
    surroundings: &Surroundings<'_>,
) -> Result<Translated, Refusal> {
    match dialect {
        Dialect::Responses => responses::request::translate(body, Transport::Http, surroundings),
        Dialect::ChatCompletions => chat::request::translate(body, surroundings),
        Dialect::Messages => messages::request::translate(body, surroundings),
    }
}

/// Makes a message for the backend's WebSocket of one (`response.create`) in OpenAI's Responses.
///
/// # Errors
/// As [`translate`].
pub fn translate_frame(frame: &[u8], surroundings: &Surroundings<'_>) -> Result<Translated, Refusal> {
    responses::request::translate(frame, Transport::WebSocket, surroundings)
}
