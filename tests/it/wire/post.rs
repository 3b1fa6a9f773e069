//! One request over HTTP, as these tests make it.

use reqwest::Response;
use rockpool_tests::tools::Key;
use rockpool_tests::tools::request::{answer, events, question};
use rockpool_tests::tools::web;
use serde_json::Value;

/// An answer, read as far as it came.
pub(crate) struct Posted {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    /// Whether the body came to its proper end.
    pub(crate) whole: bool,
}

impl Posted {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn answer(&self) -> String {
        answer(&events(&self.body))
    }
}

/// Sends `body` in the conversation `session`.
pub(crate) async fn send(key: &Key, session: &str, body: &Value) -> Response {
    try_send(key, session, body).await.unwrap()
}

async fn try_send(key: &Key, session: &str, body: &Value) -> Result<Response, reqwest::Error> {
    let request = web::client().post(format!("{}/responses", key.base_url)).bearer_auth(&key.secret);
    request.header("session-id", session).json(body).send().await
}

pub(crate) async fn post(key: &Key, session: &str, body: &Value) -> Posted {
    read(send(key, session, body).await).await
}

pub(crate) async fn read(mut response: Response) -> Posted {
    let status = response.status().as_u16();
    let mut body = Vec::new();
    let whole = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break true,
            Err(_) => break false,
        }
    };
    Posted { status, body, whole }
}

pub(crate) async fn ask(key: &Key, session: &str) -> Posted {
    post(key, session, &question("hello")).await
}

/// As [`ask`]; `None` where the connection ended before an answer began.
pub(crate) async fn ask_for_what_comes(key: &Key, session: &str) -> Option<Posted> {
    let response = try_send(key, session, &question("hello")).await.ok()?;
    Some(read(response).await)
}

/// As [`post`], for an endpoint that may be killed meanwhile.
pub(crate) async fn try_post(key: &Key, session: &str, body: &Value) -> Result<(), reqwest::Error> {
    try_send(key, session, body).await?.bytes().await.map(drop)
}
