//! OpenAI's public `/v1/responses`, over HTTP and over WebSocket.

pub(crate) mod answer;
pub(crate) mod form;
mod input;
mod members;
mod newest;
mod parameters;
pub(crate) mod request;
mod response;
#[cfg(test)]
mod tests;
mod tools;
