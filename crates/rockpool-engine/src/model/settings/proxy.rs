//! The way out: by which proxy the provider is asked, and what is stored of it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use rockpool_routing::AccountId;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use thiserror::Error;
use url::Url;

const EXAMPLE: &str =
    "give system, none, or an address such as http://proxy.lan:3128 or socks5://127.0.0.1:1080";

/// By which proxy connections go out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) enum ProxyChoice {
    /// As the system or its environment says, and never for addresses of this machine.
    #[default]
    System,
    /// None, whatever the system says.
    Direct,
    /// This one for everything: `http`, `https`, `socks5` (names resolved here) or `socks5h` (resolved there).
    Through(Url),
}

/// Why a text names no proxy, and what would. It repeats nothing of a text that may hold a password.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub(crate) struct NoProxy(String);

impl FromStr for ProxyChoice {
    type Err = NoProxy;

    fn from_str(text: &str) -> Result<Self, NoProxy> {
        match text.trim() {
            word if word.eq_ignore_ascii_case("system") => Ok(Self::System),
            word if word.eq_ignore_ascii_case("none") => Ok(Self::Direct),
            address => through(address),
        }
    }
}

fn through(address: &str) -> Result<ProxyChoice, NoProxy> {
    let refused = |why: &str| Err(NoProxy(format!("{why}; {EXAMPLE}")));
    let Ok(url) = Url::parse(address) else { return refused("This is no address") };
    if !url.username().is_empty() || url.password().is_some() || address.contains('@') {
        return refused(
            "A name or password would be kept in the clear, so it is not taken here: put the whole address into \
             HTTPS_PROXY and choose system, or let a proxy of this machine sign in",
        );
    }
    if !matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h") {
        return refused("This begins with no kind of proxy that is known");
    }
    let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    if url.host_str().is_none_or(str::is_empty) || !bare {
        return refused("A proxy is a host and a port, and nothing after them");
    }
    Ok(ProxyChoice::Through(url))
}

impl fmt::Display for ProxyChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("system"),
            Self::Direct => f.write_str("none"),
            Self::Through(url) => f.write_str(url.as_str().trim_end_matches('/')),
        }
    }
}

impl TryFrom<String> for ProxyChoice {
    type Error = NoProxy;

    fn try_from(text: String) -> Result<Self, NoProxy> {
        text.parse()
    }
}

impl From<ProxyChoice> for String {
    fn from(choice: ProxyChoice) -> Self {
        choice.to_string()
    }
}

/// How a stored way out is shown that this version cannot read.
pub const UNREADABLE: &str = "unreadable";

/// A way out as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Value")]
pub(crate) enum StoredProxy {
    Chosen(ProxyChoice),
    /// Chosen, but not known how: nothing goes out by another way instead.
    Unreadable(Unread),
}

/// What this version cannot read, kept as it stands for one that can. It may hold a password, and is not shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Unread(Value);

impl fmt::Debug for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unread")
    }
}

impl StoredProxy {
    /// Of an account of which no more is known than that it may have had one.
    pub(crate) const UNKNOWN: Self = Self::Unreadable(Unread(Value::Null));

    pub(crate) fn choice(&self) -> Option<&ProxyChoice> {
        match self {
            Self::Chosen(choice) => Some(choice),
            Self::Unreadable(_) => None,
        }
    }
}

impl Default for StoredProxy {
    fn default() -> Self {
        Self::Chosen(ProxyChoice::default())
    }
}

impl fmt::Display for StoredProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chosen(choice) => choice.fmt(f),
            Self::Unreadable(_) => f.write_str(UNREADABLE),
        }
    }
}

impl From<Value> for StoredProxy {
    fn from(value: Value) -> Self {
        ProxyChoice::deserialize(&value).map_or(Self::Unreadable(Unread(value)), Self::Chosen)
    }
}

impl Serialize for StoredProxy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Chosen(choice) => choice.serialize(serializer),
            Self::Unreadable(Unread(value)) => value.serialize(serializer),
        }
    }
}

/// The ways out of the accounts that have one of their own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Value")]
pub(crate) enum AccountProxies {
    Each(BTreeMap<AccountId, StoredProxy>),
    /// Not even which accounts these are is known, so that it may be any.
    Unreadable(Unread),
}

impl AccountProxies {
    pub(crate) fn of(&self, account: AccountId) -> Option<&StoredProxy> {
        match self {
            Self::Each(proxies) => proxies.get(&account),
            Self::Unreadable(_) => Some(&StoredProxy::UNKNOWN),
        }
    }
}

impl Default for AccountProxies {
    fn default() -> Self {
        Self::Each(BTreeMap::new())
    }
}

impl From<Value> for AccountProxies {
    fn from(value: Value) -> Self {
        BTreeMap::deserialize(&value).map_or(Self::Unreadable(Unread(value)), Self::Each)
    }
}

impl Serialize for AccountProxies {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Each(proxies) => proxies.serialize(serializer),
            Self::Unreadable(Unread(value)) => value.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_the_systems_none_or_an_address_without_a_password() {
        let read = |text: &str| text.parse::<ProxyChoice>().map(|choice| choice.to_string());
        for text in
            ["system", "none", "http://proxy.lan:3128", "socks5://127.0.0.1:1080", "socks5h://a.test:1"]
        {
            assert_eq!(read(text).unwrap(), text);
        }
        assert_eq!(read(" System ").unwrap(), "system");
        let password = read("http://me:hunter2@proxy.lan:3128").unwrap_err().to_string();
        assert!(password.contains("HTTPS_PROXY") && !password.contains("hunter2"), "{password}");
        for refused in ["", "proxy.lan:3128", "ftp://a.test", "http://a.test/path", "http://"] {
            assert!(read(refused).unwrap_err().to_string().contains("socks5://"), "{refused}");
        }
    }
}
