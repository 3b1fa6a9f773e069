//! The event stream: first word, order, and what a slow listener gets.

use axum::body::{Body, BodyDataStream};
use futures_util::StreamExt as _;
use http::Request;
use tower::ServiceExt as _;

use crate::api::router::router;
use crate::model::principal::Principal;
use crate::snapshot::event::EngineEvent;
use crate::test_stage::EngineStage;

/// More than a listener may fall behind by.
const FLOOD: usize = 300;

/// An engine that has said all there is to say of its start.
async fn stage() -> EngineStage {
    let stage = EngineStage::with(&["a"]).await;
    tokio::time::pause();
    let mut events = stage.handle().events();
    while tokio::time::timeout(std::time::Duration::from_secs(1), events.recv()).await.is_ok() {}
    stage
}

async fn listen(stage: &EngineStage) -> BodyDataStream {
    let request = Request::get("/api/v1/events").extension(Principal::Control).body(Body::empty()).unwrap();
    let response = router(stage.handle()).oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    response.into_body().into_data_stream()
}

fn say(stage: &EngineStage, event: EngineEvent) {
    stage.handle().core().event_bus.publish(event);
}

async fn next(stream: &mut BodyDataStream) -> String {
    let chunk = stream.next().await.unwrap().unwrap();
    String::from_utf8(chunk.to_vec()).unwrap()
}

const CHANGED: &str = "event: changed\ndata: {\"type\":\"changed\"}\n\n";

#[tokio::test]
async fn the_first_event_is_changed_and_nothing_after_the_request_is_missed() {
    let stage = stage().await;
    let mut stream = listen(&stage).await;
    say(&stage, EngineEvent::PoolBack { owner: "a".to_owned() });
    assert_eq!(next(&mut stream).await, CHANGED);
    assert_eq!(
        next(&mut stream).await,
        "event: pool_back\ndata: {\"type\":\"pool_back\",\"owner\":\"a\"}\n\n"
    );
}

#[tokio::test]
async fn a_slow_listener_gets_changed_for_what_it_missed() {
    let stage = stage().await;
    let mut stream = listen(&stage).await;
    assert_eq!(next(&mut stream).await, CHANGED);
    for _ in 0..FLOOD {
        say(&stage, EngineEvent::Vault);
    }
    assert_eq!(next(&mut stream).await, CHANGED);
    assert!(next(&mut stream).await.starts_with("event: vault\n"));
}

#[tokio::test]
async fn a_quiet_stream_is_kept_alive_by_comments() {
    let stage = stage().await;
    let mut stream = listen(&stage).await;
    next(&mut stream).await;
    assert!(next(&mut stream).await.starts_with(':'));
}
