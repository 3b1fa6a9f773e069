//! The real app on a real desktop session: tray, alerts, window, keychain, its life and its rehearsal.
//!
//! A target of its own, so that its displays, keychains and windows do not run beside the other tests.
#![expect(clippy::unwrap_used, reason = "every function here serves a test, and a test reports by panicking")]

mod flows;
mod harness;
mod life;
mod quota;
mod rehearsal;
mod sign_in;
mod vault;
mod window;
