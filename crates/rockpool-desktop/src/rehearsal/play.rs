//! The scenes of a rehearsal, in order; every step goes through the management API, as a person's click would.

use std::time::Duration;

use rockpool_engine::OpenBrowser;
use rockpool_engine::api::requests::{AccountChange, ClientNew, NewSignIn, PoolChange};
use rockpool_engine::api::{Client, ClientError};
use rockpool_engine::snapshot::SignInState;
use rockpool_routing::{SignInId, Strategy};
use rockpool_sim::{Death, Sim};
use secrecy::ExposeSecret as _;
use tokio::time::{Instant, sleep, timeout};

use super::cast::{Member, OPENING, members};
use super::error::RehearsalError;
use super::timing::RehearsalTiming;
use super::tool::Tool;

/// Longest time that one sign-in may take.
const SIGN_IN: Duration = Duration::from_secs(20);
/// How often a sign-in is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// Which member is exhausted, and which loses the login.
const EXHAUSTED: usize = 1;
const LOSES_LOGIN: usize = 2;

/// A moment of the play that comes once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scene {
    Working,
    OneExhausted,
    OneLost,
}

pub(crate) async fn play(sim: &Sim, client: Client, timing: RehearsalTiming) -> Result<(), RehearsalError> {
    let setup = Setup { client };
    let cast: Vec<Member> = members().into_iter().take(OPENING).collect();
    let mut names = Vec::new();
    for member in &cast {
        names.push(setup.sign_in(member).await?);
    }
    let owner = names.first().cloned().unwrap_or_default();
    let pool = PoolChange {
        strategy: Strategy::RoundRobin,
        extra_provider_names: names.split_off(1.min(names.len())),
        conversations: None,
    };
    setup.client.set_pool(&owner, &pool).await.map_err(refused("pool"))?;
    let mut tool = setup.tool(&owner).await?;
    let begun = Instant::now();
    let mut scene = Scene::Working;
    loop {
        scene = next_scene(scene, begun.elapsed(), timing, sim, &cast);
        tool.turn().await;
        sleep(if scene == Scene::OneLost { timing.calm } else { timing.brisk }).await;
    }
}

/// Goes on to the next scene when its time has come.
fn next_scene(scene: Scene, played: Duration, timing: RehearsalTiming, sim: &Sim, cast: &[Member]) -> Scene {
    match scene {
        Scene::Working if played >= timing.exhausted => {
            let member = &cast[EXHAUSTED];
            let windows = member.person.workspaces.first().map(|workspace| workspace.windows.clone());
            let spent = windows.unwrap_or_default().used(100.0, 61.0);
            note(sim.set_windows(&member.seat(), &spent));
            Scene::OneExhausted
        }
        Scene::OneExhausted if played >= timing.loss => {
            note(sim.kill_login(&cast[LOSES_LOGIN].person.user_id, Death::Revoked));
            Scene::OneLost
        }
        Scene::Working | Scene::OneExhausted | Scene::OneLost => scene,
    }
}

fn note(result: Result<(), rockpool_sim::UnknownPerson>) {
    if let Err(error) = result {
        tracing::warn!(%error, "a scene of the rehearsal was left out");
    }
}

struct Setup {
    client: Client,
}

impl Setup {
    /// Signs the next member of the cast in as a person would, and gives the account its name.
    async fn sign_in(&self, member: &Member) -> Result<String, RehearsalError> {
        let new = NewSignIn { open_browser: OpenBrowser::Yes, ..NewSignIn::default() };
        let id = self.client.start_sign_in(&new).await.map_err(refused("sign-in"))?.id;
        let late = |_| RehearsalError::Step { step: "sign-in", reason: "it took too long".to_owned() };
        let name = timeout(SIGN_IN, self.finished(id)).await.map_err(late)??;
        let shown = Some(member.display_name.to_owned());
        let change = AccountChange { display_name: shown, ..AccountChange::default() };
        self.client.update_account(&name, &change).await.map_err(refused("display name"))?;
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

    async fn tool(&self, account: &str) -> Result<Tool, RehearsalError> {
        let new = ClientNew::inheriting("rehearsal-tool", account);
        let made = self.client.add_client(&new).await.map_err(refused("client"))?;
        Tool::new(made.base_url.expose_secret(), made.key)
            .map_err(|reason| RehearsalError::Step { step: "client", reason })
    }
}

fn refused(step: &'static str) -> impl Fn(ClientError) -> RehearsalError {
    move |error| RehearsalError::Step { step, reason: error.to_string() }
}
