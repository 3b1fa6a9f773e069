//! Answers of every kind under a clock that is passed in: what they are, and how long they are waited for.

use std::io;
use std::io::Write as _;

use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use rockpool_routing::AccountId;
use url::Url;
use uuid::Uuid;

use super::*;
use crate::config::Config;
use crate::engine::Engine;
use crate::host::clock::Clock;
use crate::provider::content_coding::Coding;
use crate::provider::event::Audience;
use crate::test_serving::ports;

const CREATED: &str = "event: response.created\ndata: {\"type\":\"response.created\"}\n\n";
const DELTA: &str =
    "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"a\"}\n\n";
const FAILED: &str =
    "data: {\"type\":\"response.failed\",\"response\":{\"error\":{\"code\":\"usage_limit_reached\"}}}\n\n";

/// What an answer says, each after so many seconds of silence.
type Script = Vec<(u64, Vec<u8>)>;

fn says(steps: &[(u64, &str)]) -> Script {
    steps.iter().map(|(after, text)| (*after, text.as_bytes().to_vec())).collect()
}

/// An answer that ends properly after its last step.
fn body(script: Script) -> reqwest::Body {
    let chunks = stream::iter(script).then(|(after, bytes)| async move {
        tokio::time::sleep(Duration::from_secs(after)).await;
        Ok::<_, io::Error>(bytes)
    });
    reqwest::Body::wrap_stream(chunks)
}

/// As `body`, but it breaks instead of ending.
fn broken_body(script: Script) -> reqwest::Body {
    let chunks = stream::iter(script.into_iter().map(|(_, bytes)| Ok(bytes)));
    reqwest::Body::wrap_stream(chunks.chain(stream::iter([Err(io::Error::other("cut"))])))
}

struct Bench {
    engine: Engine,
    _folder: tempfile::TempDir,
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = Url::parse("http://127.0.0.1:9").unwrap();
        let config = Config::rehearsal(folder.path().join("data"), nowhere.clone(), nowhere);
        let ports = ports(&Clock::manual(Timestamp::UNIX_EPOCH));
        let engine = Engine::start_offline(config, ports).await.unwrap();
        tokio::time::pause();
        Self { engine, _folder: folder }
    }

    async fn open(&self, body: reqwest::Body, expected: AnswerForm) -> Opened {
        self.open_encoded(body, Coding::Identity, expected).await
    }

    async fn open_encoded(&self, body: reqwest::Body, coding: Coding, expected: AnswerForm) -> Opened {
        let account = AccountId(Uuid::from_u128(1));
        let observer = Observer::new(self.engine.handle().core(), account, Audience::PublicApi);
        open(observer, Decoder::new(coding).unwrap(), body, expected).await
    }

    /// The answer as a stream of events, whatever was expected.
    async fn events(&self, script: Script) -> Started {
        for expected in [AnswerForm::Whole, AnswerForm::Events] {
            if let Opened::Events(started) = self.open(body(script.clone()), expected).await {
                return *started;
            }
        }
        panic!("no events");
    }
}

fn held(started: &Started) -> &str {
    std::str::from_utf8(&started.held).unwrap()
}

#[tokio::test]
async fn events_are_known_by_their_bytes_and_go_on_as_they_come_however_long_it_takes() {
    let bench = Bench::new().await;
    let script = says(&[(0, CREATED), (1, DELTA), (70, DELTA), (70, DELTA)]);
    for expected in [AnswerForm::Whole, AnswerForm::Events] {
        let began = Instant::now();
        let Opened::Events(mut started) = bench.open(body(script.clone()), expected).await else {
            panic!("{expected:?}: no events")
        };
        assert_eq!(began.elapsed().as_secs(), 1, "{expected:?}");
        assert_eq!((held(&started), &started.found), (&*[CREATED, DELTA].concat(), &Found::Answer));
        let mut rest = Vec::new();
        while let Some(frame) = started.body.frame().await {
            rest.extend_from_slice(&frame.unwrap().into_data().unwrap());
        }
        assert_eq!(rest, [DELTA, DELTA].concat().as_bytes(), "{expected:?}");
    }
}

#[tokio::test]
async fn a_failure_in_the_first_event_is_found_without_a_content_type() {
    let bench = Bench::new().await;
    let started = bench.events(says(&[(0, FAILED)])).await;
    assert!(matches!(started.class(), Class::UsageLimit { .. }), "{:?}", started.class());
}

#[tokio::test]
async fn a_failure_behind_private_events_is_found_too() {
    let bench = Bench::new().await;
    let private = "data: {\"type\":\"responsesapi.websocket_timing\"}\n\ndata: {\"type\":\"keepalive\"}\n\n";
    let started = bench.events(says(&[(0, private), (1, FAILED)])).await;
    assert!(matches!(started.found, Found::Fault(_)));
    assert_eq!(held(&started), FAILED, "a tool of the public API gets none of them");
}

#[tokio::test]
async fn a_silent_start_is_waited_for_as_long_as_a_stream_may_be_silent_and_then_delays_nothing() {
    let bench = Bench::new().await;
    let began = Instant::now();
    let started = bench.events(says(&[(290, "\n"), (1, CREATED), (1, DELTA)])).await;
    assert_eq!((held(&started), &started.found), (&*["\n", CREATED, DELTA].concat(), &Found::Answer));
    assert!(began.elapsed() < Duration::from_secs(600));
    for expected in [AnswerForm::Whole, AnswerForm::Events] {
        let silent = bench.open(body(says(&[(301, DELTA)])), expected).await;
        assert!(matches!(silent, Opened::Broken), "{expected:?}");
    }
}

#[tokio::test]
async fn json_is_a_whole_answer_though_its_parts_come_a_minute_apart() {
    let bench = Bench::new().await;
    for expected in [AnswerForm::Whole, AnswerForm::Events] {
        let script = says(&[(100, " {\"models\":"), (59, "[1,"), (59, "2]}")]);
        let Opened::Whole(unread) = bench.open(body(script), expected).await else {
            panic!("{expected:?}: not whole")
        };
        assert_eq!(unread.read(1 << 10).await.unwrap(), " {\"models\":[1,2]}", "{expected:?}");
        let Opened::Whole(unread) = bench.open(body(says(&[(0, "{"), (61, "}")])), expected).await else {
            panic!("{expected:?}: not whole")
        };
        assert_eq!(unread.read(1 << 10).await, None, "{expected:?}");
    }
}

#[tokio::test]
async fn an_answer_that_says_nothing_of_itself_is_what_was_expected() {
    let bench = Bench::new().await;
    for text in ["<html></html>", ""] {
        let opened = bench.open(body(says(&[(0, text)])), AnswerForm::Whole).await;
        let Opened::Whole(unread) = opened else { panic!("{text:?}") };
        assert_eq!(unread.read(1 << 10).await.unwrap(), text);
        let opened = bench.open(body(says(&[(0, text)])), AnswerForm::Events).await;
        assert!(matches!(opened, Opened::Broken), "{text:?}: it ended before any event");
    }
}

#[tokio::test]
async fn what_was_cut_before_its_first_output_is_no_answer() {
    let bench = Bench::new().await;
    for expected in [AnswerForm::Whole, AnswerForm::Events] {
        for body in [broken_body(says(&[(0, CREATED)])), body(says(&[(0, CREATED)])), broken_body(says(&[]))]
        {
            assert!(matches!(bench.open(body, expected).await, Opened::Broken), "{expected:?}");
        }
    }
}

#[tokio::test]
async fn an_encoded_stream_is_read_event_by_event() {
    let bench = Bench::new().await;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let mut script = Script::new();
    for event in [CREATED, DELTA, DELTA] {
        encoder.write_all(event.as_bytes()).unwrap();
        encoder.flush().unwrap();
        script.push((1, std::mem::take(encoder.get_mut())));
    }
    let began = Instant::now();
    let opened = bench.open_encoded(body(script), Coding::Gzip, AnswerForm::Whole).await;
    let Opened::Events(started) = opened else { panic!("no events") };
    assert_eq!(began.elapsed().as_secs(), 2);
    assert_eq!(held(&started), [CREATED, DELTA].concat());
}
