//! Adding accounts and repairing them: menu, browser, keychain, alert.

use std::fs;

use rockpool_routing::AccountState;
use rockpool_sim::{Death, SecretKind};
use rockpool_tests::session::app::snapshot;
use rockpool_tests::session::ask;
use rockpool_tests::session::callback_port_lock::CallbackPortLock;

use crate::harness::{DesktopHarness, account, ask_for_an_answer, client};

#[tokio::test]
async fn an_account_is_added_by_a_click_and_its_token_rests_in_the_keychain_alone() {
    let desktop = DesktopHarness::with(["ada"]).await;
    let (keyring, app, api) = desktop.open().await;
    assert_eq!(desktop.tray.shows("No account").await, "No account yet");

    let url = desktop.add_by_click("ada").await;
    assert!(url.starts_with(&format!("{}/oauth/authorize?", desktop.sim.auth_url())), "{url}");
    assert!(url.contains("code_challenge_method=S256"), "{url}");

    let shown = snapshot(&api).await.accounts;
    assert_eq!((shown.len(), shown[0].email.as_deref()), (1, Some("ada@example.test")));
    let line = desktop
        .tray
        .shows(&format!("{}: 5h 60% · weekly 80% · ready · resets in", shown[0].display_name))
        .await;
    assert!(line.ends_with("min"), "{line}");
    desktop.tray.icon("the icon shows plenty of water", |icon| icon.blue() > 300 && icon.badge() == 0).await;

    let kept = keyring.entries().await;
    let secrets = desktop.sim.issued_secrets();
    let refresh = secrets.iter().rfind(|secret| secret.kind == SecretKind::RefreshToken).unwrap();
    assert!(
        kept.values().any(|value| value.contains(&refresh.value)),
        "not in the keychain: {:?}",
        kept.keys()
    );
    for path in desktop.session.files() {
        let bytes = fs::read(&path).unwrap_or_default();
        for secret in &secrets {
            let found = bytes.windows(secret.value.len()).any(|window| window == secret.value.as_bytes());
            assert!(!found, "{:?} lies in {}", secret.kind, path.display());
        }
    }
    for secret in &secrets {
        assert!(!app.logged().contains(&secret.value), "{:?} was logged", secret.kind);
    }
}

#[tokio::test]
async fn a_second_click_opens_the_browser_again_and_cancel_gives_the_sign_in_up() {
    let desktop = DesktopHarness::with(["ada"]).await;
    let (_keyring, _app, api) = desktop.open().await;
    let _ports = CallbackPortLock::acquire().await;
    desktop.tray.click("Add account…").await;
    let first = desktop.session.browser().nth(0).await;
    desktop.tray.click("Waiting for the browser… (open again)").await;
    assert_eq!(desktop.session.browser().nth(1).await, first, "the same sign-in goes on");
    desktop.tray.click("Cancel sign-in").await;
    desktop.tray.shows("Add account…").await;
    assert!(snapshot(&api).await.accounts.is_empty());
}

#[tokio::test]
async fn a_lost_login_is_told_once_and_the_alerts_button_repairs_that_very_account() {
    let desktop = DesktopHarness::with(["ada", "ben"]).await;
    let (_keyring, _app, api) = desktop.open().await;
    desktop.import(&api, "ada").await;
    desktop.import(&api, "ben").await;
    let before = account(&api, "ben").await;
    let key = client(&api, "ben").await;

    desktop.sim.kill_login("user-ben", Death::Revoked).unwrap();
    for _ in 0..3 {
        assert_eq!(ask_for_an_answer(&key).await, 400);
    }
    let told = desktop.notes.titled("ben needs you to sign in again").await;
    assert_eq!((told.app.as_str(), told.urgency), ("Rockpool", 2));
    assert_eq!(told.buttons(), ["Sign in", "Open dashboard"]);
    desktop.tray.shows("Sign in again: ben").await;
    desktop.tray.icon("the icon is marked", |icon| icon.badge() > 40).await;

    let ports = CallbackPortLock::acquire().await;
    desktop.notes.click(&told, "Sign in").await;
    let url = desktop.session.browser().nth(0).await;
    let sign_ins = snapshot(&api).await.sign_ins;
    let shown: Vec<_> =
        sign_ins.iter().map(|one| (one.account.as_deref(), one.authorize_url.as_str())).collect();
    assert_eq!(shown, [(Some("ben"), url.as_str())]);
    desktop.sign_in_at_browser(0, "ben").await;
    ask::until("ben is back", async || {
        (account(&api, "ben").await.state == AccountState::Ready).then_some(())
    })
    .await;
    drop(ports);

    let after = account(&api, "ben").await;
    assert_eq!(
        (after.id, after.display_name, after.workspace_id),
        (before.id, before.display_name, before.workspace_id)
    );
    assert_eq!(ask_for_an_answer(&key).await, 200);
    desktop.notes.titled("ben is back").await;
    assert_eq!(desktop.notes.titles(), ["ben needs you to sign in again", "ben is back"]);
    desktop.tray.icon("the mark is gone", |icon| icon.badge() == 0).await;
}
