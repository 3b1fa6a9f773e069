//! `GET /api/accounts/v1/user-auth-credential/whoami`: whose a personal access token is, which says nothing of itself.
//!
//! Sources: the request of the Codex CLI 0.169.0 with `CODEX_ACCESS_TOKEN`; the answer's fields as the provider's own
//! action for continuous integration reads them (public, 2026-07).

use serde_json::json;

use crate::backend::admission;
use crate::call::Call;
use crate::reply::Reply;
use crate::shared::Shared;
use crate::world::logins::PERSONAL_PREFIX;

pub(crate) fn whoami(shared: &Shared, call: &Call) -> Reply {
    let now = shared.clock.now_seconds();
    let mut guard = shared.world();
    let world = &mut *guard;
    if call.header("originator").is_none_or(str::is_empty) {
        world.journal.note(call.entry, "the header originator is missing");
        return Reply::detail(400, "originator is required");
    }
    // The CLI asks about no other token, and a workspace is what the answer is to tell.
    let personal =
        |token: &str| token.strip_prefix("Bearer ").is_some_and(|it| it.starts_with(PERSONAL_PREFIX));
    if !call.header("authorization").is_some_and(personal) {
        world.journal.note(call.entry, "the bearer is no personal access token");
        return Reply::detail(401, "Unauthorized");
    }
    if call.header("chatgpt-account-id").is_some() {
        world.journal.note(call.entry, "the issuer is asked with a workspace");
        return Reply::detail(400, "chatgpt-account-id is not accepted");
    }
    let login = match admission::bearer(world, call, now) {
        Ok(login) => login,
        Err(refusal) => return refusal,
    };
    let seat = world.logins.seat(login).clone();
    world.journal.served_as(call.entry, seat.id());
    let plan = world.directory.workspace(&seat).plan.clone();
    let answer = json!({
        "email": world.directory.person(&seat).email,
        "chatgpt_user_id": seat.id().user_id,
        "chatgpt_account_id": seat.id().account_id,
        "chatgpt_plan_type": plan,
    });
    Reply::json(200, &answer)
}
