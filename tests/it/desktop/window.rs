//! The window: absent until asked for, dark where the desktop is, and gone when closed. What is done in it: `flows.rs`.

use rockpool_tests::harness::Api;
use rockpool_tests::session::{App, Keyring, Start, ask};

use crate::harness::{DesktopHarness, ask_for_an_answer, client};

const RENDERER: &str = "WebKitWebProcess";

/// Two accounts in a pool, and some traffic to look at.
async fn furnished(desktop: &DesktopHarness, start: &Start) -> (Keyring, App, Api) {
    let keyring = Keyring::start(&desktop.session).await;
    let (app, api) = start.serve(&desktop.session).await;
    desktop.import(&api, "ada").await;
    desktop.import(&api, "ben").await;
    let pool = serde_json::json!({"strategy": "round_robin", "extra_provider_names": ["ben"]});
    api.done(http::Method::PUT, "/pools/ada", Some(pool)).await;
    let key = client(&api, "ada").await;
    for _ in 0..4 {
        assert_eq!(ask_for_an_answer(&key).await, 200);
    }
    (keyring, app, api)
}

#[tokio::test]
async fn the_window_comes_on_demand_shows_the_pool_and_is_gone_when_closed() {
    let mut desktop = DesktopHarness::with(["ada", "ben"]).await;
    desktop.session.start_window_manager().await;
    let (_keyring, mut app, api) = furnished(&desktop, &Start::before(&desktop.sim)).await;
    desktop.tray.shows("Pool of ada: in turn").await;
    assert_eq!(desktop.session.windows().await, Vec::<String>::new(), "no window at start");
    assert!(!app.children().iter().any(|name| name == RENDERER), "no renderer either");

    desktop.tray.click("Open dashboard").await;
    let page = app.page(&desktop.session).await;
    let text = page.says(&["ada", "ben", "58%", "80%", "127.0.0.1"]).await;
    assert!(!text.contains("Rehearsal"), "{text}");
    assert_eq!(desktop.session.windows().await, ["Rockpool"]);

    let rename = serde_json::json!({"display_name": "Ada at work"});
    api.done(http::Method::PATCH, "/accounts/ada", Some(rename)).await;
    page.says(&["Ada at work"]).await;

    drop(page);
    desktop.session.close_window("Rockpool").await;
    ask::until("the renderer is gone", async || {
        (!app.children().iter().any(|name| name == RENDERER)).then_some(())
    })
    .await;
    assert_eq!(desktop.session.windows().await, Vec::<String>::new());
    desktop.tray.shows("Ada at work:").await;

    desktop.tray.click("Open dashboard").await;
    ask::until("the window opens again", async || {
        (desktop.session.windows().await == ["Rockpool"]).then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_window_is_dark_where_the_desktop_is() {
    let mut desktop = DesktopHarness::with(["ada", "ben"]).await;
    desktop.session.start_window_manager().await;
    let dark = Start::before(&desktop.sim).with("GTK_THEME", "Adwaita:dark");
    let (_keyring, app, _api) = furnished(&desktop, &dark).await;
    desktop.tray.click("Open dashboard").await;
    let page = app.page(&desktop.session).await;
    page.says(&["ada", "ben"]).await;
    assert_eq!(page.run("return matchMedia('(prefers-color-scheme: dark)').matches").await, true);
    desktop.session.photograph("window-accounts-dark").await;
}
