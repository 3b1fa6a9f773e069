//! Secrets in one file, encrypted with a pass-phrase or a key beside it, for machines without a keychain.
//!
//! # Format
//!
//! One line `rockpool vault 1`, then salt (16 bytes), nonce (24 bytes) and the ciphertext of a JSON
//! object, sealed with XChaCha20-Poly1305 over everything before it. The key is Argon2id of pass-phrase
//! and salt with 19 MiB and two passes (the first recommendation of the OWASP password storage cheat
//! sheet). Each write draws a new nonce, goes to a file beside and replaces the old one when it is on
//! the disk. Changes that are made together are one write.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use super::worker::PROBE_KEY;
use super::{Batch, VaultBackend, VaultError, VaultFile, VaultFileKey, VaultKey, VaultKind, key_file};
use crate::config::KeySource;
use crate::host::private_file;

const MAGIC: &[u8] = b"rockpool vault 1\n";
const SALT_BYTES: usize = 16;
const NONCE_BYTES: usize = 24;
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
/// More than any number of tokens needs; keeps a wrong file from being read whole.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

type Salt = [u8; SALT_BYTES];
type FileKey = Zeroizing<[u8; 32]>;
type FileEntries = BTreeMap<String, Zeroizing<String>>;

/// A vault in an encrypted file that this process alone writes; [`super::lock`] sees to that.
pub struct FileVault {
    path: PathBuf,
    passphrase: SecretString,
    source: PassphraseSource,
    /// The key of the last salt seen: deriving one takes a good part of a second.
    derived: Option<(Salt, FileKey)>,
    staged: Option<Staged>,
}

/// Where the pass-phrase came from.
enum PassphraseSource {
    /// From whoever made this vault.
    Given,
    File(PathBuf),
    Beside,
}

/// Entries between `begin` and `commit`.
struct Staged {
    entries: FileEntries,
    changed: bool,
}

impl FileVault {
    /// A vault in the file at `path`, made at the first write. Nothing is read yet.
    pub fn new(path: PathBuf, passphrase: SecretString) -> Self {
        Self::with(path, passphrase, PassphraseSource::Given)
    }

    fn with(path: PathBuf, passphrase: SecretString, source: PassphraseSource) -> Self {
        Self { path, passphrase, source, derived: None, staged: None }
    }

    /// A vault in the file at `path` with the key that `source` names.
    ///
    /// # Errors
    /// [`VaultError::File`] where the key can be neither read nor, beside a file that is not there yet, made.
    pub fn open(path: PathBuf, source: &KeySource) -> Result<Self, VaultError> {
        match source {
            KeySource::PassphraseFile(file) => Self::with_passphrase_file(path, file),
            KeySource::Beside => {
                let passphrase = key_file::read_or_make(&path)?;
                Ok(Self::with(path, passphrase, PassphraseSource::Beside))
            }
        }
    }

    /// Whether an encrypted file whose key lies beside it is at `path`.
    pub(super) fn is_with_key_beside(path: &Path) -> bool {
        path.exists() && key_file::beside(path).exists()
    }

    /// Whether such a file holds more than the entry that shows that it can be written. One that cannot be read may.
    pub fn holds_logins_with_key_beside(path: &Path) -> bool {
        let entries = || Self::open(path.to_owned(), &KeySource::Beside)?.load();
        Self::is_with_key_beside(path)
            && entries().map_or(true, |entries| entries.keys().any(|key| key != PROBE_KEY))
    }

    /// As [`FileVault::new`], with the first line of `passphrase_file` as the pass-phrase. It is read again when it does
    /// not open the file, so that one that was mended counts at the next use.
    ///
    /// # Errors
    /// [`VaultError::File`] where that file cannot be read or its first line is empty.
    pub fn with_passphrase_file(path: PathBuf, passphrase_file: &Path) -> Result<Self, VaultError> {
        let passphrase = read_passphrase(passphrase_file)?;
        Ok(Self::with(path, passphrase, PassphraseSource::File(passphrase_file.to_owned())))
    }

    fn load(&mut self) -> Result<FileEntries, VaultError> {
        let Some(bytes) = self.read()? else { return Ok(FileEntries::new()) };
        let foreign = || VaultError::File(format!("{} is no vault of Rockpool", self.path.display()));
        let head = bytes.get(..MAGIC.len() + SALT_BYTES).ok_or_else(foreign)?;
        let salt = head.strip_prefix(MAGIC).ok_or_else(foreign)?;
        let salt = Salt::try_from(salt).map_err(|_| foreign())?;
        let nonce = bytes.get(head.len()..head.len() + NONCE_BYTES).ok_or_else(foreign)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| foreign())?;
        let sealed = (&bytes[head.len() + NONCE_BYTES..], head);
        let mut plain = self.decrypt(salt, &nonce, sealed)?;
        if plain.is_none() && self.passphrase_has_changed() {
            plain = self.decrypt(salt, &nonce, sealed)?;
        }
        let plain = plain.ok_or_else(|| {
            VaultError::File(format!("{} is damaged, or {}", self.path.display(), self.why_not_opened()))
        })?;
        let entries: BTreeMap<String, String> = serde_json::from_slice(&plain)
            .map_err(|_| VaultError::File(format!("{} holds no entries", self.path.display())))?;
        Ok(entries.into_iter().map(|(key, value)| (key, Zeroizing::new(value))).collect())
    }

    /// `None` where the pass-phrase does not open it. What is sealed comes with what it was sealed over.
    fn decrypt(
        &mut self,
        salt: Salt,
        nonce: &XNonce,
        (msg, aad): (&[u8], &[u8]),
    ) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        let cipher = self.cipher(salt)?;
        Ok(cipher.decrypt(nonce, Payload { msg, aad }).ok().map(Zeroizing::new))
    }

    /// Reads the pass-phrase anew, and says whether it is another one.
    fn passphrase_has_changed(&mut self) -> bool {
        let PassphraseSource::File(file) = &self.source else { return false };
        let Ok(now) = read_passphrase(file) else { return false };
        let changed = now.expose_secret() != self.passphrase.expose_secret();
        if changed {
            (self.passphrase, self.derived) = (now, None);
        }
        changed
    }

    fn why_not_opened(&self) -> String {
        let key_file = key_file::beside(&self.path);
        match &self.source {
            PassphraseSource::Beside => format!("{} is not its key", key_file.display()),
            PassphraseSource::Given | PassphraseSource::File(_) if key_file.exists() => {
                format!("its key is {}; use ROCKPOOL_VAULT=file-with-key:PATH", key_file.display())
            }
            PassphraseSource::File(file) => {
                format!("the pass-phrase in {} (ROCKPOOL_PASSPHRASE_FILE) does not open it", file.display())
            }
            PassphraseSource::Given => "the pass-phrase does not open it".to_owned(),
        }
    }

    fn save(&mut self, entries: &FileEntries) -> Result<(), VaultError> {
        let salt = self.derived.as_ref().map_or_else(rand::random, |(salt, _)| *salt);
        let nonce: [u8; NONCE_BYTES] = rand::random();
        let plain: BTreeMap<&str, &str> =
            entries.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let plain = serde_json::to_vec(&plain)
            .map(Zeroizing::new)
            .map_err(|error| VaultError::File(format!("entries cannot be written: {error}")))?;
        let mut bytes = [MAGIC, &salt].concat();
        let payload = Payload { msg: &plain, aad: &bytes };
        let sealed = self
            .cipher(salt)?
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| VaultError::File("the entries cannot be encrypted".to_owned()))?;
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&sealed);
        private_file::replace(&self.path, &bytes)
            .map_err(|error| VaultError::File(format!("{} cannot be written: {error}", self.path.display())))
    }

    /// Puts these entries in place of what the file held.
    fn write(&mut self, entries: &FileEntries) -> Result<(), VaultError> {
        // A file is taken for the logins of earlier starts, so that one without any must not stay.
        if !entries.is_empty() {
            return self.save(entries);
        }
        match private_file::remove(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(VaultError::File(format!("{} cannot be removed: {error}", self.path.display())))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// At once, or with others where a batch has begun. `change` says whether it changed anything.
    fn change(&mut self, change: impl FnOnce(&mut FileEntries) -> bool) -> Result<(), VaultError> {
        if let Some(Staged { entries, changed }) = &mut self.staged {
            *changed |= change(entries);
            return Ok(());
        }
        let mut entries = self.load()?;
        if change(&mut entries) { self.write(&entries) } else { Ok(()) }
    }

    fn read(&self) -> Result<Option<Vec<u8>>, VaultError> {
        let failed = |error: std::io::Error| {
            VaultError::File(format!("{} cannot be read: {error}", self.path.display()))
        };
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let mut bytes = Vec::new();
        file.take(MAX_FILE_BYTES).read_to_end(&mut bytes).map_err(failed)?;
        Ok(Some(bytes))
    }

    fn cipher(&mut self, salt: Salt) -> Result<XChaCha20Poly1305, VaultError> {
        if let Some((known, key)) = &self.derived
            && *known == salt
        {
            return Ok(XChaCha20Poly1305::new((&**key).into()));
        }
        let refused = |error| VaultError::File(format!("no key can be made: {error}"));
        let params = Params::new(MEMORY_KIB, PASSES, 1, Some(32)).map_err(refused)?;
        let mut key = FileKey::default();
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(self.passphrase.expose_secret().as_bytes(), &salt, key.as_mut())
            .map_err(refused)?;
        let cipher = XChaCha20Poly1305::new((&*key).into());
        self.derived = Some((salt, key));
        Ok(cipher)
    }
}

impl std::fmt::Debug for FileVault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileVault").field("path", &self.path).finish_non_exhaustive()
    }
}

impl VaultBackend for FileVault {
    fn kind(&self) -> VaultKind {
        VaultKind::File
    }

    fn file(&self) -> Option<VaultFile> {
        let key = match self.source {
            PassphraseSource::Given | PassphraseSource::File(_) => VaultFileKey::Passphrase,
            PassphraseSource::Beside => VaultFileKey::Beside,
        };
        Some(VaultFile { path: self.path.display().to_string(), key })
    }

    fn warning(&self) -> Option<String> {
        let passphrase = match &self.source {
            PassphraseSource::File(file) => Some(file),
            // A key that others can read is refused.
            PassphraseSource::Given | PassphraseSource::Beside => None,
        };
        let open: Vec<_> = std::iter::once(&self.path)
            .chain(passphrase)
            .filter(|path| private_file::is_open_to_others(path))
            .map(|path| path.display().to_string())
            .collect();
        let named = open.join(" and ");
        (!open.is_empty())
            .then(|| format!("others on this machine may read {named}; run `chmod 600 {}`", open.join(" ")))
    }

    fn entry_limit(&self) -> usize {
        usize::MAX
    }

    fn get(&mut self, key: &VaultKey) -> Result<Option<SecretString>, VaultError> {
        let of =
            |entries: &FileEntries| entries.get(key.as_str()).map(|value| SecretString::from(value.as_str()));
        match &self.staged {
            Some(staged) => Ok(of(&staged.entries)),
            None => Ok(of(&self.load()?)),
        }
    }

    fn set(&mut self, key: &VaultKey, secret: &SecretString) -> Result<(), VaultError> {
        self.change(|entries| {
            entries.insert(key.as_str().to_owned(), Zeroizing::new(secret.expose_secret().to_owned()));
            true
        })
    }

    fn delete(&mut self, key: &VaultKey) -> Result<(), VaultError> {
        self.change(|entries| entries.remove(key.as_str()).is_some())
    }

    fn begin(&mut self) -> Result<Batch, VaultError> {
        self.staged = None;
        self.staged = Some(Staged { entries: self.load()?, changed: false });
        Ok(Batch::Together)
    }

    fn commit(&mut self) -> Result<(), VaultError> {
        match self.staged.take() {
            Some(Staged { entries, changed: true }) => self.write(&entries),
            Some(Staged { changed: false, .. }) | None => Ok(()),
        }
    }
}

fn read_passphrase(file: &Path) -> Result<SecretString, VaultError> {
    let shown = file.display();
    let text = fs::read_to_string(file).map(Zeroizing::new).map_err(|error| {
        VaultError::File(format!("the pass-phrase file {shown} cannot be read ({error}); set ROCKPOOL_PASSPHRASE_FILE to a file with the pass-phrase on its first line"))
    })?;
    match text.lines().next().unwrap_or_default() {
        "" => Err(VaultError::File(format!("the first line of {shown} is empty; put the pass-phrase there"))),
        first => Ok(SecretString::from(first)),
    }
}
