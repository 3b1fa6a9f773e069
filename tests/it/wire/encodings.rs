//! Answers that come encoded though nobody asked for it: understood all the same.

use rockpool_engine::snapshot::OutcomeClass;
use rockpool_sim::{Action, Coding, Fault, On, Share, StreamFault};
use rockpool_tests::harness::{ProviderLink, Setup, seat};
use rockpool_tests::journal::{served, turns};
use rockpool_tests::tools::request::question;
use serde_json::json;

use super::post::{ask, read, send};

/// An error with its body encoded.
fn encoded(status: u16, coding: Coding, code: &str) -> Action {
    let error = json!({"type": code, "code": code, "message": "It went wrong.", "resets_in_seconds": 3600});
    Action::Answer {
        status,
        headers: vec![("content-encoding".to_owned(), coding.name().to_owned())],
        body: json!({ "error": error }),
    }
}

#[tokio::test]
async fn an_encoded_limit_is_a_limit() {
    for coding in Coding::ALL {
        let harness = Setup::of(["ada", "ben"]).start().await;
        let key = harness.client("tool", "ada").await;
        let limit = encoded(429, coding, "usage_limit_reached");
        harness.sim.script(Fault::next(On::Http, limit).of(&seat("ada")));
        assert_eq!(ask(&key, "conversation-1").await.answer(), "A simulated answer from acct-ben.");
        assert_eq!(served(&turns(&harness.sim)), ["ada 429", "ben 200"], "{coding:?}");
        assert_eq!(harness.account("ada").state.name(), "exhausted", "{coding:?}");
    }
}

#[tokio::test]
async fn an_encoded_error_reaches_the_tool_as_it_came_with_its_header() {
    let harness = Setup::of(["ada"]).over(ProviderLink::Recorded).start().await;
    let key = harness.client("tool", "ada").await;
    for coding in Coding::ALL {
        harness.recording_proxy().clear();
        let refused = encoded(400, coding, "context_length_exceeded");
        harness.sim.script(Fault::next(On::Http, refused).of(&seat("ada")));
        let response = send(&key, "conversation-1", &question("hello")).await;
        assert_eq!(response.headers()["content-encoding"], coding.name());
        let posted = read(response).await;
        let seen = &harness.recording_proxy().exchanges("/codex/responses")[0].response;
        assert!(posted.body == seen.body && !posted.body.is_empty(), "{coding:?}");
        let record = &harness.activity(1).await[0];
        assert_eq!((record.outcome, posted.status), (OutcomeClass::Rejected, 400), "{coding:?}");
    }
}

#[tokio::test]
async fn an_encoded_stream_is_read_counted_and_handed_on_plain() {
    for share in [Share::Always, Share::Never] {
        let harness = Setup::of(["ada"]).without_content_type(share).start().await;
        let key = harness.client("tool", "ada").await;
        for coding in Coding::ALL {
            let order = Action::InStream(StreamFault::Encoded { coding });
            harness.sim.script(Fault::next(On::Http, order).of(&seat("ada")));
            let response = send(&key, "conversation-1", &question("hello")).await;
            assert!(!response.headers().contains_key("content-encoding"), "{coding:?}");
            let posted = read(response).await;
            assert_eq!(posted.answer(), "A simulated answer from acct-ada.", "{coding:?}");
            assert!(harness.activity(1).await[0].output_tokens.is_some(), "{coding:?}");
        }
    }
}
