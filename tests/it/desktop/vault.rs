//! A keychain that is locked or missing is said so, nothing falls back, and nobody has to restart the app.

use rockpool_engine::snapshot::{VaultKind, VaultState};
use rockpool_routing::AccountState;
use rockpool_tests::session::app::snapshot;
use rockpool_tests::session::{Keyring, Start, ask};
use serde_json::json;

use crate::harness::{DesktopHarness, account, ask_for_an_answer, client, seat};

#[tokio::test]
async fn a_locked_keychain_is_told_and_its_unlocking_is_enough() {
    let desktop = DesktopHarness::with(["ada"]).await;
    let (keyring, mut app, api) = desktop.open().await;
    desktop.import(&api, "ada").await;
    let key = client(&api, "ada").await;
    desktop.tray.click("Quit").await;
    app.ended().await;

    keyring.lock().await;
    let (_app, api) = Start::before(&desktop.sim).serve(&desktop.session).await;
    let key = rockpool_tests::tools::Key { base_url: snapshot(&api).await.endpoint, ..key };
    desktop.tray.shows("The keychain is locked").await;
    desktop.tray.shows("ada: 5h 60% · weekly 80% · sign-in not readable").await;
    let told = desktop.notes.titled("The keychain is locked").await;
    assert_eq!(told.buttons(), ["Open dashboard"]);
    let shown = snapshot(&api).await;
    assert_eq!((shown.vault.state, shown.accounts[0].state), (VaultState::Locked, AccountState::VaultLocked));
    assert_eq!(ask_for_an_answer(&key).await, 400, "nothing serves meanwhile");

    keyring.unlock().await;
    desktop.tray.shows("ada: 5h 60% · weekly 80% · ready").await;
    desktop.notes.titled("The keychain is usable again").await;
    assert_eq!(ask_for_an_answer(&key).await, 200);
    assert_eq!(desktop.notes.titles(), ["The keychain is locked", "The keychain is usable again"]);
}

#[tokio::test]
async fn a_missing_keychain_is_told_nothing_is_kept_elsewhere_and_its_start_is_enough() {
    let desktop = DesktopHarness::with(["ada"]).await;
    let (_app, api) = Start::before(&desktop.sim).serve(&desktop.session).await;
    desktop.tray.shows("There is no keychain").await;
    desktop.notes.titled("There is no keychain").await;
    let shown = snapshot(&api).await.vault;
    assert_eq!((shown.kind, shown.state), (VaultKind::Keychain, VaultState::Missing));
    assert!(shown.message.is_some());

    let login = desktop.sim.mint_login(&seat("ada")).unwrap();
    let import = json!({"auth_json": login.auth_json, "name": "ada", "mode": "take_over"});
    let refused = api.call(http::Method::POST, "/accounts/import", Some(import.clone())).await;
    assert!((400..600).contains(&refused.status), "{refused:?}");
    for path in desktop.session.files() {
        let text = std::fs::read(&path).unwrap_or_default();
        let token = login.refresh_token.as_bytes();
        assert!(!text.windows(token.len()).any(|window| window == token), "{}", path.display());
    }

    let keyring = Keyring::start(&desktop.session).await;
    desktop.notes.titled("The keychain is usable again").await;
    ask::until("the keychain takes the login", async || {
        let answer = api.call(http::Method::POST, "/accounts/import", Some(import.clone())).await;
        (answer.status < 300).then_some(())
    })
    .await;
    assert_eq!(account(&api, "ada").await.state, AccountState::Ready);
    assert!(keyring.entries().await.values().any(|value| value.contains(&login.refresh_token)));
}
