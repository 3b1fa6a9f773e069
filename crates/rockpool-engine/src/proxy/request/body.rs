//! Request bodies: read once, capped, within a budget that all requests share.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::header::CONTENT_ENCODING;
use http_body_util::BodyExt;
use hyper::body::Body;
use rockpool_routing::ClientId;

use super::budget::{self, Budget, Share};
use super::upload::{Upload, UploadError};
use crate::provider::content_coding::{Coding, WholeUndecodable, decoded};
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

/// Reads the body of a client's request, which came with these headers. Waits for room in the budget as long as
/// `patience`. One whose coding is not known is not read.
pub(crate) async fn read(
    headers: &HeaderMap,
    mut body: Upload,
    client: ClientId,
    budget: &Budget,
    patience: Duration,
) -> Result<BufferedBody, ProxyError> {
    if Coding::of(headers) == Coding::Unknown {
        return Err(ProxyError::UnknownEncoding(coding_name(headers)));
    }
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

/// How a request body is encoded on its way to the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Plain,
    Zstd,
}

/// A body as it goes to the provider, which takes plain JSON and zstd; any other coding is undone.
pub(crate) fn for_provider(headers: &HeaderMap, bytes: &Bytes) -> Result<(Bytes, Encoding), ProxyError> {
    match Coding::of(headers) {
        Coding::Identity => Ok((bytes.clone(), Encoding::Plain)),
        Coding::Zstd => Ok((bytes.clone(), Encoding::Zstd)),
        Coding::Gzip | Coding::Deflate | Coding::Brotli | Coding::Unknown => {
            Ok((plain(headers, bytes)?, Encoding::Plain))
        }
    }
}

/// A body without its coding.
pub(crate) fn plain(headers: &HeaderMap, bytes: &Bytes) -> Result<Bytes, ProxyError> {
    let coding = Coding::of(headers);
    let name = || coding_name(headers);
    match decoded(coding, bytes, MAX_BODY) {
        Ok(plain) => Ok(plain),
        Err(WholeUndecodable::TooLarge) => Err(ProxyError::BodyTooLarge),
        Err(WholeUndecodable::Unknown) => Err(ProxyError::UnknownEncoding(name())),
        Err(WholeUndecodable::Broken) if coding == Coding::Zstd => Err(ProxyError::BadZstd),
        Err(WholeUndecodable::Broken) => Err(ProxyError::BadEncoding(name())),
    }
}

fn coding_name(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_ENCODING).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}
