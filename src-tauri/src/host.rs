//! What this host supplies to the engine: configuration, vault, browser, clock.

use std::sync::Arc;

use rockpool_desktop::rehearsal::Rehearsal;
use rockpool_engine::Clock;
use rockpool_engine::config::{Config, VaultChoice};
use rockpool_engine::vault::{FileVault, MemoryVault, VaultBackend};
use rockpool_engine::{Browser, Ports};
use rockpool_keychain::KeychainVault;
use tauri::AppHandle;

use crate::browser::SystemBrowser;
use crate::failure::Failure;

/// Name of the keychain's entries.
const SERVICE: &str = "rockpool";

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
    Ok(Ports { vault: vault(&config.vault)?, browser, clock, dashboard: rockpool_dashboard::files() })
}

fn vault(choice: &VaultChoice) -> Result<Box<dyn VaultBackend>, Failure> {
    match choice {
        VaultChoice::Keychain => Ok(Box::new(KeychainVault::new(SERVICE))),
        VaultChoice::File { path, passphrase_file } => {
            Ok(Box::new(FileVault::with_passphrase_file(path.clone(), passphrase_file)?))
        }
        VaultChoice::Memory => Ok(Box::new(MemoryVault::default())),
    }
}
