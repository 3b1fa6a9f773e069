//! Connections that are cut after any number of bytes: what the tool gets is one account's answer, byte for byte, as
//! far as it came.

use futures_util::StreamExt as _;
use rockpool_engine::snapshot::OutcomeClass;
use rockpool_sim::{Action, Cut, Fault, On, ReusedConnections, Share};
use rockpool_tests::harness::{Harness, ProviderLink, Setup, seat};
use rockpool_tests::journal::{served, turns};
use rockpool_tests::tools::Key;
use rockpool_tests::tools::codex::Transport;
use rockpool_tests::tools::request::{frame, user};
use rockpool_tests::tools::socket::Socket;
use serde_json::json;

use super::super::post::ask_for_what_comes;

/// Connections cut over each transport.
const POINTS: usize = 24;
const BESIDE: usize = 6;
const SEED: u64 = 20_261_122;

/// What became of one request.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// The other account's answer, whole.
    TakenOver,
    /// The first account's, as far as it came.
    Broken,
    /// The first account's, whole.
    Whole,
}

/// An answer in the pieces that may not be torn apart: bytes over HTTP, frames over WebSocket.
type Pieces = Vec<Vec<u8>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_tool_gets_of_a_cut_answer_is_a_beginning_of_it_over_http() {
    any_cut(Transport::Http).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_tool_gets_of_a_cut_answer_is_a_beginning_of_it_over_websocket() {
    any_cut(Transport::WebSocket).await;
}

async fn any_cut(over: Transport) {
    let length = heard(&harness().await, over).await;
    let mut state = SEED;
    let points: Vec<usize> = (0..POINTS).map(|_| below(length, &mut state)).chain([0, length]).collect();
    let cuts = points.into_iter().enumerate().map(async |(index, point)| {
        let how = if index % 2 == 0 { Cut::Abrupt } else { Cut::Reset };
        tokio::spawn(cut_at(over, point, how)).await.unwrap()
    });
    let mut ends: Vec<End> = futures_util::stream::iter(cuts).buffer_unordered(BESIDE).collect().await;
    ends.sort();
    ends.dedup();
    assert_eq!(ends, [End::TakenOver, End::Broken, End::Whole], "{over:?}: the points miss something");
}

/// A number below `bound`: Knuth's linear congruential generator, which is enough to scatter points.
fn below(bound: usize, state: &mut u64) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).unwrap() % bound
}

/// The first account says one thing and the second another, both at length.
async fn harness() -> Harness {
    let setup = Setup::of(["ada", "ben"]).over(ProviderLink::Recorded).private_events(Share::Never);
    let harness = setup.reused_connections(ReusedConnections::None).start().await;
    for name in ["ada", "ben"] {
        let text = vec![format!("{name}'s"); 40].join(" ");
        harness.sim.script(Fault::next(On::Turn, Action::Say { text }).of(&seat(name)));
    }
    harness.recording_proxy().clear();
    harness
}

/// How many bytes the backend says in a whole answer.
async fn heard(harness: &Harness, over: Transport) -> usize {
    let key = harness.client("tool", "ada").await;
    let got = take(&key, over).await;
    assert!(!got.is_empty());
    harness.recording_proxy().received()
}

async fn cut_at(over: Transport, point: usize, how: Cut) -> End {
    let what = format!("{over:?}, {how:?} after {point} bytes");
    let harness = harness().await;
    let key = harness.client("tool", "ada").await;
    harness.recording_proxy().cut_after(point, how);
    let got = take(&key, over).await;
    let answers = answers(&harness, over);
    let whose: Vec<_> = answers.iter().filter(|answer| answer.starts_with(&got)).collect();
    let one = whose.len() == 1 || (got.is_empty() && !whose.is_empty());
    assert!(one, "{what}: what the tool got is not the beginning of one answer:\n{}", shown(&got));
    let has_said = |name: &str| shown(&got).contains(&format!("{name}'s"));
    let asked = served(&turns(&harness.sim));
    let record = &harness.activity(1).await[0];
    let account = record.account.as_deref();
    if account == Some("ben") {
        assert_eq!((got.len(), has_said("ada")), (whose[0].len(), false), "{what}: the whole of the second");
        assert!(has_said("ben"), "{what}");
        return End::TakenOver;
    }
    assert_eq!((account, asked), (Some("ada"), vec!["ada 200".to_owned()]), "{what}: nobody else was asked");
    if record.outcome == OutcomeClass::Success { End::Whole } else { End::Broken }
}

async fn take(key: &Key, over: Transport) -> Pieces {
    match over {
        Transport::Http => match ask_for_what_comes(key, "conversation-1").await {
            Some(posted) => {
                assert_eq!(posted.status, 200);
                posted.body.into_iter().map(|byte| vec![byte]).collect()
            }
            None => Pieces::new(),
        },
        Transport::WebSocket => {
            let mut socket = Socket::open(key, "conversation-1").await.unwrap();
            socket.send(&frame(json!([user("hello")]))).await;
            let mut frames = Vec::new();
            while let Some(text) = socket.next_text().await {
                let last = text.contains("\"response.completed\"");
                frames.push(text.into_bytes());
                if last {
                    break;
                }
            }
            frames
        }
    }
}

/// What each account said, as far as it came. Limits are not for the tool.
fn answers(harness: &Harness, over: Transport) -> Vec<Pieces> {
    match over {
        Transport::Http => {
            let exchanges = harness.recording_proxy().exchanges("/codex/responses").into_iter();
            exchanges.map(|it| it.response.body.into_iter().map(|byte| vec![byte]).collect()).collect()
        }
        Transport::WebSocket => {
            let for_tool = |frame: &String| !frame.contains("\"codex.rate_limits\"");
            let frames = |frames: Vec<String>| frames.into_iter().filter(for_tool).map(String::into_bytes);
            harness
                .recording_proxy()
                .frames()
                .into_iter()
                .map(|connection| frames(connection).collect())
                .collect()
        }
    }
}

fn shown(pieces: &Pieces) -> String {
    String::from_utf8_lossy(&pieces.concat()).into_owned()
}
