//! The Responses endpoint: what is accepted, what is answered, over HTTP and over WebSocket.

pub(crate) mod answer;
pub(crate) mod check;
pub(crate) mod compact;
pub(crate) mod events;
pub(crate) mod http;
pub(crate) mod items;
pub(crate) mod schema;
pub(crate) mod script;
pub(crate) mod socket;
pub(crate) mod turn;
