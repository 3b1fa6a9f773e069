//! How the app begins and ends, and who else may serve from its data folder.

use std::fs::{self, File};
use std::process::Stdio;

use http::Method;
use rockpool_engine::Control;
use rockpool_sim::{Action, Fault, On};
use rockpool_tests::journal::refreshes;
use rockpool_tests::session::process::Running;
use rockpool_tests::session::{App, Keyring, Start, ask};

use crate::harness::DesktopHarness;

/// Nothing of the app is left behind.
async fn assert_clean_end(desktop: &DesktopHarness, app: &mut App) {
    assert_eq!(app.ended().await.code(), Some(0), "{}", app.logged());
    desktop.tray.gone().await;
    let icons = fs::read_dir(desktop.session.runtime_dir().join("tray-icon")).into_iter().flatten().count();
    assert_eq!(icons, 0, "the icon's file is still there");
    let data_dir = desktop.session.data_dir();
    assert!(!data_dir.join("control.json").exists());
    let lock = File::options().append(true).open(data_dir.join("rockpool.lock")).unwrap();
    lock.try_lock().expect("the data folder is free");
}

#[tokio::test]
async fn quit_in_the_menu_ends_the_app_and_leaves_nothing_behind() {
    let desktop = DesktopHarness::with(["ada"]).await;
    let (_keyring, mut app, _api) = desktop.open().await;
    desktop.tray.click("Quit").await;
    assert_clean_end(&desktop, &mut app).await;
}

#[tokio::test]
async fn a_request_to_terminate_ends_the_app_as_quit_does() {
    let mut desktop = DesktopHarness::with(["ada"]).await;
    desktop.session.start_window_manager().await;
    let (_keyring, mut app, _api) = desktop.open().await;
    desktop.tray.click("Open dashboard").await;
    ask::until("the window opens", async || (!desktop.session.windows().await.is_empty()).then_some(()))
        .await;
    app.signal("TERM").await;
    assert_clean_end(&desktop, &mut app).await;
}

#[tokio::test]
async fn a_signal_in_mid_refresh_ends_the_app_when_the_new_tokens_are_saved() {
    let desktop = DesktopHarness::with(["ada"]).await;
    let (_keyring, mut app, api) = desktop.open().await;
    desktop.import(&api, "ada").await;
    desktop.sim.expire_access_tokens("user-ada").unwrap();
    desktop.sim.script(Fault::next(On::Refresh, Action::HoldHeaders { ms: 1000 }));
    let asked = tokio::spawn(async move { api.call(Method::POST, "/accounts/ada/quota", None).await });
    let sent = || (!refreshes(&desktop.sim).is_empty()).then_some(());
    rockpool_tests::wait::until("the refresh is sent", sent).await;
    app.signal("QUIT").await;
    assert_clean_end(&desktop, &mut app).await;
    asked.abort();
    let (_app, api) = Start::before(&desktop.sim).serve(&desktop.session).await;
    api.done(Method::POST, "/accounts/ada/quota", None).await;
    assert_eq!(refreshes(&desktop.sim).len(), 1, "the new tokens were saved");
}

#[tokio::test]
async fn accounts_and_logins_are_there_again_after_a_kill() {
    let desktop = DesktopHarness::with(["ada"]).await;
    let (keyring, app, api) = desktop.open().await;
    desktop.import(&api, "ada").await;
    drop(app);
    let (_app, api) = Start::before(&desktop.sim).serve(&desktop.session).await;
    assert_eq!(crate::harness::account(&api, "ada").await.state, rockpool_routing::AccountState::Ready);
    let key = crate::harness::client(&api, "ada").await;
    assert_eq!(crate::harness::ask_for_an_answer(&key).await, 200);
    assert!(!keyring.entries().await.is_empty());
}

#[tokio::test]
async fn a_second_start_opens_the_first_ones_window_and_ends() {
    let mut desktop = DesktopHarness::with(["ada"]).await;
    desktop.session.start_window_manager().await;
    let (_keyring, mut app, _api) = desktop.open().await;
    desktop.tray.shows("No account yet").await;
    let mut second = Start::before(&desktop.sim).start(&desktop.session);
    assert_eq!(second.ended().await.code(), Some(0), "{}", second.logged());
    ask::until("the first one's window opens", async || {
        (desktop.session.windows().await == ["Rockpool"]).then_some(())
    })
    .await;
    assert_eq!(app.control().await.pid, app.pid());
}

#[tokio::test]
async fn a_server_on_the_apps_data_folder_is_refused_and_names_the_app() {
    let desktop = DesktopHarness::with(["ada"]).await;
    let _keyring = Keyring::start(&desktop.session).await;
    let mut app = Start::before(&desktop.sim).start(&desktop.session);
    let control = app.control().await;
    let mut command = desktop.session.command(rockpool_tests::program("ROCKPOOL_BIN"));
    command.arg("serve").env("ROCKPOOL_LISTEN", "127.0.0.1:0");
    let output = rockpool_tests::wait::within("the server refuses", command.output()).await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    for word in [control.pid.to_string(), control.address.to_string()] {
        assert!(said.contains(&word), "{word} is not in: {said}");
    }
}

#[tokio::test]
async fn the_app_on_a_servers_data_folder_is_refused_and_names_the_server() {
    let desktop = DesktopHarness::with(["ada"]).await;
    let _keyring = Keyring::start(&desktop.session).await;
    let mut command = desktop.session.command(rockpool_tests::program("ROCKPOOL_BIN"));
    command.arg("serve").env("ROCKPOOL_LISTEN", "127.0.0.1:0").stderr(Stdio::null());
    let (_server, said) = Running::start_and_read_line(command).await;
    let control =
        Control::read(&desktop.session.data_dir()).unwrap_or_else(|| panic!("it says it serves: {said}"));

    let mut app = Start::before(&desktop.sim).start(&desktop.session);
    assert_eq!(app.ended().await.code(), Some(1));
    let told = desktop.notes.titled("Rockpool").await;
    for word in [control.pid.to_string(), control.address.to_string()] {
        assert!(app.logged().contains(&word), "{word} is not in: {}", app.logged());
        assert!(told.body.contains(&word), "{word} is not in: {}", told.body);
    }
}

#[tokio::test]
async fn without_a_display_the_app_says_what_to_do_instead() {
    let desktop = DesktopHarness::with(["ada"]).await;
    let mut app = Start::before(&desktop.sim).with("DISPLAY", "").start(&desktop.session);
    assert_eq!(app.ended().await.code(), Some(1));
    assert!(app.logged().contains("rockpool serve"), "{}", app.logged());
}
