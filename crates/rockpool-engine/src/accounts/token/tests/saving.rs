//! How new tokens come to rest in a real vault: many logins at once, and a keychain that is late.

use std::fs;
use std::path::PathBuf;
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rockpool_routing::{CredentialState, LoginId};
use secrecy::SecretString;

use super::world::{TENANT, World, new_login};
use crate::accounts::token::vault_entry::VaultEntry;
use crate::accounts::token::{TokenKeeper, vault_keys};
use crate::vault::{
    Batch, DEFAULT_TIMEOUT, FileVault, MemoryVault, Vault, VaultBackend, VaultError, VaultKey, VaultKind,
};

const PASSPHRASE: &str = "right";

/// An encrypted file, and what it held after each write.
struct Watched {
    file: FileVault,
    path: PathBuf,
    versions: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Watched {
    fn look(&self) {
        let now = fs::read(&self.path).unwrap_or_default();
        let mut versions = self.versions.lock().unwrap();
        // Each write has a nonce of its own.
        if versions.last() != Some(&now) {
            versions.push(now);
        }
    }
}

impl VaultBackend for Watched {
    fn kind(&self) -> VaultKind {
        self.file.kind()
    }
    fn entry_limit(&self) -> usize {
        self.file.entry_limit()
    }
    fn get(&mut self, key: &VaultKey) -> Result<Option<SecretString>, VaultError> {
        self.file.get(key)
    }
    fn set(&mut self, key: &VaultKey, secret: &SecretString) -> Result<(), VaultError> {
        let done = self.file.set(key, secret);
        self.look();
        done
    }
    fn delete(&mut self, key: &VaultKey) -> Result<(), VaultError> {
        let done = self.file.delete(key);
        self.look();
        done
    }
    fn begin(&mut self) -> Result<Batch, VaultError> {
        self.file.begin()
    }
    fn commit(&mut self) -> Result<(), VaultError> {
        let done = self.file.commit();
        self.look();
        done
    }
}

/// The generations of a login's two tokens.
async fn generations(vault: &Vault, login: LoginId) -> (u64, u64) {
    let [refresh, access] = vault_keys("inst", login);
    let refresh = VaultEntry::decode(&vault.get(&refresh).await.unwrap().unwrap()).unwrap();
    let access = VaultEntry::decode(&vault.get(&access).await.unwrap().unwrap()).unwrap();
    (refresh.generation, access.generation)
}

#[tokio::test]
async fn twenty_logins_that_are_renewed_together_take_a_few_writes_and_a_kill_between_them_loses_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let versions: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
    let file = FileVault::new(path.clone(), PASSPHRASE.into());
    let watched = Watched { file, path, versions: Arc::clone(&versions) };
    let vault = Vault::start(Box::new(watched), DEFAULT_TIMEOUT);
    let world = World::new();
    let keeper = world.keeper_over(Arc::new(vault.clone()));
    let mut logins = Vec::new();
    for _ in 0..20 {
        logins.push(keeper.adopt(TENANT, new_login(None), world.grant()).await.unwrap());
    }
    let begun = versions.lock().unwrap().len();

    world.gate.send_replace(false);
    let renewed: Vec<_> = logins.iter().map(|login| tokio::spawn(renew(keeper.clone(), *login))).collect();
    while world.presented().len() < logins.len() {
        world.arrived.notified().await;
    }
    world.gate.send_replace(true);
    for renewal in renewed {
        renewal.await.unwrap();
    }

    let versions = versions.lock().unwrap().split_off(begun);
    assert!(versions.len() <= 8, "{} writes for 40 tokens", versions.len());
    for (number, version) in versions.iter().enumerate() {
        let copy = folder.path().join("copy");
        fs::write(&copy, version).unwrap();
        let copy = Vault::start(Box::new(FileVault::new(copy, PASSPHRASE.into())), DEFAULT_TIMEOUT);
        for login in &logins {
            let (refresh, access) = generations(&copy, *login).await;
            assert!(refresh >= access, "version {number}: the refresh token comes first");
            assert!(number + 1 < versions.len() || access == 2, "the last one holds all");
        }
    }
    world.assert_nothing_reused();
}

async fn renew(keeper: TokenKeeper, login: LoginId) {
    let old = keeper.bearer(login).await.unwrap();
    keeper.after_refusal(login, old.generation).await.unwrap();
}

/// A keychain that outlives the process, and stalls at the next refresh token that it is given.
#[derive(Clone, Default)]
struct Keychain {
    entries: Arc<Mutex<MemoryVault>>,
    stall: Arc<Mutex<Option<mpsc::Receiver<()>>>>,
}

impl Keychain {
    /// Gives what lets the stalled call go on; it takes effect then.
    fn stalls(&self) -> mpsc::Sender<()> {
        let (go, gate) = mpsc::channel();
        *self.stall.lock().unwrap() = Some(gate);
        go
    }

    fn vault(&self) -> Vault {
        Vault::start(Box::new(self.clone()), Duration::from_millis(50))
    }
}

impl VaultBackend for Keychain {
    fn kind(&self) -> VaultKind {
        VaultKind::Keychain
    }
    fn entry_limit(&self) -> usize {
        usize::MAX
    }
    fn get(&mut self, key: &VaultKey) -> Result<Option<SecretString>, VaultError> {
        self.entries.lock().unwrap().get(key)
    }
    fn set(&mut self, key: &VaultKey, secret: &SecretString) -> Result<(), VaultError> {
        if key.as_str().contains("/refresh/")
            && let Some(gate) = self.stall.lock().unwrap().take()
        {
            let _ = gate.recv();
        }
        self.entries.lock().unwrap().set(key, secret)
    }
    fn delete(&mut self, key: &VaultKey) -> Result<(), VaultError> {
        self.entries.lock().unwrap().delete(key)
    }
}

/// A login whose refresh the keychain did not take in time.
async fn late() -> (Arc<World>, Keychain, Vault, TokenKeeper, LoginId, mpsc::Sender<()>) {
    let (world, keychain) = (World::new(), Keychain::default());
    let vault = keychain.vault();
    let keeper = world.keeper_over(Arc::new(vault.clone()));
    let login = keeper.adopt(TENANT, new_login(None), world.grant()).await.unwrap();
    let go = keychain.stalls();
    renew(keeper.clone(), login).await;
    assert_eq!(keeper.state(login), Some(CredentialState::VaultLocked), "it is not saved");
    (world, keychain, vault, keeper, login, go)
}

#[tokio::test(start_paused = true)]
async fn a_keychain_that_takes_the_new_token_too_late_has_it_again_and_nothing_is_lost() {
    let (world, _keychain, vault, keeper, login, go) = late().await;
    go.send(()).unwrap();
    let mut told = vault.state();
    told.wait_for(|view| view.message.is_none()).await.unwrap();
    while keeper.state(login) != Some(CredentialState::Usable) {
        world.pass(Duration::from_secs(1)).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(generations(&vault, login).await, (2, 2));
    world.assert_nothing_reused();
}

#[tokio::test(start_paused = true)]
async fn a_process_that_is_killed_before_a_late_keychain_answers_loses_nothing_that_the_keychain_took() {
    let (world, keychain, vault, keeper, login, go) = late().await;
    drop(keeper);
    let mut told = vault.state();
    go.send(()).unwrap();
    told.wait_for(|view| view.message.is_none()).await.unwrap();
    let next = world.keeper_over(Arc::new(keychain.vault()));
    next.load(vec![world.row(login)]).await;
    assert_eq!(next.state(login), Some(CredentialState::Usable));
    renew(next, login).await;
    assert_eq!(world.presented(), ["rt-1", "rt-2"]);
}

/// In real time: a paused clock would run ahead of the keychain's thread.
#[tokio::test]
async fn an_end_waits_for_a_late_keychain_a_while_and_saves_what_it_takes_then() {
    let (world, keychain, vault, keeper, login, go) = late().await;
    let drained = tokio::spawn({
        let keeper = keeper.clone();
        async move { keeper.drain().await }
    });
    world.settle().await;
    assert!(!drained.is_finished());
    let mut told = vault.state();
    go.send(()).unwrap();
    told.wait_for(|view| view.message.is_none()).await.unwrap();
    drained.await.unwrap();
    assert_eq!(generations(&keychain.vault(), login).await, (2, 2));
    assert_eq!(world.row(login).generation, 2);
}
