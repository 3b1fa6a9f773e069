//! The management API as a test calls it: in this process as the owner, or over the socket of a server. What every
//! test needs is asked through the engine's own typed client; raw calls are for tests of the API itself.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::Method;
use rockpool_engine::Control;
use rockpool_engine::api::{ApiReply, ApiTransport, Client, InProcess, PREFIX, Remote, Unreachable};
use serde_json::Value;

/// A way to the management API. Keeps every answer, for tests that look for leaks.
#[derive(Clone)]
pub struct Api {
    recorded: Recorded,
}

#[derive(Clone)]
struct Recorded {
    transport: Arc<dyn ApiTransport>,
    answers: Arc<Mutex<Vec<Bytes>>>,
}

impl ApiTransport for Recorded {
    fn send<'a>(
        &'a self,
        method: Method,
        path: &'a str,
        json: Option<Bytes>,
    ) -> BoxFuture<'a, Result<ApiReply, Unreachable>> {
        Box::pin(async move {
            let reply = self.transport.send(method, path, json).await?;
            self.answers.lock().unwrap_or_else(PoisonError::into_inner).push(reply.body.clone());
            Ok(reply)
        })
    }
}

/// An answer of the API.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    /// Null where the body is empty.
    pub body: Value,
}

impl Api {
    fn over(transport: impl ApiTransport + 'static) -> Self {
        Self { recorded: Recorded { transport: Arc::new(transport), answers: Arc::default() } }
    }

    /// As the machine's owner, without a socket.
    #[must_use]
    pub fn in_process(api: InProcess) -> Self {
        Self::over(api)
    }

    /// As a program of the same user that read `control.json`.
    #[must_use]
    pub fn over_http(control: &Control) -> Self {
        Self::over(Remote::new(control.address, control.token.clone()))
    }

    /// The typed client over the same way.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(self.recorded.clone())
    }

    /// Calls a route below `/api/v1`, such as `/clients`.
    ///
    /// # Panics
    /// If no answer comes, or one that is no JSON.
    pub async fn call(&self, method: Method, path: &str, json: Option<Value>) -> Answer {
        let json = json.map(|json| Bytes::from(json.to_string()));
        let reply = self.recorded.send(method, &format!("{PREFIX}{path}"), json).await.unwrap();
        let body =
            if reply.body.is_empty() { Value::Null } else { serde_json::from_slice(&reply.body).unwrap() };
        Answer { status: reply.status.as_u16(), body }
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
        self.recorded.answers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
