//! Which handler a method and a path belong to.

use std::sync::Arc;

use http::Method;

use crate::backend::{media, side_paths};
use crate::call::Call;
use crate::control;
use crate::oauth::{authorize, device, revoke, token, whoami};
use crate::reply::{Outcome, Reply};
use crate::responses::{compact, http as responses, socket};
use crate::shared::Shared;

pub(crate) fn route(shared: &Arc<Shared>, call: &mut Call) -> Outcome {
    if call.path.starts_with("/_sim/") {
        return control::control(shared, call).into();
    }
    // The provider's base ends in /backend-api; a base without it serves the same.
    let path = call.path.strip_prefix("/backend-api").unwrap_or(&call.path).to_owned();
    let get = call.method == Method::GET;
    let post = call.method == Method::POST;
    match path.as_str() {
        "/oauth/authorize" if get => authorize::authorize(shared, call).into(),
        "/oauth/token" if post => token::token(shared, call),
        "/oauth/revoke" if post => revoke::revoke(shared, call).into(),
        "/api/accounts/v1/user-auth-credential/whoami" if get => whoami::whoami(shared, call).into(),
        "/api/accounts/deviceauth/usercode" if post => device::start(shared, call),
        "/api/accounts/deviceauth/token" if post => device::poll(shared, call),
        "/codex/device" if get => device::show(shared, call).into(),
        "/codex/responses" if post => responses::respond(shared, call),
        "/codex/responses" if get => socket::handshake(shared, call),
        "/codex/responses/compact" if post => compact::compact(shared, call),
        "/codex/images/generations" if post => media::image(shared, call, media::Picture::New),
        "/codex/images/edits" if post => media::image(shared, call, media::Picture::Changed),
        "/codex/alpha/search" if post => media::search(shared, call),
        "/transcribe" if post => media::transcribe(shared, call),
        "/codex/models" if get => side_paths::catalogue(shared, call),
        "/codex/analytics-events/events" if post => side_paths::analytics(shared, call),
        "/wham/usage" if get => side_paths::usage(shared, call),
        "/wham/accounts/check" if get => side_paths::accounts_check(shared, call),
        "/wham/settings/user" if get => side_paths::settings(shared, call),
        "/wham/rate-limit-reset-credits" if get => side_paths::reset_credits(shared, call),
        known if is_known(known) => Reply::detail(405, "Method Not Allowed").into(),
        _ => Reply::detail(404, "Not Found").into(),
    }
}

fn is_known(path: &str) -> bool {
    matches!(
        path,
        "/oauth/authorize"
            | "/oauth/token"
            | "/oauth/revoke"
            | "/api/accounts/v1/user-auth-credential/whoami"
            | "/api/accounts/deviceauth/usercode"
            | "/api/accounts/deviceauth/token"
            | "/codex/device"
            | "/codex/responses"
            | "/codex/responses/compact"
            | "/codex/images/generations"
            | "/codex/images/edits"
            | "/codex/alpha/search"
            | "/transcribe"
            | "/codex/models"
            | "/codex/analytics-events/events"
            | "/wham/usage"
            | "/wham/accounts/check"
            | "/wham/settings/user"
            | "/wham/rate-limit-reset-credits"
    )
}
