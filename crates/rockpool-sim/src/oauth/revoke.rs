//! `POST /oauth/revoke`: ends the whole login that a token belongs to.

use serde_json::json;

use crate::call::Call;
use crate::reply::Reply;
use crate::shared::Shared;
use crate::world::jwt::CLIENT_ID;
use crate::world::logins::Death;

pub(crate) fn revoke(shared: &Shared, call: &Call) -> Reply {
    let Some(fields) = call.fields() else {
        return Reply::json(
            400,
            &json!({"error": "invalid_request", "error_description": "the body must be JSON or a form"}),
        );
    };
    if fields.get("client_id") != CLIENT_ID {
        return Reply::json(
            400,
            &json!({"error": "invalid_client", "error_description": "unknown client_id"}),
        );
    }
    let token = fields.get("token");
    let mut world = shared.world();
    let owner = match fields.get("token_type_hint") {
        "access_token" => {
            world.logins.owner_of_access(token).or_else(|| world.logins.owner_of_refresh(token))
        }
        _ => world.logins.owner_of_refresh(token).or_else(|| world.logins.owner_of_access(token)),
    };
    match owner {
        Some(login) => {
            let seat = world.logins.seat(login).clone();
            world.journal.served_as(call.entry, seat.id());
            world.logins.kill(login, Death::Revoked);
        }
        None => world.journal.note(call.entry, "the token was never issued here"),
    }
    // RFC 7009, 2.2: an unknown token is as good as a revoked one.
    Reply::json(200, &json!({}))
}
