//! The scenes of a rehearsal, in order; every step goes through the management API, as a person's click would.

use std::time::Duration;

use rockpool_engine::api::requests::{AccountChange, ClientNew, NewSignIn, PoolChange};
use rockpool_engine::api::{Client, ClientError};
use rockpool_engine::snapshot::{AffinityKind, RehearsalPage, RehearsalScene, SignInState, Snapshot};
use rockpool_engine::{EngineEvent, EngineHandle, OpenBrowser, RehearsalScenes};
use rockpool_routing::{SignInId, Strategy};
use rockpool_sim::{Cost, Death, Sim};
use secrecy::ExposeSecret as _;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::browser::InProcessBrowser;
use super::cast::{LOSER, Member, OPENING, SPENDER, ending_in, members};
use super::error::RehearsalError;
use super::story::{Act, Seen, Story};
use super::timing::RehearsalTiming;
use super::tool::Tool;

/// Longest time that one sign-in may take.
const SIGN_IN: Duration = Duration::from_secs(20);
/// How often a sign-in is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// What a request costs when the story is told: an account lasts for days.
const CHEAP: Cost = Cost { primary: 0.01, secondary: 0.002 };

pub(crate) async fn play(
    stage: Stage<'_>,
    engine: &EngineHandle,
    client: Client,
    timing: RehearsalTiming,
) -> Result<(), RehearsalError> {
    let scenes = engine.rehearsal_scenes().ok_or(RehearsalError::NotRehearsing)?;
    let setup = Setup { client, scenes: &scenes };
    show(&scenes, RehearsalScene::Begun, None);
    let cast: Vec<Member> = members().into_iter().take(OPENING).collect();
    let mut names = Vec::new();
    for member in &cast {
        names.push(setup.sign_in(member).await?);
    }
    let mut tool = setup.pool_and_tool(&names).await?;
    show(&scenes, RehearsalScene::Working, None);

    let player = Player { stage, cast: &cast, names: &names, scenes: &scenes };
    let mut story = Story::new(timing);
    let mut events = engine.events();
    let begun = Instant::now();
    loop {
        if story.is_told() {
            tool.begin_one_anew();
        }
        tool.turn().await;
        player.advance(&mut story, &engine.snapshot(), begun, &mut tool);
        let next_turn = Instant::now() + story.pace(begun.elapsed());
        while changed_before(next_turn, &mut events).await? {
            player.advance(&mut story, &engine.snapshot(), begun, &mut tool);
        }
    }
}

/// Whether something changed before that moment, such as by a person's click.
async fn changed_before(moment: Instant, events: &mut Receiver<EngineEvent>) -> Result<bool, RehearsalError> {
    tokio::select! {
        () = sleep_until(moment) => Ok(false),
        event = events.recv() => match event {
            Ok(_) | Err(RecvError::Lagged(_)) => Ok(true),
            Err(RecvError::Closed) => Err(RehearsalError::EngineEnded),
        },
    }
}

fn show(scenes: &RehearsalScenes, scene: RehearsalScene, account: Option<&str>) {
    let page = match scene {
        RehearsalScene::Working | RehearsalScene::Moved | RehearsalScene::Quiet => RehearsalPage::Requests,
        RehearsalScene::Begun
        | RehearsalScene::SignedIn
        | RehearsalScene::Exhausted
        | RehearsalScene::LoginEnded
        | RehearsalScene::LoginRepaired
        | RehearsalScene::QuotaReset => RehearsalPage::Accounts,
    };
    scenes.show(scene, account, page);
}

/// What is there before anybody signs in.
pub(crate) struct Stage<'a> {
    pub(crate) sim: &'a Sim,
    pub(crate) browser: &'a InProcessBrowser,
    /// When the spender's quota comes back.
    pub(crate) reset_at: Instant,
}

/// What the story acts on.
struct Player<'a> {
    stage: Stage<'a>,
    cast: &'a [Member],
    /// Slugs of the accounts, in the order of the cast.
    names: &'a [String],
    scenes: &'a RehearsalScenes,
}

impl Player<'_> {
    fn advance(&self, story: &mut Story, snapshot: &Snapshot, begun: Instant, tool: &mut Tool) {
        self.stage.browser.follow(&snapshot.sign_ins);
        for act in story.acts(self.seen(snapshot), begun.elapsed()) {
            self.carry_out(act, tool);
        }
    }

    fn seen(&self, snapshot: &Snapshot) -> Seen {
        let state = |index: usize| {
            let account = snapshot.accounts.iter().find(|account| account.name == self.names[index]);
            account.map(|account| account.state)
        };
        let spender = Some(&self.names[SPENDER]);
        let moved = snapshot
            .recent
            .iter()
            .map(|request| &request.why.affinity)
            .any(|affinity| affinity.kind == AffinityKind::Moved && affinity.from.as_ref() == spender);
        Seen { spender: state(SPENDER), moved, loser: state(LOSER) }
    }

    fn carry_out(&self, act: Act, tool: &mut Tool) {
        match act {
            Act::TakeQuota => {
                let member = &self.cast[SPENDER];
                let windows = member.person.workspaces.first().map(|workspace| workspace.windows.clone());
                let spent = windows.unwrap_or_default().used(100.0, 61.0);
                let left = self.stage.reset_at.saturating_duration_since(Instant::now());
                note(self.stage.sim.set_windows(&member.seat(), &ending_in(spent, left)));
            }
            Act::EndLogin => {
                note(self.stage.sim.kill_login(&self.cast[LOSER].person.user_id, Death::Revoked));
            }
            Act::NewConversations => tool.begin_anew(),
            Act::MakeCheap => {
                for member in members() {
                    note(self.stage.sim.set_cost(&member.seat(), CHEAP));
                }
            }
            Act::Show(scene) => show(self.scenes, scene, self.subject(scene)),
        }
    }

    /// The slug of the account that a scene is about.
    fn subject(&self, scene: RehearsalScene) -> Option<&str> {
        let index = match scene {
            RehearsalScene::Exhausted | RehearsalScene::Moved | RehearsalScene::QuotaReset => SPENDER,
            RehearsalScene::LoginEnded | RehearsalScene::LoginRepaired => LOSER,
            RehearsalScene::Begun
            | RehearsalScene::SignedIn
            | RehearsalScene::Working
            | RehearsalScene::Quiet => return None,
        };
        Some(&self.names[index])
    }
}

fn note(result: Result<(), rockpool_sim::UnknownPerson>) {
    if let Err(error) = result {
        tracing::warn!(%error, "a scene of the rehearsal was left out");
    }
}

struct Setup<'a> {
    client: Client,
    scenes: &'a RehearsalScenes,
}

impl Setup<'_> {
    /// Signs the next member of the cast in as a person would, and gives the account its name.
    async fn sign_in(&self, member: &Member) -> Result<String, RehearsalError> {
        let new = NewSignIn { open_browser: OpenBrowser::Yes, ..NewSignIn::default() };
        let id = self.client.start_sign_in(&new).await.map_err(refused("sign-in"))?.id;
        let late = |_| RehearsalError::Step { step: "sign-in", reason: "it took too long".to_owned() };
        let name = timeout(SIGN_IN, self.finished(id)).await.map_err(late)??;
        let shown = Some(member.display_name.to_owned());
        let change = AccountChange { display_name: shown, ..AccountChange::default() };
        self.client.update_account(&name, &change).await.map_err(refused("display name"))?;
        show(self.scenes, RehearsalScene::SignedIn, Some(&name));
        Ok(name)
    }

    async fn finished(&self, id: SignInId) -> Result<String, RehearsalError> {
        loop {
            let view = self.client.get_sign_in(id).await.map_err(refused("sign-in"))?;
            match (view.state, view.result) {
                (SignInState::Waiting | SignInState::Exchanging, _) => sleep(LOOK).await,
                (SignInState::Done, Some(name)) => return Ok(name),
                (
                    SignInState::Done | SignInState::Failed | SignInState::Cancelled | SignInState::TimedOut,
                    _,
                ) => {
                    let reason = view.message.unwrap_or_else(|| "it was given up".to_owned());
                    return Err(RehearsalError::Step { step: "sign-in", reason });
                }
            }
        }
    }

    /// Pools the accounts under the first one, and points a tool at it.
    async fn pool_and_tool(&self, names: &[String]) -> Result<Tool, RehearsalError> {
        let nobody = || RehearsalError::Step { step: "pool", reason: "nobody signed in".to_owned() };
        let (owner, others) = names.split_first().ok_or_else(nobody)?;
        let pool = PoolChange {
            strategy: Strategy::RoundRobin,
            extra_provider_names: others.to_vec(),
            conversations: None,
        };
        self.client.set_pool(owner, &pool).await.map_err(refused("pool"))?;
        let new = ClientNew::inheriting("rehearsal-tool", owner);
        let made = self.client.add_client(&new).await.map_err(refused("client"))?;
        Tool::new(made.base_url.expose_secret(), made.key)
            .map_err(|reason| RehearsalError::Step { step: "client", reason })
    }
}

fn refused(step: &'static str) -> impl Fn(ClientError) -> RehearsalError {
    move |error| RehearsalError::Step { step, reason: error.to_string() }
}
