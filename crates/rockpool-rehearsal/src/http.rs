//! A client for plain HTTP on loopback: enough for a browser that follows redirects and a tool that streams.

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use rockpool_engine::config::is_loopback;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use thiserror::Error;
use tokio::net::TcpStream;
use url::Url;

/// Why there was no answer.
#[derive(Debug, Error)]
pub(crate) enum HttpError {
    #[error("{0} is not plain http on loopback; a rehearsal goes nowhere else")]
    NotLoopback(String),
    #[error("no connection: {0}")]
    Connect(#[from] std::io::Error),
    #[error("no answer: {0}")]
    Exchange(#[from] hyper::Error),
    #[error("not a request: {0}")]
    Request(#[from] http::Error),
}

/// An answer, read to its end.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    /// Where a redirect leads, made absolute.
    pub(crate) location: Option<Url>,
}

pub(crate) async fn get(url: &Url) -> Result<Reply, HttpError> {
    send(url, Request::get(path_of(url)).body(Full::default())?).await
}

/// Posts JSON as a client of the endpoint and reads the stream that answers.
pub(crate) async fn post(url: &Url, key: &SecretString, body: &Value) -> Result<Reply, HttpError> {
    let request = Request::builder()
        .method(Method::POST)
        .uri(path_of(url))
        .header(header::AUTHORIZATION, format!("Bearer {}", key.expose_secret()))
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "text/event-stream")
        .header(header::USER_AGENT, "rockpool-rehearsal-tool")
        .body(Full::from(body.to_string()))?;
    send(url, request).await
}

fn path_of(url: &Url) -> &str {
    &url[url::Position::BeforePath..url::Position::AfterQuery]
}

async fn send(url: &Url, mut request: Request<Full<Bytes>>) -> Result<Reply, HttpError> {
    let refused = || HttpError::NotLoopback(url.origin().ascii_serialization());
    if url.scheme() != "http" || !is_loopback(url) {
        return Err(refused());
    }
    let authority = &url[url::Position::BeforeHost..url::Position::AfterPort];
    request.headers_mut().insert(header::HOST, authority.parse().map_err(|_| refused())?);
    let stream = TcpStream::connect((url.host_str().unwrap_or_default(), url.port().unwrap_or(80))).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let driver = tokio::spawn(connection);
    let response = sender.send_request(request).await?;
    let status = response.status();
    let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
    let location = location.and_then(|text| url.join(text).ok());
    response.into_body().collect().await?;
    driver.abort();
    Ok(Reply { status, location })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_outside_loopback_is_asked() {
        for url in ["http://192.0.2.1/", "https://127.0.0.1:1/", "http://auth.openai.com/oauth/authorize"] {
            let error = get(&Url::parse(url).unwrap()).await.err();
            assert!(matches!(error, Some(HttpError::NotLoopback(_))), "{url}: {error:?}");
        }
    }
}
