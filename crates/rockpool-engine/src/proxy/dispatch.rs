//! Checks where a request comes from and sends it to whoever answers it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use futures_util::{StreamExt as _, TryStreamExt as _};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use rockpool_dialects::Dialect;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use tower::ServiceExt;

use super::admission::{self, Admission, ConnectionEnds, Surface};
use super::authenticate;
use super::authenticate::{Caller, Presented};
use super::local::{dashboard_page, models, pool_usage};
use super::media::exchange as media;
use super::media::task::Task;
use super::request::upload::Upload;
use super::request::{path, tool};
use super::response::audience;
use super::response::body::{ProxyBody, whole};
use super::response::error_response::ProxyError;
use super::response::stopping;
use super::state::DataPlane;
use super::{exchange, translation, websocket};
use crate::dashboard::files::DashboardFiles;
use crate::dashboard::sessions::{DashboardSessions, SessionUse};
use crate::host::tasks::stopped;
use crate::model::principal::Principal;
use crate::provider::endpoints;
use crate::provider::event::Audience;
use crate::provider::headers::ANTHROPIC_VERSION;
use crate::provider::sse::is_event_stream;

/// The event stream, which a dashboard holds open by itself.
const EVENTS: &str = "/api/v1/events";

const NO_COMPACT: &str = "The provider's way to shorten a conversation is the Codex CLI's own. Send the conversation as it is, or a shorter one.";

/// Everything that requests are sent to.
pub(crate) struct Dispatch {
    pub(crate) plane: Arc<DataPlane>,
    /// The management API.
    pub(crate) management: Router,
    /// The token of this start, which `control.json` holds.
    pub(crate) control: SecretString,
    pub(crate) sessions: Arc<DashboardSessions>,
    pub(crate) dashboard: DashboardFiles,
}

/// What a path of the data plane stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Route {
    /// Goes to the provider, at this path below its backend.
    Provider(&'static str),
    /// The same of what is asked beside a conversation, and never over a WebSocket.
    Aside(&'static str),
    /// Images or a transcription, in the public API's form where the tool does not know the backend.
    Media(Task),
    /// Translated, where the tool does not know the backend.
    Responses,
    Translated(Dialect),
    /// Shortens a conversation, in the backend's own way.
    Compact,
    /// How many tokens a request in Anthropic's form has.
    CountTokens,
    /// A part of the public APIs that the backend does not have, and what to do about it.
    NotOffered(&'static str),
    Models,
    /// One model of the list, by its name as it stands in the path.
    Model(String),
    AccountsCheck,
    Usage,
    Settings,
    /// Whether a person still has to secure their sign-in.
    SecuritySetup,
    ResetCredits,
}

impl Dispatch {
    pub(crate) async fn answer(
        self: Arc<Self>,
        request: Request<Upload>,
        ends: ConnectionEnds,
    ) -> Response<ProxyBody> {
        let dialect = dialect_of(request.uri().path(), request.headers());
        let settings = self.plane.core.settings.get();
        let origin = match admission::admit(&request, surface(request.uri().path()), ends, &settings) {
            Ok(Admission::Preflight(answer)) => return answer,
            Ok(Admission::Request(origin)) => origin,
            Err(error) => return error.response_in(dialect),
        };
        let stops_at = stopping::of(request.headers());
        let dispatched = self.dispatch(request, ends).await;
        let mut response = dispatched.unwrap_or_else(|error| error.response_in(dialect));
        stopping::stop(&mut response, stops_at);
        admission::let_read(&mut response, origin);
        response
    }

    async fn dispatch(
        &self,
        request: Request<Upload>,
        ends: ConnectionEnds,
    ) -> Result<Response<ProxyBody>, ProxyError> {
        let path = request.uri().path().to_owned();
        if path == "/healthz" {
            return Ok(text("ok\n"));
        }
        if path == "/api/v1" || path.starts_with("/api/v1/") {
            return Ok(self.manage(request, ends).await);
        }
        if let Some(page) = dashboard_page::answer(self.dashboard, &request)? {
            return Ok(page);
        }
        let path = path::single_slashes(&path);
        let (presented, rest) = match authenticate::path_key(&path) {
            Some((key, rest)) => (Presented::Path(key), rest),
            None => (
                authenticate::client_key(request.headers()).map_or(Presented::Nothing, Presented::Bearer),
                &*path,
            ),
        };
        let Some(route) = route(&path::meant(rest)) else {
            let base = base_address(ends.local, presented);
            return Err(ProxyError::NotFound { path: without_key(rest), base });
        };
        if request.method() == Method::OPTIONS {
            return Ok(options(&route));
        }
        let caller = authenticate::authenticate(self.plane.core.registry.get(), presented, ends.peer.ip())?;
        let caller = Caller { tool: tool::name(request.headers()), ..caller };
        self.data(caller, route, request, rest).await
    }

    async fn data(
        &self,
        caller: Caller,
        route: Route,
        request: Request<Upload>,
        rest: &str,
    ) -> Result<Response<ProxyBody>, ProxyError> {
        let reads = [Method::GET, Method::HEAD].contains(request.method());
        let get_only = || reads.then_some(()).ok_or(not_allowed(rest));
        let posts = *request.method() == Method::POST;
        let post_only = || posts.then_some(()).ok_or(not_allowed(rest));
        let (plane, core) = (&self.plane, &*self.plane.core);
        match route {
            Route::Responses
                if audience::of(request.uri(), request.headers(), caller.client.key_kind)
                    == Audience::PublicApi =>
            {
                if websocket::is_upgrade(&request) {
                    return translation::socket::serve(plane, caller, request);
                }
                post_only()?;
                Ok(translation::exchange::serve(plane, caller, request, Dialect::Responses).await)
            }
            Route::Responses => self.provider(caller, request, endpoints::RESPONSES, rest).await,
            Route::Translated(dialect) => {
                post_only()?;
                Ok(translation::exchange::serve(plane, caller, request, dialect).await)
            }
            Route::CountTokens => {
                post_only()?;
                translation::count::serve(plane, &caller, request).await
            }
            Route::NotOffered(why) => Err(ProxyError::NotOffered(why)),
            Route::Compact
                if audience::of(request.uri(), request.headers(), caller.client.key_kind)
                    == Audience::PublicApi =>
            {
                Err(ProxyError::NotOffered(NO_COMPACT))
            }
            Route::Compact => self.provider(caller, request, endpoints::COMPACT, rest).await,
            Route::Provider(path) => self.provider(caller, request, path, rest).await,
            Route::Media(task)
                if task == Task::Transcription
                    || audience::of(request.uri(), request.headers(), caller.client.key_kind)
                        == Audience::PublicApi =>
            {
                post_only()?;
                Ok(media::serve(plane, caller, request, task).await)
            }
            Route::Media(task) => {
                post_only()?;
                Ok(exchange::serve(plane, caller, request, task.path()).await)
            }
            Route::Aside(path) => {
                post_only()?;
                Ok(exchange::serve(plane, caller, request, path).await)
            }
            Route::Models => {
                get_only()?;
                models::serve(plane, caller, request.into_parts().0).await
            }
            Route::Model(name) => {
                get_only()?;
                models::serve_one(plane, caller, request.into_parts().0, &name).await
            }
            Route::AccountsCheck => {
                get_only().map(|()| pool_usage::accounts_check(core, &caller, request.headers()))
            }
            Route::Usage => get_only().map(|()| pool_usage::usage(core, &caller)),
            Route::Settings | Route::SecuritySetup => get_only().map(|()| pool_usage::nothing_set()),
            Route::ResetCredits => get_only().map(|()| pool_usage::reset_credits()),
        }
    }

    /// Goes to the provider as it came.
    async fn provider(
        &self,
        caller: Caller,
        request: Request<Upload>,
        path: &'static str,
        rest: &str,
    ) -> Result<Response<ProxyBody>, ProxyError> {
        if websocket::is_upgrade(&request) {
            return Ok(websocket::serve(&self.plane, caller, request, path).await);
        }
        if request.method() != Method::POST {
            return Err(not_allowed(rest));
        }
        Ok(exchange::serve(&self.plane, caller, request, path).await)
    }

    async fn manage(&self, mut request: Request<Upload>, ends: ConnectionEnds) -> Response<ProxyBody> {
        let principal = self.principal(&request, ends);
        request.extensions_mut().insert(ends);
        if let Some(principal) = principal {
            request.extensions_mut().insert(principal);
        }
        let request = request.map(axum::body::Body::new);
        match self.management.clone().oneshot(request).await {
            Ok(response) if is_event_stream(response.headers()) => {
                response.map(|body| until(body, self.stream_end(principal)))
            }
            Ok(response) => response.map(|body| body.map_err(Into::into).boxed_unsync()),
            Err(never) => match never {},
        }
    }

    /// A session of the dashboard is taken where its link was: on this machine.
    fn principal(&self, request: &Request<Upload>, ends: ConnectionEnds) -> Option<Principal> {
        let token = authenticate::bearer(request.headers())?;
        if bool::from(token.as_bytes().ct_eq(self.control.expose_secret().as_bytes())) {
            return Some(Principal::Control);
        }
        let usage = match request.uri().path() {
            EVENTS => SessionUse::EventStream,
            _ => SessionUse::Request,
        };
        let now = self.plane.core.clock.now();
        ends.is_local().then(|| self.sessions.find(token, usage, now)).flatten().map(Principal::Dashboard)
    }

    /// A stream without an end of its own ends with the engine: a window that listens must not hold up a
    /// shutdown. One of a dashboard ends with its session, too.
    fn stream_end(&self, principal: Option<Principal>) -> impl Future<Output = ()> + Send + 'static {
        let mut stop = self.plane.core.stopped.clone();
        let (sessions, clock) = (Arc::clone(&self.sessions), self.plane.core.clock.clone());
        async move {
            let session_end = async {
                match principal {
                    Some(Principal::Dashboard(id)) => sessions.ended(id, &clock).await,
                    Some(Principal::Owner | Principal::Control) | None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stopped(&mut stop) => {}
                () = session_end => {}
            }
        }
    }
}

fn until(body: axum::body::Body, end: impl Future<Output = ()> + Send + 'static) -> ProxyBody {
    let frames = body.into_data_stream().map_ok(Frame::data).map_err(Into::into).take_until(end);
    StreamBody::new(frames).boxed_unsync()
}

/// What a route takes (RFC 9110 §9.3.7), told to anybody: it says nothing of accounts or clients.
fn options(route: &Route) -> Response<ProxyBody> {
    let allowed = match route {
        Route::Provider(_) | Route::Responses => "GET, POST, OPTIONS",
        Route::Aside(_)
        | Route::Media(_)
        | Route::Translated(_)
        | Route::Compact
        | Route::CountTokens
        | Route::NotOffered(_) => "POST, OPTIONS",
        Route::Models
        | Route::Model(_)
        | Route::AccountsCheck
        | Route::Usage
        | Route::Settings
        | Route::SecuritySetup
        | Route::ResetCredits => "GET, HEAD, OPTIONS",
    };
    let mut response = Response::new(whole(""));
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}

fn not_allowed(path: &str) -> ProxyError {
    ProxyError::MethodNotAllowed(without_key(path))
}

/// The address that tools are given.
fn base_address(local: SocketAddr, presented: Presented<'_>) -> String {
    match presented {
        Presented::Path(_) => format!("http://{local}/k/…/v1"),
        Presented::Nothing | Presented::Bearer(_) => format!("http://{local}/v1"),
    }
}

/// A path for messages; whatever follows `/k/` could be a key.
fn without_key(path: &str) -> String {
    if path.starts_with("/k/") { "/k/…".to_owned() } else { path.chars().take(200).collect() }
}

/// Whom a path is for, in all the spellings that are tolerated.
fn surface(path: &str) -> Surface {
    if path == "/healthz" {
        return Surface::Tools;
    }
    let path = path::single_slashes(path);
    let rest = authenticate::path_key(&path).map_or(&*path, |(_, rest)| rest);
    if route(&path::meant(rest)).is_some() { Surface::Tools } else { Surface::Owner }
}

/// In whose form errors are told at a path: in Anthropic's to its clients, which name their version in a header.
fn dialect_of(path: &str, headers: &HeaderMap) -> Dialect {
    let path = path::single_slashes(path);
    let rest = authenticate::path_key(&path).map_or(&*path, |(_, rest)| rest);
    let meant = path::meant(rest);
    if meant.starts_with("/v1/messages") || headers.contains_key(ANTHROPIC_VERSION) {
        return Dialect::Messages;
    }
    match route(&meant) {
        Some(Route::Translated(dialect)) => dialect,
        Some(
            Route::Provider(_)
            | Route::Aside(_)
            | Route::Media(_)
            | Route::Responses
            | Route::Compact
            | Route::CountTokens
            | Route::NotOffered(_)
            | Route::Models
            | Route::Model(_)
            | Route::AccountsCheck
            | Route::Usage
            | Route::Settings
            | Route::SecuritySetup
            | Route::ResetCredits,
        )
        | None => Dialect::Responses,
    }
}

/// Why a part of the public APIs is not served.
fn not_offered(path: &str) -> Option<&'static str> {
    let rest = path.strip_prefix("/v1/").or(path.strip_prefix("/backend-api/codex/"));
    let below = |name: &str| rest.is_some_and(|rest| rest.starts_with(name));
    let table: [(&[&str], &'static str); 7] = [
        (
            &["embeddings"],
            "A ChatGPT sign-in has no embeddings: the provider offers them to API keys only. Point the tool's embedding model at another provider or a local one.",
        ),
        (
            &["moderations"],
            "A ChatGPT sign-in has no moderations: the provider offers them to API keys only. Switch them off in the tool, or give it an API key for them.",
        ),
        (
            &["files", "batches"],
            "Files and batches belong to one account of the provider and are not shared by a pool. Send the content inside the request.",
        ),
        (
            &["images"],
            "Of images the provider has generations and edits for a ChatGPT sign-in, and nothing else. Use /v1/images/generations or /v1/images/edits, or the tool “image_generation” of /v1/responses. As input images go into any request.",
        ),
        (
            &["audio"],
            "Of audio the provider has transcription for a ChatGPT sign-in, and no speech or translation of it. Use /v1/audio/transcriptions for recordings, and point the tool's voice at another provider.",
        ),
        (
            &["realtime", "live"],
            "Live conversations are not offered: each is a call between one person and the provider, on a connection that no other account can go on with. Use /v1/responses, and /v1/audio/transcriptions for recordings.",
        ),
        (
            &["completions"],
            "The provider has no completions of bare text any more. Use /v1/chat/completions or /v1/responses.",
        ),
    ];
    table.iter().find(|(names, _)| names.iter().any(|name| below(name))).map(|(_, why)| *why)
}

/// Side paths of persons (tasks, files, analytics) are not routed: one person's must never appear
/// under another's account.
fn route(path: &str) -> Option<Route> {
    if let Some(name) = path.strip_prefix("/v1/models/").or(path.strip_prefix("/backend-api/codex/models/")) {
        return Some(Route::Model(name.to_owned()));
    }
    match path {
        "/v1/responses" => Some(Route::Responses),
        "/v1/chat/completions" => Some(Route::Translated(Dialect::ChatCompletions)),
        "/v1/messages" => Some(Route::Translated(Dialect::Messages)),
        "/v1/messages/count_tokens" => Some(Route::CountTokens),
        "/backend-api/codex/responses" => Some(Route::Provider(endpoints::RESPONSES)),
        "/v1/responses/compact" => Some(Route::Compact),
        "/backend-api/codex/responses/compact" => Some(Route::Provider(endpoints::COMPACT)),
        "/v1/images/generations" | "/backend-api/codex/images/generations" => {
            Some(Route::Media(Task::ImageGeneration))
        }
        "/v1/images/edits" | "/backend-api/codex/images/edits" => Some(Route::Media(Task::ImageEdit)),
        "/v1/audio/transcriptions" => Some(Route::Media(Task::Transcription)),
        "/backend-api/transcribe" => Some(Route::Aside(endpoints::TRANSCRIBE)),
        "/v1/alpha/search" | "/backend-api/codex/alpha/search" => Some(Route::Aside(endpoints::SEARCH)),
        "/v1/models" | "/backend-api/codex/models" => Some(Route::Models),
        "/backend-api/wham/accounts/check" => Some(Route::AccountsCheck),
        "/backend-api/wham/usage" => Some(Route::Usage),
        "/backend-api/wham/settings/user" => Some(Route::Settings),
        "/backend-api/wham/security-setup" => Some(Route::SecuritySetup),
        "/backend-api/wham/rate-limit-reset-credits" => Some(Route::ResetCredits),
        _ => not_offered(path).map(Route::NotOffered),
    }
}

fn text(content: &'static str) -> Response<ProxyBody> {
    let mut response = Response::new(whole(content));
    *response.status_mut() = StatusCode::OK;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_to_the_provider_and_what_is_answered_here() {
        let provider = |path: &'static str| Some(Route::Provider(path));
        assert_eq!(route("/v1/responses"), Some(Route::Responses));
        let translated = |dialect| Some(Route::Translated(dialect));
        assert_eq!(route("/v1/chat/completions"), translated(Dialect::ChatCompletions));
        assert_eq!(route("/v1/messages"), translated(Dialect::Messages));
        assert!(matches!(route("/v1/embeddings"), Some(Route::NotOffered(_))));
        assert_eq!(route("/v1/models/gpt-5.5"), Some(Route::Model("gpt-5.5".to_owned())));
        assert_eq!(route("/v1/responses/compact"), Some(Route::Compact));
        assert_eq!(route("/backend-api/codex/responses"), provider("codex/responses"));
        assert_eq!(route("/v1/models"), Some(Route::Models));
        for path in ["/v1/alpha/search", "/backend-api/codex/alpha/search"] {
            assert_eq!(route(path), Some(Route::Aside("codex/alpha/search")), "{path}");
        }
        assert_eq!(route("/v1/audio/transcriptions"), Some(Route::Media(Task::Transcription)));
        for path in ["/v1/realtime/calls", "/backend-api/codex/realtime", "/v1/live", "/v1/audio/speech"] {
            assert!(matches!(route(path), Some(Route::NotOffered(_))), "{path}");
        }
        assert_eq!(route("/backend-api/wham/usage"), Some(Route::Usage));
    }

    #[test]
    fn nothing_else_of_a_persons_is_reachable() {
        for path in [
            "/backend-api/wham/tasks",
            "/backend-api/files",
            "/backend-api/codex/analytics-events/events",
            "/v1/../x",
            "/v2",
        ] {
            assert_eq!(route(path), None, "{path}");
        }
    }

    #[test]
    fn a_path_that_leads_to_the_data_plane_is_for_tools_however_it_is_spelt() {
        for path in ["/healthz", "/responses", "//v1/responses", "/v1/v1/models", "/k/rpu_x/codex/responses/"]
        {
            assert_eq!(surface(path), Surface::Tools, "{path}");
        }
        for path in [
            "/",
            "/api/v1/status",
            "/api/v1/models",
            "//api/v1/events",
            "/assets/app.js",
            "/k/rpu_x/api/v1/status",
        ] {
            assert_eq!(surface(path), Surface::Owner, "{path}");
        }
    }

    #[test]
    fn a_key_is_never_repeated_in_a_message() {
        assert_eq!(without_key("/k/rpu_secret"), "/k/…");
    }
}
