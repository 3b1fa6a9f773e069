//! What the provider says about an account's quota: asked for, or read off its responses.

pub mod events;
pub mod fetch;
pub mod headers;
pub mod parse;

pub use fetch::{UsageError, fetch};
pub use parse::NotUsage;

use rockpool_routing::Reading;

/// Everything of interest in one answer of the usage API.
#[derive(Clone, Debug, PartialEq)]
pub struct UsageReport {
    /// The limits.
    pub reading: Reading,
    /// The login's user id, where named.
    pub user_id: Option<String>,
    /// The workspace id, where named.
    pub workspace_id: Option<String>,
    /// The login's e-mail, where named.
    pub email: Option<String>,
}
