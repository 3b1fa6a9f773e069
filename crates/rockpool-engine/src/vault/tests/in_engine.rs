//! An engine on a machine whose keychain does not answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use crate::config::Config;
use crate::engine::Engine;
use crate::host::browser::{Browser, NoBrowser};
use crate::host::clock::Clock;
use crate::host::data_dir::Control;
use crate::model::vault::{VaultKind, VaultState};
use crate::ports::Ports;
use crate::test_serving;
use crate::vault::{VaultBackend, VaultError, VaultKey};

/// A keychain that is not there.
struct NoKeychain;

fn missing() -> VaultError {
    VaultError::Missing("no Secret Service on this bus".to_owned())
}

impl VaultBackend for NoKeychain {
    fn kind(&self) -> VaultKind {
        VaultKind::Keychain
    }
    fn entry_limit(&self) -> usize {
        usize::MAX
    }
    fn get(&mut self, _key: &VaultKey) -> Result<Option<SecretString>, VaultError> {
        Err(missing())
    }
    fn set(&mut self, _key: &VaultKey, _secret: &SecretString) -> Result<(), VaultError> {
        Err(missing())
    }
    fn delete(&mut self, _key: &VaultKey) -> Result<(), VaultError> {
        Err(missing())
    }
}

/// Counts the pages that a person would have been shown.
#[derive(Default)]
struct Pages(AtomicUsize);

impl Browser for Pages {
    fn open(&self, _url: &str) -> Result<(), String> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

fn config(folder: &tempfile::TempDir) -> Config {
    let nowhere = url::Url::parse("http://127.0.0.1:9/").unwrap();
    Config::rehearsal(folder.path().join("data"), nowhere.clone(), nowhere)
}

fn ports(browser: Arc<dyn Browser>) -> Ports {
    Ports { vault: Box::new(NoKeychain), browser, ..test_serving::ports(&Clock::system()) }
}

#[tokio::test]
async fn an_engine_for_one_command_does_not_call_a_keychain_ready_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::start_offline(config(&folder), ports(Arc::new(NoBrowser))).await.unwrap();
    let shown = engine.handle().snapshot().vault;
    assert_eq!((shown.kind, shown.state), (VaultKind::Keychain, VaultState::Missing));
    let message = shown.message.unwrap();
    assert!(
        message.contains("no Secret Service on this bus") && message.contains("ROCKPOOL_VAULT"),
        "{message}"
    );
    engine.shutdown().await;
}

#[tokio::test]
async fn nobody_is_sent_through_the_browser_for_tokens_that_could_not_be_kept() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(&folder);
    let pages = Arc::new(Pages::default());
    let engine = Engine::start(config.clone(), ports(Arc::clone(&pages) as _)).await.unwrap();
    let control = Control::read(&config.data_dir).unwrap();
    let url = format!("http://{}/api/v1/sign-ins", engine.handle().address().unwrap());
    let clients =
        engine.handle().core().outbound.clients(crate::provider::outbound::OnBehalfOf::Nobody).unwrap();
    let asked = clients.http.post(url).bearer_auth(control.token.expose_secret());
    let answer = asked.json(&json!({ "open_browser": "yes" })).send().await.unwrap();
    assert_eq!(answer.status(), 503);
    let problem: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(problem["code"], "vault_unavailable", "{problem}");
    let shown = engine.handle().snapshot();
    let sentence = shown.vault.message.unwrap();
    assert!(problem["detail"].as_str().unwrap().contains(&sentence), "{problem} {sentence}");
    assert!(shown.sign_ins.is_empty());
    assert_eq!(pages.0.load(Ordering::Relaxed), 0, "a page was opened");
    engine.shutdown().await;
}
