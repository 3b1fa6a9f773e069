//! Translates between what tools speak and the one form that the backend takes.
//!
//! A tool speaks a [`Dialect`]: OpenAI's Responses or Chat Completions, or Anthropic's Messages. [`translate`] makes
//! of its request one for the backend, with an [`AnswerForm`] that says how the answer goes back; a [`Translator`]
//! then turns the backend's events, one by one, into what that tool expects.
//!
//! What is absent, on purpose: this crate reads and writes bytes in memory. It cannot wait, read a clock or draw a
//! random number, and knows nothing of accounts. What large histories hold is copied as it stands, never parsed and
//! written again.

mod answer;
mod backend;
mod chat;
mod collect;
mod count;
mod effort;
mod event;
mod fault;
pub mod json;
mod lite;
mod messages;
mod model;
mod refusal;
mod request;
mod responses;
mod splice;
mod sse;

pub use answer::{AnswerForm, Delivery, End, Translator, Whole};
pub use collect::{Answered, AnsweredItem};
pub use count::{counted, estimated_tokens};
pub use fault::{Fault, FaultKind};
pub use model::{Catalogue, Model, Shape, UnknownModel};
pub use refusal::Refusal;
pub use request::{Continuation, Dialect, Surroundings, Ties, Translated, translate, translate_frame};
