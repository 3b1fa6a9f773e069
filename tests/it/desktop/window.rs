//! The window: absent until asked for, read, photographed, and gone when closed.

use rockpool_tests::api::Api;
use rockpool_tests::lab::{App, Keyring, Start, ask};

use crate::stage::{Stage, ask_for_an_answer, client};

const RENDERER: &str = "WebKitWebProcess";

/// Two accounts in a pool, and some traffic to look at.
async fn furnished(stage: &Stage, start: &Start) -> (Keyring, App, Api) {
    let keyring = Keyring::start(&stage.session).await;
    let (app, api) = start.serve(&stage.session).await;
    stage.import(&api, "ada").await;
    stage.import(&api, "ben").await;
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
    let mut stage = Stage::with(["ada", "ben"]).await;
    stage.session.start_window_manager().await;
    let (_keyring, mut app, api) = furnished(&stage, &Start::before(&stage.sim)).await;
    stage.tray.shows("Pool of ada: in turn").await;
    assert_eq!(stage.session.windows().await, Vec::<String>::new(), "no window at start");
    assert!(!app.children().iter().any(|name| name == RENDERER), "no renderer either");

    stage.tray.click("Open dashboard").await;
    let page = app.page(&stage.session).await;
    let text = page.says(&["ada", "ben", "58%", "80%", "127.0.0.1"]).await;
    assert!(!text.contains("Rehearsal"), "{text}");
    assert_eq!(stage.session.windows().await, ["Rockpool"]);
    stage.session.photograph("window-accounts").await;
    for (name, words) in [
        ("Pool", ["ada", "ben"].as_slice()),
        ("Requests", &["tool-of-ada", "gpt-5.5"]),
        ("Tools", &["tool-of-ada"]),
    ] {
        page.click(name).await;
        page.says(words).await;
        stage.session.photograph(&format!("window-{}", name.to_lowercase())).await;
    }

    page.click("Accounts").await;
    let rename = serde_json::json!({"display_name": "Ada at work"});
    api.done(http::Method::PATCH, "/accounts/ada", Some(rename)).await;
    page.says(&["Ada at work"]).await;

    drop(page);
    stage.session.close_window("Rockpool").await;
    ask::until("the renderer is gone", async || {
        (!app.children().iter().any(|name| name == RENDERER)).then_some(())
    })
    .await;
    assert_eq!(stage.session.windows().await, Vec::<String>::new());
    stage.tray.shows("Ada at work:").await;

    stage.tray.click("Open dashboard").await;
    ask::until("the window opens again", async || {
        (stage.session.windows().await == ["Rockpool"]).then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_window_is_dark_where_the_desktop_is() {
    let mut stage = Stage::with(["ada", "ben"]).await;
    stage.session.start_window_manager().await;
    let dark = Start::before(&stage.sim).with("GTK_THEME", "Adwaita:dark");
    let (_keyring, app, _api) = furnished(&stage, &dark).await;
    stage.tray.click("Open dashboard").await;
    let page = app.page(&stage.session).await;
    page.says(&["ada", "ben"]).await;
    assert_eq!(page.run("return matchMedia('(prefers-color-scheme: dark)').matches").await, true);
    stage.session.photograph("window-accounts-dark").await;
}

#[tokio::test]
async fn a_newcomer_is_guided_and_can_add_an_account_from_the_window() {
    let mut stage = Stage::with(["ada"]).await;
    stage.session.start_window_manager().await;
    let (_keyring, app, _api) = stage.open().await;
    stage.tray.click("Open dashboard").await;
    let page = app.page(&stage.session).await;
    page.says(&["Add account"]).await;
    stage.session.photograph("window-first-run").await;
    let _turn = rockpool_tests::lab::turnstile::Turn::wait().await;
    page.click("Add account").await;
    stage.sign_in_at_browser(0, "ada").await;
    page.says(&["ada@example.test", "60%"]).await;
}
