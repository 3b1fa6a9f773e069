//! `GET /oauth/authorize`: checks the request, then signs in who is queued or shows the page.

use url::Url;

use crate::call::{Call, value_of};
use crate::oauth::page::{self, PICK_ACCOUNT, PICK_DENY, PICK_USER};
use crate::reply::Reply;
use crate::shared::Shared;
use crate::world::authorization_codes::Granted;
use crate::world::jwt::CLIENT_ID;
use crate::world::logins::SecretKind;
use crate::world::people::SeatId;
use crate::world::{SignIn, World};

/// An authorize request that may be granted.
struct AuthorizeRequest {
    redirect: Url,
    redirect_uri: String,
    state: String,
    challenge: String,
    /// The workspaces that the client insists on; empty for any.
    allowed: Vec<String>,
}

enum Refusal {
    /// The client or the redirect address is wrong: nobody may be sent there.
    Page(String),
    /// The rest goes back to the client (RFC 6749, 4.1.2.1).
    Redirect { to: Box<Url>, error: &'static str, description: String },
}

pub(crate) fn authorize(shared: &Shared, call: &Call) -> Reply {
    let query = call.query_pairs();
    let mut world = shared.world();
    let request = match check(shared, &query) {
        Ok(request) => request,
        Err(Refusal::Page(why)) => {
            world.journal.note(call.entry, why.clone());
            return Reply::html(400, page::refused(&why));
        }
        Err(Refusal::Redirect { to, error, description }) => {
            world.journal.note(call.entry, description.clone());
            return send_back(
                *to,
                &[("error", error), ("error_description", &description)],
                value_of(&query, "state"),
            );
        }
    };
    match decision(&mut world, &query) {
        Some(SignIn::As(seat)) => sign_in(shared, &mut world, call, &request, &seat),
        Some(SignIn::Denied(description)) => deny(request, &description),
        None => Reply::html(200, page::choose(world.directory.people(), &request.allowed, &call.query)),
    }
}

/// What the page's link says, else what is queued.
fn decision(world: &mut World, query: &[(String, String)]) -> Option<SignIn> {
    let (user, account) = (value_of(query, PICK_USER), value_of(query, PICK_ACCOUNT));
    if !user.is_empty() {
        return Some(SignIn::As(SeatId::new(user, account)));
    }
    let deny = value_of(query, PICK_DENY);
    if !deny.is_empty() {
        return Some(SignIn::Denied(deny.to_owned()));
    }
    world.sign_ins.pop_front()
}

fn sign_in(
    shared: &Shared,
    world: &mut World,
    call: &Call,
    request: &AuthorizeRequest,
    chosen: &SeatId,
) -> Reply {
    let seat = match world.directory.seat(chosen) {
        Ok(seat) => seat,
        Err(unknown) => return Reply::html(400, page::refused(&unknown.to_string())),
    };
    if !request.allowed.is_empty() && !request.allowed.contains(&chosen.account_id) {
        world.journal.note(call.entry, "the workspace is not among allowed_workspace_id");
        return send_back(request.redirect.clone(), &[("error", "access_denied")], &request.state);
    }
    world.journal.served_as(call.entry, chosen);
    let code = world.authorization_codes.grant(Granted {
        seat,
        redirect_uri: request.redirect_uri.clone(),
        challenge: request.challenge.clone(),
        granted_at_ms: shared.clock.now_ms(),
    });
    world.logins.remember(SecretKind::AuthorizationCode, &code);
    send_back(
        request.redirect.clone(),
        &[("code", &code), ("scope", "openid profile email offline_access")],
        &request.state,
    )
}

fn deny(request: AuthorizeRequest, description: &str) -> Reply {
    send_back(
        request.redirect,
        &[("error", "access_denied"), ("error_description", description)],
        &request.state,
    )
}

fn send_back(mut to: Url, pairs: &[(&str, &str)], state: &str) -> Reply {
    to.query_pairs_mut().extend_pairs(pairs);
    if !state.is_empty() {
        to.query_pairs_mut().append_pair("state", state);
    }
    Reply::redirect(to.as_str())
}

fn check(shared: &Shared, query: &[(String, String)]) -> Result<AuthorizeRequest, Refusal> {
    let field = |name: &str| value_of(query, name).to_owned();
    if field("client_id") != CLIENT_ID {
        return Err(Refusal::Page(format!("unknown client_id {:?}", field("client_id"))));
    }
    let redirect_uri = field("redirect_uri");
    let redirect = check_redirect(shared, &redirect_uri).map_err(Refusal::Page)?;
    let back = |error: &'static str, description: &str| Refusal::Redirect {
        to: Box::new(redirect.clone()),
        error,
        description: description.to_owned(),
    };
    if field("response_type") != "code" {
        return Err(back("unsupported_response_type", "response_type must be code"));
    }
    if field("state").is_empty() {
        return Err(back("invalid_request", "state is missing"));
    }
    if field("code_challenge_method") != "S256" {
        return Err(back("invalid_request", "code_challenge_method must be S256"));
    }
    let challenge = field("code_challenge");
    let alphabet = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if challenge.len() != 43 || !challenge.bytes().all(alphabet) {
        return Err(back("invalid_request", "code_challenge must be base64url of a SHA-256, 43 characters"));
    }
    let scope = field("scope");
    let scopes: Vec<&str> = scope.split(' ').collect();
    if !scopes.contains(&"openid") || !scopes.contains(&"offline_access") {
        return Err(back("invalid_scope", "scope must contain openid and offline_access"));
    }
    let allowed = query
        .iter()
        .filter(|(name, _)| name == "allowed_workspace_id")
        .flat_map(|(_, value)| value.split(',').map(str::to_owned).collect::<Vec<_>>())
        .collect();
    Ok(AuthorizeRequest { redirect_uri, redirect, state: field("state"), challenge, allowed })
}

fn check_redirect(shared: &Shared, redirect_uri: &str) -> Result<Url, String> {
    let refuse = |why: &str| format!("redirect_uri {redirect_uri:?} is not registered: {why}");
    let url = Url::parse(redirect_uri).map_err(|error| refuse(&error.to_string()))?;
    if url.scheme() != "http" || !matches!(url.host_str(), Some("localhost" | "127.0.0.1")) {
        return Err(refuse("it must be http on localhost or 127.0.0.1"));
    }
    if url.path() != "/auth/callback" || url.query().is_some() || url.fragment().is_some() {
        return Err(refuse("its path must be /auth/callback"));
    }
    let port = url.port_or_known_default().unwrap_or_default();
    if !shared.config.callback_ports.allows(port) {
        return Err(refuse("its port must be 1455 or 1457"));
    }
    Ok(url)
}
