//! What a person sets from outside: each setting by an environment variable and by a flag, of which the flag wins.

/// Looks up an environment variable; tests pass a map.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// One thing that can be set, by either of its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The environment variable.
    pub variable: &'static str,
    /// The flag of the command line.
    pub flag: &'static str,
}

const fn setting(variable: &'static str, flag: &'static str) -> Setting {
    Setting { variable, flag }
}

/// The data folder.
pub const DATA_DIR: Setting = setting("ROCKPOOL_DATA_DIR", "--data-dir");
/// Address of the endpoint.
pub const LISTEN: Setting = setting("ROCKPOOL_LISTEN", "--listen");
/// The provider's issuer.
pub const AUTH_URL: Setting = setting("ROCKPOOL_AUTH_URL", "--auth-url");
/// The provider's backend.
pub const BACKEND_URL: Setting = setting("ROCKPOOL_BACKEND_URL", "--backend-url");
/// Where secrets rest.
pub const VAULT: Setting = setting("ROCKPOOL_VAULT", "--vault");
/// The file with the pass-phrase of an encrypted file.
pub const PASSPHRASE_FILE: Setting = setting("ROCKPOOL_PASSPHRASE_FILE", "--passphrase-file");
/// PEM file with an extra certificate authority.
pub const CA_FILE: Setting = setting("ROCKPOOL_CA_FILE", "--ca-file");
/// Filter of the log, as `tracing-subscriber` reads it.
pub const LOG: Setting = setting("ROCKPOOL_LOG", "--log");

/// What was given on the command line.
#[derive(Clone, Debug, Default)]
pub struct Flags(Vec<(Setting, String)>);

impl Flags {
    /// Notes a flag that was given.
    pub fn set(&mut self, setting: Setting, value: impl Into<String>) {
        self.0.push((setting, value.into()));
    }

    /// What was given, in the order in which it was noted.
    pub fn given(&self) -> impl Iterator<Item = Setting> + '_ {
        self.0.iter().map(|(setting, _)| *setting)
    }
}

/// A value that was set, and by which name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The flag or the variable, as the person wrote it.
    pub name: &'static str,
    pub value: String,
}

/// Both sources together.
#[derive(Clone, Copy)]
pub struct Outside<'a> {
    flags: Option<&'a Flags>,
    lookup: Lookup<'a>,
}

impl<'a> Outside<'a> {
    /// The environment alone.
    pub fn environment(lookup: Lookup<'a>) -> Self {
        Self { flags: None, lookup }
    }

    /// Flags before the environment.
    pub fn with_flags(flags: &'a Flags, lookup: Lookup<'a>) -> Self {
        Self { flags: Some(flags), lookup }
    }

    /// What `setting` was set to; a blank value counts as none.
    pub fn get(&self, setting: Setting) -> Option<Given> {
        let flagged = self.flags.and_then(|flags| flags.0.iter().rev().find(|(known, _)| *known == setting));
        let given = match flagged {
            Some((_, value)) => Given { name: setting.flag, value: value.clone() },
            None => Given { name: setting.variable, value: (self.lookup)(setting.variable)? },
        };
        Some(given).filter(|given| !given.value.trim().is_empty())
    }

    pub(super) fn lookup(&self) -> Lookup<'a> {
        self.lookup
    }
}
