//! Configuration: defaults, then environment, validated once; errors name the variable.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;
use url::Url;

pub use crate::host::timeouts::{UploadTimeouts, WebSocketTimeouts};

/// Default address of the endpoint.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:7625";
/// The provider's issuer (the provider's client 0.169.0).
pub const DEFAULT_AUTH_URL: &str = "https://auth.openai.com";
/// The provider's backend (the provider's client 0.169.0).
pub const DEFAULT_BACKEND_URL: &str = "https://chatgpt.com/backend-api";
/// Ports on the provider's allow-list for the sign-in callback, in the order in which they are tried.
pub const CALLBACK_PORTS: [u16; 2] = [1455, 1457];

/// Whether this is the real installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Real accounts, the system's keychain.
    Normal,
    /// Simulated provider, memory vault, a data folder of its own.
    Rehearsal,
}

/// Where secrets rest, by `ROCKPOOL_VAULT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VaultChoice {
    /// The keychain of the operating system.
    Keychain,
    /// A file encrypted with a pass-phrase that is read from `passphrase_file`.
    File {
        /// The encrypted file, made at the first write.
        path: PathBuf,
        /// The file that holds the pass-phrase on its first line.
        passphrase_file: PathBuf,
    },
    /// Memory only: tests and rehearsal.
    Memory,
}

/// Everything that can be configured, validated.
#[derive(Clone, Debug)]
pub struct Config {
    /// Decides whether anything real can be reached.
    pub mode: Mode,
    /// Folder of database, lock and `control.json`.
    pub data_dir: PathBuf,
    /// Address of the endpoint; port 0 takes a free one (tests).
    pub listen: SocketAddr,
    /// The issuer: `{auth_url}/oauth/authorize`, without a trailing slash.
    pub auth_url: Url,
    /// The backend: `{backend_url}/codex/responses`, without a trailing slash.
    pub backend_url: Url,
    /// The backend that holds the secrets.
    pub vault: VaultChoice,
    /// PEM file with an extra certificate authority.
    pub ca_file: Option<PathBuf>,
    /// Ports for the sign-in callback, in order of preference; 0 takes a free one (tests).
    pub callback_ports: Vec<u16>,
    /// How long a sign-in waits for the person.
    pub sign_in_timeout: Duration,
    /// Time between two polls of an account's usage when no traffic tells it.
    pub usage_poll: Duration,
    /// How long things on a WebSocket may take.
    pub websocket_timeouts: WebSocketTimeouts,
    /// How long a tool may take over its request.
    pub upload_timeouts: UploadTimeouts,
}

/// What is wrong with the configuration; each text names the variable and the way out.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A variable has a value that cannot be used.
    #[error("{variable} is “{value}”: {reason}")]
    Invalid {
        /// Name of the environment variable.
        variable: &'static str,
        /// What it was set to.
        value: String,
        /// Why it cannot be used, and what can.
        reason: String,
    },
    /// The platform names no data folder.
    #[error("no data folder is known for this user; set ROCKPOOL_DATA_DIR")]
    NoDataDir,
}

/// Looks up an environment variable; tests pass a map.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Config {
    /// The normal configuration, from the environment that `lookup` reads.
    pub fn from_env(lookup: Lookup<'_>) -> Result<Self, ConfigError> {
        let text = |name: &str| lookup(name).filter(|value| !value.trim().is_empty());
        let data_dir = match text("ROCKPOOL_DATA_DIR") {
            Some(path) => PathBuf::from(path),
            None => platform_data_dir(lookup).ok_or(ConfigError::NoDataDir)?,
        };
        let listen = text("ROCKPOOL_LISTEN").unwrap_or_else(|| DEFAULT_LISTEN.to_owned());
        Ok(Self {
            mode: Mode::Normal,
            data_dir,
            listen: parse_listen(&listen)?,
            auth_url: parse_url("ROCKPOOL_AUTH_URL", text("ROCKPOOL_AUTH_URL"), DEFAULT_AUTH_URL)?,
            backend_url: parse_url(
                "ROCKPOOL_BACKEND_URL",
                text("ROCKPOOL_BACKEND_URL"),
                DEFAULT_BACKEND_URL,
            )?,
            vault: parse_vault(text("ROCKPOOL_VAULT"), text("ROCKPOOL_PASSPHRASE_FILE"))?,
            ca_file: text("ROCKPOOL_CA_FILE").map(PathBuf::from),
            callback_ports: CALLBACK_PORTS.to_vec(),
            sign_in_timeout: Duration::from_secs(15 * 60),
            usage_poll: Duration::from_secs(5 * 60),
            websocket_timeouts: WebSocketTimeouts::default(),
            upload_timeouts: UploadTimeouts::default(),
        })
    }

    /// A configuration for tests and rehearsal: everything loopback, memory vault, free ports.
    pub fn rehearsal(data_dir: PathBuf, auth_url: Url, backend_url: Url) -> Self {
        Self {
            mode: Mode::Rehearsal,
            data_dir,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            auth_url: trimmed(auth_url),
            backend_url: trimmed(backend_url),
            vault: VaultChoice::Memory,
            ca_file: None,
            callback_ports: vec![0],
            sign_in_timeout: Duration::from_secs(15 * 60),
            usage_poll: Duration::from_secs(5 * 60),
            websocket_timeouts: WebSocketTimeouts::default(),
            upload_timeouts: UploadTimeouts::default(),
        }
    }
}

/// The per-user data folder of the platform (XDG base directory specification 0.8, or its peers).
fn platform_data_dir(lookup: Lookup<'_>) -> Option<PathBuf> {
    let home = || lookup("HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    if cfg!(target_os = "windows") {
        lookup("LOCALAPPDATA").map(|base| PathBuf::from(base).join("Rockpool"))
    } else if cfg!(target_os = "macos") {
        home().map(|base| base.join("Library/Application Support/Rockpool"))
    } else {
        let xdg = lookup("XDG_DATA_HOME").map(PathBuf::from).filter(|base| base.is_absolute());
        xdg.or_else(|| home().map(|base| base.join(".local/share"))).map(|base| base.join("rockpool"))
    }
}

fn parse_listen(value: &str) -> Result<SocketAddr, ConfigError> {
    let invalid = |reason: &str| ConfigError::Invalid {
        variable: "ROCKPOOL_LISTEN",
        value: value.to_owned(),
        reason: reason.to_owned(),
    };
    let address: SocketAddr = value
        .replace("localhost:", "127.0.0.1:")
        .parse()
        .map_err(|_| invalid("give an address and a port, such as 127.0.0.1:7625"))?;
    Ok(address)
}

/// Plain `http` is accepted on loopback only: a real token must never travel in the clear.
fn parse_url(variable: &'static str, value: Option<String>, default: &str) -> Result<Url, ConfigError> {
    let value = value.unwrap_or_else(|| default.to_owned());
    let invalid =
        |reason: &str| ConfigError::Invalid { variable, value: value.clone(), reason: reason.to_owned() };
    let url = Url::parse(&value).map_err(|_| invalid("give a full address, such as https://host/path"))?;
    match url.scheme() {
        "https" => Ok(trimmed(url)),
        "http" if is_loopback(&url) => Ok(trimmed(url)),
        "http" => Err(invalid("plain http is accepted on loopback only; use https")),
        _ => Err(invalid("only http and https addresses can be used")),
    }
}

/// Whether the address names this machine's loopback interface.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn trimmed(mut url: Url) -> Url {
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    url
}

fn parse_vault(value: Option<String>, passphrase_file: Option<String>) -> Result<VaultChoice, ConfigError> {
    let Some(value) = value else { return Ok(VaultChoice::Keychain) };
    let invalid = |reason: &str| ConfigError::Invalid {
        variable: "ROCKPOOL_VAULT",
        value: value.clone(),
        reason: reason.to_owned(),
    };
    match value.as_str() {
        "keychain" => Ok(VaultChoice::Keychain),
        "memory" => Ok(VaultChoice::Memory),
        other => {
            let path = other
                .strip_prefix("file:")
                .filter(|path| !path.is_empty())
                .ok_or_else(|| invalid("choose keychain, file:PATH or memory"))?;
            let passphrase_file = passphrase_file.ok_or_else(|| {
                invalid("file: also needs ROCKPOOL_PASSPHRASE_FILE, a file with the pass-phrase")
            })?;
            Ok(VaultChoice::File { path: path.into(), passphrase_file: passphrase_file.into() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let lookup =
            |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Config::from_env(&lookup)
    }

    #[test]
    fn defaults_are_the_providers_addresses_and_the_loopback_endpoint() {
        let config = config(&[("HOME", "/h")]).unwrap();
        assert_eq!(config.listen.to_string(), DEFAULT_LISTEN);
        assert_eq!(config.backend_url.as_str(), DEFAULT_BACKEND_URL);
        assert_eq!(config.callback_ports, [1455, 1457]);
    }

    #[test]
    fn plain_http_is_refused_off_loopback() {
        let error = config(&[("HOME", "/h"), ("ROCKPOOL_BACKEND_URL", "http://example.org/x")]).unwrap_err();
        assert!(error.to_string().contains("ROCKPOOL_BACKEND_URL"), "{error}");
        assert!(config(&[("HOME", "/h"), ("ROCKPOOL_BACKEND_URL", "http://127.0.0.1:9/x/")]).is_ok());
    }

    #[test]
    fn a_file_vault_needs_its_passphrase_file() {
        let error = config(&[("HOME", "/h"), ("ROCKPOOL_VAULT", "file:/x")]).unwrap_err();
        assert!(error.to_string().contains("ROCKPOOL_PASSPHRASE_FILE"));
    }

    #[test]
    fn a_bad_listen_address_names_the_variable() {
        let error = config(&[("HOME", "/h"), ("ROCKPOOL_LISTEN", "nonsense")]).unwrap_err();
        assert!(error.to_string().contains("ROCKPOOL_LISTEN"));
    }
}
