//! Configuration: defaults, then environment, then flags, validated once; errors name what was used.

mod outside;
mod tools_home;

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error;
use url::Url;

pub use self::outside::{
    AUTH_URL, BACKEND_URL, CA_FILE, DATA_DIR, Flags, Given, LISTEN, LOG, Lookup, Outside, PASSPHRASE_FILE,
    Setting, VAULT,
};
pub use self::tools_home::ToolsHome;
pub use crate::host::timeouts::{EndTimeouts, IssuerTimeouts, UploadTimeouts, WebSocketTimeouts};
use crate::model::settings::{GivenBy, GivenSettings};
use crate::model::vault::VaultKind;

/// Default address of the endpoint.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:7625";
const DEFAULT_ADDRESS: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 7625));
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

/// Name of the encrypted file in the data folder, for whoever names no path.
const VAULT_FILE: &str = "vault.bin";

/// Where secrets rest, by `ROCKPOOL_VAULT` or `--vault`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VaultChoice {
    /// The keychain of the operating system.
    Keychain,
    /// An encrypted file.
    File {
        /// The encrypted file, made at the first write.
        path: PathBuf,
        /// Where its key comes from.
        key: KeySource,
    },
    /// The keychain, or an encrypted file with its key beside it where no keychain answers, and from then on
    /// wherever that file is there already (`docs/decisions/0015-file-vault-and-shared-rehearsal.md`).
    KeychainOrFile {
        /// The encrypted file.
        path: PathBuf,
    },
    /// Memory only: tests and rehearsal.
    Memory,
}

/// Where the key of an encrypted file comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// A pass-phrase, on the first line of this file.
    PassphraseFile(PathBuf),
    /// A random key in a file beside the encrypted one, made with it and readable by its owner only. It keeps
    /// secrets out of copies of the encrypted file alone, and from nobody who reads the folder.
    Beside,
}

/// What can also be chosen in the settings; given at the start, it wins.
const ALSO_CHOSEN: [Setting; 3] = [LISTEN, CA_FILE, VAULT];

/// Everything that can be configured, validated.
#[derive(Clone, Debug)]
pub struct Config {
    /// Decides whether anything real can be reached.
    pub mode: Mode,
    /// Folder of database, lock and `control.json`.
    pub data_dir: PathBuf,
    /// Address of the endpoint unless the settings name another one; port 0 takes a free one (tests).
    pub listen: SocketAddr,
    /// Names, of flags or variables, by which something was set that settings can choose too: what they decide, the
    /// settings cannot change.
    pub given: Vec<&'static str>,
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
    /// How long the issuer may take.
    pub issuer_timeouts: IssuerTimeouts,
    /// How long the engine waits when it ends.
    pub end_timeouts: EndTimeouts,
    /// Whose tools can be connected; none where no home is known.
    pub tools_home: Option<ToolsHome>,
}

/// What is wrong with the configuration; each text names the flag or variable and the way out.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A flag or a variable has a value that cannot be used.
    #[error("{name} is “{value}”: {reason}")]
    Invalid {
        /// The flag or the environment variable, whichever was used.
        name: &'static str,
        /// What it was set to.
        value: String,
        /// Why it cannot be used, and what can.
        reason: String,
    },
    /// The platform names no data folder.
    #[error("no data folder is known for this user; set ROCKPOOL_DATA_DIR or use --data-dir")]
    NoDataDir,
}

impl VaultChoice {
    /// Which kind it is; [`VaultChoice::KeychainOrFile`] is known only once it is opened, and wants a keychain.
    fn kind(&self) -> VaultKind {
        match self {
            Self::Keychain | Self::KeychainOrFile { .. } => VaultKind::Keychain,
            Self::File { .. } => VaultKind::File,
            Self::Memory => VaultKind::Memory,
        }
    }
}

impl Config {
    /// The vault of a kind: the one that was configured where it is of that kind, else the usual one.
    pub(crate) fn vault_of(&self, kind: VaultKind) -> VaultChoice {
        match (&self.vault, kind) {
            (VaultChoice::KeychainOrFile { path }, VaultKind::File) => {
                VaultChoice::File { path: path.clone(), key: KeySource::Beside }
            }
            (configured @ VaultChoice::File { .. }, VaultKind::File) => configured.clone(),
            (VaultChoice::Keychain | VaultChoice::Memory, VaultKind::File) => {
                VaultChoice::File { path: vault_file(&self.data_dir), key: KeySource::Beside }
            }
            (_, VaultKind::Keychain) => VaultChoice::Keychain,
            (_, VaultKind::Memory) => VaultChoice::Memory,
        }
    }

    /// The name by which one place for secrets was given. A choice between two is none: the settings decide then.
    pub(crate) fn vault_given_by(&self) -> Option<&'static str> {
        match self.vault {
            VaultChoice::KeychainOrFile { .. } => None,
            VaultChoice::Keychain | VaultChoice::File { .. } | VaultChoice::Memory => self.given_by(VAULT),
        }
    }

    /// Of keychain or file, the one that holds more than the copies which a move that was stopped has left in the
    /// other; `None` where no such choice was configured, or nothing was left.
    pub(crate) fn vault_beside(&self, leftover: Option<VaultKind>) -> Option<VaultKind> {
        match (&self.vault, leftover?) {
            (VaultChoice::KeychainOrFile { .. }, VaultKind::File) => Some(VaultKind::Keychain),
            (VaultChoice::KeychainOrFile { .. }, VaultKind::Keychain) => Some(VaultKind::File),
            (VaultChoice::KeychainOrFile { .. }, VaultKind::Memory)
            | (VaultChoice::Keychain | VaultChoice::File { .. } | VaultChoice::Memory, _) => None,
        }
    }

    /// Where secrets rest if nobody chose in the settings; of keychain or file, the one that was `opened`.
    pub(crate) fn usual_vault(&self, leftover: Option<VaultKind>, opened: VaultKind) -> VaultKind {
        match self.vault {
            VaultChoice::KeychainOrFile { .. } => self.vault_beside(leftover).unwrap_or(opened),
            VaultChoice::Keychain | VaultChoice::File { .. } | VaultChoice::Memory => self.vault.kind(),
        }
    }

    /// The name by which a setting was given, as the person wrote it.
    pub(crate) fn given_by(&self, setting: Setting) -> Option<&'static str> {
        self.given.iter().copied().find(|name| [setting.variable, setting.flag].contains(name))
    }

    /// What the engine was started with, as far as it concerns settings.
    pub(crate) fn given_settings(&self, usual_vault: VaultKind) -> GivenSettings {
        let listen = self.given_by(LISTEN).map(|name| GivenBy { name, value: self.listen });
        let default_listen = if listen.is_some() { DEFAULT_ADDRESS } else { self.listen };
        GivenSettings {
            listen,
            default_listen,
            ca_file: self.ca_file.clone().map(|value| GivenBy {
                name: self.given_by(CA_FILE).unwrap_or(CA_FILE.variable),
                value: Some(value),
            }),
            vault: self.vault_given_by().map(|name| GivenBy { name, value: usual_vault }),
            default_vault: usual_vault,
        }
    }

    /// The normal configuration, from the environment that `lookup` reads.
    pub fn from_env(lookup: Lookup<'_>) -> Result<Self, ConfigError> {
        Self::from_outside(Outside::environment(lookup))
    }

    /// The normal configuration, from flags and environment.
    pub fn from_outside(outside: Outside<'_>) -> Result<Self, ConfigError> {
        let data_dir = match outside.get(DATA_DIR) {
            Some(given) => PathBuf::from(given.value),
            None => platform_data_dir(outside.lookup()).ok_or(ConfigError::NoDataDir)?,
        };
        Ok(Self {
            mode: Mode::Normal,
            listen: listen_address(outside)?,
            auth_url: parse_url(outside.get(AUTH_URL), AUTH_URL, DEFAULT_AUTH_URL)?,
            backend_url: parse_url(outside.get(BACKEND_URL), BACKEND_URL, DEFAULT_BACKEND_URL)?,
            vault: parse_vault(outside.get(VAULT), outside.get(PASSPHRASE_FILE), &data_dir)?,
            data_dir,
            ca_file: outside.get(CA_FILE).map(|given| PathBuf::from(given.value)),
            given: ALSO_CHOSEN
                .iter()
                .filter_map(|setting| outside.get(*setting))
                .map(|given| given.name)
                .collect(),
            callback_ports: CALLBACK_PORTS.to_vec(),
            sign_in_timeout: Duration::from_secs(15 * 60),
            usage_poll: Duration::from_secs(5 * 60),
            websocket_timeouts: WebSocketTimeouts::default(),
            upload_timeouts: UploadTimeouts::default(),
            issuer_timeouts: IssuerTimeouts::default(),
            end_timeouts: EndTimeouts::default(),
            tools_home: ToolsHome::from_env(outside.lookup()),
        })
    }

    /// A configuration for tests and rehearsal: everything loopback, memory vault, free ports.
    pub fn rehearsal(data_dir: PathBuf, auth_url: Url, backend_url: Url) -> Self {
        Self {
            mode: Mode::Rehearsal,
            tools_home: Some(ToolsHome::apart(data_dir.join("home"))),
            data_dir,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            given: Vec::new(),
            auth_url: trimmed(auth_url),
            backend_url: trimmed(backend_url),
            vault: VaultChoice::Memory,
            ca_file: None,
            callback_ports: vec![0],
            sign_in_timeout: Duration::from_secs(15 * 60),
            usage_poll: Duration::from_secs(5 * 60),
            websocket_timeouts: WebSocketTimeouts::default(),
            upload_timeouts: UploadTimeouts::default(),
            issuer_timeouts: IssuerTimeouts::default(),
            end_timeouts: EndTimeouts::default(),
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

fn invalid(given: &Given, reason: impl Into<String>) -> ConfigError {
    ConfigError::Invalid { name: given.name, value: given.value.clone(), reason: reason.into() }
}

/// The address of the endpoint.
///
/// # Errors
/// [`ConfigError::Invalid`] for what is no address with a port.
pub fn listen_address(outside: Outside<'_>) -> Result<SocketAddr, ConfigError> {
    let default = || Given { name: LISTEN.variable, value: DEFAULT_LISTEN.to_owned() };
    let given = outside.get(LISTEN).unwrap_or_else(default);
    let example = || invalid(&given, "give an address and a port, such as 127.0.0.1:7625");
    address_of(&given.value).ok_or_else(example)
}

/// An address and a port, where `localhost` stands for 127.0.0.1.
pub(crate) fn address_of(text: &str) -> Option<SocketAddr> {
    text.trim().replace("localhost:", "127.0.0.1:").parse().ok()
}

/// Plain `http` is accepted on loopback only: a real token must never travel in the clear.
fn parse_url(given: Option<Given>, setting: Setting, default: &str) -> Result<Url, ConfigError> {
    let given = given.unwrap_or_else(|| Given { name: setting.variable, value: default.to_owned() });
    let url = Url::parse(&given.value)
        .map_err(|_| invalid(&given, "give a full address, such as https://host/path"))?;
    match url.scheme() {
        "https" => Ok(trimmed(url)),
        "http" if is_loopback(&url) => Ok(trimmed(url)),
        "http" => Err(invalid(&given, "plain http is accepted on loopback only; use https")),
        _ => Err(invalid(&given, "only http and https addresses can be used")),
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

/// The encrypted file of whoever names no path.
pub fn vault_file(data_dir: &Path) -> PathBuf {
    data_dir.join(VAULT_FILE)
}

fn parse_vault(
    given: Option<Given>,
    passphrase_file: Option<Given>,
    data_dir: &Path,
) -> Result<VaultChoice, ConfigError> {
    let Some(given) = given else { return Ok(VaultChoice::Keychain) };
    let (kind, path) = match given.value.split_once(':') {
        Some((_, "")) => return Err(invalid(&given, "a path has to follow the colon")),
        Some((kind, path)) => (kind, Some(PathBuf::from(path))),
        None => (given.value.as_str(), None),
    };
    let file = || path.clone().unwrap_or_else(|| vault_file(data_dir));
    match (kind, &path) {
        ("keychain", None) => Ok(VaultChoice::Keychain),
        ("memory", None) => Ok(VaultChoice::Memory),
        ("keychain-or-file", _) => Ok(VaultChoice::KeychainOrFile { path: file() }),
        ("file-with-key", _) => Ok(VaultChoice::File { path: file(), key: KeySource::Beside }),
        ("file", _) => match passphrase_file {
            Some(named) => {
                Ok(VaultChoice::File { path: file(), key: KeySource::PassphraseFile(named.value.into()) })
            }
            None => Err(invalid(
                &given,
                "it also needs a file with the pass-phrase (ROCKPOOL_PASSPHRASE_FILE or --passphrase-file); \
                 file-with-key does without, and protects from nobody who reads the folder",
            )),
        },
        _ => Err(invalid(
            &given,
            "choose keychain, file[:PATH] with a pass-phrase file, file-with-key[:PATH], \
             keychain-or-file[:PATH] or memory",
        )),
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
        assert_eq!(config.listen, DEFAULT_ADDRESS);
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
        for vault in ["file:/x", "file"] {
            let error = config(&[("HOME", "/h"), ("ROCKPOOL_VAULT", vault)]).unwrap_err();
            assert!(error.to_string().contains("ROCKPOOL_PASSPHRASE_FILE"));
        }
    }

    #[test]
    fn a_vault_without_a_path_lies_in_the_data_folder() {
        let chosen = |vault: &str| {
            let pairs =
                [("ROCKPOOL_DATA_DIR", "/d"), ("ROCKPOOL_PASSPHRASE_FILE", "/p"), ("ROCKPOOL_VAULT", vault)];
            config(&pairs).unwrap().vault
        };
        let file = |path: &str, key| VaultChoice::File { path: path.into(), key };
        let passphrase = || KeySource::PassphraseFile("/p".into());
        assert_eq!(chosen("file"), file("/d/vault.bin", passphrase()));
        assert_eq!(chosen("file:/x"), file("/x", passphrase()));
        assert_eq!(chosen("file-with-key"), file("/d/vault.bin", KeySource::Beside));
        assert_eq!(chosen("keychain-or-file:/x"), VaultChoice::KeychainOrFile { path: "/x".into() });
        for wrong in ["file:", "keychain:/x", "memory:/x", "safe"] {
            let error = config(&[("HOME", "/h"), ("ROCKPOOL_VAULT", wrong)]).unwrap_err();
            assert!(error.to_string().contains("ROCKPOOL_VAULT"), "{error}");
        }
    }

    #[test]
    fn a_flag_beats_its_variable_and_an_error_names_what_was_used() {
        let mut flags = Flags::default();
        flags.set(LISTEN, "127.0.0.1:1");
        flags.set(DATA_DIR, "/flag");
        let variable = |name: &str| match name {
            "ROCKPOOL_LISTEN" => Some("nonsense".to_owned()),
            "ROCKPOOL_DATA_DIR" => Some("/variable".to_owned()),
            _ => None,
        };
        let config = Config::from_outside(Outside::with_flags(&flags, &variable)).unwrap();
        assert_eq!(
            (config.listen.to_string().as_str(), &config.given[..]),
            ("127.0.0.1:1", &["--listen"][..])
        );
        assert_eq!(config.data_dir, PathBuf::from("/flag"));

        flags.set(LISTEN, "no address");
        let error = Config::from_outside(Outside::with_flags(&flags, &variable)).unwrap_err().to_string();
        assert!(error.starts_with("--listen is “no address”"), "{error}");
        assert!(!error.contains("ROCKPOOL_LISTEN"), "{error}");
    }

    #[test]
    fn a_bad_listen_address_names_the_variable() {
        let error = config(&[("HOME", "/h"), ("ROCKPOOL_LISTEN", "nonsense")]).unwrap_err();
        assert!(error.to_string().contains("ROCKPOOL_LISTEN"));
    }
}
