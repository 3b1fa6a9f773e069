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
mod dialect;
mod document;
mod effort;
mod event;
mod fault;
pub mod json;
mod lite;
mod messages;
mod model;
mod refusal;
mod responses;
mod said;
mod scan;
mod splice;
mod sse;
mod stop;
mod surroundings;
mod tool_choice;
mod translation;
mod translator;

pub use answer::{Delivery, End, Whole};
pub use collect::{Answered, AnsweredItem};
pub use count::counted;
pub use dialect::Dialect;
pub use fault::{Fault, FaultKind};
pub use messages::models::{anthropic_model, anthropic_models};
pub use model::{Catalogue, Model, Shape, UnknownModel};
pub use refusal::Refusal;
pub use surroundings::{Continuation, Surroundings, Ties};
pub use translation::{AnswerForm, Translated, first_names, translate, translate_frame};
pub use translator::Translator;
