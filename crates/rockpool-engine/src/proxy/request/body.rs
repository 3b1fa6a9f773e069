//! Request bodies: read once, capped, within a budget that all requests share.

use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::proxy::response::error_response::ProxyError;

/// Largest request body, decoded.
pub(crate) const MAX_BODY: usize = 64 << 20;
/// All request bodies that are kept for replay together; others wait.
const BUDGET: usize = 256 << 20;
/// The budget is counted in units of this many bytes.
const UNIT: usize = 1 << 10;

/// The memory that request bodies may take together.
#[derive(Clone)]
pub(crate) struct Budget(Arc<Semaphore>);

impl Budget {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(BUDGET / UNIT)))
    }

    async fn reserve(&self, bytes: usize) -> OwnedSemaphorePermit {
        let units = bytes.div_ceil(UNIT).max(1) as u32;
        Arc::clone(&self.0).acquire_many_owned(units).await.expect("the budget is never closed")
    }
}

/// A request body that was read whole, and its share of the budget.
pub(crate) struct BufferedBody {
    /// The bytes as sent, still encoded.
    pub(crate) bytes: Bytes,
    _share: OwnedSemaphorePermit,
}

/// Reads the body. A body of unknown length reserves the largest size first, so that two that grow
/// at once cannot wait for each other.
pub(crate) async fn read(body: Incoming, budget: &Budget) -> Result<BufferedBody, ProxyError> {
    let announced = body.size_hint().exact();
    if announced.is_some_and(|length| length > MAX_BODY as u64) {
        return Err(ProxyError::BodyTooLarge);
    }
    let share = budget.reserve(announced.map_or(MAX_BODY, |length| length as usize)).await;
    let bytes = Limited::new(body, MAX_BODY).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() { ProxyError::BodyTooLarge } else { ProxyError::BodyBroken }
    })?;
    let bytes = bytes.to_bytes();
    let mut share = share;
    if let Some(surplus) = share.num_permits().checked_sub(bytes.len().div_ceil(UNIT).max(1)) {
        drop(share.split(surplus));
    }
    Ok(BufferedBody { bytes, _share: share })
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
