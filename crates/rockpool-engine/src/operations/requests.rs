//! The requests that operations take, as the management API reads them and its client writes them.
//!
//! Names of accounts are slugs. An unknown field is refused, since it is more likely a typing error than an
//! intention; what is absent is not written.

use std::collections::BTreeMap;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use rockpool_routing::account::Activation;
use rockpool_routing::{Conversations, Strategy};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::secret_text;
use crate::model::client::{KeyKind, OverrideMode};
use crate::model::settings::{LanguageChoice, Theme};
use crate::model::sign_in::{OpenBrowser, SignInMethod};
use crate::model::vault::VaultKind;
use crate::snapshot::{UsageBy, names};

/// A sign-in to be started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSignIn {
    /// Slug of the account to repair; absent for a new one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// How the person's consent gets back; `browser` when absent.
    #[serde(default)]
    pub method: SignInMethod,
    /// Whether the engine opens the browser; `yes` when absent.
    #[serde(default)]
    pub open_browser: OpenBrowser,
    /// Who starts it, such as a tab: 1 to 64 bytes of its own choosing. Starting the same again under the same name
    /// gives the sign-in that is pending; without a name, each start is a sign-in of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
}

/// The callback address that the person copied.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PastedCallback {
    /// The whole address of the page that the browser ended on, or `code#state`.
    #[serde(with = "secret_text")]
    #[schema(value_type = String)]
    pub url: SecretString,
}

/// Changes to an account; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountChange {
    /// New slug.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// New display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// `active` or `paused`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<names::Activation>)]
    pub state: Option<Activation>,
}

/// In which order accounts are listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountOrder {
    /// Slugs of those that come first; the others follow as they stood.
    pub names: Vec<String>,
}

/// How the content of a file is written down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContentEncoding {
    /// As the text that it is.
    #[default]
    Text,
    /// Its bytes in Base64: a file may be UTF-16.
    Base64,
}

impl ContentEncoding {
    fn is_text(&self) -> bool {
        *self == Self::Text
    }
}

/// The bytes of a file, as text where they are.
fn content_of(bytes: Vec<u8>) -> (SecretString, ContentEncoding) {
    match String::from_utf8(bytes) {
        Ok(text) => (text.into(), ContentEncoding::Text),
        Err(error) => (STANDARD.encode(error.as_bytes()).into(), ContentEncoding::Base64),
    }
}

/// A file that holds logins, of any of the tools that are known.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportFile {
    /// What the person knows it by; shown beside its logins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its content, 1 MiB at most.
    #[serde(with = "secret_text")]
    #[schema(value_type = String)]
    pub content: SecretString,
    /// How the content is written down; as text when absent.
    #[serde(default, skip_serializing_if = "ContentEncoding::is_text")]
    pub encoding: ContentEncoding,
}

impl ImportFile {
    /// One that was read from a disk.
    pub fn of_bytes(name: Option<String>, bytes: Vec<u8>) -> Self {
        let (content, encoding) = content_of(bytes);
        Self { name, content, encoding }
    }
}

/// Files to look into.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportFiles {
    pub files: Vec<ImportFile>,
}

/// Files, and which of their logins are to be taken over.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportSelection {
    /// The files of the preview, in the same order.
    pub files: Vec<ImportFile>,
    /// In the order in which they are to be taken.
    pub rows: Vec<ImportChoice>,
}

/// One login that is to be taken over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportChoice {
    /// Its row in the preview.
    pub row: usize,
    /// Slug of a new account; made from the plan when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What to call a new account; what the file calls it, or the slug, when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
}

/// A file with one login that becomes an account.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountImport {
    /// The file's content.
    #[serde(with = "secret_text")]
    #[schema(value_type = String)]
    pub auth_json: SecretString,
    /// How the content is written down; as text when absent.
    #[serde(default, skip_serializing_if = "ContentEncoding::is_text")]
    pub encoding: ContentEncoding,
    /// Slug; made from the plan when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What to call it; the slug when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Who owns the refresh token afterwards.
    pub mode: ImportModeName,
    /// Absolute path of the file, for `follow`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub path: Option<PathBuf>,
}

impl AccountImport {
    /// One that was read from a disk, to be taken over.
    pub fn of_bytes(name: Option<String>, bytes: Vec<u8>) -> Self {
        let (auth_json, encoding) = content_of(bytes);
        Self { auth_json, encoding, name, display_name: None, mode: ImportModeName::TakeOver, path: None }
    }
}

/// Another workspace of a login that is here already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWorkspaceAccount {
    /// The provider's workspace id, as the account's workspaces are listed.
    pub workspace_id: String,
    /// Slug; made from the plan when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What to call it; the slug when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
}

/// A refresh token can have one owner only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportModeName {
    /// Rockpool refreshes from now on; the other client must stop using the file.
    TakeOver,
    /// The other client goes on refreshing; Rockpool re-reads the file.
    Follow,
}

/// What a pool is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PoolChange {
    /// How requests are placed.
    #[schema(value_type = names::Strategy)]
    pub strategy: Strategy,
    /// Slugs of the members, in order, without the owner.
    pub extra_provider_names: Vec<String>,
    /// Whether conversations stay on their account; absent, a pool keeps what it has, and a new one lets
    /// them stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<names::Conversations>)]
    pub conversations: Option<Conversations>,
}

/// What is left out of a replay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WhatIfQuery {
    /// Slugs of accounts to leave out, separated by commas
    pub without: Option<String>,
}

/// A local tool that gets a key of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientNew {
    /// Unique name.
    pub name: String,
    /// Slug of the account that it is pointed at.
    pub account: String,
    /// How it presents its key; `bearer` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_kind: Option<KeyKind>,
    /// Whether it follows the account's pool; `inherit` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub override_mode: Option<OverrideMode>,
    /// Own strategy, in `custom` mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<names::Strategy>)]
    pub strategy: Option<Strategy>,
    /// The members of the account's pool, to be named unchanged or not at all; an empty list in `custom`
    /// mode keeps the client on its account alone, unless it goes round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extra_provider_names: Option<Vec<String>>,
}

impl ClientNew {
    /// One that sends a bearer and follows the account's pool.
    pub fn inheriting(name: impl Into<String>, account: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            account: account.into(),
            key_kind: None,
            override_mode: None,
            strategy: None,
            extra_provider_names: None,
        }
    }
}

/// Changes to a client; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientChange {
    /// New name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Slug of another account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Whether it follows the account's pool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub override_mode: Option<OverrideMode>,
    /// Own strategy, in `custom` mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<names::Strategy>)]
    pub strategy: Option<Strategy>,
    /// The members of the account's pool, to be named unchanged or not at all; an empty list in `custom`
    /// mode keeps the client on its account alone, unless it goes round.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extra_provider_names: Option<Vec<String>>,
}

/// Where secrets are to rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VaultMove {
    /// `keychain` or `file`.
    pub to: VaultKind,
}

/// A change of one setting: absent, it stays; null, its default holds again.
pub type SettingChange<T> = Option<Option<T>>;

/// Changes of settings; what is absent stays, and null puts the default back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsChange {
    /// Address and port of the endpoint, such as `127.0.0.1:7625`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub listen: SettingChange<String>,
    /// Names, without a port, under which tools may reach the endpoint besides this machine's own.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schema(value_type = Option<Vec<String>>)]
    pub hosts: SettingChange<Vec<String>>,
    /// Origins of web pages that may use the endpoint, such as `tauri://localhost`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schema(value_type = Option<Vec<String>>)]
    pub origins: SettingChange<Vec<String>>,
    /// Names of models that mean another: `NAME=MODEL` for every client, `CLIENT:NAME=MODEL` for one; NAME may end
    /// with a star.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schema(value_type = Option<Vec<String>>)]
    pub model_aliases: SettingChange<Vec<String>>,
    /// Language of window, tray and dashboard.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schema(value_type = Option<LanguageChoice>)]
    pub language: SettingChange<LanguageChoice>,
    /// Colours of window and dashboard.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schema(value_type = Option<Theme>)]
    pub theme: SettingChange<Theme>,
    /// By which proxy the provider is asked: `system`, `none`, or an address such as `socks5://127.0.0.1:1080`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub proxy: SettingChange<String>,
    /// The same for single accounts, by slug; one that is not named stays, null takes it back.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schema(value_type = Option<BTreeMap<String, Option<String>>>)]
    pub account_proxies: SettingChange<BTreeMap<String, Option<String>>>,
    /// Path of a PEM file with an extra certificate authority.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub ca_file: SettingChange<String>,
    /// How many requests of each tenant are kept, 100 to 10,000.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schema(value_type = Option<u32>)]
    pub keep_requests: SettingChange<u32>,
    /// For how many days requests are kept, 1 to 365.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schema(value_type = Option<u32>)]
    pub keep_requests_days: SettingChange<u32>,
    /// For how many days the course of quota is kept, 1 to 14.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schema(value_type = Option<u32>)]
    pub keep_quota_days: SettingChange<u32>,
    /// After how many days a conversation that said nothing may be placed anew, 1 to 90.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schema(value_type = Option<u32>)]
    pub keep_conversations_days: SettingChange<u32>,
}

/// Tells null, which is there, from a field that is not.
fn present<'de, D, T>(deserializer: D) -> Result<SettingChange<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// How much of the activity is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ActivityQuery {
    /// 1 to 200; as many as the snapshot shows when absent
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// Which requests are put together, and by what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UsageQuery {
    /// What they are put together by; the tool when absent
    pub by: Option<UsageBy>,
    /// Requests that arrived from here on
    #[param(value_type = Option<String>, format = "date-time")]
    pub from: Option<Timestamp>,
    /// Requests that arrived before this; all that there are when absent
    #[param(value_type = Option<String>, format = "date-time")]
    pub to: Option<Timestamp>,
    /// In place of `from`: so many days, today among them; 30 when absent
    #[param(minimum = 1, maximum = 3660)]
    pub days: Option<u16>,
}

/// How a tool is to be connected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolConnect {
    /// Slug of the account that it is pointed at; when absent, the one it is pointed at already, else the first pool's
    /// owner, else the first account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The model that the tool shall ask for; when absent, the tool's own choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// From the preview: refused where the files have changed since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
}

/// What becomes of settings that were edited since a tool was connected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EditedSettings {
    /// Nothing is changed where there are any.
    #[default]
    Ask,
    /// They stay as they are now.
    Keep,
    /// They become what they were before.
    TakeBack,
}

/// What becomes of the key that a tool got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ToolKeyAfter {
    /// The client goes, and its key ends at once.
    #[default]
    Remove,
    /// It was given to something else too.
    Keep,
}

/// How a tool is to be disconnected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolDisconnect {
    #[serde(default)]
    pub edited: EditedSettings,
    #[serde(default)]
    pub key: ToolKeyAfter,
}

/// What snippets are to say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SnippetQuery {
    /// The model to ask for
    pub model: Option<String>,
}

/// A link to the dashboard, redeemed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkRedemption {
    /// What follows `#link=` in the link.
    #[serde(with = "secret_text")]
    #[schema(value_type = String)]
    pub link: SecretString,
}
