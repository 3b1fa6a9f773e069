//! The rehearsal: a newcomer sees the product at work within a minute, and nothing real is touched.

use std::fs;
use std::path::{Path, PathBuf};

use rockpool_engine::Control;
use rockpool_engine::snapshot::ModeView;
use rockpool_routing::AccountState;
use rockpool_tests::harness::Api;
use rockpool_tests::session::app::snapshot;
use rockpool_tests::session::{DesktopSession, Keyring, Notifications, Start, Tray};
use rockpool_tests::wait;
use tokio::time::{Duration, Instant, timeout_at};

const PROMISED: Duration = Duration::from_secs(60);

#[tokio::test]
async fn within_a_minute_a_rehearsal_shows_the_product_at_work_and_touches_nothing_real() {
    let mut session = DesktopSession::start().await;
    session.start_window_manager().await;
    let tray = Tray::host(&session).await;
    let notes = Notifications::serve(&session).await;
    let keyring = Keyring::start(&session).await;
    let before = home_of(&session);

    let curtain = Instant::now() + PROMISED;
    let mut app = Start::rehearsal().start(&session);
    let page = app.page(&session).await;
    page.says(&["Rehearsal", "Nothing real is touched"]).await;
    assert_eq!(session.windows().await, ["Rockpool (rehearsal)"]);
    assert_eq!(tray.shows("Rehearsal").await, "Rehearsal: simulated accounts only");
    page.says(&["Ada (Pro)", "Ben (Plus)", "Cleo (Team)"]).await;
    session.photograph("rehearsal-begins").await;

    let api = Api::over_http(&wait::until("the rehearsal serves", || control_of(&session)).await);
    let state = async |name: &str| {
        let accounts = snapshot(&api).await.accounts;
        accounts.into_iter().find(|account| account.display_name == name).unwrap().state
    };
    let played = async {
        rockpool_tests::session::ask::without_end(async || {
            let over = (state("Ben (Plus)").await, state("Cleo (Team)").await);
            (over == (AccountState::Exhausted, AccountState::NeedsReauth)).then_some(())
        })
        .await;
    };
    timeout_at(curtain, played).await.expect("all of it within a minute");
    let shown = snapshot(&api).await;
    assert_eq!((shown.mode, shown.recent.is_empty()), (ModeView::Rehearsal, false));
    notes.titled("Cleo (Team) needs you to sign in again").await;
    tray.shows("Sign in again: Cleo (Team)").await;
    page.says(&["Sign in again"]).await;
    session.photograph("rehearsal-plays").await;

    app.signal("TERM").await;
    assert_eq!(app.ended().await.code(), Some(0), "{}", app.logged());
    assert_eq!(session.browser().opened(), Vec::<String>::new(), "the person's browser was left alone");
    assert!(keyring.entries().await.is_empty(), "the real keychain holds something");
    assert!(!session.data_dir().exists());
    assert_eq!(home_of(&session), before, "the real home has new files");
    assert_eq!(left_in(&session.tmp()), Vec::<PathBuf>::new(), "the rehearsal's folder is still there");
}

/// Everything below a folder.
fn left_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| std::iter::once(path.clone()).chain(left_in(&path))).collect()
}

fn control_of(session: &DesktopSession) -> Option<Control> {
    let folders = fs::read_dir(session.tmp()).unwrap().flatten();
    folders.into_iter().find_map(|folder| Control::read(&folder.path().join("data")))
}

/// Files of the real home. The keychain writes there by itself.
fn home_of(session: &DesktopSession) -> Vec<PathBuf> {
    let mut files = session.files();
    files.retain(|path| {
        path.starts_with(session.home()) && !path.components().any(|part| part.as_os_str() == "keyrings")
    });
    files.sort();
    files
}
