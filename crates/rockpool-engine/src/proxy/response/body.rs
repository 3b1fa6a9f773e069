//! What goes downstream.

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};

/// The body of every response: whole, or a stream.
pub(crate) type ProxyBody = UnsyncBoxBody<Bytes, BodyError>;
/// Why a downstream body broke off.
pub(crate) type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// A response body that is complete.
pub(crate) fn whole(content: impl Into<Bytes>) -> ProxyBody {
    Full::new(content.into()).map_err(|never| match never {}).boxed_unsync()
}
