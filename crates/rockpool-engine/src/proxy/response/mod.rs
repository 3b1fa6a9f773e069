//! What the tool gets.

pub(crate) mod audience;
pub(crate) mod body;
pub(crate) mod error_response;
pub(crate) mod first_event;
pub(crate) mod moment;
pub(crate) mod observer;
pub(crate) mod public;
pub(crate) mod relay;
pub(crate) mod stopping;
