//! Where things are: the checkout, the target folder, the built binaries, the notes of earlier runs.

use std::path::{Path, PathBuf};

use crate::failure::Failure;

#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
    binaries: PathBuf,
}

impl Workspace {
    /// Read from what `cargo run` says of this very program, so that a configured target folder is honoured
    /// and a checkout that was moved is found.
    pub(crate) fn locate() -> Result<Self, Failure> {
        let by_hand = || Failure::Refused("start this program as `cargo xtask`.".to_owned());
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR").ok_or_else(by_hand)?;
        let root = Path::new(&manifest).ancestors().nth(2).ok_or_else(by_hand)?;
        let program = std::env::current_exe().map_err(Failure::io("looking for this program"))?;
        let binaries = program.parent().ok_or_else(by_hand)?;
        Ok(Self { root: root.to_owned(), binaries: binaries.to_owned() })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// A binary of the dev profile: built by the same cargo, into the folder that this program lies in.
    pub(crate) fn binary(&self, name: &str) -> PathBuf {
        self.binaries.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// Tools, notes and downloads: `cargo clean` removes them.
    pub(crate) fn scratch(&self, name: &str) -> PathBuf {
        self.binaries.parent().unwrap_or(&self.binaries).join("xtask").join(name)
    }
}
