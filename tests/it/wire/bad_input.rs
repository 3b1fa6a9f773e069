//! Bad input of every kind: a clear error in OpenAI's form, nothing asked of the provider, the endpoint well afterwards.

use rockpool_tests::harness::{Harness, Setup};
use rockpool_tests::journal::turns;
use rockpool_tests::raw::{self, Message};
use rockpool_tests::tools::Key;
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

const MIB: usize = 1 << 20;

struct Endpoint {
    harness: Harness,
    key: Key,
}

impl Endpoint {
    async fn start() -> Self {
        let harness = Setup::of(["ada"]).start().await;
        let key = harness.client("tool", "ada").await;
        Self { harness, key }
    }

    /// A head with a key; every line of `more` ends it earlier or later.
    fn head(&self, line: &str, more: &str) -> String {
        let (host, key) = (self.harness.address(), &self.key.secret);
        format!(
            "{line} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key}\r\nconnection: close\r\n{more}\r\n"
        )
    }

    async fn send(&self, line: &str, more: &str, body: &[u8]) -> Message {
        let length = format!("content-length: {}\r\n{more}", body.len());
        let mut request = self.head(line, &length).into_bytes();
        request.extend_from_slice(body);
        raw::exchange(self.harness.address(), request).await
    }

    /// The endpoint still serves, and nothing went to the provider.
    async fn is_well(&self) {
        assert_eq!(turns(&self.harness.sim).len(), 0, "the provider was asked");
        let posted = super::post::ask(&self.key, "afterwards").await;
        assert_eq!(posted.answer(), "A simulated answer from acct-ada.");
    }
}

/// The error's code, from an answer in OpenAI's form.
#[track_caller]
fn code(answer: &Message) -> String {
    let json = answer.json();
    let error = &json["error"];
    for field in ["message", "type", "code"] {
        assert!(error[field].as_str().is_some_and(|text| !text.is_empty()), "{json}");
    }
    assert!(error.get("param").is_some_and(Value::is_null), "{json}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    error["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused_and_recorded_once() {
    let endpoint = Endpoint::start().await;
    let bodies: [&[u8]; 7] =
        [b"", b"{", b"[]", b"\"text\"", b"{\"model\": }", b"\xff\xfe{}", b"{\"model\":1"];
    for body in bodies {
        let answer = endpoint.send("POST /v1/responses", "content-type: application/json\r\n", body).await;
        assert_eq!((answer.status(), code(&answer)), (400, "invalid_json".to_owned()), "{body:?}");
    }
    assert_eq!(endpoint.harness.activity(bodies.len()).await.len(), bodies.len());
    endpoint.is_well().await;
}

#[tokio::test]
async fn a_body_of_200_mb_is_refused_by_its_announced_length_without_being_read() {
    let endpoint = Endpoint::start().await;
    let head = endpoint.head("POST /v1/responses", &format!("content-length: {}\r\n", 200 * MIB));
    let answer = raw::exchange(endpoint.harness.address(), head).await;
    assert_eq!((answer.status(), code(&answer)), (413, "request_too_large".to_owned()));
    assert_eq!(endpoint.harness.activity(1).await[0].status, 413);
    endpoint.is_well().await;
}

#[tokio::test]
async fn a_body_of_200_mb_without_a_length_is_refused_once_it_is_too_large() {
    let endpoint = Endpoint::start().await;
    let mut stream = TcpStream::connect(endpoint.harness.address()).await.unwrap();
    let head = endpoint.head("POST /v1/responses", "transfer-encoding: chunked\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = [format!("{MIB:x}\r\n").into_bytes(), vec![b' '; MIB], b"\r\n".to_vec()].concat();
    let mut sent = 0;
    while sent < 200 && stream.write_all(&chunk).await.is_ok() {
        sent += 1;
    }
    let answer = raw::read(stream).await;
    assert_eq!((answer.status(), code(&answer)), (413, "request_too_large".to_owned()));
    assert!(sent < 100, "{sent} MiB were taken");
    endpoint.is_well().await;
}

#[tokio::test]
async fn a_small_body_that_unpacks_to_gigabytes_is_refused() {
    let endpoint = Endpoint::start().await;
    let mut bomb = zstd::Encoder::new(Vec::new(), 3).unwrap();
    let block = vec![b' '; MIB];
    for _ in 0..1024 {
        std::io::Write::write_all(&mut bomb, &block).unwrap();
    }
    let bomb = bomb.finish().unwrap();
    assert!(bomb.len() < MIB);
    let answer = endpoint.send("POST /v1/responses", "content-encoding: zstd\r\n", &bomb).await;
    assert_eq!((answer.status(), code(&answer)), (413, "request_too_large".to_owned()));
    endpoint.is_well().await;
}

#[tokio::test]
async fn a_body_that_is_not_the_zstd_it_claims_to_be_is_refused() {
    let endpoint = Endpoint::start().await;
    let junk = endpoint.send("POST /v1/responses", "content-encoding: zstd\r\n", b"no zstd at all").await;
    assert_eq!((junk.status(), code(&junk)), (400, "invalid_zstd".to_owned()));
    endpoint.is_well().await;
}

#[tokio::test]
async fn a_content_encoding_that_is_not_understood_is_refused() {
    let endpoint = Endpoint::start().await;
    let other = endpoint.send("POST /v1/responses", "content-encoding: compress\r\n", b"{}").await;
    assert_eq!((other.status(), code(&other)), (415, "unsupported_content_encoding".to_owned()));
    endpoint.is_well().await;
}

#[tokio::test]
async fn a_websocket_handshake_without_its_key_is_told_what_is_missing() {
    let endpoint = Endpoint::start().await;
    let (host, key) = (endpoint.harness.address(), &endpoint.key.secret);
    let head = format!(
        "GET /v1/responses HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key}\r\n\
         connection: close, upgrade\r\nupgrade: websocket\r\n\r\n"
    );
    let answer = raw::exchange(host, head).await;
    assert_eq!((answer.status(), code(&answer)), (400, "invalid_websocket_handshake".to_owned()));
    let message = answer.json()["error"]["message"].to_string();
    assert!(message.contains("Sec-WebSocket-Key") && !message.contains("JSON"), "{message}");
    endpoint.is_well().await;
}

#[tokio::test]
async fn headers_of_a_megabyte_are_refused() {
    let endpoint = Endpoint::start().await;
    let one = format!("x-large: {}\r\n", "y".repeat(MIB));
    let many: String = (0..200).map(|number| format!("x-{number}: {}\r\n", "y".repeat(5000))).collect();
    for more in [one, many] {
        let answer = endpoint.send("POST /v1/responses", &more, b"{}").await;
        assert_eq!((answer.status(), code(&answer)), (431, "headers_too_large".to_owned()));
    }
    endpoint.is_well().await;
}

#[tokio::test]
async fn unknown_paths_are_not_found_nobodys_tasks_are_reachable_and_no_key_is_repeated() {
    let endpoint = Endpoint::start().await;
    let unknown = [
        "GET /v1/nothing",
        "POST /backend-api/files",
        "GET /backend-api/wham/tasks",
        "POST /backend-api/codex/analytics-events/events",
        "GET /k/rpu_made_up",
        "GET /%2e%2e/v1/models",
    ];
    for line in unknown {
        let answer = endpoint.send(line, "", b"").await;
        assert_eq!((answer.status(), code(&answer)), (404, "not_found".to_owned()), "{line}");
        assert!(!String::from_utf8_lossy(&answer.body).contains("rpu_"), "a key is never repeated");
    }
    endpoint.is_well().await;
}

#[tokio::test]
async fn a_method_that_a_path_does_not_take_is_named() {
    let endpoint = Endpoint::start().await;
    for line in
        ["GET /v1/responses", "PUT /v1/responses", "POST /v1/models", "DELETE /backend-api/wham/usage"]
    {
        let answer = endpoint.send(line, "", b"").await;
        assert_eq!((answer.status(), code(&answer)), (405, "method_not_allowed".to_owned()), "{line}");
    }
    endpoint.is_well().await;
}

#[tokio::test]
async fn a_host_name_that_is_not_ours_is_refused_with_a_valid_key_too() {
    let endpoint = Endpoint::start().await;
    let key = &endpoint.key.secret;
    for host in ["evil.example", "127.0.0.1.evil.example", "127.0.0.1:1", "", "127.0.0.1"] {
        let request = format!(
            "GET /v1/models HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key}\r\nconnection: close\r\n\r\n"
        );
        let answer = raw::exchange(endpoint.harness.address(), request).await;
        assert_eq!((answer.status(), code(&answer)), (403, "foreign_host".to_owned()), "{host:?}");
    }
    endpoint.is_well().await;
}

#[tokio::test]
async fn a_page_of_another_origin_is_refused_with_a_valid_key_too() {
    let endpoint = Endpoint::start().await;
    for origin in ["https://evil.example", "null", "http://localhost", "file://"] {
        let answer = endpoint.send("GET /v1/models", &format!("origin: {origin}\r\n"), b"").await;
        assert_eq!((answer.status(), code(&answer)), (403, "foreign_origin".to_owned()), "{origin}");
    }
    endpoint.is_well().await;
}

#[tokio::test]
async fn no_key_a_wrong_key_and_a_key_of_the_other_kind_are_refused_with_the_remedy() {
    let endpoint = Endpoint::start().await;
    let path_key = endpoint.harness.path_client("path", "ada").await;
    let host = endpoint.harness.address();
    let plain = |path: &str, more: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{more}content-length: 2\r\n\r\n{{}}"
        )
    };
    let requests = [
        plain("/v1/responses", ""),
        plain("/v1/responses", "authorization: Basic abc\r\n"),
        plain("/v1/responses", "authorization: Bearer rp_wrong\r\n"),
        plain("/v1/responses", &format!("authorization: Bearer {}\r\n", path_key.secret)),
        plain(&format!("/k/{}/v1/responses", endpoint.key.secret), ""),
        plain("/k/rpu_wrong/v1/responses", &format!("authorization: Bearer {}\r\n", endpoint.key.secret)),
    ];
    for request in requests {
        let answer = raw::exchange(host, &request).await;
        assert_eq!((answer.status(), code(&answer)), (401, "invalid_api_key".to_owned()), "{request}");
        assert!(answer.json()["error"]["message"].as_str().unwrap().contains("rockpool client add"));
    }
    endpoint.is_well().await;
}

#[tokio::test]
async fn a_rotated_key_ends_at_once_and_the_new_one_serves() {
    let endpoint = Endpoint::start().await;
    let rotated = endpoint.harness.api.post("/clients/tool/key", Value::Null).await;
    let answer = endpoint.send("GET /v1/models", "", b"").await;
    assert_eq!(answer.status(), 401);
    let new = Key { secret: rotated["key"].as_str().unwrap().to_owned(), ..endpoint.key.clone() };
    assert_eq!(super::post::ask(&new, "a").await.status, 200);
}

#[tokio::test]
async fn the_key_of_a_removed_client_ends_at_once() {
    let endpoint = Endpoint::start().await;
    assert_eq!(super::post::ask(&endpoint.key, "a").await.status, 200);
    endpoint.harness.api.done(http::Method::DELETE, "/clients/tool", None).await;
    assert_eq!(super::post::ask(&endpoint.key, "a").await.status, 401);
}

#[tokio::test]
async fn an_unknown_model_is_refused_in_the_providers_words_by_one_account() {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let key = harness.client("tool", "ada").await;
    let mut body = rockpool_tests::tools::request::question("hello");
    body["model"] = "made-up-1".into();
    let posted = super::post::post(&key, "a", &body).await;
    assert_eq!((posted.status, &posted.json()["error"]["code"]), (404, &Value::from("model_not_found")));
    let record = &harness.activity(1).await[0];
    assert_eq!((record.model.as_deref(), record.attempts.len()), (Some("made-up-1"), 1));
}

#[tokio::test]
async fn junk_on_the_socket_harms_nobody() {
    let endpoint = Endpoint::start().await;
    for junk in [&b"\x16\x03\x01\x02\x00\x01"[..], b"\r\n\r\n\r\n", b"GET\r\n\r\n", &[0xff; 4096]] {
        let mut stream = TcpStream::connect(endpoint.harness.address()).await.unwrap();
        stream.write_all(junk).await.unwrap();
        stream.shutdown().await.unwrap();
    }
    endpoint.is_well().await;
}
