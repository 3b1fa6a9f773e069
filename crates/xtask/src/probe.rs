//! Looks whether something is there, in milliseconds and without changing anything.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How to tell whether a thing is there.
#[derive(Debug)]
pub(crate) enum Probe {
    /// A module that pkg-config knows.
    Module(&'static str),
    /// An executable in `PATH`.
    Program(&'static str),
    /// A shared library, by its file name, in the system's library folders.
    Library(&'static str),
    File(&'static str),
    /// A `python3` in `PATH` that makes environments, of a version for which the packages of the tests are pinned.
    PythonVenv,
    /// One of several suffices.
    Any(&'static [Probe]),
}

/// The places that probes look at.
#[derive(Debug)]
pub(crate) struct System {
    programs: Vec<PathBuf>,
    libraries: Vec<PathBuf>,
}

impl System {
    pub(crate) fn here() -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let triple = format!("{}-linux-gnu", std::env::consts::ARCH);
        Self {
            programs: std::env::split_paths(&path).collect(),
            libraries: vec![
                Path::new("/usr/lib").join(&triple),
                Path::new("/lib").join(triple),
                "/usr/lib64".into(),
                "/usr/lib".into(),
                "/usr/local/lib".into(),
            ],
        }
    }

    pub(crate) fn has_program(&self, name: &str) -> bool {
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        self.programs.iter().any(|dir| dir.join(&file).is_file())
    }

    pub(crate) fn has(&self, probe: &Probe) -> bool {
        match probe {
            // False as well where pkg-config itself is missing: the libraries are asked for together with it.
            Probe::Module(name) => quietly("pkg-config", ["--exists", name]),
            Probe::Program(name) => self.has_program(name),
            Probe::Library(name) => self.libraries.iter().any(|dir| dir.join(name).exists()),
            Probe::PythonVenv => quietly("python3", ["-c", PYTHON]),
            Probe::File(path) => Path::new(path).exists(),
            Probe::Any(probes) => probes.iter().any(|probe| self.has(probe)),
        }
    }
}

const PYTHON: &str = "import ensurepip, sys; assert (3, 11) <= sys.version_info[:2] <= (3, 14)";

/// Whether a command is there and succeeds.
fn quietly<const N: usize>(program: &str, args: [&str; N]) -> bool {
    let mut command = Command::new(program);
    let status = command.args(args).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing() -> System {
        System { programs: Vec::new(), libraries: Vec::new() }
    }

    #[test]
    fn one_of_several_suffices() {
        assert!(nothing().has(&Probe::Any(&[Probe::Program("cc"), Probe::File(env!("CARGO_MANIFEST_DIR"))])));
        assert!(!nothing().has(&Probe::Any(&[Probe::Program("cc"), Probe::Library("libc.so.6")])));
    }

    #[test]
    fn a_program_is_found_only_in_the_path() {
        assert!(!nothing().has_program("cargo"));
        assert!(System::here().has_program("cargo"));
    }
}
