//! The window's one way to the engine: the management API, called in this process as the machine's owner.

use http::Method;
use rockpool_desktop::controller::Input;
use rockpool_engine::EngineEvent;
use rockpool_engine::api::{InProcess, PREFIX};
use serde::Serialize;
use serde_json::Value;
use tauri::{AppHandle, Emitter as _, State};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;

/// Where the window's commands find the engine.
pub(crate) struct EngineAddress(pub(crate) InProcess);

/// An answer of the management API, whatever its status; null stands for an empty body.
#[derive(Serialize)]
pub(crate) struct Answer {
    status: u16,
    body: Value,
}

/// Calls one route of the management API.
#[tauri::command]
pub(crate) async fn api(
    engine: State<'_, EngineAddress>,
    method: String,
    path: String,
    body: Option<Value>,
) -> Result<Answer, String> {
    let method = Method::from_bytes(method.as_bytes()).map_err(|_| format!("{method} is not a method"))?;
    let route = path.strip_prefix(PREFIX).filter(|rest| rest.starts_with('/'));
    match route.ok_or_else(|| format!("{path} is not under {PREFIX}"))? {
        // A stream does not end, and a command answers once: events come by `emit`.
        stream if stream.starts_with("/events") => {
            Err("events are sent to the window by themselves".to_owned())
        }
        _ => {
            let json = body.map(|value| value.to_string().into());
            let reply = engine.0.call(method, &path, json).await;
            let body = serde_json::from_slice(&reply.body).unwrap_or(Value::Null);
            Ok(Answer { status: reply.status.as_u16(), body })
        }
    }
}

/// Hands every event on, to the window and to the controller.
pub(crate) async fn relay_events(engine_events: Events, app: AppHandle, inputs: mpsc::Sender<Input>) {
    let mut events = engine_events;
    loop {
        let event = match events.recv().await {
            Ok(event) => event,
            Err(RecvError::Lagged(_)) => EngineEvent::Changed,
            Err(RecvError::Closed) => return,
        };
        if let Err(error) = app.emit("engine", &event) {
            tracing::debug!(%error, "the window did not take an event");
        }
        if inputs.send(Input::Engine(event)).await.is_err() {
            return;
        }
    }
}

pub(crate) type Events = tokio::sync::broadcast::Receiver<EngineEvent>;
