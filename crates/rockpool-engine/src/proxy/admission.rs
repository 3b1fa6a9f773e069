//! Who may ask at all: by the name that a request was sent to, and by the web page that it comes from.
//!
//! A name that a browser was talked into resolving to this machine is refused, and so is a page of another origin:
//! neither can be a local tool, unless the owner listed it. What is listed opens the data plane alone, where
//! everyone needs a key; management and dashboard never answer to another name or another page.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};

use super::response::body::{ProxyBody, whole};
use super::response::error_response::ProxyError;
use crate::model::settings::Settings;

/// Largest sum of header names and values.
const MAX_HEADERS: usize = 64 << 10;
/// Seconds for which a browser may remember the answer to a preflight: short, for the list can change.
const PREFLIGHT_AGE: &str = "60";
/// Local network access (WICG): a page of the network asks before it talks to this machine.
const ASKS_FOR_LOCAL_NETWORK: [&str; 2] =
    ["access-control-request-private-network", "access-control-request-local-network"];
const ALLOWS_LOCAL_NETWORK: [&str; 2] =
    ["access-control-allow-private-network", "access-control-allow-local-network"];

/// The two ends of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConnectionEnds {
    /// The tool's.
    pub(crate) peer: SocketAddr,
    /// Ours: where all interfaces are served, the address that the tool has chosen.
    pub(crate) local: SocketAddr,
    /// The address that is listened on.
    pub(crate) served: SocketAddr,
}

impl ConnectionEnds {
    /// Whether the tool is on this machine, at a loopback address.
    pub(crate) fn is_local(&self) -> bool {
        self.peer.ip().to_canonical().is_loopback()
    }
}

/// Whom a path is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Surface {
    /// The data plane.
    Tools,
    /// Management, dashboard, and whatever is not there.
    Owner,
}

/// What is let in.
pub(super) enum Admission {
    /// A request; with the origin of the web page that may read the answer, where it comes from a listed one.
    Request(Option<HeaderValue>),
    /// A browser that asks whether its page may ask; this is the answer.
    Preflight(Response<ProxyBody>),
}

/// Decides by the head alone; an address in figures cannot be talked about.
pub(super) fn admit<B>(
    request: &Request<B>,
    surface: Surface,
    ends: ConnectionEnds,
    settings: &Settings,
) -> Result<Admission, ProxyError> {
    let headers = request.headers();
    let size: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if size > MAX_HEADERS {
        return Err(ProxyError::HeadersTooLarge);
    }
    let served = [ends.served, ends.local];
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let listed = surface == Surface::Tools && is_listed_host(host, settings);
    if !listed && !is_ours(host, served) {
        return Err(ProxyError::ForeignHost);
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(Admission::Request(None)) };
    let text = origin.to_str().unwrap_or_default();
    if text.strip_prefix("http://").is_some_and(|origin| is_ours(origin, served)) {
        return Ok(Admission::Request(None));
    }
    let listed = settings.origins.value.iter().any(|known| known.is(text));
    match (surface, listed) {
        (Surface::Tools, true) if is_preflight(request) => {
            Ok(Admission::Preflight(preflight(origin.clone(), headers)))
        }
        (Surface::Tools, true) => Ok(Admission::Request(Some(origin.clone()))),
        (Surface::Tools, false) | (Surface::Owner, true | false) => Err(ProxyError::ForeignOrigin),
    }
}

/// Lets the page read the answer, whatever it is: a refusal tells its reader what to do.
pub(super) fn let_read(response: &mut Response<ProxyBody>, origin: Option<HeaderValue>) {
    let Some(origin) = origin else { return };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    // The provider may have said so of itself; ours takes keys and no cookies.
    headers.remove(header::ACCESS_CONTROL_ALLOW_CREDENTIALS);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("*"));
    headers.append(header::VARY, HeaderValue::from_static("origin"));
}

fn is_listed_host(host: &str, settings: &Settings) -> bool {
    settings.hosts.value.iter().any(|known| known.is(host))
}

fn is_preflight<B>(request: &Request<B>) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// Says yes to what tools send; the key that they need does not travel with a preflight (Fetch standard, 4.8).
fn preflight(origin: HeaderValue, asked: &HeaderMap) -> Response<ProxyBody> {
    let mut response = Response::new(whole(""));
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(PREFLIGHT_AGE));
    if let Some(names) = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    for (ask, allow) in ASKS_FOR_LOCAL_NETWORK.into_iter().zip(ALLOWS_LOCAL_NETWORK) {
        if asked.contains_key(ask) {
            headers.insert(HeaderName::from_static(allow), HeaderValue::from_static("true"));
        }
    }
    let_read(&mut response, Some(origin));
    response
}

fn is_ours(host: &str, served: [SocketAddr; 2]) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (name, port.parse().ok()),
        Some(_) | None => (host, Some(80)),
    };
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    let named = match bare.parse::<IpAddr>() {
        Ok(ip) => {
            let own = served.map(|address| address.ip().to_canonical());
            [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()].contains(&ip)
                || (!ip.is_unspecified() && own.contains(&ip.to_canonical()))
        }
        Err(_) => name.eq_ignore_ascii_case("localhost"),
    };
    named && served.iter().any(|address| port == Some(address.port()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_names_this_machine_by_an_address_that_it_was_reached_at() {
        let served = |listen: &str, local: &str| [listen.parse().unwrap(), local.parse().unwrap()];
        let everywhere = served("0.0.0.0:7625", "192.168.0.9:7625");
        for own in ["192.168.0.9:7625", "127.0.0.1:7625", "[::1]:7625", "LocalHost:7625"] {
            assert!(is_ours(own, everywhere), "{own}");
        }
        for foreign in ["192.168.0.8:7625", "192.168.0.9", "0.0.0.0:7625", "evil.example:7625", "", ":7625"] {
            assert!(!is_ours(foreign, everywhere), "{foreign}");
        }
        let both = served("[::]:7625", "[::ffff:192.168.0.9]:7625");
        assert!(is_ours("192.168.0.9:7625", both) && !is_ours("[::]:7625", both));
        assert!(is_ours("[fd00::9]:7625", served("[::]:7625", "[fd00::9]:7625")));
    }
}
