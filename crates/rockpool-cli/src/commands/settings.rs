//! `rockpool settings …`.

use std::collections::BTreeMap;

use rockpool_engine::api::requests::{SettingsChange, VaultMove};
use rockpool_engine::snapshot::VaultKind;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::session::Session;
use crate::args::{SettingName, SettingsCommand};
use crate::failure::Failure;
use crate::show;

pub(super) async fn run(session: &Session<'_>, command: Option<SettingsCommand>) -> Result<(), Failure> {
    let settings = match command {
        None => session.client.get_settings().await?,
        Some(SettingsCommand::Set { name: SettingName::Vault, value }) => {
            session.client.move_vault(&VaultMove { to: place(&value)? }).await?
        }
        Some(SettingsCommand::Set { name, value }) => {
            session.client.update_settings(&change(name, Some(value))?).await?
        }
        Some(SettingsCommand::Reset { name }) => session.client.update_settings(&change(name, None)?).await?,
    };
    session.tell(&settings, || show::settings(&settings))
}

/// The change of one setting; without a value, to its default.
fn change(name: SettingName, value: Option<String>) -> Result<SettingsChange, Failure> {
    let mut change = SettingsChange::default();
    match name {
        SettingName::Listen => change.listen = Some(value),
        SettingName::Hosts => change.hosts = Some(value.map(list)),
        SettingName::Origins => change.origins = Some(value.map(list)),
        SettingName::ModelAliases => change.model_aliases = Some(value.map(list)),
        SettingName::Language => change.language = Some(one_of(value, "system, en, vi, zh or ja")?),
        SettingName::Theme => change.theme = Some(one_of(value, "system, light or dark")?),
        SettingName::Proxy => change.proxy = Some(value),
        SettingName::AccountProxies => change.account_proxies = Some(value.map(by_account).transpose()?),
        SettingName::CaFile => change.ca_file = Some(value),
        SettingName::KeepRequests => change.keep_requests = Some(figure(value)?),
        SettingName::KeepRequestsDays => change.keep_requests_days = Some(figure(value)?),
        SettingName::KeepQuotaDays => change.keep_quota_days = Some(figure(value)?),
        SettingName::KeepConversationsDays => change.keep_conversations_days = Some(figure(value)?),
        SettingName::Vault => {
            let text = "a vault is moved, not reset; say where to with `rockpool settings set vault keychain` or `file`";
            return Err(Failure::Refused(text.to_owned()));
        }
    }
    Ok(change)
}

/// Values are separated by commas; nothing at all is an empty list.
fn list(value: String) -> Vec<String> {
    value.split(',').map(str::trim).filter(|item| !item.is_empty()).map(ToOwned::to_owned).collect()
}

/// `NAME=PROXY`; nothing after the sign takes an account's own way out back.
fn by_account(value: String) -> Result<BTreeMap<String, Option<String>>, Failure> {
    let pair = |item: String| match item.split_once('=') {
        Some((name, "")) => Ok((name.to_owned(), None)),
        Some((name, proxy)) => Ok((name.to_owned(), Some(proxy.to_owned()))),
        None => {
            Err(Failure::Refused(format!("“{item}” names no proxy; give NAME=PROXY, such as {item}=none")))
        }
    };
    list(value).into_iter().map(pair).collect()
}

fn figure(value: Option<String>) -> Result<Option<u32>, Failure> {
    let read = |text: String| {
        text.parse()
            .map_err(|_| Failure::Refused(format!("“{text}” is no whole number; give one, such as 30")))
    };
    value.map(read).transpose()
}

fn place(value: &str) -> Result<VaultKind, Failure> {
    match value {
        "keychain" => Ok(VaultKind::Keychain),
        "file" => Ok(VaultKind::File),
        _ => Err(Failure::Refused(format!("“{value}” is no place for logins; give keychain or file"))),
    }
}

fn one_of<T: DeserializeOwned>(value: Option<String>, choices: &str) -> Result<Option<T>, Failure> {
    let Some(value) = value else { return Ok(None) };
    let read = serde_json::from_value(Value::String(value.clone()));
    read.map(Some).map_err(|_| Failure::Refused(format!("“{value}” is no choice here; give {choices}")))
}
