//! What all dialects' answers have in common, and what a dialect makes of a request.

use crate::fault::{Fault, FaultKind};
use crate::model::Shape;
use crate::said::Said;
use crate::surroundings::Ties;

/// How a tool wants its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Events as they come.
    Streamed,
    /// One JSON object when all is there.
    Whole,
}

/// What every answer has to know of its request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Common<'a> {
    pub(crate) delivery: Delivery,
    /// The model by the name that the tool asked for.
    pub(crate) model: &'a str,
    /// What of the request had no effect.
    pub(crate) dropped: &'a [String],
}

/// A request as its dialect understood it; `F` is what of it the answer in that dialect depends on.
#[derive(Debug)]
pub(crate) struct Understood<F> {
    pub(crate) body: Vec<u8>,
    /// The backend's name of the model.
    pub(crate) model: String,
    pub(crate) shape: Shape,
    pub(crate) dropped: Vec<String>,
    pub(crate) ties: Ties,
    pub(crate) said: Said,
    pub(crate) delivery: Delivery,
    /// The model by the name that the tool asked for.
    pub(crate) asked: String,
    pub(crate) form: F,
}

/// How the backend's stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// As a stream ends.
    Regular,
    /// The connection broke.
    Broken,
}

/// A whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    pub status: u16,
    /// JSON.
    pub body: Vec<u8>,
}

/// What a tool is told of an answer that broke off.
pub(crate) fn broken_off(end: End) -> Fault {
    let message = match end {
        End::Regular => "The provider ended the answer early.",
        End::Broken => "The connection to the provider broke in the middle of the answer.",
    };
    Fault { status: 502, kind: FaultKind::Server, message: message.to_owned(), code: None, param: None }
}
