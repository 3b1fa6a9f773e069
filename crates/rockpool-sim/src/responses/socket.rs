//! `GET …/codex/responses` as a WebSocket: the handshake.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Empty;
use yawc::{Options, UpgradeFut, WebSocket};

use crate::backend::usage::QuotaStatus;
use crate::backend::{admission, models};
use crate::call::Call;
use crate::reply::{Outcome, Reply};
use crate::responses::connection::Connection;
use crate::scripted::with_action;
use crate::shared::Shared;
use crate::world::faults::{Action, On};

/// Larger than what any client sends; the provider's own limit is not known.
const MAX_MESSAGE_BYTES: usize = 128 << 20;

/// Answers the handshake; on success the connection lives on in a task of its own.
pub(crate) fn handshake(shared: &Arc<Shared>, call: &mut Call) -> Outcome {
    let mut guard = shared.world();
    let world = &mut *guard;
    let now = shared.clock.now_seconds();
    let seat = match admission::admit(world, call, now) {
        Ok(admitted) => admitted.seat,
        Err(reply) => return reply.into(),
    };
    let Some(request) = call.upgrade.take() else {
        return Reply::detail(426, "Upgrade Required").with("upgrade", "websocket").into();
    };
    let action = world.script.take(On::Handshake, Some(seat.id()));
    if action == Some(Action::UsageLimitReached) {
        return QuotaStatus::of(&mut world.directory, &seat, now).limit_reached().into();
    }
    with_action(world, call, action, |world| {
        let models_etag = models::etag(world.directory.workspace(&seat));
        match accept(request) {
            Ok((response, upgraded)) => {
                let connection = Connection::opened(shared, call, seat.clone());
                tokio::spawn(connection.run(upgraded));
                switching(&response).with("x-models-etag", models_etag).with("x-reasoning-included", "true")
            }
            Err(error) => Reply::detail(400, format!("This is no WebSocket handshake: {error}")),
        }
    })
}

fn accept(mut request: Request<()>) -> yawc::Result<(Response<Empty<Bytes>>, UpgradeFut)> {
    let options =
        Options::default().with_limits(MAX_MESSAGE_BYTES, MAX_MESSAGE_BYTES).with_balanced_compression();
    WebSocket::upgrade_with_options(&mut request, options)
}

fn switching(response: &Response<Empty<Bytes>>) -> Reply {
    let mut reply = Reply::text(101, String::new());
    reply.headers = response
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
        .collect();
    reply
}
