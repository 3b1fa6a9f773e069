//! Request bodies: read once, capped, within a budget that all requests share.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http_body_util::BodyExt;
use hyper::body::Body;
use rockpool_routing::ClientId;

use super::budget::{self, Budget, Share};
use super::upload::{Upload, UploadError};
use crate::proxy::response::error_response::ProxyError;

/// Largest request body, decoded.
pub(crate) const MAX_BODY: usize = budget::LARGEST;
/// As much of an announced length is made room for before it has arrived.
const AT_FIRST: u64 = 64 << 10;

/// A request body that was read whole, and its share of the budget.
pub(crate) struct BufferedBody {
    /// The bytes as sent, still encoded.
    pub(crate) bytes: Bytes,
    _share: Share,
}

/// Reads the body of a client's request. Waits for room in the budget as long as `patience`.
pub(crate) async fn read(
    mut body: Upload,
    client: ClientId,
    budget: &Budget,
    patience: Duration,
) -> Result<BufferedBody, ProxyError> {
    let announced = body.size_hint().exact();
    if announced.is_some_and(|length| length > MAX_BODY as u64) {
        return Err(ProxyError::BodyTooLarge);
    }
    let mut share = budget.share(client);
    let mut bytes = BytesMut::with_capacity(announced.unwrap_or_default().min(AT_FIRST) as usize);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| match error {
            UploadError::Stalled => ProxyError::BodyStalled,
            UploadError::Broken(_) => ProxyError::BodyBroken,
        })?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > MAX_BODY {
            return Err(ProxyError::BodyTooLarge);
        }
        if share.try_grow(data.len()).is_err() {
            let grown = tokio::time::timeout(patience, share.grow(data.len())).await;
            grown.map_err(|_| ProxyError::NoMemoryForBody)?;
            body.restart_pace();
        }
        bytes.extend_from_slice(&data);
    }
    Ok(BufferedBody { bytes: bytes.freeze(), _share: share })
}

/// How a request body is encoded on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Plain,
    Zstd,
}

/// The encoding that the headers name.
pub(crate) fn encoding(headers: &HeaderMap) -> Result<Encoding, ProxyError> {
    let Some(value) = headers.get(http::header::CONTENT_ENCODING) else { return Ok(Encoding::Plain) };
    match value.to_str().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "" | "identity" => Ok(Encoding::Plain),
        "zstd" => Ok(Encoding::Zstd),
        other => Err(ProxyError::UnknownEncoding(other.to_owned())),
    }
}
