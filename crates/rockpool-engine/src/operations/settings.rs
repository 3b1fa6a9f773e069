//! The settings: shown with where each comes from, and changed as a whole or not at all.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use super::error::{ActionError, FieldError, refused};
use super::handle::EngineHandle;
use super::requests::{SettingChange, SettingsChange};
use crate::config::address_of;
use crate::host::port_holder::{self, ListenError};
use crate::model::principal::Principal;
use crate::model::settings::proxy::{AccountProxies, NoProxy, StoredProxy};
use crate::model::settings::reach::Reach;
use crate::model::settings::{
    Bounds, CONVERSATION_DAYS, Effective, QUOTA_DAYS, REQUEST_DAYS, REQUESTS, Settings, StoredSettings,
};
use crate::provider::upstream::{Trust, UpstreamError};
use crate::proxy::endpoint::MoveError;
use crate::snapshot::event::EngineEvent;
use crate::snapshot::{AboutView, SettingView, SettingsView};
use crate::store::{AccountRow, system_scope};

/// Most names, origins and aliases; a person who lists more wants something else.
const LONGEST_LIST: usize = 32;

/// Everything in force.
pub(crate) fn show(engine: &EngineHandle) -> SettingsView {
    let settings = engine.core().settings.get();
    let config = engine.config();
    let listening = engine.address().unwrap_or(settings.listen.value);
    let (hosts, origins) = (texts(&settings.hosts.value), texts(&settings.origins.value));
    SettingsView {
        listen: view(&settings.listen, ToString::to_string),
        hosts: view(&settings.hosts, |hosts| texts(hosts)),
        origins: view(&settings.origins, |origins| texts(origins)),
        model_aliases: view(&settings.model_aliases, |aliases| texts(aliases)),
        language: view(&settings.language, |language| *language),
        theme: view(&settings.theme, |theme| *theme),
        proxy: view(&settings.proxy, ToString::to_string),
        account_proxies: view(&settings.account_proxies, |proxies| by_slug(engine, proxies)),
        ca_file: view(&settings.ca_file, |file| file.as_ref().map(|file| file.display().to_string())),
        keep_requests: view(&settings.keep_requests, |kept| *kept),
        keep_requests_days: view(&settings.keep_requests_days, |days| *days),
        keep_quota_days: view(&settings.keep_quota_days, |days| *days),
        keep_conversations_days: view(&settings.keep_conversations_days, |days| *days),
        vault: view(&settings.vault, |place| *place),
        vault_state: engine.core().vault.state().borrow().clone(),
        reach: Reach::new(listening, hosts, origins),
        endpoint: engine.endpoint(),
        about: AboutView {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            licence: env!("CARGO_PKG_LICENSE").to_owned(),
            data_folder: config.data_dir.display().to_string(),
            issuer: config.auth_url.to_string(),
            backend: config.backend_url.to_string(),
        },
    }
}

fn texts(list: &[impl ToString]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

fn view<T, V>(setting: &Effective<T>, shown: impl Fn(&T) -> V) -> SettingView<V> {
    SettingView {
        value: shown(&setting.value),
        default: shown(&setting.default),
        source: setting.source,
        variable: setting.given_by.map(str::to_owned),
    }
}

/// Changes what is named, all of it or nothing.
///
/// # Errors
/// `invalid_settings` with one sentence per field, `settings_unavailable` where the endpoint cannot move now, and
/// those of the database.
pub(crate) async fn change(
    engine: &EngineHandle,
    change: SettingsChange,
) -> Result<SettingsView, ActionError> {
    let core = engine.core();
    let _one_at_a_time = core.settings.change.lock().await;
    let before = core.settings.get();
    let listen_is_named = change.listen.is_some();
    let next = core.settings.with(checked(engine, &before, change)?);
    let trust = ways_out(engine, &before, &next)?;
    let moved = match listen_is_named {
        true => relocate(engine, &before, &next).await?,
        false => Moved::Stayed,
    };
    let rows = before.stored.rows_to(&next.stored);
    if let Err(error) = core.store.save_settings(system_scope(), rows).await {
        moved.take_back(engine).await;
        return Err(refused(error));
    }
    core.settings.set(next);
    if let Some(trust) = trust {
        core.outbound.upstream.set_trust(trust);
    }
    core.event_bus.publish(EngineEvent::Settings { endpoint: engine.endpoint() });
    Ok(show(engine))
}

/// What is to be stored, if all of it can be.
fn checked(
    engine: &EngineHandle,
    before: &Settings,
    change: SettingsChange,
) -> Result<StoredSettings, ActionError> {
    let mut next = before.stored.clone();
    let mut errors = Vec::new();
    let mut note = |field: &'static str, outcome: Result<(), String>| {
        errors.extend(outcome.err().map(|message| FieldError { field, message }));
    };
    let SettingsChange {
        listen,
        hosts,
        origins,
        model_aliases,
        language,
        theme,
        proxy,
        account_proxies,
        ca_file,
        keep_requests,
        keep_requests_days,
        keep_quota_days,
        keep_conversations_days,
    } = change;
    let free = given(before.listen.given_by, listen.is_some());
    note("listen", free.and_then(|()| put(&mut next.listen, listen, |text| address(&text))));
    let free = given(before.ca_file.given_by, ca_file.is_some());
    note("ca_file", free.and_then(|()| put(&mut next.ca_file, ca_file, |text| file(&text))));
    note("proxy", put(&mut next.proxy, proxy, |text| way_out(&text)));
    note("account_proxies", put_account_proxies(engine, &mut next, account_proxies));
    note("keep_requests", put(&mut next.keep_requests, keep_requests, |n| within(n, REQUESTS)));
    let days = [
        ("keep_requests_days", &mut next.keep_requests_days, keep_requests_days, REQUEST_DAYS),
        ("keep_quota_days", &mut next.keep_quota_days, keep_quota_days, QUOTA_DAYS),
        (
            "keep_conversations_days",
            &mut next.keep_conversations_days,
            keep_conversations_days,
            CONVERSATION_DAYS,
        ),
    ];
    for (field, place, change, bounds) in days {
        note(field, put(place, change, |days| within(days, bounds)));
    }
    note("hosts", put(&mut next.hosts, hosts, list));
    note("origins", put(&mut next.origins, origins, list));
    note("model_aliases", put(&mut next.model_aliases, model_aliases, list));
    note("language", put(&mut next.language, language, Ok));
    note("theme", put(&mut next.theme, theme, Ok));
    if errors.is_empty() { Ok(next) } else { Err(ActionError::fields(errors)) }
}

/// Puts what `read` makes of the change into its place; where there is no change, what is there stays.
fn put<V, T>(
    place: &mut Option<T>,
    change: SettingChange<V>,
    read: impl FnOnce(V) -> Result<T, String>,
) -> Result<(), String> {
    match change {
        None => {}
        Some(None) => *place = None,
        Some(Some(value)) => *place = Some(read(value)?),
    }
    Ok(())
}

/// Refuses to change what was given at the start.
fn given(by: Option<&str>, changed: bool) -> Result<(), String> {
    match by {
        Some(name) if changed => Err(format!(
            "{name} decides this since the start; take it out and start Rockpool again to choose it here."
        )),
        Some(_) | None => Ok(()),
    }
}

fn within(figure: u32, Bounds { least, most }: Bounds) -> Result<u32, String> {
    match (least..=most).contains(&figure) {
        true => Ok(figure),
        false => Err(format!("{figure} is not between {least} and {most}; give a figure between them.")),
    }
}

/// That it can be read and used is found out by [`ways_out`].
fn file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text.trim());
    if path.is_absolute() {
        Ok(path)
    } else {
        Err("Give the file's whole path, from the root on.".to_owned())
    }
}

fn way_out(text: &str) -> Result<StoredProxy, String> {
    text.parse().map(StoredProxy::Chosen).map_err(|error: NoProxy| format!("{error}."))
}

/// Accounts that were removed meanwhile lose theirs.
fn put_account_proxies(
    engine: &EngineHandle,
    next: &mut StoredSettings,
    change: SettingChange<BTreeMap<String, Option<String>>>,
) -> Result<(), String> {
    let Some(change) = change else { return Ok(()) };
    let registry = engine.core().registry.get();
    let home = engine.viewer(Principal::Owner).home;
    let mut proxies = match next.account_proxies.take().unwrap_or_default() {
        AccountProxies::Each(proxies) => proxies,
        AccountProxies::Unreadable(_) => {
            registry.accounts.iter().map(|row| (row.id, StoredProxy::UNKNOWN)).collect()
        }
    };
    proxies.retain(|id, _| registry.account(*id).is_some());
    match change {
        None => proxies.clear(),
        Some(changes) => {
            for (name, proxy) in changes {
                let unknown = || format!("There is no account “{name}”; name one that exists.");
                let account = registry.account_named(home, &name).ok_or_else(unknown)?.id;
                match proxy {
                    Some(text) => drop(proxies.insert(account, way_out(&text)?)),
                    None => drop(proxies.remove(&account)),
                }
            }
        }
    }
    next.account_proxies = (!proxies.is_empty()).then_some(AccountProxies::Each(proxies));
    Ok(())
}

fn by_slug(engine: &EngineHandle, proxies: &AccountProxies) -> BTreeMap<String, String> {
    let registry = engine.core().registry.get();
    let named = |row: &AccountRow| Some((row.name.clone(), proxies.of(row.id)?.to_string()));
    registry.accounts.iter().filter_map(named).collect()
}

/// Makes sure that every way out that can be read can be taken before it is: the proxies, and whom TLS trusts where that
/// changes.
fn ways_out(engine: &EngineHandle, before: &Settings, next: &Settings) -> Result<Option<Trust>, ActionError> {
    let upstream = &engine.core().outbound.upstream;
    let refused = |field: &'static str| {
        move |error: UpstreamError| {
            ActionError::fields(vec![FieldError { field, message: format!("{error}.") }])
        }
    };
    if let Some(proxy) = next.proxy.value.choice() {
        upstream.through(proxy).map_err(refused("proxy"))?;
    }
    let registry = engine.core().registry.get();
    let own = registry.accounts.iter().filter_map(|row| next.account_proxies.value.of(row.id)?.choice());
    for proxy in own {
        upstream.through(proxy).map_err(refused("account_proxies"))?;
    }
    if next.ca_file.value == before.ca_file.value {
        return Ok(None);
    }
    upstream.trust(next.ca_file.value.as_deref()).map(Some).map_err(refused("ca_file"))
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let example = "give an address and a port, such as 127.0.0.1:7625";
    match address_of(text) {
        Some(address) if address.port() == 0 => Err(format!("“{text}” has no port; {example}.")),
        Some(address) => Ok(address),
        None => Err(format!("“{text}” is no address; {example}.")),
    }
}

/// Each once, in the order given.
fn list<T>(texts: Vec<String>) -> Result<Vec<T>, String>
where
    T: std::str::FromStr + PartialEq,
    T::Err: std::fmt::Display,
{
    let mut list = Vec::new();
    for text in texts {
        let item: T = text.parse().map_err(|error: T::Err| format!("{error}."))?;
        if !list.contains(&item) {
            list.push(item);
        }
    }
    if list.len() > LONGEST_LIST {
        return Err(format!("These are more than {LONGEST_LIST}; take some out."));
    }
    Ok(list)
}

/// Whether the endpoint listens elsewhere now, and where it did before.
enum Moved {
    Stayed,
    From(SocketAddr),
}

impl Moved {
    async fn take_back(self, engine: &EngineHandle) {
        let (Self::From(before), Some(endpoint)) = (self, engine.served()) else { return };
        if let Err(error) = endpoint.move_to(before).await {
            tracing::warn!(%error, %before, "the endpoint could not go back to its address");
        }
    }
}

/// Listens where the settings say, before they are saved: the old address is kept until the new one is had.
async fn relocate(engine: &EngineHandle, before: &Settings, next: &Settings) -> Result<Moved, ActionError> {
    let to = next.listen.value;
    let asked_before = to == before.listen.value;
    let moved = match engine.served() {
        // Any port will do.
        Some(_) if asked_before && to.port() == 0 => Ok(Moved::Stayed),
        // What is served counts: it may be another address than was asked for before.
        Some(endpoint) if endpoint.address() == to => Ok(Moved::Stayed),
        Some(endpoint) => {
            let from = endpoint.address();
            endpoint.move_to(to).await.map(|_| Moved::From(from))
        }
        None if asked_before => Ok(Moved::Stayed),
        // Nobody serves now: that the address can be had is all that can be found out.
        None => port_holder::bind(to).await.map(|_| Moved::Stayed).map_err(MoveError::from),
    };
    moved.map_err(|error| match error {
        MoveError::Listen(error) => {
            let remedy = match error {
                ListenError::Busy { .. } => "choose another port, or stop that program",
                ListenError::Refused { .. } => "choose an address of this machine, and a port from 1024 up",
            };
            let message = format!("{error}; {remedy}.");
            ActionError::fields(vec![FieldError { field: "listen", message }])
        }
        error @ (MoveError::DataDir(_) | MoveError::Stopping) => {
            ActionError::unavailable("settings_unavailable", format!("{error}."))
        }
    })
}
