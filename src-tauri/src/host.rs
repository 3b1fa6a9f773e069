//! What this host supplies to the engine: configuration, vault, browser, clock.

use std::sync::Arc;

use rockpool_engine::Clock;
use rockpool_engine::config::Config;
use rockpool_engine::vault::VaultOpener as _;
use rockpool_engine::{Browser, Ports};
use rockpool_keychain::Vaults;
use rockpool_rehearsal::Rehearsal;
use tauri::AppHandle;

use crate::browser::SystemBrowser;
use crate::failure::Failure;

pub(crate) fn config(rehearsal: Option<&Rehearsal>) -> Result<Config, Failure> {
    match rehearsal {
        Some(rehearsal) => Ok(rehearsal.config()),
        None => Ok(Config::from_env(&|name| std::env::var(name).ok())?),
    }
}

pub(crate) fn ports(
    app: &AppHandle,
    config: &Config,
    rehearsal: Option<&Rehearsal>,
    clock: Clock,
) -> Result<Ports, Failure> {
    let browser: Arc<dyn Browser> = match rehearsal {
        Some(rehearsal) => rehearsal.browser(),
        None => Arc::new(SystemBrowser(app.clone())),
    };
    Ok(Ports {
        vault: Vaults.open(&config.vault)?,
        vault_opener: Arc::new(Vaults),
        browser,
        clock,
        dashboard: rockpool_dashboard::files(),
    })
}
