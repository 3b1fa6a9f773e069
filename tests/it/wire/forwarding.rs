//! What passes, passes byte for byte; what changes is the list, and nothing else.

use std::collections::BTreeSet;

use rockpool_engine::snapshot::OutcomeClass;
use rockpool_sim::{Action, Fault, On, Share, StreamFault};
use rockpool_tests::harness::{Harness, ProviderLink, Setup, seat};
use rockpool_tests::proxies::Exchange;
use rockpool_tests::raw::{self, Message};
use rockpool_tests::tools::Key;
use rockpool_tests::tools::request::{events, items, question};

/// JSON as no serializer writes it: order, spaces, escapes, numbers and an unknown field deep inside.
const ODD: &str = "{ \"stream\":true,\r\n\t\"model\" : \"gpt-5.5\",\"input\":[ {\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"\\u0068ello \\ud83c\\udf0a\"}],\"x_unknown\":{\"b\":1.0,\"a\":1e2}}],\"instructions\":\"Be brief.\",\"tools\":[],\"store\":false ,\"include\":[\"reasoning.encrypted_content\"],\"client_metadata\":{\"z\":\"1\",\"a\":\"2\"}}  ";

/// What the tool sends besides its body.
const TOOL: [(&str, &str); 13] = [
    ("content-type", "application/json"),
    ("accept", "text/event-stream"),
    ("accept-encoding", "gzip, br"),
    ("user-agent", "some-tool/1.0 (weird;  spacing)"),
    ("originator", "some_tool"),
    ("x-unknown-header", "kept as it is"),
    ("x-codex-turn-metadata", "{\"a\": 1}"),
    ("cookie", "theirs=1"),
    ("chatgpt-account-id", "acct-of-the-tool"),
    ("te", "trailers"),
    ("x-hop", "1"),
    ("connection", "close, x-hop"),
    ("session-id", "conversation-1"),
];

/// With a provider whose streams hold no limits, which are taken out.
async fn recorded_without_limits() -> Harness {
    let setup = Setup::of(["ada"]).over(ProviderLink::Recorded);
    setup.private_events(Share::Never).without_content_type(Share::Never).start().await
}

fn request(harness: &Harness, key: &Key, more: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut request = format!(
        "POST /v1/responses HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\ncontent-length: {}\r\n",
        harness.address(),
        key.secret,
        body.len()
    );
    for (name, value) in TOOL.iter().chain(more) {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    let mut bytes = format!("{request}\r\n").into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

async fn forward(harness: &Harness, key: &Key, more: &[(&str, &str)], body: &[u8]) -> (Message, Exchange) {
    harness.recording_proxy().clear();
    let answer = raw::exchange(harness.address(), request(harness, key, more, body)).await;
    let mut exchanges = harness.recording_proxy().exchanges("/codex/responses");
    assert_eq!(exchanges.len(), 1);
    (answer, exchanges.remove(0))
}

fn names(headers: &[(String, String)]) -> BTreeSet<&str> {
    headers.iter().map(|(name, _)| name.as_str()).collect()
}

#[tokio::test]
async fn a_request_goes_up_as_it_came_but_for_the_listed_headers() {
    let harness = Setup::of(["ada"]).over(ProviderLink::Recorded).start().await;
    let key = harness.client("tool", "ada").await;
    let (answer, seen) = forward(&harness, &key, &[], ODD.as_bytes()).await;
    assert_eq!(answer.status(), 200, "{}", String::from_utf8_lossy(&answer.body));
    assert_eq!(seen.request.body, ODD.as_bytes());
    assert_eq!(seen.request.start, "POST /backend-api/codex/responses HTTP/1.1");
    let unchanged = [
        "content-type",
        "accept",
        "user-agent",
        "originator",
        "x-unknown-header",
        "x-codex-turn-metadata",
        "session-id",
    ];
    for name in unchanged {
        let sent = TOOL.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        assert_eq!(seen.request.header(name), sent, "{name}");
    }
    let of_the_connection =
        ["accept-encoding", "authorization", "chatgpt-account-id", "content-length", "host"];
    let expected: BTreeSet<_> = unchanged.into_iter().chain(of_the_connection).collect();
    assert_eq!(names(&seen.request.headers), expected);
    assert_eq!(seen.request.header("chatgpt-account-id"), Some("acct-ada"));
    assert_eq!(seen.request.header("accept-encoding"), Some("identity"), "what is read is asked for plain");
    assert_ne!(seen.request.header("authorization"), Some(format!("Bearer {}", key.secret).as_str()));
}

#[tokio::test]
async fn an_answer_comes_back_as_it_was_but_for_the_listed_headers() {
    let harness = recorded_without_limits().await;
    let key = harness.client("tool", "ada").await;
    let (answer, seen) = forward(&harness, &key, &[], ODD.as_bytes()).await;
    assert_eq!(answer.body, seen.response.body);
    let gone: BTreeSet<_> = names(&seen.response.headers)
        .difference(&names(&answer.headers))
        .copied()
        .filter(|name| !name.starts_with("x-codex-"))
        .collect();
    assert_eq!(gone, BTreeSet::from(["set-cookie", "x-models-etag"]));
    let kept: Vec<_> =
        names(&answer.headers).into_iter().filter(|name| name.starts_with("x-codex-")).collect();
    assert_eq!(kept, ["x-codex-turn-state"], "no limits of a single account");
    for name in
        ["content-type", "x-codex-turn-state", "openai-model", "x-reasoning-included", "cache-control"]
    {
        assert_eq!(answer.header(name), seen.response.header(name), "{name}");
    }
    let added: Vec<_> = names(&answer.headers)
        .difference(&names(&seen.response.headers))
        .map(|name| (*name).to_owned())
        .collect();
    assert!(added.iter().all(|name| name == "connection"), "{added:?}");
}

#[tokio::test]
async fn a_zstd_body_goes_up_byte_for_byte() {
    let harness = Setup::of(["ada"]).over(ProviderLink::Recorded).start().await;
    let key = harness.client("tool", "ada").await;
    let body = zstd::encode_all(ODD.as_bytes(), 19).unwrap();
    let (answer, seen) = forward(&harness, &key, &[("content-encoding", "zstd")], &body).await;
    assert_eq!(answer.status(), 200, "{}", String::from_utf8_lossy(&answer.body));
    assert_eq!(seen.request.body, body);
    assert_eq!(seen.request.header("content-encoding"), Some("zstd"));
}

#[tokio::test]
async fn what_the_provider_refuses_comes_back_in_its_own_words() {
    let harness = Setup::of(["ada", "ben"]).over(ProviderLink::Recorded).start().await;
    let key = harness.client("tool", "ada").await;
    let mut unknown = question("hello");
    unknown["made_up_parameter"] = 1.into();
    let (answer, seen) = forward(&harness, &key, &[], unknown.to_string().as_bytes()).await;
    assert_eq!(answer.status(), 400);
    assert_eq!(answer.body, seen.response.body);
    assert_eq!(answer.json()["detail"], "Unsupported parameter: made_up_parameter");
    let record = &harness.activity(1).await[0];
    assert_eq!((record.outcome, record.attempts.len()), (OutcomeClass::Rejected, 1));
}

#[tokio::test]
async fn events_that_nobody_knows_are_huge_or_are_no_json_pass_through() {
    let faults = [
        StreamFault::UnknownEvents,
        StreamFault::Malformed { after: 0 },
        StreamFault::Malformed { after: 5 },
        StreamFault::Huge { after: 0, bytes: 3 << 20 },
        StreamFault::Huge { after: 5, bytes: 3 << 20 },
        StreamFault::Pace { ms: 5 },
    ];
    let harness = recorded_without_limits().await;
    let key = harness.client("tool", "ada").await;
    for fault in faults {
        harness.sim.script(Fault::next(On::Http, Action::InStream(fault.clone())).of(&seat("ada")));
        let (answer, seen) = forward(&harness, &key, &[], ODD.as_bytes()).await;
        assert!(answer.body == seen.response.body, "{fault:?}");
        assert!(!answer.body.is_empty());
    }
}

#[tokio::test]
async fn a_history_that_moves_goes_up_decoded_without_its_reasoning_and_all_else_as_it_was() {
    let harness = Setup::of(["ada", "ben"]).over(ProviderLink::Recorded).start().await;
    let key = harness.client("tool", "ada").await;
    let (first, _) = forward(&harness, &key, &[], ODD.as_bytes()).await;
    let state = first.header("x-codex-turn-state").unwrap().to_owned();
    let reasoning = &items(&events(&first.body))[0];
    assert_eq!(reasoning["type"], "reasoning");
    harness.sim.script(Fault::next(On::Http, Action::UsageLimitReached).of(&seat("ada")));
    let with = ODD.replacen("[ {\"type\"", &format!("[ {reasoning} ,\n {{\"type\""), 1);
    let body = zstd::encode_all(with.as_bytes(), 3).unwrap();
    harness.recording_proxy().clear();
    let more = [("content-encoding", "zstd"), ("x-codex-turn-state", state.as_str())];
    let answer = raw::exchange(harness.address(), request(&harness, &key, &more, &body)).await;
    assert_eq!(answer.status(), 200, "{}", String::from_utf8_lossy(&answer.body));
    let seen = harness.recording_proxy().exchanges("/codex/responses");
    let to = |account: &str| {
        let mut found = seen.iter().filter(|seen| seen.request.header("chatgpt-account-id") == Some(account));
        found.next().unwrap_or_else(|| panic!("{account} was not asked")).request.clone()
    };
    let (own, foreign) = (to("acct-ada"), to("acct-ben"));
    assert!(own.body == body, "its own account got it as it came");
    assert_eq!(own.header("x-codex-turn-state"), Some(state.as_str()));
    assert_eq!(foreign.header("content-encoding"), None);
    assert_eq!(foreign.header("x-codex-turn-state"), None);
    assert_eq!(String::from_utf8_lossy(&foreign.body).replace([' ', '\n'], ""), ODD.replace([' ', '\n'], ""));
}

#[tokio::test]
async fn nothing_is_added_to_a_bare_request_and_repeated_headers_and_the_query_stay() {
    let harness = Setup::of(["ada"]).over(ProviderLink::Recorded).start().await;
    let key = harness.client("tool", "ada").await;
    harness.recording_proxy().clear();
    let (host, secret, length) = (harness.address(), &key.secret, ODD.len());
    let request = format!(
        "POST /backend-api/codex/responses?a=1&b=%20x HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {secret}\r\nconnection: close\r\n\
         content-type: application/json\r\nx-twice: one\r\nx-twice: two\r\ncontent-length: {length}\r\n\r\n{ODD}"
    );
    assert_eq!(raw::exchange(host, request).await.status(), 200);
    let seen = &harness.recording_proxy().exchanges("/codex/responses")[0].request;
    assert_eq!(seen.start, "POST /backend-api/codex/responses?a=1&b=%20x HTTP/1.1");
    let twice: Vec<_> =
        seen.headers.iter().filter(|(name, _)| name == "x-twice").map(|(_, value)| value).collect();
    assert_eq!(twice, ["one", "two"]);
    let expected = [
        "accept-encoding",
        "authorization",
        "chatgpt-account-id",
        "content-length",
        "content-type",
        "host",
        "x-twice",
    ];
    let mut names: BTreeSet<_> = names(&seen.headers);
    // The HTTP library's own, which says what is understood without it: anything.
    names.remove("accept");
    assert_eq!(names, BTreeSet::from(expected));
}
