//! A tool's request on its way to the backend's form.

use std::ops::Range;

use crate::answer::{Delivery, Understood};
use crate::dialect::Dialect;
use crate::model::Shape;
use crate::refusal::Refusal;
use crate::responses::form::Transport;
use crate::surroundings::{Surroundings, Ties};
use crate::{chat, messages, responses};

/// As many dropped parameters are named: a request may bring any number of unknown ones.
const MOST_NAMED: usize = 32;

/// A request as the backend takes it.
#[derive(Debug)]
pub struct Translated {
    /// JSON.
    pub body: Vec<u8>,
    /// The backend's name of the model.
    pub model: String,
    /// The backend wants its lite shape announced in a header.
    pub shape: Shape,
    pub ties: Ties,
    pub form: AnswerForm,
}

/// All that the way back has to know of the request.
#[derive(Clone, Debug)]
pub struct AnswerForm {
    pub delivery: Delivery,
    /// The model by the name that the tool asked for.
    pub model: String,
    /// Parameters of the tool that the backend has no use for, by their names in the tool's request, as the tool is
    /// told of them: after [`MOST_NAMED`] comes `...`.
    pub dropped: Vec<String>,
    pub(crate) dialect: Form,
    /// What was asked last.
    pub(crate) question: Option<String>,
}

/// What of a request its answer in that dialect depends on.
#[derive(Clone, Debug)]
pub(crate) enum Form {
    Responses(responses::form::Form),
    Chat(chat::answer::Form),
    Messages(messages::answer::Form),
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

    /// Whether an answer is wanted. A message on a WebSocket may only prepare the next one (`generate: false`).
    pub fn generates(&self) -> bool {
        match &self.form.dialect {
            Form::Responses(form) => form.generates,
            Form::Chat(_) | Form::Messages(_) => true,
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

impl AnswerForm {
    /// The dialect in which the answer is due.
    pub fn dialect(&self) -> Dialect {
        match self.dialect {
            Form::Responses(_) => Dialect::Responses,
            Form::Chat(_) => Dialect::ChatCompletions,
            Form::Messages(_) => Dialect::Messages,
        }
    }
}

/// What of a request was dropped, as the tool is told of it: the first names, and `...` for those beyond them.
pub fn first_names(mut dropped: Vec<String>) -> Vec<String> {
    if dropped.len() > MOST_NAMED {
        dropped.truncate(MOST_NAMED);
        dropped.push("...".to_owned());
    }
    dropped
}

fn translated<F>(understood: Understood<F>, form: impl FnOnce(F) -> Form) -> Translated {
    let Understood { body, model, shape, dropped, mut ties, said, delivery, asked, form: own } = understood;
    let dropped = first_names(dropped);
    // Last, for it is the least certain.
    ties.given.extend(said.answered);
    // An empty name would tie together all that have one.
    ties.given.retain(|name| !name.is_empty());
    ties.conversation = ties.conversation.filter(|name| !name.is_empty());
    Translated {
        body,
        model,
        shape,
        ties,
        form: AnswerForm { delivery, model: asked, dropped, dialect: form(own), question: said.question },
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
    Ok(match dialect {
        Dialect::Responses => {
            translated(responses::request::translate(body, Transport::Http, surroundings)?, Form::Responses)
        }
        Dialect::ChatCompletions => translated(chat::request::translate(body, surroundings)?, Form::Chat),
        Dialect::Messages => translated(messages::request::translate(body, surroundings)?, Form::Messages),
    })
}

/// Makes a request for the backend of a message (`response.create`) that came over a WebSocket in OpenAI's Responses.
/// The answer goes back in messages, too.
///
/// # Errors
/// As [`translate`].
pub fn translate_frame(frame: &[u8], surroundings: &Surroundings<'_>) -> Result<Translated, Refusal> {
    let understood = responses::request::translate(frame, Transport::WebSocket, surroundings)?;
    Ok(translated(understood, Form::Responses))
}
