//! The window's one way to the engine: the management API, called in this process as the machine's owner.

use std::sync::Arc;

use http::Method;
use rockpool_desktop::api::{Answer, Api};
use rockpool_desktop::controller::Input;
use rockpool_engine::Engine;
use rockpool_engine::EngineEvent;
use rockpool_engine::Principal;
use rockpool_engine::api::{InProcess, PREFIX};
use serde_json::Value;
use tauri::{AppHandle, Emitter as _, State};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;

/// The way to the engine, as the window's commands find it.
pub(crate) struct Way(pub(crate) Arc<dyn Api>);

/// The management API of `engine`, as the owner.
pub(crate) fn way(engine: &Engine) -> Arc<dyn Api> {
    let router = rockpool_engine::api::router(Arc::new(engine.handle()));
    Arc::new(InProcess::new(router, Principal::Owner))
}

/// Calls one route of the management API.
#[tauri::command]
pub(crate) async fn api(
    way: State<'_, Way>,
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
        _ => Ok(way.0.call(method, &path, body).await),
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

/// The engine's events.
pub(crate) type Events = tokio::sync::broadcast::Receiver<EngineEvent>;
