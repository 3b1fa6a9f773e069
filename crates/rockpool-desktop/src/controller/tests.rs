//! The controller against a recording shell.

use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Method, StatusCode};
use rockpool_engine::api::{ApiReply, ApiTransport, Unreachable};
use rockpool_engine::snapshot::ModeView;
use rockpool_routing::{AccountState, Conversations};
use serde::Serialize;
use serde_json::{Value, json};

use super::*;
use crate::alerts::Alert;
use crate::fixture::{account, account_id, client, now, pool, put, settings, sign_in, snapshot};
use crate::tray::icon::Water;

/// What the desktop was asked to do.
#[derive(Debug, Default)]
struct ShellCalls {
    trays: Vec<Tray>,
    alerts: Vec<Alert>,
    windows: usize,
    copied: Vec<String>,
    exits: usize,
}

#[derive(Clone, Default)]
struct Desktop(Arc<Mutex<ShellCalls>>);

impl Desktop {
    fn seen(&self) -> MutexGuard<'_, ShellCalls> {
        self.0.lock().unwrap()
    }
}

impl Shell for Desktop {
    fn set_tray(&mut self, tray: &Tray) {
        self.seen().trays.push(tray.clone());
    }
    fn notify(&mut self, alert: Alert) {
        self.seen().alerts.push(alert);
    }
    fn show_window(&mut self) {
        self.seen().windows += 1;
    }
    fn copy(&mut self, text: &str) {
        self.seen().copied.push(text.to_owned());
    }
    fn exit(&mut self) {
        self.seen().exits += 1;
    }
}

/// An engine that shows one snapshot and writes down what it is asked for.
#[derive(Clone)]
struct Engine(Arc<Script>);

struct Script {
    snapshot: Mutex<Snapshot>,
    sign_in: Mutex<ApiReply>,
    /// What becomes of a tool.
    tool: Mutex<ApiReply>,
    tools: Mutex<Vec<Value>>,
    /// As chosen in the settings.
    language: Mutex<&'static str>,
    calls: Mutex<Vec<(Method, String, Option<Value>)>>,
}

fn reply(status: u16, body: &impl Serialize) -> ApiReply {
    let status = StatusCode::from_u16(status).unwrap();
    ApiReply { status, body: serde_json::to_vec(body).unwrap().into() }
}

impl ApiTransport for Engine {
    fn send<'a>(
        &'a self,
        method: Method,
        path: &'a str,
        json: Option<Bytes>,
    ) -> BoxFuture<'a, Result<ApiReply, Unreachable>> {
        let answer = match (method.as_str(), path) {
            ("GET", "/api/v1/status") => reply(200, &*self.0.snapshot.lock().unwrap()),
            ("GET", "/api/v1/settings") => reply(200, &settings(*self.0.language.lock().unwrap())),
            ("POST", "/api/v1/sign-ins") => self.0.sign_in.lock().unwrap().clone(),
            ("GET", "/api/v1/tools") => reply(200, &*self.0.tools.lock().unwrap()),
            ("PUT", _) => reply(200, &pool("ada", &["ben"])),
            ("POST", path) if path.starts_with("/api/v1/tools/") => self.0.tool.lock().unwrap().clone(),
            (_, _) => reply(204, &()),
        };
        let body = json.map(|json| serde_json::from_slice(&json).unwrap());
        self.0.calls.lock().unwrap().push((method, path.to_owned(), body));
        Box::pin(async move { Ok(answer) })
    }
}

fn connected(name: &str) -> Value {
    let mut tool = tool();
    tool["name"] = json!(name);
    tool["connected_at"] = json!("2026-11-27T12:00:00Z");
    tool
}

fn tool() -> Value {
    json!({
        "name": "codex", "title": "Codex", "found": [], "state": "not_connected", "edited": [], "client": null,
        "connected_at": null, "needs_model": false, "model": null, "own_login": null, "problem": null
    })
}

struct ControllerHarness {
    desktop: Desktop,
    engine: Engine,
    clock: Clock,
    inputs: mpsc::Sender<Input>,
}

impl ControllerHarness {
    /// A running controller that has shown `first`.
    async fn with(first: Snapshot) -> Self {
        let engine = Engine(Arc::new(Script {
            snapshot: Mutex::new(first),
            sign_in: Mutex::new(reply(201, &sign_in(5, None))),
            tool: Mutex::new(reply(200, &tool())),
            tools: Mutex::default(),
            language: Mutex::new("system"),
            calls: Mutex::default(),
        }));
        let client = Client::new(engine.clone());
        let (desktop, clock) = (Desktop::default(), Clock::manual(now()));
        let (inputs, receiver) = mpsc::channel(8);
        let controller =
            Controller::new(desktop.clone(), client, clock.clone(), Language::En, LanguageChoice::System);
        tokio::spawn(controller.run(receiver));
        let harness = Self { desktop, engine, clock, inputs };
        harness.settle().await;
        harness
    }

    /// Lets everything that is due within a second happen; time is paused, so none passes.
    async fn settle(&self) {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }

    async fn send(&self, input: Input) {
        self.inputs.send(input).await.unwrap();
        self.settle().await;
    }

    async fn change(&self, edit: impl FnOnce(&mut Snapshot)) {
        edit(&mut self.engine.0.snapshot.lock().unwrap());
        self.send(Input::Engine(EngineEvent::Changed)).await;
    }

    /// What was asked of the engine, apart from readings.
    fn asked(&self) -> Vec<(String, String, Value)> {
        let calls = self.engine.0.calls.lock().unwrap();
        let acts = calls.iter().filter(|(method, _, _)| method != Method::GET);
        acts.map(|(method, path, body)| (method.to_string(), path.clone(), body.clone().unwrap_or_default()))
            .collect()
    }

    fn readings(&self) -> usize {
        self.engine.0.calls.lock().unwrap().iter().filter(|(method, _, _)| method == Method::GET).count()
    }
}

fn two_accounts() -> Snapshot {
    let mut snapshot =
        snapshot(vec![account(1, "ada").left(80, 90).view(), account(2, "ben").left(40, 90).view()]);
    snapshot.level_percent = Some(60);
    snapshot.pools = vec![pool("ada", &["ben"])];
    snapshot
}

#[tokio::test(start_paused = true)]
async fn the_tray_follows_the_engine_and_is_redrawn_only_when_it_differs() {
    let harness = ControllerHarness::with(two_accounts()).await;
    let drawn = harness.desktop.seen().trays.len();
    assert_eq!(harness.desktop.seen().trays.last().unwrap().icon.water, Water::Level(60));
    harness.change(|_| ()).await;
    assert_eq!(harness.desktop.seen().trays.len(), drawn);
    harness.change(|snapshot| snapshot.level_percent = Some(30)).await;
    assert_eq!(harness.desktop.seen().trays.last().unwrap().icon.water, Water::Level(32));
}

#[tokio::test(start_paused = true)]
async fn a_burst_of_events_is_read_once() {
    let harness = ControllerHarness::with(two_accounts()).await;
    let before = harness.readings();
    for _ in 0..5 {
        harness.inputs.send(Input::Engine(EngineEvent::Changed)).await.unwrap();
    }
    harness.settle().await;
    assert_eq!(harness.readings(), before + 1);
}

#[tokio::test(start_paused = true)]
async fn countdowns_go_on_without_events() {
    let harness = ControllerHarness::with(two_accounts()).await;
    let drawn = harness.desktop.seen().trays.len();
    harness.clock.advance(Duration::from_secs(120));
    tokio::time::sleep(COUNTDOWN).await;
    assert_eq!(harness.desktop.seen().trays.len(), drawn + 1);
}

#[tokio::test(start_paused = true)]
async fn an_alert_of_a_dead_login_signs_in_to_that_very_account() {
    let harness = ControllerHarness::with(two_accounts()).await;
    harness.change(|snapshot| put(&mut snapshot.accounts[1], AccountState::NeedsReauth)).await;
    let alert = harness.desktop.seen().alerts.first().cloned().unwrap();
    assert_eq!(alert.click, AlertAction::SignIn(account_id(2)));
    harness.send(Input::Alert(alert.click)).await;
    let body = json!({ "account": "ben", "method": "browser", "open_browser": "yes", "caller": "desktop" });
    assert_eq!(harness.asked(), [("POST".to_owned(), "/api/v1/sign-ins".to_owned(), body)]);
}

#[tokio::test(start_paused = true)]
async fn menu_entries_call_the_management_api() {
    let harness = ControllerHarness::with(two_accounts()).await;
    let id = sign_in(5, None).id;
    let strategy = MenuAction::SetStrategy { owner: "ada".to_owned(), strategy: Strategy::PriorityOrder };
    for action in [MenuAction::AddAccount, MenuAction::CancelSignIn(id), strategy] {
        harness.send(Input::Menu(action)).await;
    }
    let called: Vec<String> =
        harness.asked().iter().map(|(method, path, body)| format!("{method} {path} {body}")).collect();
    let pool = json!({
        "strategy": "priority_order",
        "extra_provider_names": ["ben"],
        "conversations": "stay",
    });
    assert_eq!(
        called,
        [
            r#"POST /api/v1/sign-ins {"caller":"desktop","method":"browser","open_browser":"yes"}"#
                .to_owned(),
            format!("DELETE /api/v1/sign-ins/{id} null"),
            format!("PUT /api/v1/pools/ada {pool}"),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn another_strategy_leaves_strict_rotation_as_it_is() {
    let harness = ControllerHarness::with(two_accounts()).await;
    harness.change(|snapshot| snapshot.pools[0].conversations = Conversations::Rotate).await;
    let strategy = MenuAction::SetStrategy { owner: "ada".to_owned(), strategy: Strategy::MostHeadroom };
    harness.send(Input::Menu(strategy)).await;
    let asked = harness.asked();
    assert_eq!(asked[0].2["conversations"], "rotate");
}

#[tokio::test(start_paused = true)]
async fn the_endpoint_is_copied_and_the_window_opens_from_menu_alert_and_second_start() {
    let harness = ControllerHarness::with(two_accounts()).await;
    harness.send(Input::Menu(MenuAction::CopyEndpoint)).await;
    assert_eq!(harness.desktop.seen().copied, ["http://127.0.0.1:7625/v1"]);
    harness.send(Input::Menu(MenuAction::OpenDashboard)).await;
    harness.send(Input::Alert(AlertAction::OpenDashboard)).await;
    harness.send(Input::SecondInstance).await;
    assert_eq!(harness.desktop.seen().windows, 3);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_shown_in_its_own_words() {
    let harness = ControllerHarness::with(two_accounts()).await;
    let refusal = json!({ "type": "about:blank", "title": "Conflict", "status": 409, "code": "c",
        "detail": "The keychain is locked; unlock it." });
    *harness.engine.0.sign_in.lock().unwrap() = reply(409, &refusal);
    harness.send(Input::Menu(MenuAction::AddAccount)).await;
    assert_eq!(harness.desktop.seen().alerts[0].body, "The keychain is locked; unlock it.");
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_that_needs_the_callback_pasted_opens_the_window() {
    let harness = ControllerHarness::with(two_accounts()).await;
    let by_hand = SignInView { callback: CallbackView::PasteOnly, ..sign_in(5, None) };
    *harness.engine.0.sign_in.lock().unwrap() = reply(201, &by_hand);
    harness.send(Input::Menu(MenuAction::AddAccount)).await;
    assert_eq!(harness.desktop.seen().windows, 1);
}

#[tokio::test(start_paused = true)]
async fn an_alert_about_an_account_that_is_gone_says_so() {
    let harness = ControllerHarness::with(snapshot(vec![])).await;
    harness.send(Input::Alert(AlertAction::SignIn(account_id(9)))).await;
    assert_eq!(harness.desktop.seen().alerts[0].body, "That account is no longer there.");
    assert_eq!(harness.asked(), []);
}

#[tokio::test(start_paused = true)]
async fn another_language_is_shown_at_once() {
    let mut view = snapshot(vec![]);
    view.mode = ModeView::Rehearsal;
    let harness = ControllerHarness::with(view).await;
    let before = harness.desktop.seen().trays.last().unwrap().menu.clone();
    for (language, differs) in [("ja", true), ("system", false)] {
        *harness.engine.0.language.lock().unwrap() = language;
        harness.send(Input::Engine(EngineEvent::Settings { endpoint: String::new() })).await;
        let shown = harness.desktop.seen().trays.last().unwrap().menu.clone();
        assert_eq!(shown != before, differs, "{language}");
    }
}

#[tokio::test(start_paused = true)]
async fn quitting_ends_the_app_once() {
    let harness = ControllerHarness::with(two_accounts()).await;
    harness.send(Input::Menu(MenuAction::Quit)).await;
    assert_eq!(harness.desktop.seen().exits, 1);
    assert!(harness.inputs.is_closed());
}

#[tokio::test(start_paused = true)]
async fn tools_are_let_go_before_the_app_ends_where_that_was_asked_for() {
    let mut view = two_accounts();
    view.clients = vec![client(Some("codex")), client(None), client(Some("claude"))];
    let harness = ControllerHarness::with(view).await;
    let mut left = tool();
    left["name"] = json!("zed");
    *harness.engine.0.tools.lock().unwrap() = vec![connected("codex"), left, connected("claude")];
    harness.send(Input::Menu(MenuAction::DisconnectAndQuit)).await;
    let calls = harness.engine.0.calls.lock().unwrap().clone();
    let paths = calls.iter().filter(|(method, ..)| method == Method::POST).map(|(_, path, _)| path.as_str());
    assert_eq!(
        paths.collect::<Vec<_>>(),
        ["/api/v1/tools/codex/disconnect", "/api/v1/tools/claude/disconnect"]
    );
    assert_eq!(harness.desktop.seen().exits, 1);
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_cannot_be_let_go_keeps_the_app_there_and_says_why() {
    let mut view = two_accounts();
    view.clients = vec![client(Some("codex"))];
    let harness = ControllerHarness::with(view).await;
    let problem = json!({"type": "about:blank", "title": "Conflict", "status": 409, "detail": "It was edited.", "code": "c"});
    *harness.engine.0.tool.lock().unwrap() = reply(409, &problem);
    *harness.engine.0.tools.lock().unwrap() = vec![connected("codex")];
    harness.send(Input::Menu(MenuAction::DisconnectAndQuit)).await;
    let seen = harness.desktop.seen();
    assert_eq!((seen.exits, seen.alerts.len()), (0, 1));
    assert!(seen.alerts[0].body.contains("It was edited."), "{:?}", seen.alerts[0]);
}
