//! What handlers read off a request: who asks, the body, the query; each refusal is a problem.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use http::request::Parts;
use http::{HeaderMap, HeaderName, StatusCode, header};
use rockpool_routing::SignInId;
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

use super::problem::Problem;
use crate::dashboard::sessions::SESSION_PREFIX;
use crate::model::principal::{Principal, Viewer};
use crate::operations::error::ActionError;
use crate::operations::handle::EngineHandle;
use crate::proxy::admission::ConnectionEnds;
use crate::proxy::authenticate::bearer;

/// The tenants that the one who asks may see.
pub(super) struct RequestViewer(pub(super) Viewer);

impl FromRequestParts<EngineHandle> for RequestViewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, engine: &EngineHandle) -> Result<Self, Problem> {
        let RequestPrincipal(principal) = RequestPrincipal::from_request_parts(parts, engine).await?;
        Ok(Self(engine.viewer(principal)))
    }
}

/// The one who asks.
pub(super) struct RequestPrincipal(pub(super) Principal);

impl FromRequestParts<EngineHandle> for RequestPrincipal {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _engine: &EngineHandle) -> Result<Self, Problem> {
        let principal = parts.extensions.get::<Principal>();
        principal.copied().map(Self).ok_or_else(|| unauthorized(&parts.headers))
    }
}

/// The answer to a request that carries no principal.
pub(super) fn unauthorized(headers: &HeaderMap) -> Problem {
    let (code, detail) = match bearer(headers) {
        Some(token) if token.starts_with(SESSION_PREFIX) => (
            "session_ended",
            "This session of the dashboard has ended. Run `rockpool dashboard` for a new link.",
        ),
        Some(_) | None => (
            "unauthorized",
            "This needs the control token of the running Rockpool as bearer; client keys do not open it.",
        ),
    };
    Problem::new(StatusCode::UNAUTHORIZED, code, detail)
}

/// Lets in what comes from this machine, and not from another page than the engine's own.
pub(super) struct OwnPage;

impl FromRequestParts<EngineHandle> for OwnPage {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _engine: &EngineHandle) -> Result<Self, Problem> {
        let ends = parts.extensions.get::<ConnectionEnds>();
        if !ends.is_some_and(|ends| ends.is_local()) {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "not_this_machine",
                "A link is redeemed on the machine that Rockpool runs on, at a loopback address such as \
                 127.0.0.1. From elsewhere, forward the port first: ssh -L PORT:127.0.0.1:PORT HOST.",
            ));
        }
        if is_own_page(&parts.headers) {
            return Ok(Self);
        }
        let detail = "Only Rockpool's own page may redeem a link.";
        Err(Problem::new(StatusCode::FORBIDDEN, "foreign_page", detail))
    }
}

/// Lets in what comes from this machine: files of its tools are no business of another one.
pub(super) struct ThisMachine;

impl FromRequestParts<EngineHandle> for ThisMachine {
    type Rejection = Problem;

    /// A host in the same process has no connection.
    async fn from_request_parts(parts: &mut Parts, _engine: &EngineHandle) -> Result<Self, Problem> {
        match parts.extensions.get::<ConnectionEnds>() {
            Some(ends) if !ends.is_local() => Err(Problem::new(
                StatusCode::FORBIDDEN,
                "not_this_machine",
                "Tools are connected on the machine that Rockpool runs on. For a tool on another machine, take a \
                 snippet and give it a key of its own.",
            )),
            Some(_) | None => Ok(Self),
        }
    }
}

/// Whether no other page sent this: by `Origin`, and by Fetch Metadata where the browser sends that.
fn is_own_page(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let own_origin = match (text(header::ORIGIN), text(header::HOST)) {
        (None, _) => true,
        (Some(origin), Some(host)) => {
            origin.strip_prefix("http://").is_some_and(|origin| origin.eq_ignore_ascii_case(host))
        }
        (Some(_), None) => false,
    };
    let site = text(HeaderName::from_static("sec-fetch-site"));
    own_origin && matches!(site, None | Some("same-origin" | "none"))
}

/// A JSON body, checked strictly: an unknown field is more likely a typing error than an intention.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<EngineHandle> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, engine: &EngineHandle) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not_json",
                "Send the body as JSON, with content-type application/json.",
            ));
        }
        let bytes =
            Bytes::from_request(request, engine).await.map_err(|rejection| match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => {
                    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body is over 2 MiB.")
                }
                _ => Problem::new(StatusCode::BAD_REQUEST, "body_cut_off", "The body ended too early."),
            })?;
        parse(&bytes).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = media_type.split(';').next().unwrap_or("").trim();
    essence.eq_ignore_ascii_case("application/json")
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(refusal)?;
    json.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> Problem {
    let place = format!("line {}, column {}", error.line(), error.column());
    Problem::new(StatusCode::BAD_REQUEST, "malformed_json", format!("The body is not valid JSON at {place}."))
}

/// Names the field and what was expected. What serde_json says of a value could repeat a secret that
/// was put into the wrong field, so texts with a value are cut before it.
fn refusal(error: serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let field = field_of(error.path());
    let inner = error.into_inner();
    if !inner.is_data() {
        return malformed(&inner);
    }
    let text = inner.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    let (code, detail) = match (text.starts_with("unknown field"), text.rsplit_once(", expected ")) {
        (true, _) => ("unknown_field", format!("The body has an {text}.")),
        (false, Some((_, expected))) => ("invalid_field", format!("The field needs {expected}.")),
        (false, None) => ("invalid_field", format!("The body has a {text}.")),
    };
    let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail);
    match field {
        Some(field) => Problem { detail: format!("{field}: {}", problem.detail), ..problem }.about(field),
        None => problem,
    }
}

fn field_of(path: &serde_path_to_error::Path) -> Option<String> {
    let known = path.iter().any(|segment| matches!(segment, Segment::Map { .. }));
    known.then(|| path.to_string())
}

/// A query string, checked as strictly.
pub(super) struct Search<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<EngineHandle> for Search<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _engine: &EngineHandle) -> Result<Self, Problem> {
        Query::try_from_uri(&parts.uri).map(|Query(value)| Self(value)).map_err(|rejection| {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_query", rejection.body_text())
        })
    }
}

/// Reads a sign-in's id off a path; text that is none names no sign-in.
pub(super) fn sign_in_id(text: &str) -> Result<SignInId, Problem> {
    text.parse().map_err(|_| {
        let message = "There is no such sign-in.";
        ActionError::not_found("sign_in_not_found", text, message).into()
    })
}
