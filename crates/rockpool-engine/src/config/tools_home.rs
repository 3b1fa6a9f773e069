//! Where the tools of the person who runs this keep their configuration.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rockpool_connect::{Os, Surroundings};

use super::Lookup;

/// The person's home as tools see it. The environment is this process's: what only a person's shell sets is not in it.
#[derive(Clone, Debug)]
pub struct ToolsHome {
    pub(crate) surroundings: Surroundings,
    /// As in the environment.
    pub(crate) path: OsString,
}

impl ToolsHome {
    /// `None` where the environment names no home.
    pub fn from_env(lookup: Lookup<'_>) -> Option<Self> {
        let os = Os::here();
        let variable = match os {
            Os::Linux | Os::MacOs => "HOME",
            Os::Windows => "USERPROFILE",
        };
        let home = lookup(variable).filter(|home| !home.is_empty())?;
        let variables = Surroundings::VARIABLES.iter();
        let variables = variables.filter_map(|name| Some(((*name).to_owned(), lookup(name)?))).collect();
        let surroundings = Surroundings { os, home: home.into(), variables };
        Some(Self { surroundings, path: lookup("PATH").unwrap_or_default().into() })
    }

    /// A home of its own, in which no program is found.
    pub fn apart(home: PathBuf) -> Self {
        let surroundings = Surroundings { os: Os::here(), home, variables: Default::default() };
        Self { surroundings, path: OsString::new() }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.surroundings.home
    }
}
