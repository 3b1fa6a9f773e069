//! The dashboard in a browser: its files, and who is signed in to it.
//!
//! `docs/decisions/0014-dashboard.md` says why it is done this way.

pub(crate) mod files;
pub(crate) mod sessions;
#[cfg(test)]
mod tests;
