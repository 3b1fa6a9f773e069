//! The management API as a test calls it: in this process as the owner, or over the socket of a server.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::Method;
use rockpool_engine::Control;
use rockpool_engine::api::InProcess;
use secrecy::ExposeSecret as _;
use serde_json::Value;

use crate::tools::web;

/// A client of the management API. Keeps every answer, for tests that look for leaks.
#[derive(Clone)]
pub struct Api {
    connection: Connection,
    answers: Arc<Mutex<Vec<Bytes>>>,
}

#[derive(Clone)]
enum Connection {
    InProcess(InProcess),
    Http { base: String, token: String, web: reqwest::Client },
}

/// An answer of the API.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    /// Null where the body is empty.
    pub body: Value,
}

impl Api {
    /// As the machine's owner, without a socket.
    #[must_use]
    pub fn in_process(api: InProcess) -> Self {
        Self { connection: Connection::InProcess(api), answers: Arc::default() }
    }

    /// As a program of the same user that read `control.json`.
    #[must_use]
    pub fn over_http(control: &Control) -> Self {
        let token = control.token.expose_secret().to_owned();
        let base = format!("http://{}", control.address);
        Self { connection: Connection::Http { base, token, web: web::client() }, answers: Arc::default() }
    }

    /// Calls a route below `/api/v1`, such as `/clients`.
    pub async fn call(&self, method: Method, path: &str, json: Option<Value>) -> Answer {
        let json = json.map(|json| Bytes::from(json.to_string()));
        let path = format!("/api/v1{path}");
        let (status, body) = match &self.connection {
            Connection::InProcess(api) => {
                let reply = api.call(method, &path, json).await;
                (reply.status.as_u16(), reply.body)
            }
            Connection::Http { base, token, web } => {
                let mut request = web.request(method, format!("{base}{path}")).bearer_auth(token);
                if let Some(json) = json {
                    request = request.header("content-type", "application/json").body(json);
                }
                let reply = request.send().await.unwrap();
                (reply.status().as_u16(), reply.bytes().await.unwrap())
            }
        };
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).push(body.clone());
        let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
        Answer { status, body }
    }

    /// `GET`, and expects it to be done.
    pub async fn get(&self, path: &str) -> Value {
        self.done(Method::GET, path, None).await
    }

    /// `POST`, and expects it to be done.
    pub async fn post(&self, path: &str, json: Value) -> Value {
        self.done(Method::POST, path, Some(json)).await
    }

    /// Calls a route and expects a 2xx.
    ///
    /// # Panics
    /// With the problem's text otherwise.
    pub async fn done(&self, method: Method, path: &str, json: Option<Value>) -> Value {
        let answer = self.call(method.clone(), path, json).await;
        assert!((200..300).contains(&answer.status), "{method} {path}: {} {}", answer.status, answer.body);
        answer.body
    }

    /// Every answer so far, as bytes.
    #[must_use]
    pub fn answers(&self) -> Vec<Bytes> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
