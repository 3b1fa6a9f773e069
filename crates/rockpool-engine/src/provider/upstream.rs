//! The connections to the provider: TLS, proxies and time-outs, decided once for every request of ours.
//!
//! # Policy
//!
//! Nothing here retries, follows a redirect or unpacks a body: the proxy has to see what the provider
//! really answered, and a refresh that is sent twice kills a login. What is sent once more after a connection that
//! was shared, and who asks for that, stands in `reuse.rs`. No client carries a
//! `user-agent` of its own; whoever asks on Rockpool's behalf names [`USER_AGENT`] and [`ORIGINATOR`].
//! Every request asks for `identity`: without a word, any encoding is in order (RFC 9110 §12.5.3).
//! The machine's proxy settings count, except for loopback addresses, until somebody chooses otherwise; what is
//! chosen counts for every address.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue};
use hyper_util::client::proxy::matcher::Matcher;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use rustls_platform_verifier::Verifier;
use thiserror::Error;
use url::Url;

use super::answered::AnsweredConnections;
use crate::config::{Config, is_loopback};
use crate::model::settings::proxy::ProxyChoice;

/// How Rockpool names itself in requests of its own.
pub(crate) const USER_AGENT: &str = concat!("rockpool/", env!("CARGO_PKG_VERSION"));
/// The `originator` of requests of its own.
pub(crate) const ORIGINATOR: &str = "rockpool";

/// Longest wait for name resolution, TCP, a proxy's tunnel and TLS together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// The same for a WebSocket, well within the time that one may take in all: what takes longer after it is
/// the provider's doing.
pub(crate) const WEBSOCKET_CONNECT_TIMEOUT: Duration = Duration::from_secs(8);
/// Idle connections are dropped after this time, before the usual 60 to 100 s of load balancers.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(55);

/// Connections to the provider, by the way out that each takes. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Upstream {
    /// Whether issuer and backend are both on plain `http`, and so no authority is needed.
    plain_only: bool,
    state: Arc<Mutex<UpstreamState>>,
}

#[derive(Debug)]
struct UpstreamState {
    trust: Trust,
    /// Made when they are first asked for.
    clients: HashMap<ProxyChoice, HttpClients>,
}

/// Whom connections over TLS trust.
#[derive(Clone, Debug)]
pub(crate) struct Trust(ClientConfig);

/// The clients of one way out. Cloning is cheap and shares the connections.
#[derive(Clone, Debug)]
pub(crate) struct HttpClients {
    /// HTTP/2 where the server offers it, else HTTP/1.1.
    pub http: reqwest::Client,
    /// The same over a connection of its own for each request.
    pub fresh: reqwest::Client,
    /// HTTP/1.1 only, for WebSocket upgrades, each on a connection of its own: it would have to leave a shared one in
    /// any case.
    pub websocket: reqwest::Client,
    /// The shared connections that have answered before.
    pub(super) answered: AnsweredConnections,
}

/// Why no connection to the provider can be prepared.
#[derive(Debug, Error)]
pub enum UpstreamError {
    /// The extra authority cannot be read.
    #[error(
        "the certificate file {path} cannot be read: {reason}; give a readable PEM file (ROCKPOOL_CA_FILE, or ca_file \
         in the settings)", path = .path.display()
    )]
    CaUnreadable {
        path: PathBuf,
        /// The system's words.
        reason: String,
    },
    /// The extra authority holds nothing usable.
    #[error(
        "the certificate file {path} holds no usable certificate: {reason}; give a PEM file with CERTIFICATE blocks \
         (ROCKPOOL_CA_FILE, or ca_file in the settings)", path = .path.display()
    )]
    CaUnusable { path: PathBuf, reason: String },
    /// The system trusts no authority at all.
    #[error(
        "this system has no certificate authorities ({0}); install its ca-certificates package or set ROCKPOOL_CA_FILE"
    )]
    NoAuthorities(String),
    /// The way out that was chosen for everybody is not known.
    #[error(
        "the proxy in the settings cannot be read, and nothing is sent by another way; choose it again in Settings, \
         under “Way out to the provider”, or with `rockpool settings set proxy`"
    )]
    ProxyUnreadable,
    /// The way out that was chosen for the account is not known.
    #[error(
        "the proxy of this account in the settings cannot be read, and nothing is sent for it by another way; choose \
         it again in Settings, under “Way out to the provider”, or with `rockpool settings set account_proxies`"
    )]
    AccountProxyUnreadable,
    /// The TLS or HTTP library refused the settings.
    #[error("the connection to the provider cannot be set up: {0}")]
    Client(String),
}

impl Upstream {
    /// Prepares connections that trust `ca_file` beside what the system trusts; connects nowhere.
    ///
    /// # Errors
    /// When the extra authority cannot be used, or the system trusts none and the provider is on https.
    pub(crate) fn new(config: &Config, ca_file: Option<&Path>) -> Result<Self, UpstreamError> {
        let plain_only = config.auth_url.scheme() == "http" && config.backend_url.scheme() == "http";
        let state = UpstreamState { trust: trust(ca_file, plain_only)?, clients: HashMap::new() };
        let upstream = Self { plain_only, state: Arc::new(Mutex::new(state)) };
        upstream.through(&ProxyChoice::System)?;
        Ok(upstream)
    }

    /// The clients of one way out.
    ///
    /// # Errors
    /// Where the HTTP library refuses it.
    pub(crate) fn through(&self, proxy: &ProxyChoice) -> Result<HttpClients, UpstreamError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = state.clients.get(proxy) {
            return Ok(known.clone());
        }
        let made = HttpClients::new(&state.trust, proxy)?;
        state.clients.insert(proxy.clone(), made.clone());
        Ok(made)
    }

    /// Reads an extra authority.
    ///
    /// # Errors
    /// As [`Upstream::new`].
    pub(crate) fn trust(&self, ca_file: Option<&Path>) -> Result<Trust, UpstreamError> {
        trust(ca_file, self.plain_only)
    }

    /// Trusts others from the next connection on.
    pub(crate) fn set_trust(&self, trust: Trust) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        *state = UpstreamState { trust, clients: HashMap::new() };
    }
}

impl HttpClients {
    fn new(trust: &Trust, proxy: &ProxyChoice) -> Result<Self, UpstreamError> {
        let mut both = trust.0.clone();
        both.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let mut http1 = trust.0.clone();
        http1.alpn_protocols = vec![b"http/1.1".to_vec()];
        let failed = |error: reqwest::Error| UpstreamError::Client(error.to_string());
        Ok(Self {
            http: common(both.clone(), proxy)
                .map_err(failed)?
                .http2_adaptive_window(true)
                .build()
                .map_err(failed)?,
            fresh: common(both, proxy)
                .map_err(failed)?
                .http2_adaptive_window(true)
                .pool_max_idle_per_host(0)
                .build()
                .map_err(failed)?,
            websocket: common(http1, proxy)
                .map_err(failed)?
                .http1_only()
                .pool_max_idle_per_host(0)
                .connect_timeout(WEBSOCKET_CONNECT_TIMEOUT)
                .build()
                .map_err(failed)?,
            answered: AnsweredConnections::default(),
        })
    }
}

fn common(tls: ClientConfig, proxy: &ProxyChoice) -> reqwest::Result<reqwest::ClientBuilder> {
    let identity = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static("identity"))]);
    let builder = reqwest::Client::builder()
        .default_headers(identity)
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(POOL_IDLE_TIMEOUT)
        .tcp_nodelay(true);
    Ok(match proxy {
        ProxyChoice::System => builder.proxy(system_proxy()),
        ProxyChoice::Direct => builder.no_proxy(),
        ProxyChoice::Through(address) => builder.proxy(reqwest::Proxy::all(address.clone())?),
    })
}

/// The machine's proxy for everything but loopback: a tool on this machine must not be asked for by
/// way of a proxy that lives elsewhere.
fn system_proxy() -> reqwest::Proxy {
    let system = Matcher::from_system();
    reqwest::Proxy::custom(move |url| through(&system, url))
}

fn through(system: &Matcher, url: &Url) -> Option<Url> {
    if is_loopback(url) {
        return None;
    }
    let intercept = system.intercept(&url.as_str().parse().ok()?)?;
    let mut proxy = Url::parse(&intercept.uri().to_string()).ok()?;
    if let Some((user, password)) = intercept.basic_auth().and_then(|value| basic(value.as_bytes())) {
        proxy.set_username(&user).ok()?;
        proxy.set_password(Some(&password)).ok()?;
    }
    Some(proxy)
}

fn basic(header: &[u8]) -> Option<(String, String)> {
    let decoded = STANDARD.decode(header.strip_prefix(b"Basic ")?).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

/// TLS 1.2 and 1.3 over ring, trusting what the system trusts and `ca_file`. No process-wide
/// default provider is needed or set.
///
/// # Errors
/// As [`Upstream::new`].
fn trust(ca_file: Option<&Path>, plain_only: bool) -> Result<Trust, UpstreamError> {
    let extra = match ca_file {
        Some(path) => authorities(path)?,
        None => Vec::new(),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| UpstreamError::Client(error.to_string()))?;
    match verifier(extra, provider) {
        Ok(verifier) => {
            let builder = builder.dangerous().with_custom_certificate_verifier(verifier);
            Ok(Trust(builder.with_no_client_auth()))
        }
        Err(_) if plain_only => {
            Ok(Trust(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth()))
        }
        Err(error) => Err(UpstreamError::NoAuthorities(error.to_string())),
    }
}

fn verifier(
    extra: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, rustls::Error> {
    Ok(Arc::new(Verifier::new_with_extra_roots(extra, provider)?))
}

fn authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, UpstreamError> {
    let unusable = |reason: String| UpstreamError::CaUnusable { path: path.to_owned(), reason };
    let pem = std::fs::read(path)
        .map_err(|error| UpstreamError::CaUnreadable { path: path.to_owned(), reason: error.to_string() })?;
    let found: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|error| unusable(error.to_string()))?;
    if found.is_empty() {
        return Err(unusable("it holds no CERTIFICATE block".to_owned()));
    }
    for certificate in &found {
        RootCertStore::empty().add(certificate.clone()).map_err(|error| unusable(error.to_string()))?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        let url = |text: &str| Url::parse(text).unwrap();
        Config::rehearsal("/nowhere".into(), url("http://127.0.0.1:1"), url("http://127.0.0.1:1/b"))
    }

    #[test]
    fn plain_loopback_needs_no_certificate_authority() {
        assert!(Upstream::new(&config(), None).is_ok());
    }

    #[test]
    fn an_authority_that_cannot_be_used_names_the_variable_and_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("none.pem");
        let error = Upstream::new(&config(), Some(&missing)).unwrap_err().to_string();
        assert!(error.contains("ROCKPOOL_CA_FILE") && error.contains("none.pem"), "{error}");

        let junk = folder.path().join("junk.pem");
        std::fs::write(&junk, "hello").unwrap();
        let error = Upstream::new(&config(), Some(&junk)).unwrap_err().to_string();
        assert!(error.contains("CERTIFICATE"), "{error}");
    }

    #[test]
    fn a_system_proxy_is_used_with_its_password_but_never_for_loopback() {
        let system = Matcher::builder().all("http://me:s%3Acret@proxy.test:3128").build();
        let proxy = through(&system, &Url::parse("https://provider.test").unwrap()).unwrap();
        assert_eq!(proxy.as_str(), "http://me:s%3Acret@proxy.test:3128/");
        for own in ["http://127.0.0.1:9", "http://localhost:9", "https://[::1]:9"] {
            assert!(through(&system, &Url::parse(own).unwrap()).is_none(), "{own}");
        }
    }

    #[test]
    fn no_proxy_configured_means_none_used() {
        let system = Matcher::builder().build();
        assert!(through(&system, &Url::parse("https://provider.test").unwrap()).is_none());
    }
}
