//! A scripted engine and a silent person, both of which write everything down.

use std::collections::VecDeque;
use std::sync::Mutex;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Method, StatusCode};
use serde_json::Value;
use tokio::sync::mpsc;

use crate::api::{Answered, Api};
use crate::console::{Console, Style};
use crate::failure::Failure;

/// Answers in order; the last answer stays.
pub(super) struct FakeApi {
    answers: Mutex<VecDeque<(u16, Value)>>,
    asked: Mutex<Vec<String>>,
}

impl FakeApi {
    pub(super) fn answering(answers: impl IntoIterator<Item = (u16, Value)>) -> Self {
        Self { answers: Mutex::new(answers.into_iter().collect()), asked: Mutex::default() }
    }

    /// Each request as `METHOD /path {body}`, without the prefix.
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Api for FakeApi {
    fn send<'a>(
        &'a self,
        method: Method,
        path: &'a str,
        body: Option<Bytes>,
    ) -> BoxFuture<'a, Result<Answered, Failure>> {
        let body = body.map(|body| format!(" {}", String::from_utf8_lossy(&body))).unwrap_or_default();
        let path = path.trim_start_matches("/api/v1");
        self.asked.lock().unwrap().push(format!("{method} {path}{body}"));
        let mut answers = self.answers.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        let (status, answer) = answer.unwrap();
        let body = if answer.is_null() { Bytes::new() } else { Bytes::from(answer.to_string()) };
        Box::pin(async move { Ok((StatusCode::from_u16(status).unwrap(), body)) })
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
