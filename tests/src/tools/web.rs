//! A plain HTTP client that uses no proxy, follows no redirect and retries nothing.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::retry;
use reqwest::{Client, ClientBuilder};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// A client for plain HTTP on loopback that shows, as the Codex CLI does, that it knows the backend: what it sends goes
/// on as it is. It trusts no certificate authority.
#[must_use]
pub fn client() -> Client {
    let named =
        HeaderMap::from_iter([(HeaderName::from_static("originator"), HeaderValue::from_static("tests"))]);
    builder("").default_headers(named).build().unwrap()
}

/// One that knows nothing but the public APIs.
#[must_use]
pub fn public_client() -> Client {
    builder("").build().unwrap()
}

/// A client that trusts the authorities in `pem` and no other.
#[must_use]
pub fn trusting(pem: &str) -> Client {
    builder(pem).build().unwrap()
}

fn builder(pem: &str) -> ClientBuilder {
    let mut roots = rustls::RootCertStore::empty();
    for authority in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        roots.add(authority.unwrap()).unwrap();
    }
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(Policy::none())
        .retry(retry::never())
        .timeout(Duration::from_secs(60))
}
