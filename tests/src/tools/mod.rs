//! What uses the endpoint: the real Codex CLI, a WebSocket client, a browser, a plain HTTP client.

pub mod browser;
pub mod codex;
mod key;
pub mod request;
pub mod socket;
pub mod web;

pub use key::Key;
