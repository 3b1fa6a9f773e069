//! Tests of the whole: the built programs against real tools, and the house rules.
#![expect(clippy::unwrap_used, reason = "every function here serves a test, and a test reports by panicking")]

mod apis;
mod authorities;
mod cli;
mod ending;
mod imports;
mod kill;
mod leaks;
mod log;
mod restart;
mod separation;
mod sign_in;
mod tidy;
mod usage;
mod wire;
