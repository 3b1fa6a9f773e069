//! `POST /oauth/token`: codes, refresh tokens with rotation, and the exchange for an API key.

use std::time::Duration;

use serde_json::{Value, json};

use crate::call::{Call, Fields, Form};
use crate::config::ApiKeyExchange;
use crate::random;
use crate::reply::{Outcome, Reply};
use crate::scripted::{answer_of, ignored};
use crate::shared::Shared;
use crate::world::authorization_codes::{CodeRefusal, Presented};
use crate::world::faults::{Action, On, TokenFault};
use crate::world::jwt::CLIENT_ID;
use crate::world::logins::{Death, Issued, LostByReuse, RefreshRefusal, SecretKind};
use crate::world::{Seat, World};

pub(crate) fn token(shared: &Shared, call: &Call) -> Outcome {
    let Some(fields) = call.fields() else {
        return grant_error("invalid_request", "the body must be a form, or JSON for the refresh grant")
            .into();
    };
    if fields.get("client_id") != CLIENT_ID {
        return grant_error("invalid_client", "unknown client_id").into();
    }
    match (fields.get("grant_type"), fields.form) {
        ("authorization_code", Form::UrlEncoded) => exchange_code(shared, call, &fields),
        ("urn:ietf:params:oauth:grant-type:token-exchange", Form::UrlEncoded) => {
            exchange_api_key(shared, call, &fields).into()
        }
        ("authorization_code" | "urn:ietf:params:oauth:grant-type:token-exchange", Form::Json) => {
            grant_error("invalid_request", "this grant takes application/x-www-form-urlencoded").into()
        }
        ("refresh_token", Form::Json | Form::UrlEncoded) => refresh(shared, call, &fields),
        _ => grant_error("unsupported_grant_type", "grant_type must be authorization_code or refresh_token")
            .into(),
    }
}

fn exchange_code(shared: &Shared, call: &Call, fields: &Fields) -> Outcome {
    let now_ms = shared.clock.now_ms();
    let presented = Presented {
        code: fields.get("code"),
        redirect_uri: fields.get("redirect_uri"),
        verifier: fields.get("code_verifier"),
        now_ms,
    };
    let mut guard = shared.world();
    let world = &mut *guard;
    let seat = match world.authorization_codes.check(&presented) {
        Ok(seat) => seat,
        Err(refusal) => return code_refused(world, call, refusal).into(),
    };
    world.journal.served_as(call.entry, seat.id());
    let action = world.script.take(On::Exchange, Some(seat.id()));
    if let Some(before) = action.as_ref().and_then(before_rotation) {
        return before;
    }
    let login = world.logins.sign_in(seat);
    world.authorization_codes.use_up(presented.code, login);
    let issued = world.issue(login, &call.base, now_ms);
    hand_out(world, call, action, &issued)
}

fn code_refused(world: &mut World, call: &Call, refusal: CodeRefusal) -> Reply {
    let why = match refusal {
        CodeRefusal::Unknown => "the code is not known",
        CodeRefusal::Used(login) => {
            // RFC 6749, 4.1.2: a code used twice takes the tokens of its first use with it.
            world.logins.kill(login, Death::Revoked);
            "the code was used before"
        }
        CodeRefusal::Expired => "the code has expired",
        CodeRefusal::OtherRedirect => "redirect_uri is not that of the authorize request",
        CodeRefusal::WrongVerifier => "code_verifier does not match the challenge",
    };
    world.journal.note(call.entry, why);
    grant_error("invalid_grant", why)
}

fn refresh(shared: &Shared, call: &Call, fields: &Fields) -> Outcome {
    let now_ms = shared.clock.now_ms();
    let presented = fields.get("refresh_token");
    let mut guard = shared.world();
    let world = &mut *guard;
    let owner = world.logins.owner_of_refresh(presented);
    let seat = owner.map(|login| world.logins.seat(login).clone());
    if let Some(seat) = &seat {
        world.journal.served_as(call.entry, seat.id());
    }
    let action = world.script.take(On::Refresh, seat.as_ref().map(Seat::id));
    // A script's answer stands in front of the real one: the token was neither seen nor spent.
    if let Some(before) = action.as_ref().and_then(before_rotation) {
        return before;
    }
    let login = match world.logins.present(presented, now_ms.div_euclid(1000)) {
        Ok(login) => login,
        Err(refusal) => return refresh_refused(world, call, refusal).into(),
    };
    if action == Some(Action::Token(TokenFault::OnlyAccessToken)) {
        let (_, access_token) = world.issue_without_rotation(login, &call.base, now_ms);
        return Reply::json(200, &json!({"access_token": access_token})).into();
    }
    world.logins.spend(presented);
    let issued = world.issue(login, &call.base, now_ms);
    hand_out(world, call, action, &issued)
}

fn refresh_refused(world: &mut World, call: &Call, refusal: RefreshRefusal) -> Reply {
    let (code, message) = match refusal {
        RefreshRefusal::Reused(_) => (
            "refresh_token_reused",
            "Your refresh token has already been used to generate a new access token. Please try signing in again.",
        ),
        RefreshRefusal::Invalidated => {
            ("refresh_token_invalidated", "Your session has ended. Please log in again.")
        }
        RefreshRefusal::Expired => {
            ("refresh_token_expired", "Your refresh token has expired. Please log in again.")
        }
        RefreshRefusal::SessionTerminated => {
            ("app_session_terminated", "Your session has ended. Please log in again.")
        }
    };
    world.journal.note(call.entry, code);
    if refusal == RefreshRefusal::Reused(LostByReuse::LivingAccessToken) {
        world.journal.note(call.entry, "a living access token ended");
    }
    Reply::json(
        401,
        &json!({"error": {"message": message, "type": "invalid_request_error", "param": null, "code": code}}),
    )
}

fn exchange_api_key(shared: &Shared, call: &Call, fields: &Fields) -> Reply {
    let mut world = shared.world();
    let Some(login) = world.logins.owner_of_id_token(fields.get("subject_token")) else {
        return grant_error("invalid_grant", "subject_token was never issued here");
    };
    let seat = world.logins.seat(login).clone();
    world.journal.served_as(call.entry, seat.id());
    match shared.config.api_keys {
        ApiKeyExchange::Refuse => {
            Reply::error(401, "invalid_subject_token", "Invalid ID token: missing organization_id")
        }
        ApiKeyExchange::Grant => {
            let key = format!("sk-sim-{}", random::token());
            world.logins.remember(SecretKind::ApiKey, &key);
            Reply::json(
                200,
                &json!({"access_token": key, "issued_token_type": "urn:ietf:params:oauth:token-type:access_token", "token_type": "Bearer"}),
            )
        }
    }
}

/// What a script orders before anything was looked at.
fn before_rotation(action: &Action) -> Option<Outcome> {
    match action {
        Action::Answer { status, headers, body } => Some(answer_of(*status, headers, body).into()),
        Action::CutBefore => Some(Outcome::Sever),
        Action::NeverAnswer => Some(Outcome::Never),
        Action::HoldHeaders { .. }
        | Action::Token(_)
        | Action::UsageLimitReached
        | Action::Say { .. }
        | Action::InStream(_)
        | Action::Patch { .. } => None,
    }
}

/// Hands out tokens that were made, as the script has it.
fn hand_out(world: &mut World, call: &Call, action: Option<Action>, issued: &Issued) -> Outcome {
    let reply = Reply::json(200, &token_body(issued));
    match action {
        None => reply.into(),
        Some(Action::HoldHeaders { ms }) => Outcome::Hold(Duration::from_millis(ms), Box::new(reply.into())),
        Some(Action::Token(TokenFault::CutAfterRotation)) => Outcome::Sever,
        Some(Action::Token(TokenFault::FailAfterRotation { status })) => {
            // A gateway's own page: it stands between, and knows nothing of tokens.
            let page = format!("<html><head><title>{status}</title></head><body>{status}</body></html>");
            Reply::html(status, page).with("location", "/elsewhere").into()
        }
        Some(Action::Token(TokenFault::WithoutIdToken)) => {
            Reply::json(200, &token_body_without_id(issued)).into()
        }
        Some(
            unusable @ (Action::Token(TokenFault::OnlyAccessToken)
            | Action::Answer { .. }
            | Action::NeverAnswer
            | Action::CutBefore
            | Action::UsageLimitReached
            | Action::Say { .. }
            | Action::InStream(_)
            | Action::Patch { .. }),
        ) => {
            ignored(world, call, &unusable);
            reply.into()
        }
    }
}

fn token_body(issued: &Issued) -> Value {
    json!({
        "access_token": issued.access_token, "id_token": issued.id_token, "refresh_token": issued.refresh_token,
        "expires_in": issued.expires_in, "token_type": "Bearer", "scope": "openid profile email offline_access",
    })
}

fn token_body_without_id(issued: &Issued) -> Value {
    json!({"access_token": issued.access_token, "refresh_token": issued.refresh_token, "expires_in": issued.expires_in, "token_type": "Bearer"})
}

fn grant_error(error: &str, description: &str) -> Reply {
    Reply::json(400, &json!({"error": error, "error_description": description}))
}
