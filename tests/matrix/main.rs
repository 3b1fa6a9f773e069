//! The tools that are run in the full set only: `cargo xtask test --full`.
#![expect(clippy::unwrap_used, reason = "every function here serves a test, and a test reports by panicking")]

mod agents;
mod connecting;
mod libraries;
mod library;
mod zed;
