//! Where things are.

use std::path::PathBuf;

use crate::target::Target;

pub(crate) struct Places {
    pub(crate) root: PathBuf,
    pub(crate) binaries: PathBuf,
    pub(crate) work: PathBuf,
}

impl Places {
    pub(crate) fn program(&self, target: Target) -> PathBuf {
        self.binaries.join(format!("{target}{}", std::env::consts::EXE_SUFFIX))
    }

    pub(crate) fn seeds(&self, target: Target) -> PathBuf {
        self.root.join("fuzz/seeds").join(target.name())
    }

    pub(crate) fn dictionary(&self, target: Target) -> PathBuf {
        self.root.join("fuzz/dictionaries").join(target.dictionary())
    }

    /// The corpus that is kept.
    pub(crate) fn kept(&self, target: Target) -> PathBuf {
        self.root.join("fuzz/corpus").join(format!("{target}.tar.gz"))
    }

    pub(crate) fn work(&self, target: Target) -> PathBuf {
        self.work.join(target.name())
    }

    pub(crate) fn records(&self) -> PathBuf {
        self.root.join("docs/measurements/fuzzing.jsonl")
    }

    pub(crate) fn document(&self) -> PathBuf {
        self.root.join("docs/fuzzing.md")
    }
}
