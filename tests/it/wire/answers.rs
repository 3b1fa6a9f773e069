//! What an answer is, is told by its bytes: with a content type or without one, over HTTP/1.1 and HTTP/2, in every form
//! that the standard of server-sent events allows. Who gets which events.

use rockpool_engine::snapshot::OutcomeClass;
use rockpool_sim::{Action, Fault, LineEnd, On, Share, StreamFault};
use rockpool_tests::harness::{Harness, ProviderLink, Setup, seat};
use rockpool_tests::journal::{served, turns};
use rockpool_tests::tools::request::{events, frame, question, types, user};
use rockpool_tests::tools::socket::Socket;
use rockpool_tests::tools::{Key, web};
use rockpool_tests::wait;
use serde_json::json;

use super::post::{Posted, ask, read, send};

/// Events of a good answer before the third word.
const INTO_THE_TEXT: usize = 8;

/// HTTP/1.1, and HTTP/2.
const LINKS: [ProviderLink; 2] = [ProviderLink::Plain, ProviderLink::Tls];
const SHARES: [Share; 2] = [Share::Always, Share::Never];

async fn counted(harness: &Harness, posted: &Posted) {
    assert_eq!((posted.status, posted.whole), (200, true));
    assert_eq!(posted.answer(), "A simulated answer from acct-ada.");
    let record = &harness.activity(1).await[0];
    assert_eq!(record.outcome, OutcomeClass::Success);
    assert!(record.input_tokens.is_some() && record.output_tokens.is_some(), "{record:?}");
}

#[tokio::test]
async fn an_answer_is_streamed_as_it_comes_and_counted_with_a_content_type_and_without() {
    for (link, share) in LINKS.into_iter().flat_map(|link| SHARES.map(|share| (link, share))) {
        let harness = Setup::of(["ada"]).over(link).without_content_type(share).start().await;
        let key = harness.client("tool", "ada").await;
        counted(&harness, &ask(&key, "conversation-1").await).await;

        // One that does not end: what came of it is with the tool all the same.
        harness.sim.script(Fault::next(On::Http, Action::stall(INTO_THE_TEXT)).of(&seat("ada")));
        let mut response = send(&key, "conversation-2", &question("hello")).await;
        assert_eq!(response.headers().contains_key("content-type"), share == Share::Never);
        let mut came = Vec::new();
        while !String::from_utf8_lossy(&came).contains("output_text.delta") {
            came.extend(wait::within("output", response.chunk()).await.unwrap().expect("more"));
        }
    }
}

#[tokio::test]
async fn a_failure_in_the_first_event_goes_to_another_account_with_a_content_type_and_without() {
    for (link, share) in LINKS.into_iter().flat_map(|link| SHARES.map(|share| (link, share))) {
        let setup = Setup::of(["ada", "ben"]).over(link).without_content_type(share);
        let harness = setup.start().await;
        let key = harness.client("tool", "ada").await;
        let limit = Action::failed_in_stream(0, "usage_limit_reached", "The usage limit has been reached");
        harness.sim.script(Fault::next(On::Http, limit).of(&seat("ada")));
        let posted = ask(&key, "conversation-1").await;
        assert_eq!(posted.answer(), "A simulated answer from acct-ben.", "{link:?} {share:?}");
        assert_eq!(served(&turns(&harness.sim)), ["ada 200", "ben 200"], "{link:?} {share:?}");
        assert_eq!(harness.account("ada").state.name(), "exhausted", "{link:?} {share:?}");
    }
}

#[tokio::test]
async fn lines_of_every_kind_are_read_and_handed_on_untouched() {
    let forms = [
        StreamFault::LineEnds { with: LineEnd::CarriageReturn },
        StreamFault::LineEnds { with: LineEnd::Both },
        StreamFault::SeveralDataLines,
    ];
    let setup = Setup::of(["ada"]).over(ProviderLink::Recorded).private_events(Share::Never);
    let harness = setup.start().await;
    let key = harness.client("tool", "ada").await;
    for form in forms {
        harness.recording_proxy().clear();
        harness.sim.script(Fault::next(On::Http, Action::InStream(form.clone())).of(&seat("ada")));
        let posted = ask(&key, "conversation-1").await;
        counted(&harness, &posted).await;
        let seen = harness.recording_proxy().exchanges("/codex/responses");
        assert!(posted.body == seen[0].response.body, "{form:?}");
    }
}

#[tokio::test]
async fn a_failure_is_found_in_lines_of_every_kind() {
    let failed = Action::failed_in_stream(1, "usage_limit_reached", "The usage limit has been reached");
    let harness = Setup::of(["ada", "ben"]).private_events(Share::Always).start().await;
    let key = harness.client("tool", "ada").await;
    harness.sim.script(Fault::next(On::Http, failed).of(&seat("ada")));
    let posted = ask(&key, "conversation-1").await;
    assert_eq!(posted.answer(), "A simulated answer from acct-ben.", "private events are no output");
}

async fn ask_as(key: &Key, headers: &[(&str, &str)]) -> Posted {
    let mut request =
        web::public_client().post(format!("{}/responses", key.base_url)).bearer_auth(&key.secret);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    read(request.json(&question("hello")).send().await.unwrap()).await
}

#[tokio::test]
async fn a_tool_of_the_public_api_gets_its_events_only_and_the_codex_cli_all_that_it_understands() {
    let harness = Setup::of(["ada"]).private_events(Share::Always).start().await;
    let key = harness.client("tool", "ada").await;
    let posted = ask_as(&key, &[("user-agent", "OpenAI/Python 3.57.0")]).await;
    let public = events(&posted.body);
    assert_eq!(types(&public)[0], "response.created", "strict libraries take nothing before it");
    assert!(types(&public).iter().all(|name| name.starts_with("response.")), "{:?}", types(&public));
    counted(&harness, &posted).await;

    let private = ["codex.response.metadata", "responsesapi.websocket_timing", "keepalive"];
    for header in [("originator", "codex_exec"), ("user-agent", "codex_exec/0.171.0 (Debian 12.0.0; x86_64)")]
    {
        let posted = ask_as(&key, &[header]).await;
        let seen = events(&posted.body);
        assert_eq!(types(&seen)[..3], private, "{header:?}");
        assert_eq!(types(&seen)[3..], types(&public), "{header:?}");
    }
}

#[tokio::test]
async fn over_websocket_too_a_tool_of_the_public_api_gets_its_events_only() {
    let harness = Setup::of(["ada"]).start().await;
    let key = harness.client("tool", "ada").await;
    let hello = frame(json!([user("hello")]));
    let frames = Socket::of_the_public_api(&key).await.unwrap().ask(&hello).await;
    assert_eq!(types(&frames)[0], "response.created");
    let of_the_cli = Socket::open(&key, "conversation-1").await.unwrap().ask(&hello).await;
    assert_eq!(types(&of_the_cli)[0], "response.metadata", "{:?}", types(&of_the_cli));
}
