//! Quota in the icon and the menu, and alerts when a pool runs dry and comes back.

use rockpool_sim::Windows;
use rockpool_tests::lab::app::snapshot;
use rockpool_tests::lab::ask;
use rockpool_tests::lab::menu::Menu;

use crate::stage::{Stage, ask_for_an_answer, client, seat};

#[tokio::test]
async fn spent_quota_lowers_the_icons_water_and_the_menus_figures() {
    let stage = Stage::with(["ada", "ben"]).await;
    let (_keyring, _app, api) = stage.open().await;
    stage.import(&api, "ada").await;
    stage.import(&api, "ben").await;
    let pool = ["pool", "set", "ada", "--strategy", "primary_first", "--members", "ben"];
    let output =
        stage.session.command(rockpool_tests::program("ROCKPOOL_BIN")).args(pool).output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(snapshot(&api).await.pools[0].extra_provider_names, ["ben"]);
    stage.tray.shows("Pool of ada: owner first").await;
    stage.tray.shows("ada: 5h 60% · weekly 80%").await;
    stage.tray.shows("ben: 5h 60% · weekly 80%").await;
    let full = stage.tray.icon("there is plenty of water", |icon| icon.blue() > 300).await;

    let key = client(&api, "ada").await;
    let spent = Windows::five_hours_and_weekly().used(90.0, 30.0);
    stage.sim.set_windows(&seat("ada"), &spent).unwrap();
    assert_eq!(ask_for_an_answer(&key).await, 200);
    stage.tray.shows("ada: 5h 9% · weekly 70% · ready · resets in").await;
    let lower = stage.tray.icon("the water is lower", |icon| icon.water() + 50 < full.water()).await;

    stage.sim.set_windows(&seat("ada"), &spent.used(100.0, 30.0)).unwrap();
    stage.sim.set_windows(&seat("ben"), &Windows::five_hours_and_weekly().used(80.0, 80.0)).unwrap();
    assert_eq!(ask_for_an_answer(&key).await, 200, "ben serves what ada cannot");
    stage.tray.shows("ada: 5h 0% · weekly 70% · used up · back in").await;
    stage
        .tray
        .icon("hardly any water is left", |icon| icon.water() + 100 < lower.water() && icon.blue() == 0)
        .await;
}

#[tokio::test]
async fn a_strategy_is_chosen_in_the_menu() {
    let stage = Stage::with(["ada", "ben"]).await;
    let (_keyring, _app, api) = stage.open().await;
    stage.import(&api, "ada").await;
    stage.import(&api, "ben").await;
    let pool = serde_json::json!({"strategy": "primary_first", "extra_provider_names": ["ben"]});
    api.done(http::Method::PUT, "/pools/ada", Some(pool)).await;
    let ticked =
        |label: &'static str| move |menu: &Menu| menu.line(label).filter(|line| line.ticked).map(drop);
    stage.tray.until("the present strategy is ticked", ticked("owner first")).await;
    stage.tray.click("in turn").await;
    // The panel ticks what is clicked by itself; the strategy is what the engine says.
    ask::until("the engine has the new strategy", async || {
        (snapshot(&api).await.pools[0].strategy.name() == "round_robin").then_some(())
    })
    .await;
    stage.tray.shows("Pool of ada: in turn").await;
    let alone = |menu: &Menu| {
        let ticked: Vec<_> =
            menu.0.iter().filter(|line| line.ticked).map(|line| line.label.as_str()).collect();
        (ticked == ["in turn"]).then_some(())
    };
    stage.tray.until("the new strategy alone is ticked", alone).await;
    stage.tray.click("in turn").await;
    stage.tray.until("it stays ticked when it is clicked again", alone).await;
}

#[tokio::test]
async fn a_dry_pool_is_told_once_with_its_next_reset_and_so_is_its_return() {
    let mut stage = Stage::with(["ada", "ben"]).await;
    stage.session.start_window_manager().await;
    let (_keyring, _app, api) = stage.open().await;
    stage.import(&api, "ada").await;
    stage.import(&api, "ben").await;
    let pool = serde_json::json!({"strategy": "round_robin", "extra_provider_names": ["ben"]});
    api.done(http::Method::PUT, "/pools/ada", Some(pool)).await;
    let key = client(&api, "ada").await;

    let dry = Windows::five_hours_and_weekly().used(100.0, 50.0);
    stage.sim.set_windows(&seat("ada"), &dry.clone().resetting_in(6, 86_400)).unwrap();
    stage.sim.set_windows(&seat("ben"), &dry.resetting_in(7_200, 86_400)).unwrap();
    for _ in 0..3 {
        assert_eq!(ask_for_an_answer(&key).await, 429);
    }
    let told = stage.notes.titled("The pool of ada is dry").await;
    assert_eq!((told.body.as_str(), told.urgency), ("Back in under a minute.", 2));
    assert_eq!(told.buttons(), ["Open dashboard"]);
    stage.tray.icon("no water is left", |icon| icon.water() == 0).await;
    stage.notes.click(&told, "Open dashboard").await;
    ask::until("the window opens", async || (stage.session.windows().await == ["Rockpool"]).then_some(()))
        .await;

    // The reset comes by itself, in six seconds of real time.
    stage.notes.titled("The pool of ada has water again").await;
    assert_eq!(ask_for_an_answer(&key).await, 200);
    assert_eq!(stage.notes.titles(), ["The pool of ada is dry", "The pool of ada has water again"]);
}
