//! The management API at its boundary: one request, one answer, and what is different in the engine afterwards.

mod accounts;
mod bodies;
mod calls;
mod clients;
mod dashboard;
mod document;
mod events;
mod names;
mod outbound;
mod routes;
mod settings;
mod sign_ins;
mod tools;
mod workspaces;

use bytes::Bytes;
use http::{Method, StatusCode};
use serde_json::Value;

use super::in_process::InProcess;
use crate::model::principal::Principal;
use crate::operations::handle::EngineHandle;

/// Asks as the app does and reads the answer as JSON; `Null` where there is no body.
async fn ask(engine: &EngineHandle, method: Method, path: &str, body: &str) -> (StatusCode, Value) {
    let body = (!body.is_empty()).then(|| Bytes::from(body.to_owned()));
    let way = InProcess::new(engine.clone(), Principal::Owner);
    let reply = way.call(method, &format!("/api/v1{path}"), body).await;
    (reply.status, serde_json::from_slice(&reply.body).unwrap_or(Value::Null))
}
