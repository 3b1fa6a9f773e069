//! The two tools that have to be there before this program can help: rustc and Node.

use std::process::Command;

use crate::failure::Failure;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Version(u32, u32, u32);

/// What Vite 8 asks for (`engines` of its package): ^20.19.0 or >= 22.12.0.
const NODE_20: Version = Version(20, 19, 0);
const NODE_22: Version = Version(22, 12, 0);

pub(crate) fn check() -> Result<(), Failure> {
    check_rustc(version_of("rustc"))?;
    check_node(version_of("node"))
}

/// What the compiler compiles for unless told otherwise.
pub(crate) fn host() -> Result<String, Failure> {
    let mut command = Command::new("rustc");
    let output = command.args(["--print", "host-tuple"]).output().map_err(Failure::io("asking rustc"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn check_rustc(found: Option<Version>) -> Result<(), Failure> {
    let needed = env!("CARGO_PKG_RUST_VERSION");
    let remedy = "Get it with `rustup toolchain install stable` (https://rustup.rs).";
    match (found, parsed(needed)) {
        (Some(found), Some(least)) if found >= least => Ok(()),
        (Some(found), _) => Err(Failure::Refused(format!(
            "rustc {} is too old: Rockpool needs {needed} or newer. {remedy}",
            shown(found)
        ))),
        (None, _) => {
            Err(Failure::Refused(format!("rustc was not found: Rockpool needs {needed} or newer. {remedy}")))
        }
    }
}

fn check_node(found: Option<Version>) -> Result<(), Failure> {
    let remedy = "Rockpool's window is built with Node 20.19 or newer of the 20 line, or 22.12 or newer: \
                  https://nodejs.org/en/download.";
    match found {
        Some(found) if node_serves(found) => Ok(()),
        Some(found) => Err(Failure::Refused(format!("Node {} does not serve. {remedy}", shown(found)))),
        None => Err(Failure::Refused(format!("Node was not found. {remedy}"))),
    }
}

fn node_serves(found: Version) -> bool {
    (found.0 == 20 && found >= NODE_20) || found >= NODE_22
}

fn version_of(program: &str) -> Option<Version> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.split_whitespace().find_map(parsed)
}

/// Reads `v20.19.1`, `1.95.0`, `1.95` or `1.96.0-nightly`; `None` for a word that is no version.
fn parsed(word: &str) -> Option<Version> {
    let numbers = word.strip_prefix('v').unwrap_or(word);
    let numbers = numbers.split(['-', '+']).next()?;
    let mut parts = numbers.split('.').map(str::parse::<u32>);
    let major = parts.next()?.ok()?;
    let minor = parts.next()?.ok()?;
    let patch = match parts.next() {
        Some(part) => part.ok()?,
        None => 0,
    };
    Some(Version(major, minor, patch))
}

fn shown(version: Version) -> String {
    format!("{}.{}.{}", version.0, version.1, version.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_the_tools_print_them() {
        assert_eq!(parsed("v20.19.1"), Some(Version(20, 19, 1)));
        assert_eq!(parsed("1.95"), Some(Version(1, 95, 0)));
        assert_eq!(parsed("1.96.0-nightly"), Some(Version(1, 96, 0)));
        assert_eq!(parsed("rustc"), None);
        assert_eq!(parsed("1"), None);
    }

    #[test]
    fn node_serves_from_20_19_and_from_22_12_but_not_in_between() {
        for (version, serves) in [
            ("18.20.0", false),
            ("20.18.3", false),
            ("20.19.0", true),
            ("21.7.3", false),
            ("22.11.0", false),
            ("22.12.0", true),
            ("24.1.0", true),
        ] {
            assert_eq!(node_serves(parsed(version).unwrap()), serves, "{version}");
        }
    }

    #[test]
    fn a_tool_that_is_too_old_or_missing_is_named_with_the_remedy() {
        let old = check_rustc(parsed("1.80.0")).unwrap_err().to_string();
        assert!(old.contains("1.80.0") && old.contains("rustup"), "{old}");
        let none = check_node(None).unwrap_err().to_string();
        assert!(none.contains("20.19") && none.contains("nodejs.org"), "{none}");
        let odd = check_node(parsed("21.7.3")).unwrap_err().to_string();
        assert!(odd.contains("21.7.3"), "{odd}");
    }
}
