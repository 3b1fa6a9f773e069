//! Writes that wait at the same time.

use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};

use secrecy::SecretString;

use super::{key, secret, text};
use crate::model::vault::VaultKind;
use crate::vault::{Batch, DEFAULT_TIMEOUT, MemoryVault, Vault, VaultBackend, VaultError, VaultKey};

/// A place like a file, whose first read lasts until the test lets it go, and which counts how often it is written.
struct Gated {
    gate: Option<(Sender<()>, Receiver<()>)>,
    entries: MemoryVault,
    commits: Arc<Mutex<Vec<Result<(), VaultError>>>>,
    commits_to: Result<(), VaultError>,
}

impl VaultBackend for Gated {
    fn kind(&self) -> VaultKind {
        VaultKind::File
    }
    fn entry_limit(&self) -> usize {
        usize::MAX
    }
    fn get(&mut self, key: &VaultKey) -> Result<Option<SecretString>, VaultError> {
        if let Some((entered, go)) = self.gate.take() {
            entered.send(()).unwrap();
            go.recv().unwrap();
        }
        self.entries.get(key)
    }
    fn set(&mut self, key: &VaultKey, secret: &SecretString) -> Result<(), VaultError> {
        self.entries.set(key, secret)
    }
    fn delete(&mut self, key: &VaultKey) -> Result<(), VaultError> {
        self.entries.delete(key)
    }
    fn begin(&mut self) -> Result<Batch, VaultError> {
        Ok(Batch::Together)
    }
    fn commit(&mut self) -> Result<(), VaultError> {
        self.commits.lock().unwrap().push(self.commits_to.clone());
        self.commits_to.clone()
    }
}

struct Stage {
    vault: Vault,
    commits: Arc<Mutex<Vec<Result<(), VaultError>>>>,
    go: Sender<()>,
}

impl Stage {
    /// With a worker that is busy with a read until it is let go, so that calls gather.
    async fn busy(commits_to: Result<(), VaultError>) -> Self {
        let (tell_entered, entered) = mpsc::channel();
        let (go, gate) = mpsc::channel();
        let commits = Arc::default();
        let backend = Gated {
            gate: Some((tell_entered, gate)),
            entries: MemoryVault::default(),
            commits: Arc::clone(&commits),
            commits_to,
        };
        let vault = Vault::start(Box::new(backend), DEFAULT_TIMEOUT);
        let reading = vault.clone();
        tokio::spawn(async move { reading.get(&key("first")).await });
        tokio::task::spawn_blocking(move || entered.recv().unwrap()).await.unwrap();
        Self { vault, commits, go }
    }
}

#[tokio::test]
async fn writes_that_wait_together_are_one_write_and_calls_of_one_key_keep_their_order() {
    let stage = Stage::busy(Ok(())).await;
    let (vault, a, b) = (&stage.vault, key("a"), key("b"));
    let (one, two, three) = (secret("one"), secret("two"), secret("three"));
    let calls = async {
        tokio::join!(
            vault.get(&a),
            vault.set(&a, &one),
            vault.get(&b),
            vault.set(&b, &two),
            vault.set(&a, &three),
            vault.get(&a),
            vault.delete(&a),
            vault.get(&a),
        )
    };
    let gather = async {
        // Each call is in the queue when its future was looked at once.
        tokio::task::yield_now().await;
        stage.go.send(()).unwrap();
    };
    let ((before, set_a, other, set_b, again, read, deleted, gone), ()) = tokio::join!(calls, gather);
    for done in [set_a, set_b, again, deleted] {
        done.unwrap();
    }
    let seen = [before, other, read, gone].map(|answer| text(answer.unwrap()));
    assert_eq!(seen, [None, None, Some("three".to_owned()), None]);
    assert_eq!(stage.commits.lock().unwrap().len(), 2, "one up to the read of a, one after it");
    assert_eq!(text(vault.get(&b).await.unwrap()), Some("two".to_owned()));
}

#[tokio::test]
async fn writes_that_do_not_come_to_rest_are_an_error_to_each_who_waits() {
    let full = VaultError::File("the disk is full".to_owned());
    let stage = Stage::busy(Err(full.clone())).await;
    let (vault, a, b, value) = (&stage.vault, key("a"), key("b"), secret("x"));
    let calls = async { tokio::join!(vault.set(&a, &value), vault.set(&b, &value)) };
    let gather = async {
        tokio::task::yield_now().await;
        stage.go.send(()).unwrap();
    };
    let (answers, ()) = tokio::join!(calls, gather);
    assert_eq!(answers, (Err(full.clone()), Err(full)));
    assert_eq!(stage.commits.lock().unwrap().len(), 1);
}
