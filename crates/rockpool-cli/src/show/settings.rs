//! Settings: what is in force and where it comes from, and who can reach the endpoint.

use rockpool_engine::snapshot::{SettingSource, SettingView, SettingsView, UNREADABLE};
use serde_json::Value;

use super::table::table;

/// A row for each setting, then who can reach the endpoint.
pub(crate) fn settings(settings: &SettingsView) -> Vec<String> {
    let SettingsView {
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
        vault,
        vault_state,
        reach,
        endpoint,
        about,
    } = settings;
    let rows = [
        row("listen", listen, Clone::clone),
        row("hosts", hosts, |hosts| listed(hosts)),
        row("origins", origins, |origins| listed(origins)),
        row("model_aliases", model_aliases, |aliases| listed(aliases)),
        row("language", language, named),
        row("theme", theme, named),
        row("proxy", proxy, Clone::clone),
        row("account_proxies", account_proxies, |proxies| {
            listed(&proxies.iter().map(|(name, proxy)| format!("{name}={proxy}")).collect::<Vec<_>>())
        }),
        row("ca_file", ca_file, |file| file.clone().unwrap_or_else(|| "none".to_owned())),
        row("keep_requests", keep_requests, ToString::to_string),
        row("keep_requests_days", keep_requests_days, ToString::to_string),
        row("keep_quota_days", keep_quota_days, ToString::to_string),
        row("keep_conversations_days", keep_conversations_days, ToString::to_string),
        row("vault", vault, named),
    ];
    let mut lines = table(["SETTING", "VALUE", "FROM"], &rows);
    lines.extend([
        String::new(),
        format!("Tools are pointed at {endpoint}"),
        format!("Who can reach this: {}", reach.sentence),
        format!("Data folder: {}", about.data_folder),
    ]);
    let mut proxies = std::iter::once(&proxy.value).chain(account_proxies.value.values());
    if proxies.any(|proxy| proxy == UNREADABLE) {
        lines.push(
            "Proxy: what is unreadable above lets nobody out, by no other way either; choose it again with `rockpool \
             settings set`."
                .to_owned(),
        );
    }
    lines.extend(vault_state.file.iter().map(|file| format!("Logins are kept in {}.", file.path)));
    lines.extend(vault_state.message.iter().map(|message| format!("Vault: {message}")));
    lines
}

fn row<T>(name: &str, setting: &SettingView<T>, shown: impl Fn(&T) -> String) -> [String; 3] {
    let from = match (setting.source, &setting.variable) {
        (SettingSource::Environment, Some(variable)) => variable.clone(),
        (SettingSource::Environment, None) => "environment".to_owned(),
        (SettingSource::Stored, _) => "chosen".to_owned(),
        (SettingSource::Default, _) => "default".to_owned(),
    };
    [name.to_owned(), shown(&setting.value), from]
}

fn listed(list: &[String]) -> String {
    if list.is_empty() { "none".to_owned() } else { list.join(", ") }
}

/// A choice as the API spells it.
fn named(choice: &impl serde::Serialize) -> String {
    match serde_json::to_value(choice) {
        Ok(Value::String(name)) => name,
        Ok(_) | Err(_) => String::new(),
    }
}
