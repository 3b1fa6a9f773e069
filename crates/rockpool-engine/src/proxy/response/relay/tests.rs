//! Streams through the whole engine, as the record and the account's health know of them afterwards.

use crate::provider::outbound::OnBehalfOf;
use crate::snapshot::{ActivityView, HealthView, OutcomeClass};
use crate::test_http::Reply;
use crate::test_serving::{ServingEngine, serving, usage};

const BEGINNING: &str = "event: response.created\ndata: {\"type\":\"response.created\"}\n\n\
    event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"a\"}\n\n";

/// In front of a provider that answers each turn with this stream.
async fn answering(stream: &str) -> ServingEngine {
    let stream = stream.to_owned();
    let engine = serving(move |request| match request.contains("/codex/responses") {
        true => Reply::json(200, &stream),
        false => usage("plus"),
    })
    .await;
    engine.import("ada").await;
    engine
}

/// What the tool got, and what is left of it here.
async fn asked(engine: &ServingEngine) -> (String, ActivityView, HealthView) {
    let key = engine.client("ada").await;
    let handle = engine.handle();
    let http = handle.core().outbound.clients(OnBehalfOf::Nobody).unwrap().http;
    let turn = http
        .post(format!("http://{}/backend-api/codex/responses", handle.address().unwrap()))
        .bearer_auth(&key);
    let answer = turn.body(r#"{"model":"m","input":[],"stream":true}"#).send().await.unwrap();
    let got = answer.text().await.unwrap();
    let snapshot = handle.snapshot();
    (got, snapshot.recent[0].clone(), snapshot.accounts[0].health.clone())
}

#[tokio::test]
async fn an_answer_whose_last_event_is_too_long_to_be_kept_counts_by_the_type_that_its_beginning_names() {
    let long = "x".repeat(17 << 20);
    for (last, outcome) in [
        (
            format!("data: {{\"type\": \"response.completed\", \"response\": {{\"text\": \"{long}\"}}}}\n\n"),
            OutcomeClass::Success,
        ),
        (
            format!(
                "event: response.completed\ndata: {{\"text\":\"{long}\",\"type\":\"response.completed\"}}\n\n"
            ),
            OutcomeClass::Success,
        ),
        (
            format!(
                "event: response.incomplete\ndata: {{\"type\":\"response.incomplete\",\"a\":\"{long}\"}}\n\n"
            ),
            OutcomeClass::Success,
        ),
        (
            format!("data: {{\"type\":\"response.output_text.done\",\"a\":\"{long}\"}}\n\n"),
            OutcomeClass::Failure,
        ),
        (format!("data: {{\"type\":\"response.completed\",\"a\":\"{long}"), OutcomeClass::Failure),
    ] {
        let stream = format!("{BEGINNING}{last}");
        let (got, record, health) = asked(&answering(&stream).await).await;
        let name = &last[..50];
        assert!(got == stream, "{name}: it reaches the tool whole");
        assert_eq!(record.outcome, outcome, "{name}");
        assert_eq!(health.success_rate, if outcome == OutcomeClass::Success { 100 } else { 0 }, "{name}");
        assert_eq!((record.input_tokens, record.output_tokens), (None, None), "{name}");
    }
}
