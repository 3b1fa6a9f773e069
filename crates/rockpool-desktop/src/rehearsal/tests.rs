//! The rehearsal played to its end without a display.

use std::time::Duration;

use rockpool_engine::Clock;
use rockpool_engine::DashboardFiles;
use rockpool_engine::Engine;
use rockpool_engine::Ports;
use rockpool_engine::Principal;
use rockpool_engine::api::InProcess;
use rockpool_engine::snapshot::{ModeView, Snapshot};
use rockpool_engine::vault::MemoryVault;
use rockpool_routing::AccountState;
use tokio::time::timeout;

use super::*;

/// Everything as fast as it goes.
const RUSH: RehearsalTiming = RehearsalTiming {
    reading: Duration::ZERO,
    brisk: Duration::from_millis(5),
    calm: Duration::from_millis(5),
    exhausted: Duration::from_millis(400),
    loss: Duration::from_millis(600),
};

fn home() -> Home {
    let folder = Home::make().unwrap();
    Home::take_over(&|_| Some(folder.clone().into_os_string())).unwrap()
}

/// Waits for the engine to show what `wanted` looks for.
async fn shown(engine: &Engine, wanted: impl Fn(&Snapshot) -> bool) -> Snapshot {
    let mut events = engine.handle().events();
    loop {
        let snapshot = engine.handle().snapshot();
        if wanted(&snapshot) {
            return snapshot;
        }
        events.recv().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_people_sign_in_and_work_until_one_is_dry_and_one_is_lost() {
    let rehearsal = Arc::new(Rehearsal::prepare(home(), RUSH).await.unwrap());
    let ports = Ports {
        vault: Box::new(MemoryVault::default()),
        browser: rehearsal.browser(),
        clock: Clock::system(),
        dashboard: DashboardFiles::default(),
    };
    let engine = Engine::start(rehearsal.config(), ports).await.unwrap();
    let client = Client::new(InProcess::new(engine.handle(), Principal::Owner));
    let player = Arc::clone(&rehearsal);
    let play = tokio::spawn(async move { player.play(client).await });

    let has = |snapshot: &Snapshot, name: &str, state: AccountState| {
        snapshot.accounts.iter().any(|account| account.name == name && account.state == state)
    };
    let end = shown(&engine, |snapshot| {
        has(snapshot, "codex-plus-1", AccountState::Exhausted)
            && has(snapshot, "codex-team-1", AccountState::NeedsReauth)
    });
    let snapshot = timeout(Duration::from_secs(30), end).await.expect("the scenes come");
    assert!(!play.is_finished());
    play.abort();

    assert_eq!(snapshot.mode, ModeView::Rehearsal);
    assert!(has(&snapshot, "codex-pro-1", AccountState::Ready));
    assert_eq!(snapshot.pools[0].extra_provider_names, ["codex-plus-1", "codex-team-1"]);
    assert!(snapshot.recent.iter().all(|request| request.status == 200), "the tool notices nothing");
    engine.shutdown().await;
}
