//! What can be changed while the engine runs: what is stored, what was given at the start, and what is in force.

pub(crate) mod admitted;
pub(crate) mod model_alias;
pub(crate) mod proxy;
pub(crate) mod reach;

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::vault::VaultKind;
use admitted::{HostName, WebOrigin};
use model_alias::ModelAlias;
use proxy::{AccountProxies, StoredProxy};

/// Where a value in force comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SettingSource {
    /// Nobody chose it.
    Default,
    /// Chosen in the settings, and kept in the database.
    Stored,
    /// Given at the start, by an environment variable or its flag; it cannot be changed while the engine runs.
    Environment,
}

/// The language of window, tray and dashboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LanguageChoice {
    /// The one of the desktop session, or of the browser.
    #[default]
    System,
    /// English.
    En,
    /// Vietnamese.
    Vi,
    /// Simplified Chinese.
    Zh,
    /// Japanese.
    Ja,
}

/// The colours of window and dashboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the desktop session or the browser has it.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// A value in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Effective<T> {
    pub(crate) value: T,
    /// What it would be if nobody had chosen.
    pub(crate) default: T,
    pub(crate) source: SettingSource,
    /// The flag or the variable that gave it at the start, as the person wrote it.
    pub(crate) given_by: Option<&'static str>,
}

impl<T: Clone> Effective<T> {
    /// What was given at the start wins over what is stored, and that over the default.
    fn new(given: Option<&GivenBy<T>>, stored: Option<&T>, default: T) -> Self {
        let (value, source) = match (given, stored) {
            (Some(given), _) => (given.value.clone(), SettingSource::Environment),
            (None, Some(stored)) => (stored.clone(), SettingSource::Stored),
            (None, None) => (default.clone(), SettingSource::Default),
        };
        Self { value, default, source, given_by: given.map(|given| given.name) }
    }
}

/// A value that was given at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GivenBy<T> {
    /// The flag or the variable, as the person wrote it.
    pub(crate) name: &'static str,
    pub(crate) value: T,
}

/// What the engine was started with, as far as it concerns settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GivenSettings {
    pub(crate) listen: Option<GivenBy<SocketAddr>>,
    /// Where the endpoint listens if nobody chose.
    pub(crate) default_listen: SocketAddr,
    pub(crate) ca_file: Option<GivenBy<Option<PathBuf>>>,
    pub(crate) vault: Option<GivenBy<VaultKind>>,
    /// The place that the host was configured with.
    pub(crate) default_vault: VaultKind,
}

/// How long what is recorded is kept, and the bounds of each figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) least: u32,
    pub(crate) most: u32,
}

/// Requests of each tenant.
pub(crate) const REQUESTS: Bounds = Bounds { least: 100, most: 10_000 };
/// Days for which requests are kept.
pub(crate) const REQUEST_DAYS: Bounds = Bounds { least: 1, most: 365 };
/// Days for which the course of quota is kept; no forecast looks further back than the most.
pub(crate) const QUOTA_DAYS: Bounds = Bounds { least: 1, most: 14 };
/// Days after which a conversation that said nothing may be placed anew.
pub(crate) const CONVERSATION_DAYS: Bounds = Bounds { least: 1, most: 90 };

/// Rows that never count as not chosen.
const WAYS_OUT: [&str; 2] = ["proxy", "account_proxies"];

/// What was chosen; absent fields were not. The names are those of the rows in the database and of the API.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct StoredSettings {
    pub(crate) listen: Option<SocketAddr>,
    pub(crate) hosts: Option<Vec<HostName>>,
    pub(crate) origins: Option<Vec<WebOrigin>>,
    pub(crate) model_aliases: Option<Vec<ModelAlias>>,
    pub(crate) language: Option<LanguageChoice>,
    pub(crate) theme: Option<Theme>,
    pub(crate) proxy: Option<StoredProxy>,
    pub(crate) account_proxies: Option<AccountProxies>,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) keep_requests: Option<u32>,
    pub(crate) keep_requests_days: Option<u32>,
    pub(crate) keep_quota_days: Option<u32>,
    pub(crate) keep_conversations_days: Option<u32>,
    pub(crate) vault: Option<VaultKind>,
    /// A place that is not in use and may hold copies of secrets; nobody's choice, and never shown.
    pub(crate) vault_leftover: Option<VaultKind>,
}

impl StoredSettings {
    /// Reads rows of name and JSON. A row that makes no sense, as one of a newer version, counts as not chosen, but for
    /// the ways out: what was chosen there must not be gone round.
    pub(crate) fn from_rows(rows: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut fields = Map::new();
        let mut read = Self::default();
        for (name, text) in rows {
            let value = match serde_json::from_str::<Value>(&text) {
                Ok(value) if !value.is_null() => value,
                Ok(_) | Err(_) if WAYS_OUT.contains(&&*name) => Value::String(text),
                Ok(_) | Err(_) => continue,
            };
            fields.insert(name.clone(), value);
            match serde_json::from_value(Value::Object(fields.clone())) {
                Ok(so_far) => read = so_far,
                Err(error) => {
                    tracing::warn!(%name, %error, "a stored setting cannot be read, and its default holds");
                    fields.remove(&name);
                }
            }
        }
        read
    }

    /// The rows to write, or to remove where there is no text, so that `next` is stored in place of this.
    pub(crate) fn rows_to(&self, next: &Self) -> Vec<(String, Option<String>)> {
        let (before, after) = (fields(self), fields(next));
        let changed = after.into_iter().filter(|(name, value)| before.get(name) != Some(value));
        changed.map(|(name, value)| (name, (!value.is_null()).then(|| value.to_string()))).collect()
    }
}

fn fields(stored: &StoredSettings) -> Map<String, Value> {
    match serde_json::to_value(stored) {
        Ok(Value::Object(fields)) => fields,
        Ok(_) | Err(_) => Map::new(),
    }
}

/// What is in force, each value with where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) stored: StoredSettings,
    /// Address of the endpoint, as it was asked for.
    pub(crate) listen: Effective<SocketAddr>,
    /// Names besides this machine's own under which tools may reach the endpoint.
    pub(crate) hosts: Effective<Vec<HostName>>,
    /// Web pages that may use the endpoint, with a key as everyone else.
    pub(crate) origins: Effective<Vec<WebOrigin>>,
    /// Names of models that mean another model, for tools that are translated.
    pub(crate) model_aliases: Effective<Vec<ModelAlias>>,
    pub(crate) language: Effective<LanguageChoice>,
    pub(crate) theme: Effective<Theme>,
    /// The way out of everyone who has none of their own.
    pub(crate) proxy: Effective<StoredProxy>,
    pub(crate) account_proxies: Effective<AccountProxies>,
    /// PEM file with an extra certificate authority.
    pub(crate) ca_file: Effective<Option<PathBuf>>,
    pub(crate) keep_requests: Effective<u32>,
    pub(crate) keep_requests_days: Effective<u32>,
    pub(crate) keep_quota_days: Effective<u32>,
    pub(crate) keep_conversations_days: Effective<u32>,
    pub(crate) vault: Effective<VaultKind>,
}

impl Settings {
    pub(crate) fn new(given: &GivenSettings, stored: StoredSettings) -> Self {
        Self {
            listen: Effective::new(given.listen.as_ref(), stored.listen.as_ref(), given.default_listen),
            hosts: Effective::new(None, stored.hosts.as_ref(), Vec::new()),
            origins: Effective::new(None, stored.origins.as_ref(), Vec::new()),
            model_aliases: Effective::new(None, stored.model_aliases.as_ref(), Vec::new()),
            language: Effective::new(None, stored.language.as_ref(), LanguageChoice::default()),
            theme: Effective::new(None, stored.theme.as_ref(), Theme::default()),
            proxy: Effective::new(None, stored.proxy.as_ref(), StoredProxy::default()),
            account_proxies: Effective::new(None, stored.account_proxies.as_ref(), AccountProxies::default()),
            ca_file: Effective::new(given.ca_file.as_ref(), stored.ca_file.clone().map(Some).as_ref(), None),
            keep_requests: Effective::new(None, stored.keep_requests.as_ref(), REQUESTS.most),
            keep_requests_days: Effective::new(None, stored.keep_requests_days.as_ref(), REQUEST_DAYS.most),
            keep_quota_days: Effective::new(None, stored.keep_quota_days.as_ref(), QUOTA_DAYS.most),
            keep_conversations_days: Effective::new(
                None,
                stored.keep_conversations_days.as_ref(),
                CONVERSATION_DAYS.most,
            ),
            vault: Effective::new(given.vault.as_ref(), stored.vault.as_ref(), given.default_vault),
            stored,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(listen: Option<&str>) -> GivenSettings {
        GivenSettings {
            listen: listen.map(|text| GivenBy { name: "--listen", value: text.parse().unwrap() }),
            default_listen: "127.0.0.1:7625".parse().unwrap(),
            ca_file: None,
            vault: None,
            default_vault: VaultKind::Keychain,
        }
    }

    #[test]
    fn what_was_given_at_the_start_wins_over_what_is_stored_and_that_over_the_default() {
        let stored =
            StoredSettings { listen: Some("127.0.0.1:8000".parse().unwrap()), ..StoredSettings::default() };
        let listen = |given: &GivenSettings, stored: &StoredSettings| {
            let listen = Settings::new(given, stored.clone()).listen;
            (listen.value.port(), listen.source)
        };
        assert_eq!(listen(&given(None), &StoredSettings::default()), (7625, SettingSource::Default));
        assert_eq!(listen(&given(None), &stored), (8000, SettingSource::Stored));
        assert_eq!(listen(&given(Some("127.0.0.1:9000")), &stored), (9000, SettingSource::Environment));
    }

    #[test]
    fn only_rows_that_differ_are_written_and_a_row_of_a_newer_version_loses_itself_alone() {
        let before = StoredSettings { theme: Some(Theme::Dark), ..StoredSettings::default() };
        let after = StoredSettings {
            theme: None,
            hosts: Some(vec!["Host.Docker.Internal".parse().unwrap()]),
            ..StoredSettings::default()
        };
        let mut rows = before.rows_to(&after);
        rows.sort();
        let hosts = ("hosts".to_owned(), Some(r#"["host.docker.internal"]"#.to_owned()));
        assert_eq!(rows, [hosts.clone(), ("theme".to_owned(), None)]);
        let strange = [("theme", r#""sepia""#), ("installation", "0190-not-json"), ("language", r#""vi""#)];
        let rows = strange.map(|(name, text)| (name.to_owned(), text.to_owned()));
        let read = StoredSettings::from_rows(rows.into_iter().chain([(hosts.0, hosts.1.unwrap())]));
        let language = Some(LanguageChoice::Vi);
        assert_eq!(read, StoredSettings { hosts: after.hosts, language, ..StoredSettings::default() });
    }

    #[test]
    fn a_way_out_that_cannot_be_read_stays_chosen_and_is_kept_as_it_stands_for_who_can_read_it() {
        let (ada, ben) = (uuid::Uuid::from_u128(1), uuid::Uuid::from_u128(2));
        let read = |name: &str, text: String| StoredSettings::from_rows([(name.to_owned(), text)]);
        for text in [r#"{"kind":"pac"}"#, r#""http://me:hunter2@proxy.lan:1""#, "not json", "null", "7"] {
            let stored = read("proxy", text.to_owned());
            assert_eq!(
                stored.proxy.as_ref().map(ToString::to_string).as_deref(),
                Some("unreadable"),
                "{text}"
            );
            assert!(!format!("{stored:?}").contains("hunter2"));
        }
        let stored = read("account_proxies", format!(r#"{{"{ada}":["newer"],"{ben}":"none"}}"#));
        let own = |stored: &StoredSettings, id: uuid::Uuid| {
            let proxies = stored.account_proxies.as_ref().unwrap();
            proxies.of(rockpool_routing::AccountId(id)).map(ToString::to_string)
        };
        assert_eq!(own(&stored, ada).as_deref(), Some("unreadable"));
        assert_eq!(own(&stored, ben).as_deref(), Some("none"), "the other entry is as it was chosen");
        let cleared = StoredSettings { account_proxies: None, ..stored.clone() };
        let (_, text) = cleared.rows_to(&stored).remove(0);
        assert!(text.unwrap().contains(r#"["newer"]"#), "it is written back as it stood");
        for whole in ["[]", "{\"no-id\":\"none\"}", "not json"] {
            let stored = read("account_proxies", whole.to_owned());
            assert_eq!(own(&stored, ben).as_deref(), Some("unreadable"), "it may be anybody's: {whole}");
        }
    }
}
