//! What the set-ups of agents share: the model, what one comes to, and where programs of packages are.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::program::program;
use crate::tools::Key;

pub(super) const MODEL: &str = "gpt-5.5";

/// A program, what stands before the prompt, and its environment.
pub(in crate::tools::agents) struct Setup {
    pub(in crate::tools::agents) program: PathBuf,
    pub(in crate::tools::agents) before: Vec<OsString>,
    pub(in crate::tools::agents) environment: Vec<(&'static str, String)>,
}

/// Anthropic's clients put `/v1` behind it themselves.
pub(super) fn without_version(key: &Key) -> String {
    key.base_url.trim_end_matches("/v1").to_owned()
}

/// A Node, and a script below the packages that only the full set of tests runs.
pub(super) fn node_script(path: &str) -> (PathBuf, OsString) {
    let script = program("MORE_AGENTS_DIR").join("node_modules").join(path);
    (program("SDK_NODE_DIR").join("node_modules/.bin/node"), script.into())
}

/// The one package of a name that begins so: only the one for this kind of machine is installed.
pub(super) fn for_this_machine_in(dir: &Path, scope: &str, name: &str) -> PathBuf {
    let packages = dir.join("node_modules").join(scope);
    let listed = fs::read_dir(&packages).unwrap().map(|entry| entry.unwrap());
    let mut found = listed.filter(|entry| entry.file_name().to_string_lossy().starts_with(name));
    found.next().unwrap_or_else(|| panic!("no {name}… in {}", packages.display())).path()
}
