//! The listeners: accepts, speaks TLS where it should, reads requests, writes the journal, answers.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response, Version};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use url::form_urlencoded;

use crate::byte_stream::{ByteStream, ResetSwitch};
use crate::call::{Body, Call};
use crate::lenient_json;
use crate::reply::{Outcome, Reply, Severed, SimBody};
use crate::reuse::ConnectionUse;
use crate::route::route;
use crate::shared::Shared;
use crate::world::journal::{EntryId, EntryKind, Received};

/// Bodies above this are refused with 413.
const MAX_BODY_BYTES: usize = 256 << 20;

/// What a listener speaks below HTTP.
#[derive(Clone)]
pub(crate) enum Security {
    Plain,
    Tls(TlsAcceptor),
}

impl Security {
    const fn scheme(&self) -> &'static str {
        match self {
            Self::Plain => "http",
            Self::Tls(_) => "https",
        }
    }
}

/// Accepts until the simulator stops; its connections end with it.
pub(crate) async fn listen(shared: Arc<Shared>, listener: TcpListener, security: Security) {
    let mut stopping = shared.stopping.clone();
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // A connection that died while it was accepted is the client's business.
                if let Ok((stream, _)) = accepted {
                    connections.spawn(connection(Arc::clone(&shared), stream, security.clone()));
                }
            }
            Some(_) = connections.join_next() => {}
            _ = stopping.wait_for(|stop| *stop) => return,
        }
    }
}

async fn connection(shared: Arc<Shared>, stream: tokio::net::TcpStream, security: Security) {
    // A socket that refuses this option still works, with small delays.
    stream.set_nodelay(true).ok();
    let switch = ResetSwitch::default();
    let scheme = security.scheme();
    let stream = ByteStream::new(stream, switch.clone());
    match security {
        Security::Plain => serve(shared, stream, switch, scheme).await,
        Security::Tls(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                serve(shared, stream, switch, scheme).await;
            }
        }
    }
}

async fn serve<S>(shared: Arc<Shared>, stream: S, switch: ResetSwitch, scheme: &'static str)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let uses = ConnectionUse::default();
    let service = service_fn(move |request: Request<Incoming>| {
        let (shared, switch, uses) = (Arc::clone(&shared), switch.clone(), uses.clone());
        async move {
            let version = request.version();
            let mut response = answer(&shared, request, switch, scheme, &uses).await?;
            uses.answered(&shared, version, &mut response);
            Ok::<_, Severed>(response)
        }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().max_buf_size(1 << 20);
    // How a connection ends is the script's or the client's doing; neither is an error here.
    builder.serve_connection_with_upgrades(TokioIo::new(stream), service).await.ok();
}

async fn answer(
    shared: &Arc<Shared>,
    request: Request<Incoming>,
    reset: ResetSwitch,
    scheme: &'static str,
    uses: &ConnectionUse,
) -> Result<Response<SimBody>, Severed> {
    let (parts, incoming) = request.into_parts();
    if uses.is_over(shared, &parts) {
        // Its body was on the way already.
        Limited::new(incoming, MAX_BODY_BYTES).collect().await.ok();
        return Err(Severed);
    }
    let request = Request::from_parts(parts, incoming);
    let mut call = match read(shared, request, reset.clone(), scheme).await {
        Ok(call) => call,
        Err(reply) => return Ok(reply.into_response(reset)),
    };
    let entry = call.entry;
    let accept_encoding = call.header("accept-encoding").map(str::to_owned);
    let mut outcome = route(shared, &mut call);
    loop {
        match outcome {
            Outcome::Reply(reply) => {
                shared.world().journal.answered(entry, reply.status.as_u16());
                return Ok(reply.encoded_where_accepted(accept_encoding.as_deref()).into_response(reset));
            }
            Outcome::Hold(time, then) => {
                tokio::time::sleep(time).await;
                outcome = *then;
            }
            Outcome::Never => match std::future::pending::<Infallible>().await {},
            Outcome::Sever => {
                reset.reset_at_end();
                return Err(Severed);
            }
        }
    }
}

async fn read(
    shared: &Shared,
    request: Request<Incoming>,
    reset: ResetSwitch,
    scheme: &str,
) -> Result<Call, Reply> {
    let (parts, incoming) = request.into_parts();
    let raw = match Limited::new(incoming, MAX_BODY_BYTES).collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(_) => return Err(Reply::detail(413, "Payload Too Large")),
    };
    let authority = parts.uri.authority().map(ToString::to_string);
    let host = parts.headers.get("host").and_then(|host| host.to_str().ok()).map(str::to_owned);
    let base = format!("{scheme}://{}", authority.or(host).unwrap_or_default());
    let encoding = parts
        .headers
        .get("content-encoding")
        .and_then(|value| value.to_str().ok())
        .unwrap_or("identity")
        .to_owned();
    let body = decode(&encoding, raw);
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let received = Received {
        at_ms: shared.clock.now_ms(),
        kind: EntryKind::Request,
        method: parts.method.to_string(),
        path: parts.uri.path_and_query().map_or_else(String::new, ToString::to_string),
        base: base.clone(),
        version: format!("{:?}", parts.version),
        headers: parts.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body: for_journal(parts.headers.get("content-type").map(text).unwrap_or_default().as_str(), &body),
    };
    let entry = match parts.uri.path().starts_with("/_sim/") {
        // Steering is not what the journal is about; this number is nobody's.
        true => EntryId(0),
        false => shared.world().journal.receive(received),
    };
    let wants_upgrade = parts.method == Method::GET
        && parts.version == Version::HTTP_11
        && parts.headers.contains_key("sec-websocket-key");
    Ok(Call {
        method: parts.method.clone(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers.clone(),
        body,
        base,
        reset,
        entry,
        upgrade: wants_upgrade.then(|| Request::from_parts(parts, ())),
    })
}

fn decode(encoding: &str, raw: Bytes) -> Body {
    match encoding {
        "identity" => Body::Decoded(raw),
        "zstd" => match zstd::decode_all(raw.as_ref()) {
            Ok(decoded) => Body::Decoded(Bytes::from(decoded)),
            Err(error) => Body::Undecodable(format!("The body is not valid zstd: {error}")),
        },
        other => Body::Undecodable(format!("Unsupported content encoding: {other}")),
    }
}

fn for_journal(content_type: &str, body: &Body) -> Value {
    let bytes = match body {
        Body::Decoded(bytes) => bytes,
        Body::Undecodable(why) => return Value::from(why.as_str()),
    };
    if bytes.is_empty() {
        return Value::Null;
    }
    if content_type.starts_with("application/x-www-form-urlencoded") {
        return form_urlencoded::parse(bytes)
            .map(|(name, value)| (name.into_owned(), Value::from(value)))
            .collect::<serde_json::Map<_, _>>()
            .into();
    }
    lenient_json::read(bytes).unwrap_or_else(|_| Value::from(String::from_utf8_lossy(bytes)))
}
