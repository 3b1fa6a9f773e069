//! What the provider says about an account's quota: asked for, or read off its responses.

pub mod fetch;
pub mod frame;
pub mod headers;
pub mod parse;

pub use fetch::{UsageError, fetch};
pub use parse::NotUsage;

use rockpool_routing::{Reading, Window};

/// Everything of interest in one answer of the usage API.
#[derive(Clone, Debug, PartialEq)]
pub struct UsageReport {
    /// The main limits, for routing.
    pub reading: Reading,
    /// Limits of single models or features, which block nothing else.
    pub extra: Vec<ExtraLimit>,
    /// The login's user id, where named.
    pub user_id: Option<String>,
    /// The workspace id, where named.
    pub workspace_id: Option<String>,
    /// The login's e-mail, where named.
    pub email: Option<String>,
}

/// A limit beside the main ones.
#[derive(Clone, Debug, PartialEq)]
pub struct ExtraLimit {
    /// The provider's name for it, such as `codex_bengalfox`, or the name shown to people.
    pub name: String,
    /// Its windows, placeholders left out.
    pub windows: Vec<Window>,
    /// Whether the provider says that requests under it are allowed.
    pub allowed: Option<bool>,
    /// Whether the provider says that it is reached.
    pub limit_reached: Option<bool>,
}
