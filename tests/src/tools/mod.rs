//! What uses the endpoint: the real Codex CLI, other agents, a WebSocket client, a browser, the providers' own libraries, a plain HTTP client.

pub mod agents;
pub mod browser;
pub mod codex;
pub mod confined;
mod key;
pub mod picture;
pub mod request;
pub mod run;
pub mod sdk;
pub mod socket;
pub mod web;

pub use key::Key;
