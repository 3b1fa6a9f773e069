//! The Responses endpoint: what is accepted, what is answered, over HTTP and over WebSocket.

mod answer;
mod check;
pub(crate) mod compact;
mod connection;
mod error_frame;
mod event_bytes;
mod events;
pub(crate) mod http;
mod items;
mod orders;
mod rules;
mod schema;
pub(crate) mod socket;
mod steps;
mod tools;
mod turn;
mod writer;
