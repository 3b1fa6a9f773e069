//! Files that the vault, or the person, puts beside each other: who uses them, and who may read them.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use secrecy::SecretString;

use super::{key, secret, text};
use crate::config::{KeySource, VaultChoice};
use crate::model::vault::VaultState;
use crate::vault::{
    DEFAULT_TIMEOUT, FileVault, LockingOpener, Vault, VaultBackend as _, VaultError, VaultOpener as _,
    WithoutKeychain,
};

fn process() -> LockingOpener {
    LockingOpener::new(Arc::new(WithoutKeychain))
}

fn beside(path: &Path) -> VaultChoice {
    VaultChoice::File { path: path.to_owned(), key: KeySource::Beside }
}

#[test]
fn a_second_process_is_refused_and_told_which_file_who_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.bin");
    let first = process();
    let backend = first.open(&beside(&path)).unwrap();
    let again = first.open(&beside(&path)).unwrap();
    let Err(error) = process().open(&beside(&path)) else { panic!("two processes have it") };
    let words = error.with_remedy();
    let id = format!("process {}", std::process::id());
    for part in [path.to_str().unwrap(), &id, "quit that one", "ROCKPOOL_VAULT=file:PATH"] {
        assert!(words.contains(part), "{part} is not in: {words}");
    }
    drop(backend);
    assert!(process().open(&beside(&path)).is_err(), "the same process still uses it");
    drop(again);
    process().open(&beside(&path)).unwrap();
    process().open(&beside(&folder.path().join("other.bin"))).unwrap();
}

#[cfg(unix)]
#[test]
fn a_planted_link_is_not_followed_and_what_a_kill_left_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let (path, victim) = (folder.path().join("vault.bin"), folder.path().join("victim"));
    fs::write(&victim, "precious").unwrap();
    std::os::unix::fs::symlink(&victim, folder.path().join("vault.bin.new")).unwrap();
    fs::write(folder.path().join("vault.bin.0123456789abcdef.new"), "half").unwrap();
    let mut vault = process().open(&beside(&path)).unwrap();
    vault.set(&key("k"), &secret("v")).unwrap();
    assert_eq!(text(vault.get(&key("k")).unwrap()), Some("v".to_owned()));
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["vault.bin", "vault.bin.key", "vault.bin.lock", "victim"]);
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_made_for_a_vault_and_the_lock_in_it_are_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/vault.bin");
    let passphrase = folder.path().join("pass");
    fs::write(&passphrase, "right\n").unwrap();
    let choice = VaultChoice::File { path: path.clone(), key: KeySource::PassphraseFile(passphrase) };
    let _held = process().open(&choice).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    assert_eq!(mode(&folder.path().join("deep/vault.bin.lock")), 0o600);
}

#[cfg(unix)]
#[tokio::test]
async fn what_others_can_read_is_shown_with_the_command_that_cures_it_and_used_all_the_same() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let (path, passphrase) = (folder.path().join("vault.bin"), folder.path().join("pass"));
    fs::write(&passphrase, "right\n").unwrap();
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    // As a container's secret is mounted.
    set(&passphrase, 0o444);
    let choice = VaultChoice::File { path: path.clone(), key: KeySource::PassphraseFile(passphrase.clone()) };
    let vault = Vault::start(process().open(&choice).unwrap(), DEFAULT_TIMEOUT);
    let shown = vault.state();
    let message = shown.borrow().message.clone().unwrap();
    assert!(message.contains(&format!("chmod 600 {}", passphrase.display())), "{message}");
    vault.set(&key("k"), &secret("v")).await.unwrap();
    assert_eq!(shown.borrow().state, VaultState::Ready);
    set(&passphrase, 0o600);
    set(&path, 0o640);
    vault.get(&key("k")).await.unwrap();
    let message = shown.borrow().message.clone().unwrap();
    assert!(message.ends_with(&format!("chmod 600 {}`", path.display())), "{message}");
    set(&path, 0o600);
    vault.get(&key("k")).await.unwrap();
    assert_eq!(shown.borrow().message, None);
}

#[test]
fn a_pass_phrase_file_that_was_mended_counts_at_the_next_use() {
    let folder = tempfile::tempdir().unwrap();
    let (path, passphrase) = (folder.path().join("vault"), folder.path().join("pass"));
    FileVault::new(path.clone(), SecretString::from("right")).set(&key("k"), &secret("v")).unwrap();
    fs::write(&passphrase, "wrong\n").unwrap();
    let mut vault = FileVault::with_passphrase_file(path, &passphrase).unwrap();
    let error = vault.get(&key("k")).unwrap_err().with_remedy();
    assert!(error.contains(passphrase.to_str().unwrap()) && !error.contains("keychain"), "{error}");
    fs::write(&passphrase, "right\n").unwrap();
    assert_eq!(text(vault.get(&key("k")).unwrap()), Some("v".to_owned()));
    fs::write(&passphrase, "another\n").unwrap();
    vault.set(&key("k"), &secret("w")).unwrap();
    assert_eq!(text(vault.get(&key("k")).unwrap()), Some("w".to_owned()), "what opens it stays");
}

#[test]
fn no_word_of_an_encrypted_file_speaks_of_a_keychain() {
    let taken = VaultError::Taken { file: "v.bin".to_owned(), process: None };
    for error in [VaultError::File("v.bin is damaged".to_owned()), taken, VaultError::Failed("it".to_owned())]
    {
        assert!(!error.with_remedy().contains("keychain"), "{error:?}");
    }
}
