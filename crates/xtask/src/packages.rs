//! The package managers: which one is here, what it calls a thing, and the exact commands that install it.

use std::path::Path;

use crate::invocation::Invocation;
use crate::needs::Need;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manager {
    Apt,
    Dnf,
    Pacman,
    Zypper,
}

/// How system commands get their rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rights {
    Root,
    /// sudo may ask for a password on the terminal.
    Sudo,
    /// There is no terminal: sudo has to do without a password or fail at once.
    SilentSudo,
}

impl Manager {
    const ALL: [Self; 4] = [Self::Apt, Self::Dnf, Self::Pacman, Self::Zypper];

    pub(crate) fn program(self) -> &'static str {
        match self {
            Self::Apt => "apt-get",
            Self::Dnf => "dnf",
            Self::Pacman => "pacman",
            Self::Zypper => "zypper",
        }
    }

    pub(crate) fn detect(has_program: impl Fn(&str) -> bool) -> Option<Self> {
        Self::ALL.into_iter().find(|manager| has_program(manager.program()))
    }

    /// The package names of one need, or `None` where they are not known.
    pub(crate) fn packages_of(self, need: &Need) -> Option<&'static str> {
        match self {
            Self::Apt => Some(need.packages.apt),
            Self::Dnf => need.packages.dnf,
            Self::Pacman => need.packages.pacman,
            Self::Zypper => need.packages.zypper,
        }
    }

    /// The commands that install `packages`, in order. `archives` is an own folder for downloaded packages (apt only):
    /// images that empty the shared one after each apt run break a second run that is still downloading.
    pub(crate) fn commands(self, packages: &[&str], rights: Rights, archives: &Path) -> Vec<Invocation> {
        let commands: Vec<Vec<String>> = match self {
            Self::Apt => {
                let cache = format!("Dir::Cache::archives={}", archives.display());
                let apt = words("env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600");
                let install = words("-y --no-install-recommends install");
                vec![
                    [apt.clone(), words("update")].concat(),
                    [apt, vec!["-o".to_owned(), cache], install].concat(),
                ]
            }
            Self::Dnf => vec![words("dnf install -y")],
            Self::Pacman => vec![words("pacman -S --needed --noconfirm")],
            Self::Zypper => vec![words("zypper --non-interactive install --no-recommends")],
        };
        let last = commands.len() - 1;
        commands
            .into_iter()
            .enumerate()
            .map(|(index, mut command)| {
                if index == last {
                    command.extend(packages.iter().map(|&package| package.to_owned()));
                }
                with_rights(command, rights)
            })
            .collect()
    }
}

fn with_rights(command: Vec<String>, rights: Rights) -> Invocation {
    let mut all = match rights {
        Rights::Root => Vec::new(),
        Rights::Sudo => words("sudo"),
        Rights::SilentSudo => words("sudo -n"),
    };
    all.extend(command);
    let program = all.remove(0);
    Invocation::new(program, all)
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(manager: Manager, rights: Rights) -> Vec<String> {
        manager
            .commands(&["xvfb", "dbus"], rights, Path::new("/t/apt"))
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn apt_updates_first_waits_for_the_lock_and_downloads_into_a_folder_of_its_own() {
        assert_eq!(
            typed(Manager::Apt, Rights::Root),
            [
                "env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 update",
                "env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 \
                 -o Dir::Cache::archives=/t/apt -y --no-install-recommends install xvfb dbus",
            ]
        );
    }

    #[test]
    fn sudo_stands_in_front_of_every_command_unless_this_is_root() {
        for command in typed(Manager::Apt, Rights::Sudo) {
            assert!(command.starts_with("sudo env "), "{command}");
        }
        assert_eq!(typed(Manager::Dnf, Rights::SilentSudo), ["sudo -n dnf install -y xvfb dbus"]);
        assert_eq!(typed(Manager::Pacman, Rights::Root), ["pacman -S --needed --noconfirm xvfb dbus"]);
        assert_eq!(
            typed(Manager::Zypper, Rights::Root),
            ["zypper --non-interactive install --no-recommends xvfb dbus"]
        );
    }

    #[test]
    fn an_unknown_system_has_no_manager() {
        assert_eq!(Manager::detect(|_| false), None);
        assert_eq!(Manager::detect(|program| program == "pacman"), Some(Manager::Pacman));
    }
}
