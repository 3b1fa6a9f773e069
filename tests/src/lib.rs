//! The harness of the end-to-end tests: a simulated provider, an engine in front of it, and real tools.
//!
//! Everything listens on free loopback ports and keeps its files in a temporary folder, so tests run beside
//! each other. Waiting is for events, within a bound; nothing sleeps for a fixed time.
#![expect(clippy::unwrap_used, reason = "every function here serves a test, and a test reports by panicking")]

pub mod harness;
pub mod journal;
mod program;
pub mod proxies;
pub mod raw;
pub mod session;
pub mod tools;
pub mod wait;

pub use program::program;
