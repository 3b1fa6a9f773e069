//! Finds the client that a request comes from, by its key.

use std::net::IpAddr;
use std::sync::Arc;

use http::{HeaderMap, header};
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq;

use super::response::error_response::ProxyError;
use crate::host::secret::{SecretHash, hash, new_secret};
use crate::model::client::KeyKind;
use crate::store::ClientRow;
use crate::store::registry::Registry;

/// Characters of a key that are shown later, to tell keys apart.
const HINT: usize = 8;

/// The client, the picture of the registry that it was found in, and what the tool calls itself.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) client: ClientRow,
    pub(crate) registry: Arc<Registry>,
    pub(crate) tool: Option<String>,
}

/// A key as it arrived.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presented<'a> {
    Nothing,
    Bearer(&'a str),
    Path(&'a str),
}

/// A key that was just made: shown once, then only its hash is known.
pub(crate) struct NewKey {
    pub(crate) secret: SecretString,
    pub(crate) hash: SecretHash,
    pub(crate) hint: String,
}

/// Makes a key of 256 random bits: `rp_` for a bearer, `rpu_` for a path.
pub(crate) fn new_key(kind: KeyKind) -> NewKey {
    let prefix = match kind {
        KeyKind::Bearer => "rp_",
        KeyKind::Path => "rpu_",
    };
    let key = new_secret(prefix);
    NewKey { hash: key.hash, hint: key.text.expose_secret()[..HINT].to_owned(), secret: key.text }
}

/// Splits `/k/KEY/rest` into the key and `/rest`.
pub(crate) fn path_key(path: &str) -> Option<(&str, &str)> {
    let rest = path.strip_prefix("/k/")?;
    let slash = rest.find('/')?;
    Some((&rest[..slash], &rest[slash..]))
}

/// The bearer in the headers (RFC 6750 §2.1).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// The key in the headers: a bearer, or `x-api-key`, where clients of Anthropic's API have it. A tool that has both
/// means the one that Rockpool made.
pub(crate) fn client_key(headers: &HeaderMap) -> Option<&str> {
    let api_key = headers.get("x-api-key").and_then(|value| value.to_str().ok()).map(str::trim);
    match (bearer(headers), api_key) {
        (Some(bearer), Some(key)) if !bearer.starts_with("rp_") && key.starts_with("rp_") => Some(key),
        (Some(bearer), _) => Some(bearer),
        (None, key) => key,
    }
}

/// Finds the client. Keys carry 256 random bits, so looking a hash up tells an attacker nothing; the
/// comparison that decides takes the same time whatever it compares.
pub(crate) fn authenticate(
    registry: Arc<Registry>,
    presented: Presented<'_>,
    peer: IpAddr,
) -> Result<Caller, ProxyError> {
    let (key, kind) = match presented {
        Presented::Nothing => return Err(ProxyError::NoKey),
        Presented::Bearer(key) => (key, KeyKind::Bearer),
        Presented::Path(_) if !peer.to_canonical().is_loopback() => {
            return Err(ProxyError::PathKeyOffLoopback);
        }
        Presented::Path(key) => (key, KeyKind::Path),
    };
    let hash = hash(key);
    let client = registry.client_by_key(&hash).filter(|client| client.key_kind == kind).cloned();
    let client = client.filter(|client| client.key_hash.ct_eq(&hash).into()).ok_or(ProxyError::UnknownKey)?;
    Ok(Caller { client, registry, tool: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_key_has_its_prefix_and_is_known_by_its_hash_only() {
        let key = new_key(KeyKind::Bearer);
        let text = key.secret.expose_secret();
        assert!(text.starts_with("rp_") && text.len() >= 35);
        assert_eq!(hash(text), key.hash);
        assert!(new_key(KeyKind::Path).secret.expose_secret().starts_with("rpu_"));
    }

    #[test]
    fn a_path_key_is_cut_off_the_path() {
        assert_eq!(path_key("/k/rpu_x/v1/responses"), Some(("rpu_x", "/v1/responses")));
        assert_eq!(path_key("/v1/responses"), None);
        assert_eq!(path_key("/k/rpu_x"), None);
    }

    #[test]
    fn a_bearer_is_read_whatever_the_case_of_its_scheme() {
        let mut headers = HeaderMap::new();
        assert_eq!(bearer(&headers), None);
        headers.insert(header::AUTHORIZATION, http::HeaderValue::from_static("bearer rp_x"));
        assert_eq!(bearer(&headers), Some("rp_x"));
    }

    #[test]
    fn a_key_may_come_where_clients_of_anthropics_api_have_it() {
        let with = |pairs: &[(&'static str, &'static str)]| {
            let pair = |(name, value): &(&'static str, &'static str)| {
                (http::HeaderName::from_static(name), http::HeaderValue::from_static(value))
            };
            client_key(&pairs.iter().map(pair).collect()).map(str::to_owned)
        };
        assert_eq!(with(&[("x-api-key", "rp_x")]).as_deref(), Some("rp_x"));
        assert_eq!(with(&[("x-api-key", "rp_x"), ("authorization", "Bearer sk")]).as_deref(), Some("rp_x"));
        assert_eq!(with(&[("x-api-key", "sk"), ("authorization", "Bearer rp_y")]).as_deref(), Some("rp_y"));
        assert_eq!(with(&[]), None);
    }

    #[test]
    fn no_key_and_an_unknown_key_are_told_apart() {
        let registry = Arc::new(Registry::default());
        let here = IpAddr::from([127, 0, 0, 1]);
        let refused = |presented, peer| authenticate(Arc::clone(&registry), presented, peer).err().unwrap();
        assert!(matches!(refused(Presented::Nothing, here), ProxyError::NoKey));
        assert!(matches!(refused(Presented::Bearer("rp_x"), here), ProxyError::UnknownKey));
        let lan = IpAddr::from([192, 168, 0, 9]);
        assert!(matches!(refused(Presented::Path("rpu_x"), lan), ProxyError::PathKeyOffLoopback));
    }
}
