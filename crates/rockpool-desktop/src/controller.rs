//! One loop that owns the desktop's state: everything that can happen to it is an [`Input`].
//!
//! What it knows of the engine is its last snapshot. An event only says that a newer one is worth
//! reading; a burst of them is read once, after `SETTLE`.

use std::ops::ControlFlow;
use std::time::Duration;

use rockpool_engine::Clock;
use rockpool_engine::EngineEvent;
use rockpool_engine::OpenBrowser;
use rockpool_engine::api::requests::{NewSignIn, PoolChange, ToolDisconnect};
use rockpool_engine::api::{Client, ClientError};
use rockpool_engine::snapshot::{CallbackView, LanguageChoice, SettingsView, SignInView, Snapshot};
use rockpool_routing::{AccountId, SignInId, Strategy};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use crate::alerts::{AlertAction, Alerts, failure};
use crate::shell::Shell;
use crate::text::catalogue::Texts;
use crate::text::language::Language;
use crate::tray::level::icon_state;
use crate::tray::menu::{menu, starting};
use crate::tray::{IconState, MenuAction, Tray};

/// How long after an event the snapshot is read: long enough for the events of one moment to gather.
const SETTLE: Duration = Duration::from_millis(200);
/// How long after a failed reading the next is tried.
const RETRY: Duration = Duration::from_secs(5);
/// How often countdowns are drawn anew.
const COUNTDOWN: Duration = Duration::from_secs(30);

/// Everything that can happen to the desktop.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The engine told something; [`EngineEvent::Changed`] also stands for events that were missed.
    Engine(EngineEvent),
    /// An entry of the tray menu was clicked.
    Menu(MenuAction),
    /// An alert, or a button of it, was clicked.
    Alert(AlertAction),
    Window(WindowInput),
    /// The app was started a second time.
    SecondInstance,
    /// The process is asked to end.
    Quit,
}

/// What comes from the window side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowInput {
    Open,
}

pub struct Controller<S> {
    shell: S,
    client: Client,
    clock: Clock,
    texts: Texts,
    /// For whoever leaves the language to the system.
    session_language: Language,
    alerts: Alerts,
    snapshot: Option<Snapshot>,
    shown: Option<Tray>,
    reading: Reading,
    calls: JoinSet<Outcome>,
}

/// Where the reading of the snapshot stands.
#[derive(Clone, Copy, Debug)]
enum Reading {
    /// The last one is good.
    Idle,
    /// The next starts then.
    Due(Instant),
    Running,
    /// One is under way, and something happened since it started.
    RunningStale,
}

/// What became of a call.
enum Outcome {
    Read(Result<Box<Snapshot>, ClientError>),
    Started(Result<SignInView, ClientError>),
    Acted(Result<(), ClientError>),
    /// Every tool was disconnected, and so the app can end.
    Disconnected(Result<(), ClientError>),
    Settings(Result<Box<SettingsView>, ClientError>),
}

impl<S: Shell> Controller<S> {
    /// A controller that has shown nothing yet; `session` is the language of the desktop session.
    pub fn new(shell: S, client: Client, clock: Clock, session: Language, chosen: LanguageChoice) -> Self {
        Self {
            shell,
            client,
            clock,
            texts: Texts::load(Language::chosen(chosen, session)),
            session_language: session,
            alerts: Alerts::default(),
            snapshot: None,
            shown: None,
            reading: Reading::Due(Instant::now()),
            calls: JoinSet::new(),
        }
    }

    /// Runs until asked to quit, or until all senders of `inputs` are gone.
    pub async fn run(mut self, mut inputs: mpsc::Receiver<Input>) {
        let mut countdown = interval(COUNTDOWN);
        countdown.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let flow = tokio::select! {
                input = inputs.recv() => self.on_input(input.unwrap_or(Input::Quit)),
                Some(Ok(outcome)) = self.calls.join_next() => self.on_outcome(outcome),
                () = due(self.reading) => self.read(),
                _ = countdown.tick() => self.draw(),
            };
            if flow.is_break() {
                return self.shell.exit();
            }
        }
    }

    fn on_input(&mut self, input: Input) -> ControlFlow<()> {
        match input {
            Input::Engine(EngineEvent::Settings { .. }) => {
                self.read_settings();
                self.read_soon()
            }
            Input::Engine(_) => self.read_soon(),
            Input::Menu(action) => self.on_menu(action),
            Input::Alert(AlertAction::OpenDashboard)
            | Input::Window(WindowInput::Open)
            | Input::SecondInstance => {
                self.shell.show_window();
                ControlFlow::Continue(())
            }
            Input::Alert(AlertAction::SignIn(account)) => self.sign_in_again(account),
            Input::Quit => ControlFlow::Break(()),
        }
    }

    fn on_menu(&mut self, action: MenuAction) -> ControlFlow<()> {
        match action {
            MenuAction::OpenDashboard => self.shell.show_window(),
            MenuAction::AddAccount => self.start_sign_in(None),
            MenuAction::CancelSignIn(id) => self.cancel_sign_in(id),
            MenuAction::SignInAgain(account) => return self.sign_in_again(account),
            MenuAction::SetStrategy { owner, strategy } => {
                // The panel turned the tick by itself; also where nothing will change, it is drawn anew.
                self.shown = None;
                self.set_strategy(&owner, strategy);
            }
            MenuAction::CopyEndpoint => self.copy_endpoint(),
            MenuAction::DisconnectAndQuit => self.disconnect_tools(),
            MenuAction::Quit => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    }

    fn on_outcome(&mut self, outcome: Outcome) -> ControlFlow<()> {
        match outcome {
            Outcome::Read(result) => self.on_read(result),
            Outcome::Started(Ok(sign_in)) => {
                // The browser did not open, or its answer will not come by itself: the window has the way on.
                if sign_in.callback == CallbackView::PasteOnly || sign_in.message.is_some() {
                    self.shell.show_window();
                }
                self.read_soon()
            }
            Outcome::Acted(Ok(())) => self.read_soon(),
            Outcome::Settings(Ok(settings)) => {
                self.texts = Texts::load(Language::chosen(settings.language.value, self.session_language));
                self.draw()
            }
            Outcome::Settings(Err(error)) => {
                tracing::warn!(%error, "the settings could not be read");
                ControlFlow::Continue(())
            }
            Outcome::Disconnected(Ok(())) => ControlFlow::Break(()),
            Outcome::Started(Err(error)) | Outcome::Acted(Err(error)) | Outcome::Disconnected(Err(error)) => {
                self.shell.notify(failure(&error.to_string(), &self.texts));
                self.read_soon()
            }
        }
    }

    fn on_read(&mut self, result: Result<Box<Snapshot>, ClientError>) -> ControlFlow<()> {
        self.reading = match (&result, self.reading) {
            (Err(_), _) => Reading::Due(Instant::now() + RETRY),
            (Ok(_), Reading::RunningStale) => Reading::Due(Instant::now() + SETTLE),
            (Ok(_), Reading::Running | Reading::Idle | Reading::Due(_)) => Reading::Idle,
        };
        match result {
            Ok(snapshot) => {
                for alert in self.alerts.due(&snapshot, &self.texts, self.clock.wall()) {
                    self.shell.notify(alert);
                }
                self.snapshot = Some(*snapshot);
            }
            Err(error) => tracing::warn!(%error, "the engine's state could not be read; trying again"),
        }
        self.draw()
    }

    /// One that was edited since is left to the person, and so the app goes on.
    fn disconnect_tools(&mut self) {
        let client = self.client.clone();
        self.calls.spawn(async move {
            // Not the clients: one may be gone whose tool is still connected, and one may belong to another home.
            let tools = match client.list_tools().await {
                Ok(tools) => tools,
                Err(error) => return Outcome::Disconnected(Err(error)),
            };
            for tool in tools.iter().filter(|tool| tool.connected_at.is_some()) {
                if let Err(error) = client.disconnect_tool(&tool.name, &ToolDisconnect::default()).await {
                    return Outcome::Disconnected(Err(error));
                }
            }
            Outcome::Disconnected(Ok(()))
        });
    }

    fn read_soon(&mut self) -> ControlFlow<()> {
        self.reading = match self.reading {
            Reading::Idle => Reading::Due(Instant::now() + SETTLE),
            Reading::Due(at) => Reading::Due(at.min(Instant::now() + SETTLE)),
            Reading::Running | Reading::RunningStale => Reading::RunningStale,
        };
        ControlFlow::Continue(())
    }

    fn read(&mut self) -> ControlFlow<()> {
        self.reading = Reading::Running;
        let client = self.client.clone();
        self.calls.spawn(async move { Outcome::Read(client.status().await.map(Box::new)) });
        ControlFlow::Continue(())
    }

    fn draw(&mut self) -> ControlFlow<()> {
        let tray = match &self.snapshot {
            None => Tray { menu: starting(&self.texts), icon: IconState::STARTING },
            Some(snapshot) => {
                Tray { menu: menu(snapshot, &self.texts, self.clock.wall()), icon: icon_state(snapshot) }
            }
        };
        if self.shown.as_ref() != Some(&tray) {
            self.shell.set_tray(&tray);
            self.shown = Some(tray);
        }
        ControlFlow::Continue(())
    }

    /// An account is named by its id here, since an alert may be older than the account's name.
    fn sign_in_again(&mut self, account: AccountId) -> ControlFlow<()> {
        let accounts = self.snapshot.iter().flat_map(|snapshot| &snapshot.accounts);
        let name = accounts.filter(|known| known.id == account).map(|known| known.name.clone()).next();
        match name {
            Some(name) => self.start_sign_in(Some(name)),
            None => {
                let alert = failure(self.texts.get("alert.no_such_account"), &self.texts);
                self.shell.notify(alert);
            }
        }
        ControlFlow::Continue(())
    }

    /// Of a new account, or to repair one.
    fn start_sign_in(&mut self, account: Option<String>) {
        let new = NewSignIn {
            account,
            open_browser: OpenBrowser::Yes,
            // The window's name too: tray and window are one person.
            caller: Some("desktop".to_owned()),
            ..NewSignIn::default()
        };
        let client = self.client.clone();
        self.calls.spawn(async move { Outcome::Started(client.start_sign_in(&new).await) });
    }

    fn cancel_sign_in(&mut self, id: SignInId) {
        let client = self.client.clone();
        self.calls.spawn(async move { Outcome::Acted(client.cancel_sign_in(id).await) });
    }

    fn set_strategy(&mut self, owner: &str, strategy: Strategy) {
        let pools = self.snapshot.iter().flat_map(|snapshot| &snapshot.pools);
        let Some(pool) = pools.into_iter().find(|pool| pool.owner == owner) else { return };
        let change = PoolChange {
            strategy,
            extra_provider_names: pool.extra_provider_names.clone(),
            conversations: Some(pool.conversations),
        };
        let (client, owner) = (self.client.clone(), owner.to_owned());
        self.calls.spawn(async move { Outcome::Acted(client.set_pool(&owner, &change).await.map(drop)) });
    }

    fn read_settings(&mut self) {
        let client = self.client.clone();
        self.calls.spawn(async move { Outcome::Settings(client.get_settings().await.map(Box::new)) });
    }

    fn copy_endpoint(&mut self) {
        if let Some(snapshot) = &self.snapshot {
            self.shell.copy(&snapshot.endpoint);
        }
    }
}

async fn due(reading: Reading) {
    match reading {
        Reading::Due(at) => sleep_until(at).await,
        Reading::Idle | Reading::Running | Reading::RunningStale => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
