//! The real `rockpool serve` with a log that nobody reads, or that is gone: requests and refreshes do not notice.

use rockpool_tests::harness::server::Server;
use rockpool_tests::journal::refreshes;
use rockpool_tests::tools::Key;
use rockpool_tests::tools::request::question;
use rockpool_tests::wait;

use crate::kill::ServerHarness;
use crate::wire::post::post;

/// Enough for a pipe's buffer (64 KiB on Linux) to overflow several times with all that is logged.
const TURNS: usize = 120;

async fn serve_turns(harness: &ServerHarness, server: &Server, key: &Key) {
    let key = ServerHarness::at(server, key);
    for user in ["user-ada", "user-ben"] {
        harness.sim.expire_access_tokens(user).unwrap();
    }
    for turn in 0..TURNS {
        let (conversation, body) = (format!("conversation-{turn}"), question("hello"));
        let answered = wait::within("a turn is answered", post(&key, &conversation, &body)).await;
        assert_eq!(answered.status, 200, "turn {turn}");
    }
    assert_eq!(refreshes(&harness.sim).len(), 2, "both accounts were due");
}

#[tokio::test]
async fn a_log_that_nobody_reads_stops_no_request_no_refresh_and_not_the_end() {
    let (harness, server, key) = ServerHarness::start().await;
    assert_eq!(server.stop().await, Some(0));
    let (server, log) = harness.home.serve_logging_to_a_pipe().await;
    serve_turns(&harness, &server, &key).await;
    assert_eq!(server.stop().await, Some(0));
    drop(log);
}

#[tokio::test]
async fn a_log_that_is_gone_stops_no_request_and_no_refresh() {
    let (harness, server, key) = ServerHarness::start().await;
    assert_eq!(server.stop().await, Some(0));
    let (server, log) = harness.home.serve_logging_to_a_pipe().await;
    drop(log);
    serve_turns(&harness, &server, &key).await;
    assert_eq!(server.stop().await, Some(0));
}
