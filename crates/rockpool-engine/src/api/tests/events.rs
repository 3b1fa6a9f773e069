//! The event stream: first word, order, and what a slow listener gets.

use axum::body::{Body, BodyDataStream};
use futures_util::StreamExt as _;
use http::Request;
use tower::ServiceExt as _;

use super::fake::Fake;
use crate::api::router;
use crate::model::principal::Principal;
use crate::snapshot::event::EngineEvent;

async fn listen(fake: &std::sync::Arc<Fake>) -> BodyDataStream {
    let request = Request::get("/api/v1/events").extension(Principal::Control).body(Body::empty()).unwrap();
    let response = router(fake.clone()).oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    response.into_body().into_data_stream()
}

async fn next(stream: &mut BodyDataStream) -> String {
    let chunk = stream.next().await.unwrap().unwrap();
    String::from_utf8(chunk.to_vec()).unwrap()
}

const CHANGED: &str = "event: changed\ndata: {\"type\":\"changed\"}\n\n";

#[tokio::test]
async fn the_first_event_is_changed_and_nothing_after_the_request_is_missed() {
    let fake = Fake::new();
    let mut stream = listen(&fake).await;
    fake.events.send(EngineEvent::PoolBack { owner: "a".to_owned() }).unwrap();
    assert_eq!(next(&mut stream).await, CHANGED);
    assert_eq!(
        next(&mut stream).await,
        "event: pool_back\ndata: {\"type\":\"pool_back\",\"owner\":\"a\"}\n\n"
    );
}

#[tokio::test]
async fn a_slow_listener_gets_changed_for_what_it_missed() {
    let fake = Fake::new();
    let mut stream = listen(&fake).await;
    assert_eq!(next(&mut stream).await, CHANGED);
    for _ in 0..3 {
        fake.events.send(EngineEvent::Vault).unwrap();
    }
    assert_eq!(next(&mut stream).await, CHANGED);
    assert!(next(&mut stream).await.starts_with("event: vault\n"));
}

#[tokio::test(start_paused = true)]
async fn a_quiet_stream_is_kept_alive_by_comments() {
    let fake = Fake::new();
    let mut stream = listen(&fake).await;
    next(&mut stream).await;
    assert!(next(&mut stream).await.starts_with(':'));
}
