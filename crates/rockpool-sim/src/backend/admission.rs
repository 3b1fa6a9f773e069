//! Who the backend lets in: a live bearer, and a workspace that belongs to it.

use crate::call::Call;
use crate::reply::Reply;
use crate::world::journal::EntryId;
use crate::world::logins::{AccessRefusal, LoginId};
use crate::world::people::SeatId;
use crate::world::{Seat, World};

/// Who asks, once they are known.
pub(crate) struct Admitted {
    pub login: LoginId,
    pub seat: Seat,
}

pub(crate) fn admit(world: &mut World, call: &Call, now: i64) -> Result<Admitted, Reply> {
    let login = bearer(world, call, now)?;
    let user_id = world.logins.seat(login).id().user_id.clone();
    let Some(account_id) = call.header("chatgpt-account-id") else {
        world.journal.note(call.entry, "the header chatgpt-account-id is missing");
        return Err(wrong_workspace());
    };
    let Ok(seat) = world.directory.seat(&SeatId::new(&user_id, account_id)) else {
        world
            .journal
            .note(call.entry, format!("the bearer is {user_id}'s, who has no workspace {account_id:?}"));
        return Err(wrong_workspace());
    };
    world.journal.served_as(call.entry, seat.id());
    note_foreign_cookie(world, call, seat.id());
    Ok(Admitted { login, seat })
}

/// The login of a live bearer.
pub(crate) fn bearer(world: &mut World, call: &Call, now: i64) -> Result<LoginId, Reply> {
    let token = call.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let Some(token) = token else {
        world.journal.note(call.entry, "no bearer");
        return Err(Reply::detail(401, "Unauthorized"));
    };
    world.logins.check_access(token, now).map_err(|refusal| refused(world, call.entry, refusal))
}

fn refused(world: &mut World, entry: EntryId, refusal: AccessRefusal) -> Reply {
    match refusal {
        AccessRefusal::Unknown => {
            world.journal.note(entry, "the bearer was never issued here");
            invalidated()
        }
        AccessRefusal::Invalidated => {
            world.journal.note(entry, "the bearer's login is dead");
            invalidated()
        }
        AccessRefusal::Expired => {
            world.journal.note(entry, "the bearer has expired");
            Reply::error(
                401,
                "token_expired",
                "Provided authentication token is expired. Please try signing in again.",
            )
        }
    }
}

fn invalidated() -> Reply {
    Reply::error(
        401,
        "token_invalidated",
        "Your authentication token has been invalidated. Please try signing in again.",
    )
}

fn wrong_workspace() -> Reply {
    Reply::detail(403, serde_json::json!({"code": "invalid_workspace_selected"}))
}

/// The cookie that answers set; one that comes back under another account tells of a router that mixes them.
pub(crate) const COOKIE: &str = "sim_route";

fn note_foreign_cookie(world: &mut World, call: &Call, seat: &SeatId) {
    let cookies = call.header("cookie").unwrap_or_default();
    let ours = cookies.split(';').filter_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='));
    for account_id in ours {
        if account_id != seat.account_id {
            world
                .journal
                .note(call.entry, format!("a cookie of {account_id} came back under {}", seat.account_id));
        }
    }
}
