//! The key beside an encrypted file: made once, readable by its owner only, never reached through a link.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use super::VaultError;
use crate::host::private_file;

const KEY_BYTES: usize = 32;
/// A key in base64 and a line feed; anything longer is not ours.
const MAX_FILE_BYTES: u64 = 128;

/// Where the key of the encrypted file at `vault` lies.
pub(super) fn beside(vault: &Path) -> PathBuf {
    private_file::with_ending(vault, ".key")
}

/// The key of the encrypted file at `vault`; a new one where neither is there yet.
///
/// An encrypted file without its key is never given another one: what it holds could not be read any more, and
/// the next write would replace it.
pub(super) fn read_or_make(vault: &Path) -> Result<SecretString, VaultError> {
    let path = beside(vault);
    if let Some(key) = read(&path)? {
        return Ok(key);
    }
    if vault.exists() {
        return Err(VaultError::File(format!(
            "{} is there and its key {} is not; bring the key back, name the pass-phrase with \
             ROCKPOOL_VAULT=file:PATH and ROCKPOOL_PASSPHRASE_FILE if that is what it is encrypted with, or move \
             the file away and sign in again",
            vault.display(),
            path.display()
        )));
    }
    make(&path).map_err(|error| unusable(&path, &format!("cannot be made ({error})")))?;
    // What another process made meanwhile counts.
    read(&path)?.ok_or_else(|| unusable(&path, "has gone again"))
}

fn unusable(path: &Path, why: &str) -> VaultError {
    VaultError::File(format!("the key file {} {why}", path.display()))
}

fn read(path: &Path) -> Result<Option<SecretString>, VaultError> {
    let failed = |error: std::io::Error| unusable(path, &format!("cannot be read ({error})"));
    let named = match fs::symlink_metadata(path) {
        Ok(named) => named,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    if !named.is_file() {
        return Err(unusable(path, "is not a plain file; move it away, or put the key there itself"));
    }
    let file = File::open(path).map_err(failed)?;
    check_owner_only(path, &named, &file.metadata().map_err(failed)?)?;
    let mut text = Zeroizing::new(String::new());
    file.take(MAX_FILE_BYTES).read_to_string(&mut text).map_err(failed)?;
    let key = text.trim();
    if !URL_SAFE_NO_PAD.decode(key).map(Zeroizing::new).is_ok_and(|bytes| bytes.len() == KEY_BYTES) {
        return Err(unusable(path, "holds no key; bring back the one that was made"));
    }
    Ok(Some(SecretString::from(key)))
}

/// What was opened is what was looked at: a link that took its place in between names another file.
#[cfg(unix)]
fn check_owner_only(path: &Path, named: &fs::Metadata, opened: &fs::Metadata) -> Result<(), VaultError> {
    use std::os::unix::fs::MetadataExt as _;
    if (named.dev(), named.ino()) != (opened.dev(), opened.ino()) {
        return Err(unusable(path, "changed while it was opened; try again"));
    }
    if opened.mode() & 0o077 != 0 {
        let why = format!("can be read by others; run `chmod 600 {}`", path.display());
        return Err(unusable(path, &why));
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_owner_only(_: &Path, _: &fs::Metadata, _: &fs::Metadata) -> Result<(), VaultError> {
    Ok(())
}

/// A key that another process made meanwhile is not replaced.
fn make(path: &Path) -> std::io::Result<()> {
    let key = Zeroizing::new(URL_SAFE_NO_PAD.encode(Zeroizing::new(rand::random::<[u8; KEY_BYTES]>())));
    match private_file::make(path, Zeroizing::new(format!("{}\n", *key)).as_bytes()) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use secrecy::ExposeSecret as _;

    use super::*;

    fn refused(vault: &Path) -> String {
        read_or_make(vault).unwrap_err().to_string()
    }

    #[test]
    fn a_key_is_made_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let vault = folder.path().join("new/vault.bin");
        let first = read_or_make(&vault).unwrap();
        assert_eq!(read_or_make(&vault).unwrap().expose_secret(), first.expose_secret());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&beside(&vault)), 0o600);
        assert_eq!(mode(vault.parent().unwrap()), 0o700);
        assert_eq!(fs::read_dir(vault.parent().unwrap()).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn a_key_that_others_can_read_is_refused_with_the_command_that_cures_it() {
        let folder = tempfile::tempdir().unwrap();
        let vault = folder.path().join("vault.bin");
        read_or_make(&vault).unwrap();
        fs::set_permissions(beside(&vault), fs::Permissions::from_mode(0o640)).unwrap();
        assert!(refused(&vault).contains("chmod 600"), "{}", refused(&vault));
    }

    #[test]
    fn a_link_in_the_keys_place_is_not_followed_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = folder.path().join("elsewhere");
        read_or_make(&elsewhere).unwrap();
        for target in [beside(&elsewhere), folder.path().join("nothing")] {
            let vault = folder.path().join("vault.bin");
            std::os::unix::fs::symlink(&target, beside(&vault)).unwrap();
            assert!(refused(&vault).contains("not a plain file"), "{}", refused(&vault));
            assert!(!folder.path().join("nothing").exists());
            fs::remove_file(beside(&vault)).unwrap();
        }
    }

    #[test]
    fn a_vault_that_lost_its_key_gets_no_other_one() {
        let folder = tempfile::tempdir().unwrap();
        let vault = folder.path().join("vault.bin");
        fs::write(&vault, "sealed").unwrap();
        assert!(refused(&vault).contains("bring the key back"), "{}", refused(&vault));
        assert!(!beside(&vault).exists());
    }

    #[test]
    fn half_a_key_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let vault = folder.path().join("vault.bin");
        read_or_make(&vault).unwrap();
        fs::write(beside(&vault), "c2hvcnQ\n").unwrap();
        assert!(refused(&vault).contains("holds no key"), "{}", refused(&vault));
    }
}
