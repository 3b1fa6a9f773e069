//! The rehearsal played to its end without a display.

use std::time::Duration;

use rockpool_engine::api::requests::NewSignIn;
use rockpool_engine::config::Config;
use rockpool_engine::snapshot::{ModeView, RehearsalScene as Scene, RehearsalView, Snapshot};
use rockpool_engine::vault::MemoryVault;
use rockpool_engine::{Clock, DashboardFiles, Engine, Ports};
use rockpool_routing::AccountState;
use tokio::time::timeout;

use super::*;

/// Everything as fast as it goes; a quota comes back after whole seconds.
const RUSH: RehearsalTiming = RehearsalTiming {
    reading: Duration::ZERO,
    brisk: Duration::from_millis(5),
    calm: Duration::from_millis(20),
    // Longer than the pause between two events that tell of changes, so that none is missed.
    hold: Duration::from_millis(500),
    exhausted: Duration::from_millis(150),
    loss: Duration::from_millis(300),
    reset: Duration::from_secs(3),
};

fn home() -> Home {
    Home::temporary().unwrap()
}

fn ports(browser: Arc<dyn Browser>) -> Ports {
    Ports {
        vault: Box::new(MemoryVault::default()),
        vault_opener: Arc::new(rockpool_engine::vault::WithoutKeychain),
        browser,
        clock: Clock::system(),
        dashboard: DashboardFiles::default(),
    }
}

/// An engine on which a rehearsal is being played.
struct Playing {
    engine: Engine,
    play: tokio::task::JoinHandle<Result<(), RehearsalError>>,
}

impl Playing {
    async fn start() -> Self {
        let rehearsal = Arc::new(Rehearsal::prepare(home(), RUSH).await.unwrap());
        let engine = Engine::start(rehearsal.config(), ports(rehearsal.browser())).await.unwrap();
        let handle = engine.handle();
        let play = tokio::spawn(async move { rehearsal.play(handle).await });
        Self { engine, play }
    }

    fn client(&self) -> Client {
        Client::new(InProcess::new(self.engine.handle(), Principal::Owner))
    }

    /// Waits for the engine to show what `wanted` looks for.
    async fn shown(&self, wanted: impl Fn(&Snapshot) -> bool) -> Snapshot {
        let mut events = self.engine.handle().events();
        let seen = async {
            loop {
                let snapshot = self.engine.handle().snapshot();
                if wanted(&snapshot) {
                    return snapshot;
                }
                events.recv().await.unwrap();
            }
        };
        timeout(Duration::from_secs(30), seen).await.expect("it is shown")
    }

    async fn scene(&self, wanted: Scene) -> RehearsalView {
        let is = |snapshot: &Snapshot| snapshot.rehearsal.as_ref().is_some_and(|view| view.scene == wanted);
        self.shown(is).await.rehearsal.unwrap()
    }

    async fn end(self) {
        assert!(!self.play.is_finished(), "it goes on until it is stopped");
        self.play.abort();
        self.engine.shutdown().await;
    }
}

fn state(snapshot: &Snapshot, name: &str) -> Option<AccountState> {
    snapshot.accounts.iter().find(|account| account.name == name).map(|account| account.state)
}

#[tokio::test(flavor = "multi_thread")]
async fn three_people_sign_in_and_work_until_one_is_dry_and_one_is_lost() {
    let playing = Playing::start().await;
    let snapshot = playing
        .shown(|snapshot| {
            state(snapshot, "codex-plus-1") == Some(AccountState::Exhausted)
                && state(snapshot, "codex-team-1") == Some(AccountState::NeedsReauth)
        })
        .await;
    assert_eq!(snapshot.mode, ModeView::Rehearsal);
    assert_eq!(state(&snapshot, "codex-pro-1"), Some(AccountState::Ready));
    assert_eq!(snapshot.pools[0].extra_provider_names, ["codex-plus-1", "codex-team-1"]);
    assert!(snapshot.recent.iter().all(|request| request.status == 200), "the tool notices nothing");
    playing.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_ended_stays_so_until_somebody_asks_for_a_sign_in() {
    let playing = Playing::start().await;
    assert_eq!(playing.scene(Scene::LoginEnded).await.account.as_deref(), Some("codex-team-1"));
    playing.scene(Scene::QuotaReset).await;
    // With everything else told, the lost login is what stays on the page.
    playing.scene(Scene::LoginEnded).await;
    let requests = playing.engine.handle().snapshot().recent.first().map(|request| request.id);
    let snapshot = playing.shown(|now| now.recent.first().map(|request| request.id) != requests).await;
    assert_eq!(state(&snapshot, "codex-team-1"), Some(AccountState::NeedsReauth), "nothing else repairs it");

    // As the dashboard in a browser asks, which opens pages itself.
    let click = NewSignIn { account: Some("codex-team-1".to_owned()), ..NewSignIn::default() };
    playing.client().start_sign_in(&click).await.unwrap();
    let snapshot = playing
        .shown(|snapshot| snapshot.rehearsal.as_ref().is_some_and(|view| view.scene == Scene::Quiet))
        .await;
    assert_eq!(snapshot.accounts.len(), 3, "it was repaired in place");
    for name in ["codex-pro-1", "codex-plus-1", "codex-team-1"] {
        assert_eq!(state(&snapshot, name), Some(AccountState::Ready), "{name}");
    }
    assert!(
        snapshot.accounts.iter().all(|account| account.flapping_since.is_none()),
        "{:?}",
        snapshot.accounts
    );
    playing.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scenes_are_told_in_the_order_of_the_story() {
    let playing = Playing::start().await;
    let moved = playing
        .shown(|now| {
            let affinity = now.recent.iter().map(|request| &request.why.affinity);
            affinity.into_iter().any(|affinity| affinity.from.as_deref() == Some("codex-plus-1"))
        })
        .await;
    assert!(moved.recent.iter().any(|request| request.why.affinity.reason.is_some()), "and says why");
    let mut told: Vec<(Scene, Option<String>)> = Vec::new();
    for scene in [Scene::Working, Scene::Exhausted, Scene::Moved, Scene::LoginEnded] {
        let snapshot =
            playing.shown(|now| now.rehearsal.as_ref().is_some_and(|view| view.scene >= scene)).await;
        let view = snapshot.rehearsal.unwrap();
        told.push((view.scene, view.account));
    }
    assert!(told.is_sorted_by_key(|(scene, _)| *scene), "{told:?}");
    assert_eq!(told.last(), Some(&(Scene::LoginEnded, Some("codex-team-1".to_owned()))));
    playing.end().await;
}

#[tokio::test]
async fn a_real_installation_has_no_scenes_and_is_not_played_on() {
    let rehearsal = Rehearsal::prepare(home(), RUSH).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let real = |name: &str| match name {
        "ROCKPOOL_DATA_DIR" => Some(folder.path().display().to_string()),
        "ROCKPOOL_LISTEN" => Some("127.0.0.1:0".to_owned()),
        "ROCKPOOL_VAULT" => Some("memory".to_owned()),
        _ => None,
    };
    let config = Config::from_env(&real).unwrap();
    let engine = Engine::start(config, ports(rehearsal.browser())).await.unwrap();
    let refused = rehearsal.play(engine.handle()).await;
    assert!(matches!(refused, Err(RehearsalError::NotRehearsing)), "{refused:?}");
    assert!(engine.handle().snapshot().accounts.is_empty());
    engine.shutdown().await;
}
