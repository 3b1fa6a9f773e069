//! `/events`: the engine's events as server-sent events.

use std::convert::Infallible;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::Stream;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::RequestViewer;
use crate::operations::handle::EngineHandle;
use crate::snapshot::event::EngineEvent;

pub(super) fn routes() -> OpenApiRouter<EngineHandle> {
    OpenApiRouter::new().routes(routes!(listen))
}

/// What happens, as it happens
///
/// Each event's `data` is one `EngineEvent` in JSON; its `event` field repeats the type. The first is
/// `changed`, so that a listener reads the status once it can no longer miss anything. A listener that
/// was too slow gets `changed` in place of what it missed.
#[utoipa::path(get, path = "/events", tag = "status", operation_id = "events",
    responses((status = OK, body = EngineEvent, content_type = "text/event-stream")))]
pub(super) async fn listen(
    State(engine): State<EngineHandle>,
    RequestViewer(_): RequestViewer,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    Sse::new(stream(engine.events())).keep_alive(KeepAlive::default())
}

fn stream(mut events: Receiver<EngineEvent>) -> impl Stream<Item = Result<Event, Infallible>> {
    async_stream::stream! {
        yield Ok(frame(&EngineEvent::Changed));
        loop {
            match events.recv().await {
                Ok(event) => yield Ok(frame(&event)),
                Err(RecvError::Lagged(_)) => yield Ok(frame(&EngineEvent::Changed)),
                Err(RecvError::Closed) => break,
            }
        }
    }
}

fn frame(event: &EngineEvent) -> Event {
    let named = Event::default().event(name(event));
    named.json_data(event).unwrap_or_else(|_| Event::default().comment("an event could not be written"))
}

fn name(event: &EngineEvent) -> &'static str {
    match event {
        EngineEvent::Changed => "changed",
        EngineEvent::AccountState { .. } => "account_state",
        EngineEvent::PoolDry { .. } => "pool_dry",
        EngineEvent::PoolBack { .. } => "pool_back",
        EngineEvent::SignIn { .. } => "sign_in",
        EngineEvent::Vault => "vault",
        EngineEvent::Settings { .. } => "settings",
    }
}
