//! A session between two sides in memory, whose clock stands still until everybody waits.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use http::{HeaderMap, Method};
use jiff::Timestamp;
use rockpool_routing::{AccountId, Candidate, ClientId, Placement, Pool, Selection};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;
use url::Url;
use uuid::Uuid;

use super::byte_stream::{ActivityProbe, Socket, socket};
use super::dial::Dialed;
use super::session::{Opening, Session};
use crate::config::Config;
use crate::engine::Engine;
use crate::host::clock::Clock;
use crate::model::client::{KeyKind, OverrideMode};
use crate::model::principal::Principal;
use crate::provider::endpoints::Part;
use crate::provider::event::Audience;
use crate::proxy::authenticate::Caller;
use crate::proxy::failover::context::RequestContext;
use crate::proxy::state::DataPlane;
use crate::snapshot::{ActivityView, OutcomeClass};
use crate::store::ClientRow;
use crate::store::registry::Registry;
use crate::test_serving::ports;

const SECOND: Duration = Duration::from_secs(1);
/// Bytes that are on their way at most.
const PIPE: usize = 1 << 20;

/// A session, and both of its ends.
struct SessionBench {
    tool: Socket,
    provider: Socket,
    session: JoinHandle<()>,
    engine: Engine,
    began: Instant,
    _folder: tempfile::TempDir,
}

/// What the provider's end does with pings while a test waits for something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Provider {
    Answers,
    IsGone,
}

impl SessionBench {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = Url::parse("http://127.0.0.1:9").unwrap();
        let config = Config::rehearsal(folder.path().join("data"), nowhere.clone(), nowhere);
        let ports = ports(&Clock::manual(Timestamp::UNIX_EPOCH));
        let engine = Engine::start_offline(config, ports).await.unwrap();
        tokio::time::pause();
        let core = Arc::clone(engine.handle().core());
        let account = AccountId(Uuid::from_u128(1));
        core.routing.learn(|router, _| router.add_account(account));
        let client = ClientRow {
            id: ClientId(Uuid::from_u128(2)),
            tenant: engine.handle().viewer(Principal::Owner).home,
            name: "tool".to_owned(),
            account,
            key_kind: KeyKind::Bearer,
            key_hash: [0; 32],
            key_hint: String::new(),
            override_mode: OverrideMode::Inherit,
            strategy: None,
            created_at: Timestamp::UNIX_EPOCH,
            last_used_at: None,
        };
        let since = core.clock.now().mono;
        let context = RequestContext {
            plane: Arc::new(DataPlane::new(core)),
            method: Method::GET,
            caller: Caller { client, registry: Arc::new(Registry::default()), tool: None },
            path: "codex/responses".to_owned(),
            part: Part::Turn,
            headers: HeaderMap::new(),
            audience: Audience::Codex,
            pool: Pool::single(account),
            conversation: None,
            pins: Vec::new(),
            turn_giver: None,
        };
        let candidates = vec![Candidate { account, placement: Placement::Strategy }];
        let selection = Selection { pin: None, candidates, skipped: Vec::new() };
        let (ours, theirs) = tokio::io::duplex(PIPE);
        let (tool, tools_end) = (socket(theirs, Role::Client).await, socket(ours, Role::Server).await);
        let (ours, theirs) = tokio::io::duplex(PIPE);
        let activity = ActivityProbe::default();
        let provider = socket(theirs, Role::Server).await;
        let dialed = Dialed {
            account,
            generation: 1,
            socket: socket(activity.of(ours), Role::Client).await,
            activity,
            headers: HeaderMap::new(),
            since,
        };
        let opening = Opening { selection, failed: Vec::new() };
        let session = Session::new(Arc::new(context), opening, dialed, tools_end);
        let session = tokio::spawn(session.run());
        Self { tool, provider, session, engine, began: Instant::now(), _folder: folder }
    }

    /// With a turn that the provider has received.
    async fn with_a_turn() -> Self {
        let mut bench = Self::open().await;
        bench.ask(json!({"type": "response.create", "input": []})).await;
        bench
    }

    async fn ask(&mut self, frame: Value) {
        self.tool.send(Message::text(frame.to_string())).await.unwrap();
        let got = self.provider.next().await.unwrap().unwrap();
        assert_eq!(serde_json::from_str::<Value>(got.to_text().unwrap()).unwrap(), frame);
    }

    async fn provider_says(&mut self, event: Value) {
        self.provider.send(Message::text(event.to_string())).await.unwrap();
    }

    /// Lets time pass, in which the provider answers pings.
    async fn wait(&mut self, time: Duration) {
        let answers = async { while let Some(Ok(_)) = self.provider.next().await {} };
        assert!(tokio::time::timeout(time, answers).await.is_err(), "the connection ended");
    }

    /// What the tool gets next, and how many seconds after the beginning; `None` at the end.
    async fn tool_hears(&mut self, provider: Provider) -> (Option<Value>, f64) {
        let heard = loop {
            tokio::select! {
                message = self.tool.next() => break message,
                Some(Ok(_)) = self.provider.next(), if provider == Provider::Answers => {}
            }
        };
        let event = match heard {
            Some(Ok(Message::Text(text))) => Some(serde_json::from_str(&text).unwrap()),
            Some(Ok(Message::Close(_)) | Err(_)) | None => None,
            Some(Ok(other)) => panic!("the tool got {other:?}"),
        };
        // Timers are good to a millisecond.
        (event, (self.began.elapsed().as_secs_f64() * 10.0).round() / 10.0)
    }

    fn record(&self) -> ActivityView {
        let recent = self.engine.handle().snapshot().recent;
        assert_eq!(recent.len(), 1, "{recent:?}");
        recent[0].clone()
    }
}

fn keep_alive() -> Option<Value> {
    Some(json!({"type": "keepalive"}))
}

#[tokio::test]
async fn while_a_turn_is_open_the_tool_hears_of_it_every_minute_and_after_15_in_vain_it_is_given_up() {
    let mut bench = SessionBench::with_a_turn().await;
    for minute in 1..15 {
        assert_eq!(bench.tool_hears(Provider::Answers).await, (keep_alive(), f64::from(minute * 60)));
    }
    let (last, at) = bench.tool_hears(Provider::Answers).await;
    assert_eq!((&last.unwrap()["type"], at), (&json!("error"), 900.0));
    assert_eq!(bench.record().first_byte_ms, None, "a keep-alive is no output");
}

#[tokio::test]
async fn after_the_first_output_the_tool_hears_of_its_turn_too_and_after_its_end_no_more() {
    let mut bench = SessionBench::with_a_turn().await;
    let output = json!({"type": "response.output_text.delta", "delta": "a"});
    tokio::time::sleep(SECOND * 50).await;
    bench.provider_says(output.clone()).await;
    assert_eq!(bench.tool_hears(Provider::Answers).await, (Some(output), 50.0));
    assert_eq!(bench.tool_hears(Provider::Answers).await, (keep_alive(), 110.0));
    let end = json!({"type": "response.completed", "response": {"id": "r"}});
    bench.provider_says(end.clone()).await;
    assert_eq!(bench.tool_hears(Provider::Answers).await, (Some(end), 110.0));
    let more = tokio::time::timeout(SECOND * 3600, bench.tool_hears(Provider::Answers)).await;
    assert_eq!(more.ok(), None, "an idle connection stays open and quiet");
}

#[tokio::test]
async fn every_event_of_the_provider_starts_its_15_minutes_anew_also_one_that_is_not_for_the_tool() {
    let mut bench = SessionBench::with_a_turn().await;
    for _ in 0..2 {
        bench.wait(SECOND * 800).await;
        bench.provider_says(json!({"type": "codex.rate_limits"})).await;
    }
    let mut heard = bench.tool_hears(Provider::Answers).await;
    while heard.0 == keep_alive() {
        heard = bench.tool_hears(Provider::Answers).await;
    }
    assert_eq!(heard.1, 2500.0);
}

#[tokio::test]
async fn a_provider_that_answers_no_ping_is_lost_after_75_seconds() {
    let mut bench = SessionBench::with_a_turn().await;
    assert_eq!(bench.tool_hears(Provider::IsGone).await, (keep_alive(), 60.0));
    let (error, at) = bench.tool_hears(Provider::IsGone).await;
    assert_eq!((&error.unwrap()["type"], at), (&json!("error"), 75.0));
    let record = bench.record();
    assert_eq!((record.outcome, record.attempts.len()), (OutcomeClass::Failure, 1));
    let ping = bench.provider.next().await;
    assert!(matches!(ping, Some(Ok(Message::Ping(_)))), "{ping:?}");
}

#[tokio::test]
async fn between_turns_a_silent_provider_ends_the_connection_too() {
    let mut bench = SessionBench::open().await;
    assert_eq!(bench.tool_hears(Provider::IsGone).await, (None, 75.0));
    (&mut bench.session).await.unwrap();
}

/// How the provider ends a connection.
#[derive(Clone, Copy, Debug)]
enum End {
    Closed,
    Dropped,
}

impl SessionBench {
    /// After a turn that was answered.
    async fn with_a_turn_behind_it() -> Self {
        let mut bench = Self::with_a_turn().await;
        let end = json!({"type": "response.completed", "response": {"id": "r"}});
        bench.provider_says(end.clone()).await;
        assert_eq!(bench.tool_hears(Provider::Answers).await.0, Some(end));
        bench
    }

    async fn provider_ends(&mut self, end: End) {
        match end {
            End::Closed => self.provider.close(None).await.unwrap(),
            End::Dropped => self.provider.get_mut().shutdown().await.unwrap(),
        }
    }
}

#[tokio::test]
async fn a_provider_that_ends_an_idle_connection_leaves_no_trace() {
    for end in [End::Closed, End::Dropped] {
        let mut bench = SessionBench::open().await;
        bench.provider_ends(end).await;
        assert_eq!(bench.tool_hears(Provider::Answers).await.0, None, "{end:?}");
        assert_eq!(bench.engine.handle().snapshot().recent, [], "{end:?}");

        tokio::time::resume();
        let mut bench = SessionBench::with_a_turn_behind_it().await;
        bench.provider_ends(end).await;
        assert_eq!(bench.tool_hears(Provider::Answers).await.0, None, "{end:?}");
        assert_eq!(bench.record().outcome, OutcomeClass::Success, "{end:?}");
        tokio::time::resume();
    }
}

#[tokio::test]
async fn a_turn_that_crosses_with_the_end_of_an_idle_connection_is_no_failure_of_the_account() {
    // Which of the two the session sees first is left to chance.
    for round in 0..12 {
        let end = if round % 2 == 0 { End::Closed } else { End::Dropped };
        let mut bench = SessionBench::with_a_turn_behind_it().await;
        let continuing = json!({"type": "response.create", "input": [], "previous_response_id": "r"});
        bench.tool.send(Message::text(continuing.to_string())).await.unwrap();
        bench.provider_ends(end).await;
        let (told, _) = bench.tool_hears(Provider::IsGone).await;
        if let Some(told) = told {
            assert_eq!(told["error"]["code"], "previous_response_not_found", "{end:?}");
        }
        for record in bench.engine.handle().snapshot().recent {
            assert_ne!(record.outcome, OutcomeClass::Failure, "{end:?}");
            assert!(record.attempts.iter().all(|it| it.class != OutcomeClass::Failure), "{record:?}");
        }
        tokio::time::resume();
    }
}

#[tokio::test]
async fn a_turn_whose_new_connection_is_closed_without_a_word_is_tried_elsewhere_and_answered() {
    let mut bench = SessionBench::with_a_turn().await;
    bench.provider_ends(End::Closed).await;
    let (told, _) = bench.tool_hears(Provider::Answers).await;
    assert_eq!(told.unwrap()["error"]["code"], "provider_unreachable", "there is no other account");
    assert_eq!(bench.record().outcome, OutcomeClass::Failure);
}

#[tokio::test]
async fn a_large_event_that_takes_minutes_to_arrive_is_no_silence() {
    let mut bench = SessionBench::with_a_turn().await;
    let event = json!({"type": "response.output_text.delta", "delta": "x".repeat(900)});
    let text = event.to_string();
    // RFC 6455 §5.2: a final text frame of 126 to 65535 bytes, not masked.
    let head = [&[0x81, 126][..], &u16::try_from(text.len()).unwrap().to_be_bytes()].concat();
    for part in [&head, text.as_bytes()].concat().chunks(200) {
        tokio::time::sleep(SECOND * 70).await;
        bench.provider.get_mut().write_all(part).await.unwrap();
    }
    let mut heard = bench.tool_hears(Provider::IsGone).await;
    while heard.0 == keep_alive() {
        heard = bench.tool_hears(Provider::IsGone).await;
    }
    assert_eq!(heard, (Some(event), 350.0));
}

#[tokio::test]
async fn a_tool_that_was_slow_does_not_make_the_provider_look_dead() {
    let mut bench = SessionBench::with_a_turn().await;
    let large = json!({"type": "response.output_text.delta", "delta": "x".repeat(PIPE * 3 / 2)});
    let small = json!({"type": "response.output_text.delta", "delta": "y"});
    bench.provider_says(large.clone()).await;
    bench.provider_says(small.clone()).await;
    tokio::time::sleep(SECOND * 100).await;
    assert_eq!(bench.tool_hears(Provider::IsGone).await.0, Some(large));
    assert_eq!(bench.tool_hears(Provider::IsGone).await, (Some(small), 100.0));
}

#[tokio::test]
async fn lifecycle_events_are_held_for_two_seconds_from_the_first_of_them_on() {
    let mut bench = SessionBench::with_a_turn().await;
    tokio::time::sleep(SECOND * 10).await;
    let held = ["response.created", "response.in_progress"].map(|name| json!({"type": name}));
    bench.provider_says(held[0].clone()).await;
    tokio::time::sleep(SECOND * 3 / 2).await;
    bench.provider_says(held[1].clone()).await;
    for event in held {
        assert_eq!(bench.tool_hears(Provider::Answers).await, (Some(event), 12.0));
    }
}

#[tokio::test]
async fn the_first_output_does_not_wait_for_the_two_seconds() {
    let mut bench = SessionBench::with_a_turn().await;
    let created = json!({"type": "response.created"});
    let output = json!({"type": "response.output_text.delta"});
    bench.provider_says(created.clone()).await;
    tokio::time::sleep(SECOND / 2).await;
    bench.provider_says(output.clone()).await;
    assert_eq!(bench.tool_hears(Provider::Answers).await, (Some(created), 0.5));
    assert_eq!(bench.tool_hears(Provider::Answers).await, (Some(output), 0.5));
}

#[tokio::test]
async fn the_end_of_a_connections_time_between_turns_ends_both_sides_cleanly() {
    let mut bench = SessionBench::with_a_turn().await;
    let end = json!({"type": "response.completed", "response": {"id": "r"}});
    bench.provider_says(end.clone()).await;
    assert_eq!(bench.tool_hears(Provider::Answers).await.0, Some(end));
    bench
        .provider_says(json!({"type": "error", "error": {"code": "websocket_connection_limit_reached"}}))
        .await;
    let closed = bench.tool.next().await.unwrap().unwrap();
    assert!(matches!(closed, Message::Close(Some(_))), "{closed:?}");
    let closed = bench.provider.next().await.unwrap().unwrap();
    assert!(matches!(closed, Message::Close(_)), "{closed:?}");
    (&mut bench.session).await.unwrap();
    assert_eq!(bench.record().outcome, OutcomeClass::Success);
}

#[tokio::test]
async fn turns_that_came_before_the_end_of_a_connections_time_are_answered_with_a_record_each() {
    let mut bench = SessionBench::with_a_turn().await;
    let continuing = json!({"type": "response.create", "input": [], "previous_response_id": "r"});
    for early in [continuing, json!({"type": "response.create", "input": []})] {
        bench.tool.send(Message::text(early.to_string())).await.unwrap();
    }
    bench.wait(SECOND).await;
    let output = json!({"type": "response.output_text.delta"});
    let limit = json!({"type": "error", "error": {"code": "websocket_connection_limit_reached"}});
    for event in [&output, &limit] {
        bench.provider_says(event.clone()).await;
    }
    assert_eq!(bench.tool_hears(Provider::Answers).await.0, Some(output));
    let mut codes = Vec::new();
    while let (Some(sent), _) = bench.tool_hears(Provider::Answers).await {
        codes.push(sent["error"]["code"].as_str().unwrap().to_owned());
    }
    // The last has its whole input, and there is no other account that could be dialed.
    let expected =
        ["websocket_connection_limit_reached", "previous_response_not_found", "provider_unreachable"];
    assert_eq!(codes, expected);
    assert_eq!(bench.engine.handle().snapshot().recent.len(), 3);
}
