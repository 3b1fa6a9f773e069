//! Error frames that a tool could not read as the provider sent them.

use std::time::Duration;

use rockpool_sim::{Action, Fault, On, StreamFault};
use rockpool_tests::harness::Setup;
use rockpool_tests::tools::request::{frame, user};
use rockpool_tests::tools::socket::Socket;
use serde_json::{Value, json};

use super::super::post::ask;
use super::has_exactly_one_status;

/// For an account that was told to slow down.
const LONG_ENOUGH: Duration = Duration::from_secs(20 * 60);
/// Before any output, and in the middle of it.
const MOMENTS: [usize; 3] = [0, 2, 8];

fn odd_frames() -> [(Value, u16); 4] {
    let error = json!({"type": "invalid_request_error", "code": "invalid_prompt", "message": "No."});
    let full = json!({"type": "requests", "code": "rate_limit_exceeded", "message": "Slow down."});
    [
        (json!({"type": "error", "status": 400, "status_code": 400, "error": error}), 400),
        (json!({"type": "error", "status": 503, "status_code": 429, "error": full}), 429),
        (json!({"type": "error", "error": error}), 400),
        (json!({"type": "error", "error": full}), 429),
    ]
}

#[tokio::test]
async fn a_frame_with_both_statuses_or_none_gets_one_and_keeps_the_rest() {
    let harness = Setup::of(["ada"]).with_manual_clock().start().await;
    let key = harness.client("tool", "ada").await;
    for (event, status) in odd_frames() {
        for after in MOMENTS {
            harness.sim.script(Fault::next(
                On::Frame,
                Action::InStream(StreamFault::Fail { after, event: event.clone() }),
            ));
            let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
            let frames = socket.ask(&frame(json!([user("hello")]))).await;
            let told = frames.last().unwrap();
            has_exactly_one_status(told);
            if told["error"] == event["error"] {
                assert_eq!(told["status_code"], status, "{event} after {after}");
            } else {
                // A limit before any output is told in the pool's words.
                assert_eq!((after < 8, &told["status_code"]), (true, &json!(429)), "{told}");
            }
            harness.advance(LONG_ENOUGH);
        }
    }
}

#[tokio::test]
async fn over_http_an_error_event_needs_no_status_and_passes_as_it_came() {
    let harness = Setup::of(["ada"]).with_manual_clock().start().await;
    let key = harness.client("tool", "ada").await;
    for (event, _) in odd_frames() {
        harness.sim.script(Fault::next(
            On::Http,
            Action::InStream(StreamFault::Fail { after: 8, event: event.clone() }),
        ));
        let posted = ask(&key, "conversation-1").await;
        let events = rockpool_tests::tools::request::events(&posted.body);
        assert_eq!(events.last(), Some(&event));
        harness.advance(LONG_ENOUGH);
    }
}
