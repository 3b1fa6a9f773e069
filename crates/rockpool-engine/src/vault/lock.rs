//! One encrypted file serves one installation: whoever uses it holds a lock beside it.
//!
//! Two that load, change and replace the same file would write each other's tokens away. The lock is on a file of its own,
//! since the encrypted one is replaced at each write. The system frees it when the process dies.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use secrecy::SecretString;

use super::{Batch, VaultBackend, VaultError, VaultFile, VaultKey, VaultKind, VaultOpener, key_file};
use crate::config::VaultChoice;
use crate::host::private_file;

/// Opens what another opener does; files are locked from then on until the last backend over them is dropped.
pub(crate) struct LockingOpener {
    inner: Arc<dyn VaultOpener>,
    held: Mutex<HashMap<PathBuf, Weak<VaultLock>>>,
}

/// The right of this process to use an encrypted file.
struct VaultLock {
    /// `None` where the system has no locks at this place.
    _file: Option<File>,
}

impl LockingOpener {
    pub(crate) fn new(inner: Arc<dyn VaultOpener>) -> Self {
        Self { inner, held: Mutex::default() }
    }

    /// The same backend, with its file locked if it has one.
    ///
    /// # Errors
    /// [`VaultError::Taken`] where another process has it.
    pub(crate) fn hold(&self, backend: Box<dyn VaultBackend>) -> Result<Box<dyn VaultBackend>, VaultError> {
        let Some(file) = backend.file() else { return Ok(backend) };
        let lock = self.lock(Path::new(&file.path))?;
        Ok(Box::new(LockedVault { backend, _lock: lock }))
    }

    /// Shared with whoever of this process has it: a file is opened anew while the backend before is still there.
    fn lock(&self, path: &Path) -> Result<Arc<VaultLock>, VaultError> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = held.get(path).and_then(Weak::upgrade) {
            return Ok(lock);
        }
        let lock = Arc::new(VaultLock::take(path)?);
        held.insert(path.to_owned(), Arc::downgrade(&lock));
        Ok(lock)
    }
}

impl VaultOpener for LockingOpener {
    fn open(&self, choice: &VaultChoice) -> Result<Box<dyn VaultBackend>, VaultError> {
        self.hold(self.inner.open(choice)?)
    }
}

impl VaultLock {
    fn take(vault: &Path) -> Result<Self, VaultError> {
        let path = private_file::with_ending(vault, ".lock");
        let file = match lock(&path) {
            Ok(file) => file,
            Err(TryLockError::WouldBlock) => {
                return Err(VaultError::Taken { file: vault.display().to_string(), process: holder(&path) });
            }
            // A folder that cannot be written is nobody's to write, and a disk without locks is still a disk.
            Err(TryLockError::Error(error)) => {
                tracing::warn!(%error, path = %path.display(), "nothing keeps a second Rockpool from this vault");
                return Ok(Self { _file: None });
            }
        };
        // Nobody else writes here from now on.
        for written in [vault.to_owned(), key_file::beside(vault)] {
            if let Err(error) = private_file::remove_drafts(&written) {
                tracing::warn!(%error, path = %written.display(), "what a kill left beside it could not be removed");
            }
        }
        Ok(Self { _file: Some(file) })
    }
}

fn lock(path: &Path) -> Result<File, TryLockError> {
    let made = private_file::make_folder(private_file::folder_of(path))
        .and_then(|()| private_file::open(path, OpenOptions::new().create(true).append(true)));
    let mut file = made.map_err(TryLockError::Error)?;
    file.try_lock()?;
    // For whoever is refused; the lock holds without it.
    let _: io::Result<()> = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
    Ok(file)
}

/// Which process wrote its id there last.
fn holder(path: &Path) -> Option<u32> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

/// A backend, and the right to use it.
struct LockedVault {
    backend: Box<dyn VaultBackend>,
    _lock: Arc<VaultLock>,
}

impl VaultBackend for LockedVault {
    fn kind(&self) -> VaultKind {
        self.backend.kind()
    }

    fn file(&self) -> Option<VaultFile> {
        self.backend.file()
    }

    fn warning(&self) -> Option<String> {
        self.backend.warning()
    }

    fn entry_limit(&self) -> usize {
        self.backend.entry_limit()
    }

    fn get(&mut self, key: &VaultKey) -> Result<Option<SecretString>, VaultError> {
        self.backend.get(key)
    }

    fn set(&mut self, key: &VaultKey, secret: &SecretString) -> Result<(), VaultError> {
        self.backend.set(key, secret)
    }

    fn delete(&mut self, key: &VaultKey) -> Result<(), VaultError> {
        self.backend.delete(key)
    }

    fn begin(&mut self) -> Result<Batch, VaultError> {
        self.backend.begin()
    }

    fn commit(&mut self) -> Result<(), VaultError> {
        self.backend.commit()
    }
}
