//! One loop that owns the desktop's state: everything that can happen to it is an [`Input`].
//!
//! What it knows of the engine is its last snapshot. An event only says that a newer one is worth
//! reading; a burst of them is read once, after [`SETTLE`].

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use rockpool_engine::Clock;
use rockpool_engine::EngineEvent;
use rockpool_engine::snapshot::{CallbackView, PoolView, SignInView, Snapshot};
use rockpool_routing::{AccountId, Strategy};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use crate::alerts::{AlertAction, Alerts, failure};
use crate::api::{Api, segment};
use crate::locale::Language;
use crate::shell::Shell;
use crate::texts::Texts;
use crate::tray::level::icon_state;
use crate::tray::menu::{menu, starting};
use crate::tray::{IconState, MenuAction, Tray};

/// How long after an event the snapshot is read: long enough for the events of one moment to gather.
pub const SETTLE: Duration = Duration::from_millis(200);
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
    /// Something about the window.
    Window(WindowInput),
    /// The app was started a second time.
    SecondInstance,
    /// The process is asked to end.
    Quit,
}

/// What comes from the window side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowInput {
    /// It is wanted now.
    Open,
    /// The person chose a language.
    Language(Language),
}

/// The desktop's state.
pub struct Controller<S> {
    shell: S,
    api: Arc<dyn Api>,
    clock: Clock,
    texts: Texts,
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
    /// One is under way.
    Running,
    /// One is under way, and something happened since it started.
    RunningStale,
}

/// What became of a call.
enum Outcome {
    Read(Result<Box<Snapshot>, String>),
    Started(Result<SignInView, String>),
    Acted(Result<(), String>),
}

/// Whether the loop goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    GoOn,
    End,
}

impl<S: Shell> Controller<S> {
    /// A controller that has shown nothing yet.
    pub fn new(shell: S, api: Arc<dyn Api>, clock: Clock, language: Language) -> Self {
        Self {
            shell,
            api,
            clock,
            texts: Texts::load(language),
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
            if flow == Flow::End {
                return self.shell.exit();
            }
        }
    }

    fn on_input(&mut self, input: Input) -> Flow {
        match input {
            Input::Engine(_) => self.read_soon(),
            Input::Menu(action) => self.on_menu(action),
            Input::Alert(AlertAction::OpenDashboard)
            | Input::Window(WindowInput::Open)
            | Input::SecondInstance => {
                self.shell.show_window();
                Flow::GoOn
            }
            Input::Alert(AlertAction::SignIn(account)) => self.sign_in_again(account),
            Input::Window(WindowInput::Language(language)) => {
                self.texts = Texts::load(language);
                self.draw()
            }
            Input::Quit => Flow::End,
        }
    }

    fn on_menu(&mut self, action: MenuAction) -> Flow {
        match action {
            MenuAction::OpenDashboard => self.shell.show_window(),
            MenuAction::AddAccount => self.start_sign_in(json!({ "open_browser": "yes" })),
            MenuAction::CancelSignIn(id) => self.act(Method::DELETE, format!("/api/v1/sign-ins/{id}"), None),
            MenuAction::SignInAgain(account) => return self.sign_in_again(account),
            MenuAction::SetStrategy { owner, strategy } => {
                // The panel turned the tick by itself; also where nothing will change, it is drawn anew.
                self.shown = None;
                self.set_strategy(&owner, strategy);
            }
            MenuAction::CopyEndpoint => self.copy_endpoint(),
            MenuAction::Quit => return Flow::End,
        }
        Flow::GoOn
    }

    fn on_outcome(&mut self, outcome: Outcome) -> Flow {
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
            Outcome::Started(Err(detail)) | Outcome::Acted(Err(detail)) => {
                self.shell.notify(failure(&detail, &self.texts));
                self.read_soon()
            }
        }
    }

    fn on_read(&mut self, result: Result<Box<Snapshot>, String>) -> Flow {
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
            Err(reason) => tracing::warn!(reason, "the engine's state could not be read; trying again"),
        }
        self.draw()
    }

    fn read_soon(&mut self) -> Flow {
        self.reading = match self.reading {
            Reading::Idle => Reading::Due(Instant::now() + SETTLE),
            Reading::Due(at) => Reading::Due(at.min(Instant::now() + SETTLE)),
            Reading::Running | Reading::RunningStale => Reading::RunningStale,
        };
        Flow::GoOn
    }

    fn read(&mut self) -> Flow {
        self.reading = Reading::Running;
        let answer = self.api.call(Method::GET, "/api/v1/status", None);
        self.calls.spawn(async move { Outcome::Read(parsed(answer.await.success()).map(Box::new)) });
        Flow::GoOn
    }

    fn draw(&mut self) -> Flow {
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
        Flow::GoOn
    }

    /// An account is named by its id here, since an alert may be older than the account's name.
    fn sign_in_again(&mut self, account: AccountId) -> Flow {
        let accounts = self.snapshot.iter().flat_map(|snapshot| &snapshot.accounts);
        let name = accounts.filter(|known| known.id == account).map(|known| known.name.clone()).next();
        match name {
            Some(name) => self.start_sign_in(json!({ "account": name, "open_browser": "yes" })),
            None => {
                let alert = failure(self.texts.get("alert.no_such_account"), &self.texts);
                self.shell.notify(alert);
            }
        }
        Flow::GoOn
    }

    fn start_sign_in(&mut self, body: Value) {
        let answer = self.api.call(Method::POST, "/api/v1/sign-ins", Some(body));
        self.calls.spawn(async move { Outcome::Started(parsed(answer.await.success())) });
    }

    fn set_strategy(&mut self, owner: &str, strategy: Strategy) {
        let pools = self.snapshot.iter().flat_map(|snapshot| &snapshot.pools);
        let Some(PoolView { extra_provider_names, conversations, .. }) =
            pools.into_iter().find(|pool| pool.owner == owner)
        else {
            return;
        };
        let body = json!({
            "strategy": strategy.name(),
            "extra_provider_names": extra_provider_names,
            "conversations": conversations,
        });
        self.act(Method::PUT, format!("/api/v1/pools/{}", segment(owner)), Some(body));
    }

    fn act(&mut self, method: Method, path: String, body: Option<Value>) {
        let answer = self.api.call(method, &path, body);
        self.calls.spawn(async move { Outcome::Acted(answer.await.success().map(|_| ())) });
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

fn parsed<T: serde::de::DeserializeOwned>(answer: Result<Value, String>) -> Result<T, String> {
    serde_json::from_value(answer?).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests;
