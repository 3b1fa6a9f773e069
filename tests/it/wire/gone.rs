//! A tool that goes away in the middle leaves one record, and the provider is not kept busy.

use rockpool_engine::snapshot::OutcomeClass;
use rockpool_sim::{Action, Fault, On};
use rockpool_tests::harness::{Harness, Setup};
use rockpool_tests::raw;
use rockpool_tests::tools::request::{frame, question, user};
use rockpool_tests::tools::socket::Socket;
use rockpool_tests::wait;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

async fn one_abandoned(harness: &Harness, what: &str) {
    let records = harness.activity(1).await;
    let outcomes: Vec<_> = records.iter().map(|record| record.outcome).collect();
    assert_eq!(outcomes, [OutcomeClass::Abandoned], "{what}");
    harness
        .until("nothing is in flight", |snapshot| {
            snapshot.accounts.iter().all(|account| account.in_flight == 0).then_some(())
        })
        .await;
    assert_eq!(harness.account("ada").health.sample, 0, "{what}: it says nothing about the account");
}

#[tokio::test]
async fn over_http_before_and_after_the_first_byte() {
    for action in [Action::NeverAnswer, Action::stall(0), Action::stall(8), Action::pace(100)] {
        let what = format!("{action:?}");
        let harness = Setup::of(["ada", "ben"]).start().await;
        let key = harness.client("tool", "ada").await;
        harness.sim.script(Fault::next(On::Http, action));
        let body = question("hello").to_string();
        let mut stream = TcpStream::connect(harness.address()).await.unwrap();
        let head = format!(
            "POST /v1/responses HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            harness.address(),
            key.secret,
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        wait::until("the provider is asked", || {
            (!rockpool_tests::journal::turns(&harness.sim).is_empty()).then_some(())
        })
        .await;
        drop(stream);
        one_abandoned(&harness, &what).await;
    }
}

#[tokio::test]
async fn over_websocket_in_the_middle_of_a_turn() {
    for action in [Action::NeverAnswer, Action::stall(8)] {
        let what = format!("{action:?}");
        let harness = Setup::of(["ada", "ben"]).start().await;
        let key = harness.client("tool", "ada").await;
        harness.sim.script(Fault::next(On::Frame, action));
        let mut socket = Socket::open(&key, "conversation-1").await.unwrap();
        socket.send(&frame(json!([user("hello")]))).await;
        wait::until("the provider is asked", || {
            (!rockpool_tests::journal::turns(&harness.sim).is_empty()).then_some(())
        })
        .await;
        socket.drop_it();
        one_abandoned(&harness, &what).await;
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_recorded_once_and_asked_of_nobody() {
    let harness = Setup::of(["ada"]).start().await;
    let key = harness.client("tool", "ada").await;
    let mut stream = TcpStream::connect(harness.address()).await.unwrap();
    let head = format!(
        "POST /v1/responses HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\ncontent-length: 1000\r\n\r\n{{\"model\"",
        harness.address(),
        key.secret
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    drop(stream);
    let records = harness.activity(1).await;
    assert_eq!(records.len(), 1);
    assert_eq!(rockpool_tests::journal::turns(&harness.sim).len(), 0);
    let healthy =
        format!("GET /healthz HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", harness.address());
    assert_eq!(raw::exchange(harness.address(), healthy).await.status(), 200);
}
