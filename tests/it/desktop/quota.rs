//! Quota in the icon and the menu, and alerts when a pool is exhausted and comes back.

use rockpool_sim::Windows;
use rockpool_tests::session::app::snapshot;
use rockpool_tests::session::ask;
use rockpool_tests::session::menu::Menu;

use crate::harness::{DesktopHarness, ask_for_an_answer, client, seat};

#[tokio::test]
async fn spent_quota_lowers_the_icons_water_and_the_menus_figures() {
    let desktop = DesktopHarness::with(["ada", "ben"]).await;
    let (_keyring, _app, api) = desktop.open().await;
    desktop.import(&api, "ada").await;
    desktop.import(&api, "ben").await;
    let pool = ["pool", "set", "ada", "--strategy", "primary_first", "--members", "ben"];
    let output =
        desktop.session.command(rockpool_tests::program("ROCKPOOL_BIN")).args(pool).output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(snapshot(&api).await.pools[0].extra_provider_names, ["ben"]);
    desktop.tray.shows("Pool of ada: owner first").await;
    desktop.tray.shows("ada: 5h 60% · weekly 80%").await;
    desktop.tray.shows("ben: 5h 60% · weekly 80%").await;
    let full = desktop.tray.icon("there is plenty of water", |icon| icon.blue() > 300).await;

    let key = client(&api, "ada").await;
    let spent = Windows::five_hours_and_weekly().used(90.0, 30.0);
    desktop.sim.set_windows(&seat("ada"), &spent).unwrap();
    assert_eq!(ask_for_an_answer(&key).await, 200);
    desktop.tray.shows("ada: 5h 9% · weekly 70% · ready · resets in").await;
    let lower = desktop.tray.icon("the water is lower", |icon| icon.water() + 50 < full.water()).await;

    desktop.sim.set_windows(&seat("ada"), &spent.used(100.0, 30.0)).unwrap();
    desktop.sim.set_windows(&seat("ben"), &Windows::five_hours_and_weekly().used(80.0, 80.0)).unwrap();
    assert_eq!(ask_for_an_answer(&key).await, 200, "ben serves what ada cannot");
    desktop.tray.shows("ada: 5h 0% · weekly 70% · exhausted · back in").await;
    desktop
        .tray
        .icon("hardly any water is left", |icon| icon.water() + 100 < lower.water() && icon.blue() == 0)
        .await;
}

#[tokio::test]
async fn a_strategy_is_chosen_in_the_menu() {
    let desktop = DesktopHarness::with(["ada", "ben"]).await;
    let (_keyring, _app, api) = desktop.open().await;
    desktop.import(&api, "ada").await;
    desktop.import(&api, "ben").await;
    let pool = serde_json::json!({"strategy": "primary_first", "extra_provider_names": ["ben"]});
    api.done(http::Method::PUT, "/pools/ada", Some(pool)).await;
    let ticked =
        |label: &'static str| move |menu: &Menu| menu.line(label).filter(|line| line.ticked).map(drop);
    desktop.tray.until("the present strategy is ticked", ticked("owner first")).await;
    desktop.tray.click("in turn").await;
    // The panel ticks what is clicked by itself; the strategy is what the engine says.
    ask::until("the engine has the new strategy", async || {
        (snapshot(&api).await.pools[0].strategy.name() == "round_robin").then_some(())
    })
    .await;
    desktop.tray.shows("Pool of ada: in turn").await;
    let alone = |menu: &Menu| {
        let ticked: Vec<_> =
            menu.0.iter().filter(|line| line.ticked).map(|line| line.label.as_str()).collect();
        (ticked == ["in turn"]).then_some(())
    };
    desktop.tray.until("the new strategy alone is ticked", alone).await;
    desktop.tray.click("in turn").await;
    desktop.tray.until("it stays ticked when it is clicked again", alone).await;
}

#[tokio::test]
async fn an_exhausted_pool_is_told_once_with_its_next_reset_and_so_is_its_return() {
    let mut desktop = DesktopHarness::with(["ada", "ben"]).await;
    desktop.session.start_window_manager().await;
    let (_keyring, _app, api) = desktop.open().await;
    desktop.import(&api, "ada").await;
    desktop.import(&api, "ben").await;
    let pool = serde_json::json!({"strategy": "round_robin", "extra_provider_names": ["ben"]});
    api.done(http::Method::PUT, "/pools/ada", Some(pool)).await;
    let key = client(&api, "ada").await;

    let dry = Windows::five_hours_and_weekly().used(100.0, 50.0);
    desktop.sim.set_windows(&seat("ada"), &dry.clone().resetting_in(15, 86_400)).unwrap();
    desktop.sim.set_windows(&seat("ben"), &dry.resetting_in(7_200, 86_400)).unwrap();
    for _ in 0..3 {
        assert_eq!(ask_for_an_answer(&key).await, 429);
    }
    let told = desktop.notes.titled("The pool of ada is exhausted").await;
    assert_eq!((told.body.as_str(), told.urgency), ("Back in under a minute.", 2));
    assert_eq!(told.buttons(), ["Open dashboard"]);
    desktop.tray.icon("no water is left", |icon| icon.water() == 0).await;
    desktop.notes.click(&told, "Open dashboard").await;
    ask::until("the window opens", async || (desktop.session.windows().await == ["Rockpool"]).then_some(()))
        .await;

    // The reset comes by itself, in real time: long enough for a slow machine to have opened the window before it.
    desktop.notes.titled("The pool of ada is back").await;
    assert_eq!(ask_for_an_answer(&key).await, 200);
    assert_eq!(desktop.notes.titles(), ["The pool of ada is exhausted", "The pool of ada is back"]);
}
