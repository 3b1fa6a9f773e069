//! The settings as shown: what is in force, and where each value comes from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model::settings::reach::Reach;
use crate::model::settings::{LanguageChoice, SettingSource, Theme};
use crate::model::vault::{VaultKind, VaultView};

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SettingView<T> {
    /// What is in force.
    pub value: T,
    /// What holds where nobody chose.
    pub default: T,
    /// Where the value comes from.
    pub source: SettingSource,
    /// The flag or the environment variable that gave it at the start, where one did: it cannot be changed here then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variable: Option<String>,
}

/// All settings, and what follows from them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SettingsView {
    /// Address and port that the endpoint listens on, as it was asked for.
    pub listen: SettingView<String>,
    /// Names besides this machine's own under which tools may reach the endpoint.
    pub hosts: SettingView<Vec<String>>,
    /// Origins of web pages that may use the endpoint.
    pub origins: SettingView<Vec<String>>,
    /// Names of models that mean another: `NAME=MODEL`, or `CLIENT:NAME=MODEL`.
    pub model_aliases: SettingView<Vec<String>>,
    /// Language of window, tray and dashboard.
    pub language: SettingView<LanguageChoice>,
    /// Colours of window and dashboard.
    pub theme: SettingView<Theme>,
    /// By which proxy the provider is asked: `system`, `none`, or an address; `unreadable` where one is stored that
    /// cannot be read, and then nothing goes out by it until another is chosen.
    pub proxy: SettingView<String>,
    /// The same for the accounts that have a way out of their own, by slug.
    pub account_proxies: SettingView<BTreeMap<String, String>>,
    /// PEM file with an extra certificate authority.
    pub ca_file: SettingView<Option<String>>,
    /// How many requests of each tenant are kept.
    pub keep_requests: SettingView<u32>,
    /// For how many days requests are kept.
    pub keep_requests_days: SettingView<u32>,
    /// For how many days the course of quota is kept.
    pub keep_quota_days: SettingView<u32>,
    /// After how many days a conversation that said nothing may be placed anew.
    pub keep_conversations_days: SettingView<u32>,
    /// Where secrets rest; moved by `POST /settings/vault/move`.
    pub vault: SettingView<VaultKind>,
    /// How the vault is.
    pub vault_state: VaultView,
    /// Who can reach the endpoint.
    pub reach: Reach,
    /// Base address that tools are pointed at.
    pub endpoint: String,
    /// What runs here.
    pub about: AboutView,
}

/// What runs here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AboutView {
    /// Version of the program.
    pub version: String,
    /// Licence of the program (SPDX).
    pub licence: String,
    /// Folder of the database.
    pub data_folder: String,
    /// Address of the issuer.
    pub issuer: String,
    /// Address of the provider's backend.
    pub backend: String,
}
