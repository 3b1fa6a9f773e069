//! The keychain against a real gnome-keyring, each test in a private session of its own.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    reason = "a test may fail where it stands; clippy sees only #[test] functions as tests"
)]

mod session;

use std::time::Duration;

use rockpool_engine::snapshot::VaultState;
use rockpool_engine::vault::{Vault, VaultBackend, VaultError, VaultKey};
use rockpool_keychain::KeychainVault;
use secrecy::{ExposeSecret, SecretString};
use session::in_private_session;
use tokio::time::Instant;

const SERVICE: &str = "rockpool-test";

fn key(name: &str) -> VaultKey {
    VaultKey::new(name)
}

fn read(vault: &mut KeychainVault, name: &str) -> Option<String> {
    vault.get(&key(name)).unwrap().map(|secret| secret.expose_secret().to_owned())
}

#[test]
fn secrets_are_written_read_replaced_and_removed() {
    in_private_session("secrets_are_written_read_replaced_and_removed", |session| {
        let _keyring = session.start_keyring();
        let mut vault = KeychainVault::new(SERVICE);
        vault.set(&key("refresh/1"), &SecretString::from("rt_first")).unwrap();
        vault.set(&key("access/1"), &SecretString::from("a".repeat(20_000))).unwrap();
        assert_eq!(read(&mut vault, "refresh/1").as_deref(), Some("rt_first"));
        assert_eq!(read(&mut vault, "access/1").map(|token| token.len()), Some(20_000));
        vault.set(&key("refresh/1"), &SecretString::from("rt_second")).unwrap();
        assert_eq!(read(&mut KeychainVault::new(SERVICE), "refresh/1").as_deref(), Some("rt_second"));
        assert_eq!(read(&mut KeychainVault::new("rockpool-other"), "refresh/1"), None);
        vault.delete(&key("refresh/1")).unwrap();
        assert_eq!(read(&mut vault, "refresh/1"), None);
    });
}

#[test]
fn an_entry_that_is_not_there_is_none_and_may_be_removed() {
    in_private_session("an_entry_that_is_not_there_is_none_and_may_be_removed", |session| {
        let _keyring = session.start_keyring();
        let mut vault = KeychainVault::new(SERVICE);
        assert_eq!(read(&mut vault, "nothing"), None);
        vault.delete(&key("nothing")).unwrap();
    });
}

#[test]
fn a_keychain_that_starts_later_or_anew_is_found_without_a_restart() {
    in_private_session("a_keychain_that_starts_later_or_anew_is_found_without_a_restart", |session| {
        let mut vault = KeychainVault::new(SERVICE);
        let missing = vault.get(&key("k")).unwrap_err();
        assert!(matches!(missing, VaultError::Missing(_)), "{missing}");

        let keyring = session.start_keyring();
        vault.set(&key("k"), &SecretString::from("kept")).unwrap();

        drop(keyring);
        let gone = vault.get(&key("k")).unwrap_err();
        assert!(matches!(gone, VaultError::Missing(_)), "{gone}");

        let keyring = session.start_keyring();
        assert_eq!(read(&mut vault, "k").as_deref(), Some("kept"));

        // The next daemon knows nothing of the session that the vault had with this one.
        drop(keyring);
        let _keyring = session.start_keyring();
        assert_eq!(read(&mut vault, "k").as_deref(), Some("kept"));
    });
}

#[test]
fn a_locked_keyring_is_told_in_time_and_serves_again_when_unlocked() {
    in_private_session("a_locked_keyring_is_told_in_time_and_serves_again_when_unlocked", |session| {
        let keyring = session.start_keyring();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let timeout = Duration::from_secs(2);
            let vault = Vault::start(Box::new(KeychainVault::new(SERVICE)), timeout);
            vault.probe().await.unwrap();
            vault.set(&key("k"), &SecretString::from("kept")).await.unwrap();

            session.lock_keyring();
            let start = Instant::now();
            for answer in [
                vault.get(&key("k")).await.map(drop),
                vault.set(&key("k"), &SecretString::from("lost")).await,
                vault.set(&key("new"), &SecretString::from("lost")).await,
                vault.probe().await,
            ] {
                let told = matches!(answer, Err(VaultError::Locked | VaultError::Stuck));
                assert!(told, "{answer:?}");
            }
            assert!(start.elapsed() < 4 * timeout + Duration::from_secs(1), "{:?}", start.elapsed());
            let view = vault.state().borrow().clone();
            assert_eq!(view.state, VaultState::Locked);
            assert!(view.message.is_some_and(|message| message.contains("unlock")));

            drop(keyring);
            let _keyring = session.start_keyring();
            let kept = vault.get(&key("k")).await.unwrap();
            assert_eq!(kept.map(|secret| secret.expose_secret().to_owned()).as_deref(), Some("kept"));
            assert_eq!(vault.state().borrow().state, VaultState::Ready);
        });
    });
}

#[test]
fn a_password_window_that_nobody_answers_makes_the_vault_stuck_and_not_its_callers() {
    const NAME: &str = "a_password_window_that_nobody_answers_makes_the_vault_stuck_and_not_its_callers";
    in_private_session(NAME, |session| {
        let keyring = session.start_keyring();
        let window = session.open_endless_password_window();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let vault = Vault::start(Box::new(KeychainVault::new(SERVICE)), Duration::from_millis(500));
            vault.probe().await.unwrap();
            let mut state = vault.state();
            session.lock_keyring();

            assert_eq!(vault.probe().await, Err(VaultError::Stuck));
            assert_eq!(state.borrow_and_update().state, VaultState::Locked);
            let start = Instant::now();
            assert_eq!(vault.get(&key("k")).await.map(drop), Err(VaultError::Stuck));
            assert!(start.elapsed() < Duration::from_millis(400), "it is told at once");

            // The window goes away: the worker is free again, and works once the keyring is.
            drop(window);
            state.changed().await.unwrap();
            drop(keyring);
            let _keyring = session.start_keyring();
            vault.probe().await.unwrap();
        });
    });
}

#[test]
fn a_call_from_inside_a_runtime_does_not_panic() {
    in_private_session("a_call_from_inside_a_runtime_does_not_panic", |session| {
        let _keyring = session.start_keyring();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        // Holds only while zbus's feature `tokio` is off in the whole tree.
        runtime.block_on(async {
            assert_eq!(read(&mut KeychainVault::new(SERVICE), "k"), None);
        });
    });
}
