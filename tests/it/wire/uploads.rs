//! Requests that come slowly, or are refused while they still come.

use std::process::Stdio;
use std::time::Duration;

use rockpool_tests::harness::{Harness, Setup};
use rockpool_tests::journal::turns;
use rockpool_tests::raw;
use rockpool_tests::tools::Key;
use rockpool_tests::wait;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::Command;

const MIB: usize = 1 << 20;

fn head(harness: &Harness, key: &str, path: &str, more: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\n{more}\r\n",
        harness.address()
    )
}

/// Begins a request, sends a few bytes of its body, and says nothing more.
async fn stalled(harness: &Harness, key: &Key) -> TcpStream {
    let mut stream = TcpStream::connect(harness.address()).await.unwrap();
    let head = head(harness, &key.secret, "/v1/responses", "transfer-encoding: chunked\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(b"11\r\n{\"model\":\"gpt-5.5\r\n").await.unwrap();
    stream
}

#[tokio::test]
async fn uploads_that_stall_leave_others_unhindered() {
    let harness = Setup::of(["ada"]).start().await;
    let key = harness.client("tool", "ada").await;
    let other = harness.client("other", "ada").await;
    let mut uploads = Vec::new();
    for _ in 0..16 {
        uploads.push(stalled(&harness, &key).await);
    }
    for (key, session) in [(&other, "a"), (&key, "b")] {
        let posted = wait::within("another request is served", super::post::ask(key, session)).await;
        assert_eq!(posted.answer(), "A simulated answer from acct-ada.");
    }
}

#[tokio::test]
async fn an_upload_that_stalls_is_told_so_and_leaves_a_record() {
    let short = |times: &mut rockpool_engine::config::UploadTimeouts| times.pace = Duration::from_millis(50);
    let harness = Setup::of(["ada"]).upload_timeouts(short).start().await;
    let key = harness.client("tool", "ada").await;
    let answer = raw::read(stalled(&harness, &key).await).await;
    assert_eq!((answer.status(), &answer.json()["error"]["code"]), (408, &"request_timeout".into()));
    assert_eq!(harness.activity(1).await[0].status, 408);
    assert_eq!(turns(&harness.sim).len(), 0);
}

#[tokio::test]
async fn a_body_that_waits_too_long_for_memory_is_told_so() {
    let short =
        |times: &mut rockpool_engine::config::UploadTimeouts| times.memory = Duration::from_millis(50);
    let harness = Setup::of(["ada"]).upload_timeouts(short).start().await;
    let key = harness.client("tool", "ada").await;
    let mut held = Vec::new();
    let mut refused = None;
    // Each stays a little below the largest body that is taken, so the memory is full at some point.
    while refused.is_none() && held.len() < 6 {
        let mut stream = TcpStream::connect(harness.address()).await.unwrap();
        let head = head(&harness, &key.secret, "/v1/responses", &format!("content-length: {}\r\n", 64 * MIB));
        stream.write_all(head.as_bytes()).await.unwrap();
        let body = vec![b' '; 60 * MIB];
        stream.write_all(&body).await.unwrap();
        let mut first = [0; 12];
        let read = tokio::time::timeout(Duration::from_millis(500), stream.read_exact(&mut first)).await;
        match read {
            Ok(read) => refused = Some((read.unwrap(), first)),
            Err(_) => held.push(stream),
        }
    }
    let (_, status) = refused.expect("the memory has an end");
    assert_eq!(&status, b"HTTP/1.1 408");
    assert!(held.len() >= 2, "{} were held", held.len());
    let other = harness.client("other", "ada").await;
    assert_eq!(super::post::ask(&other, "a").await.status, 200, "another client has room");
}

/// The cases in which a request is refused by its head or its first bytes: path, key, more of the head, length of the
/// body, status.
fn refusals(key: &Key) -> [(&'static str, String, &'static str, usize, u16); 4] {
    [
        ("/v1/responses", "rp_removed".to_owned(), "", 20 * MIB, 401),
        ("/v1/nothing", key.secret.clone(), "", 20 * MIB, 404),
        ("/v1/responses", key.secret.clone(), "content-encoding: compress\r\n", 20 * MIB, 415),
        ("/v1/responses", key.secret.clone(), "", 65 * MIB, 413),
    ]
}

#[tokio::test]
async fn a_tool_that_writes_its_whole_request_before_it_reads_gets_the_refusal() {
    let harness = Setup::of(["ada"]).start().await;
    let key = harness.client("tool", "ada").await;
    for (path, secret, more, length, status) in refusals(&key) {
        let mut stream = TcpStream::connect(harness.address()).await.unwrap();
        let head = head(&harness, &secret, path, &format!("{more}content-length: {length}\r\n"));
        stream.write_all(head.as_bytes()).await.unwrap();
        let chunk = vec![b' '; MIB];
        for sent in 0..length / MIB {
            stream.write_all(&chunk).await.unwrap_or_else(|error| panic!("{status}, {sent} MiB: {error}"));
        }
        let mut answer = Vec::new();
        wait::within("the server closes", stream.read_to_end(&mut answer)).await.unwrap();
        let answer = raw::Message::all(&answer).remove(0);
        assert_eq!(answer.status(), status);
        assert!(answer.json()["error"]["message"].is_string(), "{status}");
    }
}

#[tokio::test]
async fn node_gets_the_refusal_of_a_request_that_it_is_still_sending() {
    const SCRIPT: &str = "
        const [url, key, encoding, length] = process.argv.slice(1);
        const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
        if (encoding) headers['content-encoding'] = encoding;
        const body = Buffer.alloc(Number(length), ' ');
        const answer = await fetch(url, { method: 'POST', headers, body });
        console.log(answer.status, typeof (await answer.json()).error.message);
    ";
    let harness = Setup::of(["ada"]).start().await;
    let key = harness.client("tool", "ada").await;
    for (path, secret, more, length, status) in refusals(&key) {
        let encoding = if more.is_empty() { "" } else { "compress" };
        for _ in 0..3 {
            let mut node = Command::new("node");
            node.args(["--input-type=module", "-e", SCRIPT, "--"]);
            node.args([&format!("{}{path}", harness.root()), &secret, encoding, &length.to_string()]);
            let ran = node.stdin(Stdio::null()).kill_on_drop(true).output();
            let output = wait::within("node ends", ran).await.unwrap();
            let (out, err) =
                (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert_eq!(out.trim(), format!("{status} string"), "{err}");
        }
    }
}

#[tokio::test]
async fn a_connection_goes_on_after_a_request_that_was_read_to_its_end() {
    let harness = Setup::of(["ada"]).start().await;
    let mut stream = TcpStream::connect(harness.address()).await.unwrap();
    let refused = head(&harness, "rp_removed", "/v1/responses", "content-length: 0\r\n");
    let last = format!("GET /healthz HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", harness.address());
    stream.write_all(format!("{refused}{last}").as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    wait::within("the server closes", stream.read_to_end(&mut bytes)).await.unwrap();
    let statuses: Vec<u16> = raw::Message::all(&bytes).iter().map(raw::Message::status).collect();
    assert_eq!(statuses, [401, 200]);
}
