//! A scripted engine and a silent person, both of which write everything down.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Method, StatusCode};
use rockpool_engine::api::{ApiReply, ApiTransport, Client, Unreachable};
use serde_json::Value;
use tokio::sync::mpsc;

use crate::console::{Console, Style};
use crate::failure::Failure;

/// Answers in order; the last answer stays.
#[derive(Clone)]
pub(super) struct FakeApi(Arc<Script>);

struct Script {
    answers: Mutex<VecDeque<(u16, Value)>>,
    asked: Mutex<Vec<String>>,
}

impl FakeApi {
    pub(super) fn answering(answers: impl IntoIterator<Item = (u16, Value)>) -> Self {
        let answers = Mutex::new(answers.into_iter().collect());
        Self(Arc::new(Script { answers, asked: Mutex::default() }))
    }

    pub(super) fn client(&self) -> Client {
        Client::new(self.clone())
    }

    /// Each request as `METHOD /path {body}`, without the prefix; fields in alphabetical order.
    pub(super) fn asked(&self) -> Vec<String> {
        self.0.asked.lock().unwrap().clone()
    }
}

impl ApiTransport for FakeApi {
    fn send<'a>(
        &'a self,
        method: Method,
        path: &'a str,
        json: Option<Bytes>,
    ) -> BoxFuture<'a, Result<ApiReply, Unreachable>> {
        let sorted = |json: Bytes| serde_json::from_slice::<Value>(&json).unwrap();
        let body = json.map(|json| format!(" {}", sorted(json))).unwrap_or_default();
        let path = path.trim_start_matches("/api/v1");
        self.0.asked.lock().unwrap().push(format!("{method} {path}{body}"));
        let mut answers = self.0.answers.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        let (status, answer) = answer.unwrap();
        let body = if answer.is_null() { Bytes::new() } else { Bytes::from(answer.to_string()) };
        Box::pin(async move { Ok(ApiReply { status: StatusCode::from_u16(status).unwrap(), body }) })
    }
}

/// What was printed, asked and opened.
pub(super) struct FakeConsole {
    style: Style,
    confirms: Option<bool>,
    types: Mutex<Option<mpsc::Receiver<String>>>,
    said: Mutex<Vec<String>>,
}

impl FakeConsole {
    pub(super) fn new(style: Style) -> Self {
        Self { style, confirms: None, types: Mutex::default(), said: Mutex::default() }
    }

    pub(super) fn confirming(mut self, answer: bool) -> Self {
        self.confirms = Some(answer);
        self
    }

    pub(super) fn typing(self, lines: &[&str]) -> Self {
        let (sender, receiver) = mpsc::channel(lines.len());
        for line in lines {
            sender.try_send((*line).to_owned()).unwrap();
        }
        *self.types.lock().unwrap() = Some(receiver);
        self
    }

    /// Lines with `out: `, `err: `, `ask: ` or `open: ` before them.
    pub(super) fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }

    pub(super) fn stdout(&self) -> Vec<String> {
        self.said().iter().filter_map(|line| line.strip_prefix("out: ").map(ToOwned::to_owned)).collect()
    }

    fn say(&self, kind: &str, line: &str) {
        self.said.lock().unwrap().push(format!("{kind}: {line}"));
    }
}

impl Console for FakeConsole {
    fn style(&self) -> Style {
        self.style
    }

    fn result(&self, line: &str) -> Result<(), Failure> {
        self.say("out", line);
        Ok(())
    }

    fn hint(&self, line: &str) {
        self.say("err", line);
    }

    fn confirm(&self, question: &str) -> Option<bool> {
        self.say("ask", question);
        self.confirms
    }

    fn lines(&self) -> mpsc::Receiver<String> {
        self.types.lock().unwrap().take().unwrap_or_else(|| mpsc::channel(1).1)
    }

    fn open(&self, url: &str) {
        self.say("open", url);
    }
}
