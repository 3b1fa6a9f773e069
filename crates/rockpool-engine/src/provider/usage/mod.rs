//! What the provider says about an account's quota: asked for, or read off its responses.

pub(crate) mod events;
pub(crate) mod fetch;
pub(crate) mod headers;
pub(crate) mod parse;

pub(crate) use fetch::{UsageError, fetch};

use rockpool_routing::Reading;

/// Everything of interest in one answer of the usage API.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct UsageReport {
    /// The limits.
    pub reading: Reading,
    /// The login's user id, where named.
    pub user_id: Option<String>,
    /// The workspace id, where named.
    pub workspace_id: Option<String>,
    /// The login's e-mail, where named.
    pub email: Option<String>,
}
