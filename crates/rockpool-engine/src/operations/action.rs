//! What can be asked of the engine, and how a refusal is told.

use std::path::PathBuf;

use rockpool_routing::account::Activation;
use rockpool_routing::{Conversations, SignInId, Strategy};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use crate::model::client::{KeyKind, OverrideMode};

/// Why an action was refused. Nothing was saved when one is returned.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct ActionError {
    /// The kind, which gives the HTTP status.
    pub kind: ActionErrorKind,
    /// A stable word for programs, such as `member_elsewhere`.
    pub code: &'static str,
    /// The name that the refusal is about, where there is one.
    pub subject: Option<String>,
    /// A sentence that a person can act on; never holds a secret.
    pub message: String,
}

/// The four kinds of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionErrorKind {
    /// What was named does not exist in this tenant.
    NotFound,
    /// It contradicts what is already there.
    Conflict,
    /// The request itself cannot be carried out as it stands.
    Invalid,
    /// Something that is needed does not answer now: keychain, database, provider.
    Unavailable,
}

impl ActionError {
    /// What was named does not exist in this tenant.
    pub fn not_found(code: &'static str, subject: &str, message: impl Into<String>) -> Self {
        Self { subject: Some(subject.to_owned()), ..Self::plain(ActionErrorKind::NotFound, code, message) }
    }

    /// It contradicts what is already there.
    pub fn conflict(code: &'static str, subject: &str, message: impl Into<String>) -> Self {
        Self { subject: Some(subject.to_owned()), ..Self::plain(ActionErrorKind::Conflict, code, message) }
    }

    /// The request cannot be carried out as it stands.
    pub fn invalid(code: &'static str, subject: &str, message: impl Into<String>) -> Self {
        Self { subject: Some(subject.to_owned()), ..Self::plain(ActionErrorKind::Invalid, code, message) }
    }

    /// Something that is needed does not answer now.
    pub fn unavailable(code: &'static str, message: impl Into<String>) -> Self {
        Self::plain(ActionErrorKind::Unavailable, code, message)
    }

    /// No account has this name.
    pub fn no_account(name: &str) -> Self {
        Self::not_found(
            "account_not_found",
            name,
            format!("There is no account “{name}”; `rockpool account list` shows those that exist."),
        )
    }

    /// The account owns no pool.
    pub fn no_pool(owner: &str) -> Self {
        Self::not_found("pool_not_found", owner, format!("The account “{owner}” owns no pool."))
    }

    /// No client has this name.
    pub fn no_client(name: &str) -> Self {
        Self::not_found(
            "client_not_found",
            name,
            format!("There is no client “{name}”; `rockpool client list` shows those that exist."),
        )
    }

    /// No sign-in has this id, or it ended too long ago.
    pub fn no_sign_in(id: SignInId) -> Self {
        Self::not_found(
            "sign_in_not_found",
            &id.to_string(),
            "There is no such sign-in; it may have ended a while ago. Start a new one.",
        )
    }

    fn plain(kind: ActionErrorKind, code: &'static str, message: impl Into<String>) -> Self {
        Self { kind, code, subject: None, message: message.into() }
    }
}

/// Whether starting a sign-in also opens the browser on this machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpenBrowser {
    /// The engine opens the address.
    #[default]
    Yes,
    /// The caller shows the address.
    No,
}

/// An existing `auth.json` of the provider's client that becomes an account.
#[derive(Clone, Debug)]
pub struct NewImport {
    /// The file's content.
    pub auth_json: SecretString,
    /// Slug; made from the plan when absent.
    pub name: Option<String>,
    /// What the person calls it; the slug when absent.
    pub display_name: Option<String>,
    /// Who owns the refresh token afterwards.
    pub mode: ImportMode,
}

/// A refresh token can have one owner only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportMode {
    /// Rockpool refreshes from now on; the other client must stop using the file.
    TakeOver,
    /// The other client goes on refreshing; this absolute path is re-read and never written.
    Follow(PathBuf),
}

/// Changes to an account; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountPatch {
    /// New slug.
    pub name: Option<String>,
    /// New display name.
    pub display_name: Option<String>,
    /// Whether it is used.
    pub wish: Option<Activation>,
}

/// What a pool is to be, in the seed's field names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolSettings {
    /// How requests are placed.
    pub strategy: Strategy,
    /// Slugs of the members, in order, without the owner.
    pub extra_provider_names: Vec<String>,
    /// Whether conversations stay on their account; absent, a pool keeps what it has, and a new one lets
    /// them stay.
    pub conversations: Option<Conversations>,
}

/// A local tool that gets a key of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewClient {
    /// Unique name.
    pub name: String,
    /// Slug of the account that it is pointed at.
    pub account: String,
    /// How it presents its key.
    pub key_kind: KeyKind,
    /// Whether it follows the account's pool.
    pub override_mode: OverrideMode,
    /// Own strategy: required in `custom` mode, without meaning in the others.
    pub strategy: Option<Strategy>,
    /// The seed's spelling, see [`ClientPatch::members`].
    pub members: Option<Vec<String>>,
}

/// Changes to a client; what is absent stays. Leaving `custom` drops its own strategy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientPatch {
    /// New name.
    pub name: Option<String>,
    /// Slug of another account.
    pub account: Option<String>,
    /// Whether it follows the account's pool.
    pub override_mode: Option<OverrideMode>,
    /// Own strategy.
    pub strategy: Option<Strategy>,
    /// The seed's `extra_provider_names` of a client: in `custom` mode, none at all means the account alone
    /// (but for `round_robin`, which means its pool); anything else has to be the pool's members, for only
    /// the account's own pool says who they are.
    pub members: Option<Vec<String>>,
}
