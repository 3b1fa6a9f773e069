//! A plain HTTP client that uses no proxy, follows no redirect and retries nothing.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;
use reqwest::retry;

/// A client for loopback. It trusts no certificate authority: nothing here speaks TLS to it.
#[must_use]
pub fn client() -> Client {
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
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
