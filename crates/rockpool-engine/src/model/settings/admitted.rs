//! Names and web pages that the owner lets in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Longest host name (RFC 1035, 2.3.4).
const LONGEST_NAME: usize = 253;
/// Longest origin; a web view's identifier is far shorter.
const LONGEST_ORIGIN: usize = 300;

/// Why a text names no host or no origin, and what would.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub(crate) struct NotAdmitted(String);

/// A name of this machine, such as `host.docker.internal`, in lower case and without a port.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct HostName(String);

impl HostName {
    /// Whether a `Host` header names this, on whatever port.
    pub(crate) fn is(&self, host: &str) -> bool {
        without_port(host).eq_ignore_ascii_case(&self.0)
    }
}

/// `name:port` without its port; a colon within brackets belongs to an address.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some(_) | None => host,
    }
}

impl FromStr for HostName {
    type Err = NotAdmitted;

    fn from_str(text: &str) -> Result<Self, NotAdmitted> {
        let name = without_port(text.trim()).to_ascii_lowercase();
        let refused = |why: &str| {
            let remedy = "give the name alone, such as host.docker.internal";
            Err(NotAdmitted(format!("“{}” {why}; {remedy}", text.trim())))
        };
        if name.contains('*') {
            return refused("stands for many names, and each has to be listed by itself");
        }
        if name.contains('/') {
            return refused("is an address");
        }
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
        if name.is_empty() || name.len() > LONGEST_NAME || !name.bytes().all(known) {
            return refused("is no host name");
        }
        Ok(Self(name))
    }
}

/// A web page's origin as a browser sends it, such as `tauri://localhost`, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct WebOrigin(String);

impl WebOrigin {
    /// Whether an `Origin` header names this one.
    pub(crate) fn is(&self, origin: &str) -> bool {
        origin.eq_ignore_ascii_case(&self.0)
    }
}

impl FromStr for WebOrigin {
    type Err = NotAdmitted;

    fn from_str(text: &str) -> Result<Self, NotAdmitted> {
        let text = text.trim();
        let origin = text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase();
        let refused = |why: &str| {
            let remedy = "give scheme and host, such as http://localhost:3000 or tauri://localhost";
            Err(NotAdmitted(format!("“{text}” {why}; {remedy}")))
        };
        if origin == "null" {
            return refused("is what any page in a sandbox calls itself, so it would let all of them in");
        }
        if origin.contains('*') {
            return refused("stands for many pages, and each has to be listed by itself");
        }
        let Some((scheme, host)) = origin.split_once("://") else { return refused("names no scheme") };
        let in_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
        let in_host = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
        let whole = !scheme.is_empty() && scheme.bytes().all(in_scheme) && !host.is_empty();
        if !whole || !host.bytes().all(in_host) || origin.len() > LONGEST_ORIGIN {
            return refused("is no origin of a page");
        }
        // A browser leaves out the port that goes without saying (RFC 6454, 6.2).
        let usual = match scheme {
            "http" => host.strip_suffix(":80"),
            "https" => host.strip_suffix(":443"),
            _ => None,
        };
        Ok(Self(format!("{scheme}://{}", usual.unwrap_or(host))))
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for WebOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for HostName {
    type Error = NotAdmitted;

    fn try_from(text: String) -> Result<Self, NotAdmitted> {
        text.parse()
    }
}

impl TryFrom<String> for WebOrigin {
    type Error = NotAdmitted;

    fn try_from(text: String) -> Result<Self, NotAdmitted> {
        text.parse()
    }
}

impl From<HostName> for String {
    fn from(name: HostName) -> Self {
        name.0
    }
}

impl From<WebOrigin> for String {
    fn from(origin: WebOrigin) -> Self {
        origin.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_named_alone_and_matches_on_any_port() {
        let name: HostName = " Host.Docker.Internal:7625 ".parse().unwrap();
        assert_eq!(name.to_string(), "host.docker.internal");
        for host in ["host.docker.internal", "HOST.docker.internal:7625", "host.docker.internal:80"] {
            assert!(name.is(host), "{host}");
        }
        for host in ["docker.internal", "host.docker.internal.evil.test", "", "host.docker.internal:x"] {
            assert!(!name.is(host), "{host}");
        }
        for refused in ["", "*.docker.internal", "http://host", "a b", "ä.test"] {
            let error = refused.parse::<HostName>().unwrap_err().to_string();
            assert!(error.contains("host.docker.internal"), "{error}");
        }
    }

    #[test]
    fn an_origin_has_scheme_and_host_and_no_page_can_hide_behind_null() {
        let parsed = |text: &str| text.parse::<WebOrigin>().map(|origin| origin.to_string());
        assert_eq!(parsed("tauri://localhost/").unwrap(), "tauri://localhost");
        assert_eq!(parsed("https://Chat.Example:443").unwrap(), "https://chat.example");
        assert_eq!(parsed("http://localhost:3000").unwrap(), "http://localhost:3000");
        for refused in ["null", "*", "https://*.example", "chat.example", "https://a/b", "https://", "://a"] {
            let error = parsed(refused).unwrap_err().to_string();
            assert!(error.contains("tauri://localhost"), "{error}");
        }
    }
}
