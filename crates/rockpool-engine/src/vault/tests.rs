//! The vault at its boundary: what callers see of splitting, stuck and failing backends.

mod batch;
mod files;
mod in_engine;
mod moving;

use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::*;
use crate::model::vault::VaultState;

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

fn key(name: &str) -> VaultKey {
    VaultKey::new(name)
}

fn text(value: Option<SecretString>) -> Option<String> {
    value.map(|value| value.expose_secret().to_owned())
}

/// A vault of small entries whose writes can be made to fail after a number of them.
#[derive(Clone, Default)]
struct Small(Arc<Mutex<SmallState>>);

#[derive(Default)]
struct SmallState {
    entries: MemoryVault,
    writes_left: Option<usize>,
    longest: usize,
    count: i64,
}

impl VaultBackend for Small {
    fn kind(&self) -> VaultKind {
        VaultKind::Memory
    }
    fn entry_limit(&self) -> usize {
        100
    }
    fn get(&mut self, key: &VaultKey) -> Result<Option<SecretString>, VaultError> {
        self.0.lock().unwrap().entries.get(key)
    }
    fn set(&mut self, key: &VaultKey, secret: &SecretString) -> Result<(), VaultError> {
        let mut state = self.0.lock().unwrap();
        if let Some(left) = &mut state.writes_left {
            *left = left.checked_sub(1).ok_or(VaultError::Locked)?;
        }
        state.longest = state.longest.max(secret.expose_secret().len());
        if state.entries.get(key)?.is_none() {
            state.count += 1;
        }
        state.entries.set(key, secret)
    }
    fn delete(&mut self, key: &VaultKey) -> Result<(), VaultError> {
        let mut state = self.0.lock().unwrap();
        if state.entries.get(key)?.is_some() {
            state.count -= 1;
        }
        state.entries.delete(key)
    }
}

#[tokio::test]
async fn a_long_value_is_split_and_read_back_whole() {
    let small = Small::default();
    let vault = Vault::start(Box::new(small.clone()), DEFAULT_TIMEOUT);
    let long = "täken".repeat(100);
    vault.set(&key("k"), &secret(&long)).await.unwrap();
    assert_eq!(text(vault.get(&key("k")).await.unwrap()), Some(long));
    assert!(small.0.lock().unwrap().longest <= 100);
    assert!(small.0.lock().unwrap().count > 1);
    vault.set(&key("k"), &secret("short")).await.unwrap();
    assert_eq!(text(vault.get(&key("k")).await.unwrap()), Some("short".to_owned()));
    assert_eq!(small.0.lock().unwrap().count, 1, "the old parts are gone");
    vault.set(&key("k"), &secret(&"x".repeat(500))).await.unwrap();
    vault.delete(&key("k")).await.unwrap();
    assert_eq!(small.0.lock().unwrap().count, 0);
}

#[tokio::test]
async fn a_write_that_breaks_off_anywhere_leaves_the_old_value_whole() {
    for writes in 0..6 {
        let small = Small::default();
        let vault = Vault::start(Box::new(small.clone()), DEFAULT_TIMEOUT);
        let (old, new) = ("o".repeat(300), "n".repeat(290));
        vault.set(&key("k"), &secret(&old)).await.unwrap();
        small.0.lock().unwrap().writes_left = Some(writes);
        let kept = match vault.set(&key("k"), &secret(&new)).await {
            Ok(()) => &new,
            Err(_) => &old,
        };
        assert_eq!(text(vault.get(&key("k")).await.unwrap()).as_ref(), Some(kept), "after {writes} writes");
        small.0.lock().unwrap().writes_left = None;
        vault.set(&key("k"), &secret(&new)).await.unwrap();
        assert_eq!(text(vault.get(&key("k")).await.unwrap()), Some(new));
    }
}

#[tokio::test]
async fn a_value_with_a_part_of_another_write_is_refused() {
    let mut small = Small::default();
    let vault = Vault::start(Box::new(small.clone()), DEFAULT_TIMEOUT);
    vault.set(&key("k"), &secret(&"x".repeat(120))).await.unwrap();
    let part = small.get(&key("k/a2")).unwrap();
    vault.set(&key("k"), &secret(&"y".repeat(120))).await.unwrap();
    small.set(&key("k/b2"), &part.unwrap()).unwrap();
    let error = vault.get(&key("k")).await.unwrap_err();
    assert!(matches!(error, VaultError::Failed(_)), "{error}");
}

/// A vault whose reads last until the test lets them go.
struct Blocking {
    entered: mpsc::Sender<()>,
    go: mpsc::Receiver<()>,
    inner: MemoryVault,
}

impl VaultBackend for Blocking {
    fn kind(&self) -> VaultKind {
        VaultKind::Memory
    }
    fn entry_limit(&self) -> usize {
        usize::MAX
    }
    fn get(&mut self, key: &VaultKey) -> Result<Option<SecretString>, VaultError> {
        let _ = self.entered.send(());
        // Once the test has let go of the gate, nothing waits any more.
        let _ = self.go.recv();
        self.inner.get(key)
    }
    fn set(&mut self, key: &VaultKey, secret: &SecretString) -> Result<(), VaultError> {
        self.inner.set(key, secret)
    }
    fn delete(&mut self, key: &VaultKey) -> Result<(), VaultError> {
        self.inner.delete(key)
    }
}

#[tokio::test]
async fn a_stuck_backend_answers_stuck_at_once_until_it_returns() {
    let (entered, inside) = mpsc::channel();
    let (go, gate) = mpsc::channel();
    let mut backend = Blocking { entered, go: gate, inner: MemoryVault::default() };
    split::set(&mut backend.inner, &key("k"), &secret("before"), 1).unwrap();
    let vault = Vault::start(Box::new(backend), Duration::from_millis(100));
    let mut state = vault.state();

    // The second call waits behind the first and must not happen later.
    let (first, key) = (vault.clone(), key("k"));
    let read = tokio::spawn({
        let key = key.clone();
        async move { first.get(&key).await }
    });
    tokio::task::spawn_blocking(move || inside.recv().unwrap()).await.unwrap();
    let waiting = vault.delete(&key).await;
    assert_eq!(waiting, Err(VaultError::Stuck));
    assert_eq!(read.await.unwrap().unwrap_err(), VaultError::Stuck);
    assert_eq!(state.borrow_and_update().state, VaultState::Locked);

    // Without a time-out of their own: a thousand of them take no time.
    for _ in 0..1000 {
        assert_eq!(vault.get(&key).await.unwrap_err(), VaultError::Stuck);
    }

    go.send(()).unwrap();
    state.wait_for(|view| view.state == VaultState::Ready).await.unwrap();
    drop(go);
    assert_eq!(text(vault.get(&key).await.unwrap()), Some("before".to_owned()), "it was not deleted later");
    vault.set(&key, &secret("after")).await.unwrap();
    assert_eq!(text(vault.get(&key).await.unwrap()), Some("after".to_owned()));
}

/// A vault that is missing, then locked, then panics, then works.
struct Moody(usize);

impl VaultBackend for Moody {
    fn kind(&self) -> VaultKind {
        VaultKind::Memory
    }
    fn entry_limit(&self) -> usize {
        usize::MAX
    }
    fn get(&mut self, _key: &VaultKey) -> Result<Option<SecretString>, VaultError> {
        self.0 += 1;
        match self.0 {
            1 => Err(VaultError::Missing("nobody".to_owned())),
            2 => Err(VaultError::Locked),
            3 => panic!("a library lost its temper"),
            _ => Ok(None),
        }
    }
    fn set(&mut self, _key: &VaultKey, _secret: &SecretString) -> Result<(), VaultError> {
        Ok(())
    }
    fn delete(&mut self, _key: &VaultKey) -> Result<(), VaultError> {
        Ok(())
    }
}

#[tokio::test]
async fn the_state_follows_the_last_call_and_every_call_tries_again() {
    let vault = Vault::start(Box::new(Moody(0)), DEFAULT_TIMEOUT);
    let state = vault.state();
    let mut seen = Vec::new();
    for _ in 0..4 {
        let _ = vault.probe().await;
        seen.push(state.borrow().state);
    }
    use VaultState::*;
    assert_eq!(seen, [Missing, Locked, Failed, Ready]);
    assert_eq!(state.borrow().message, None);
}

mod file {
    use super::*;

    fn vault(folder: &tempfile::TempDir, passphrase: &str) -> FileVault {
        FileVault::new(folder.path().join("vault"), secret(passphrase))
    }

    #[test]
    fn secrets_survive_a_restart_and_are_not_readable_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        vault(&folder, "right").set(&key("refresh/1"), &secret("rt_very_secret")).unwrap();
        let mut again = vault(&folder, "right");
        assert_eq!(text(again.get(&key("refresh/1")).unwrap()), Some("rt_very_secret".to_owned()));
        assert_eq!(text(again.get(&key("refresh/2")).unwrap()), None);
        let bytes = std::fs::read(folder.path().join("vault")).unwrap();
        assert!(!bytes.windows(4).any(|window| window == b"very"));
        again.delete(&key("refresh/1")).unwrap();
        assert_eq!(text(vault(&folder, "right").get(&key("refresh/1")).unwrap()), None);
    }

    #[test]
    fn a_wrong_pass_phrase_is_named_and_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        vault(&folder, "right").set(&key("k"), &secret("v")).unwrap();
        let before = std::fs::read(folder.path().join("vault")).unwrap();
        let error = vault(&folder, "wrong").set(&key("k"), &secret("w")).unwrap_err();
        assert!(error.to_string().contains("the pass-phrase does not open it"), "{error}");
        let file = folder.path().join("pass");
        std::fs::write(&file, "wrong\n").unwrap();
        let mut of_file = FileVault::with_passphrase_file(folder.path().join("vault"), &file).unwrap();
        let error = of_file.set(&key("k"), &secret("w")).unwrap_err().to_string();
        assert!(error.contains("ROCKPOOL_PASSPHRASE_FILE") && error.contains("pass"), "{error}");
        assert_eq!(std::fs::read(folder.path().join("vault")).unwrap(), before);
    }

    #[test]
    fn a_foreign_or_cut_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault");
        std::fs::write(&path, "something else entirely").unwrap();
        assert!(vault(&folder, "x").get(&key("k")).is_err());
        std::fs::remove_file(&path).unwrap();
        vault(&folder, "x").set(&key("k"), &secret("v")).unwrap();
        let whole = std::fs::read(&path).unwrap();
        for length in [0, 10, 30, 50, whole.len() - 1] {
            std::fs::write(&path, &whole[..length]).unwrap();
            assert!(vault(&folder, "x").get(&key("k")).is_err(), "{length} bytes");
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_the_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        vault(&folder, "x").set(&key("k"), &secret("v")).unwrap();
        let mode = std::fs::metadata(folder.path().join("vault")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn the_pass_phrase_is_the_first_line_of_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let passphrase = folder.path().join("pass");
        std::fs::write(&passphrase, "right\nrest\n").unwrap();
        vault(&folder, "right").set(&key("k"), &secret("v")).unwrap();
        let mut opened = FileVault::with_passphrase_file(folder.path().join("vault"), &passphrase).unwrap();
        assert_eq!(text(opened.get(&key("k")).unwrap()), Some("v".to_owned()));
        std::fs::write(&passphrase, "\n").unwrap();
        assert!(FileVault::with_passphrase_file(folder.path().join("vault"), &passphrase).is_err());
    }
}
