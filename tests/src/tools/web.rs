//! A plain HTTP client that uses no proxy, follows no redirect and retries nothing.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;
use reqwest::retry;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// A client for plain HTTP on loopback. It trusts no certificate authority.
#[must_use]
pub fn client() -> Client {
    trusting("")
}

/// A client that trusts the authorities in `pem` and no other.
#[must_use]
pub fn trusting(pem: &str) -> Client {
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
        .build()
        .unwrap()
}
