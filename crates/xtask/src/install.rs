//! Brings the system to where a purpose needs it: shows what is missing and why, asks, installs, looks again.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::path::Path;

use crate::consent::{self, Answer, Consent};
use crate::failure::Failure;
use crate::needs::{self, Need, Purpose};
use crate::packages::{Manager, Rights};
use crate::probe::System;
use crate::say;
use crate::workspace::Workspace;

/// Does nothing where nothing is missing.
pub(crate) fn ensure(workspace: &Workspace, purpose: Purpose, consent: Consent) -> Result<(), Failure> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let system = System::here();
    let missing = still_missing(&system, purpose);
    if missing.is_empty() {
        return Ok(());
    }
    say::line(&list("This system lacks:", &missing));

    let Some(manager) = Manager::detect(|program| system.has_program(program)) else {
        return Err(Failure::Refused(list(
            "no package manager that this program knows (apt-get, dnf, pacman, zypper) was found. \
             Install these yourself and run the command again:",
            &missing,
        )));
    };
    let packages = package_names(manager, &missing)?;
    install(&system, manager, &packages, consent, &workspace.scratch("apt"))?;

    let left = still_missing(&system, purpose);
    if left.is_empty() {
        return Ok(());
    }
    Err(Failure::Refused(list("the packages were installed, but these are still not found:", &left)))
}

fn still_missing(system: &System, purpose: Purpose) -> Vec<&'static Need> {
    needs::missing(purpose, needs::LINUX, |probe| system.has(probe))
}

fn install(
    system: &System,
    manager: Manager,
    packages: &[&str],
    consent: Consent,
    archives: &Path,
) -> Result<(), Failure> {
    let rights = rights(system, packages, manager)?;
    // Before anything is shown: the command has to work for whoever copies it, too.
    std::fs::create_dir_all(archives.join("partial"))
        .map_err(Failure::io(format!("creating {}", archives.display())))?;
    let commands = manager.commands(packages, rights, archives);
    let mut typed = String::new();
    for command in &commands {
        // Writing into a string cannot fail.
        let _ = write!(typed, "\n  {command}");
    }
    say::line(&format!("To install it:{typed}"));
    match consent::obtain(consent, "Run this now? [y/N]") {
        Answer::Yes => {}
        Answer::No => {
            return Err(Failure::Refused(format!("nothing was installed. When you are ready:{typed}")));
        }
        Answer::NobodyToAsk => {
            return Err(Failure::Refused(format!(
                "there is no terminal to ask on. Add --yes, or install it yourself:{typed}"
            )));
        }
    }

    // Only the last command installs. One before it may fail for a source that is not needed.
    let mut installed = false;
    for command in commands {
        let status = command.status().map_err(Failure::io(format!("starting `{command}`")))?;
        installed = status.success();
    }
    if !installed {
        return Err(Failure::Refused(format!(
            "the package manager did not succeed. Without a network, or without the right to install, \
             have this run where both are there:{typed}"
        )));
    }
    // Some hundred megabytes that nobody needs again; what root owns and keeps is left to `cargo clean`.
    let _ = std::fs::remove_dir_all(archives);
    Ok(())
}

fn package_names(manager: Manager, missing: &[&'static Need]) -> Result<Vec<&'static str>, Failure> {
    let mut names = Vec::new();
    for need in missing {
        let Some(packages) = manager.packages_of(need) else {
            return Err(Failure::Refused(format!(
                "what {} calls {} is not known here. Install it yourself ({}) and run the command again.",
                manager.program(),
                need.what,
                need.why
            )));
        };
        for name in packages.split_whitespace() {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    Ok(names)
}

fn rights(system: &System, packages: &[&str], manager: Manager) -> Result<Rights, Failure> {
    if is_root() {
        return Ok(Rights::Root);
    }
    if !system.has_program("sudo") {
        return Err(Failure::Refused(format!(
            "installing needs root, and there is no sudo here. As root, install with {}: {}",
            manager.program(),
            packages.join(" ")
        )));
    }
    if std::io::stdin().is_terminal() {
        return Ok(Rights::Sudo);
    }
    Ok(Rights::SilentSudo)
}

/// The owner of `/proc/self` is the effective user of this process.
#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

fn list(heading: &str, needs: &[&Need]) -> String {
    let mut text = heading.to_owned();
    for need in needs {
        // Writing into a string cannot fail.
        let _ = write!(text, "\n  {} - {}", need.what, need.why);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::needs::LINUX;

    #[test]
    fn a_package_that_two_needs_share_is_named_once() {
        let keychains: Vec<_> = LINUX.iter().filter(|need| need.packages.apt == "gnome-keyring").collect();
        assert!(keychains.len() > 1);
        assert_eq!(package_names(Manager::Apt, &keychains).unwrap(), ["gnome-keyring"]);
    }

    #[test]
    fn each_missing_thing_is_listed_with_its_reason() {
        let text = list("This system lacks:", &[&LINUX[0]]);
        assert!(text.contains(LINUX[0].what) && text.contains(LINUX[0].why));
    }
}
