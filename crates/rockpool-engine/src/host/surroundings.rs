//! Where this process runs, as far as it says where the person's browser is.

use crate::model::sign_in::MachineKind;

/// What is looked at: environment variables and files of the system.
pub(crate) struct MachineFacts<'a> {
    pub(crate) variable: &'a dyn Fn(&str) -> Option<String>,
    /// The content of a file, which is empty where it exists but cannot be read as text.
    pub(crate) file: &'a dyn Fn(&str) -> Option<String>,
    /// As `std::env::consts::OS` names it.
    pub(crate) system: &'a str,
}

/// What this machine is.
pub(crate) fn here() -> MachineKind {
    recognise(&MachineFacts {
        variable: &|name| std::env::var(name).ok(),
        file: &|path| {
            std::path::Path::new(path).exists().then(|| std::fs::read_to_string(path).unwrap_or_default())
        },
        system: std::env::consts::OS,
    })
}

/// The innermost surroundings count: a container on WSL is a container, and so is one that was entered over SSH. One
/// that shows a screen of its own is a desktop: the browser that opens there comes back to it.
pub(crate) fn recognise(facts: &MachineFacts<'_>) -> MachineKind {
    let set = |name: &str| (facts.variable)(name).is_some_and(|value| !value.is_empty());
    let has_screen = match facts.system {
        "macos" | "windows" => true,
        _ => set("DISPLAY") || set("WAYLAND_DISPLAY"),
    };
    // WSL lends every container its screen, and no browser with it.
    if is_container(facts) && (!has_screen || is_wsl(facts)) {
        return MachineKind::Container;
    }
    if set("SSH_CONNECTION") || set("SSH_CLIENT") || set("SSH_TTY") {
        return MachineKind::Ssh;
    }
    if is_wsl(facts) {
        return MachineKind::Wsl;
    }
    if has_screen { MachineKind::Desktop } else { MachineKind::Headless }
}

/// Docker, Podman, Kubernetes, systemd-nspawn and LXC. Not those that share screen and network with the desktop
/// around them: Toolbx, Distrobox, Flatpak, Snap.
fn is_container(facts: &MachineFacts<'_>) -> bool {
    let (variable, file) = (facts.variable, facts.file);
    let set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    if set("TOOLBOX_PATH") || set("DISTROBOX_ENTER_PATH") || file("/run/.toolboxenv").is_some() {
        return false;
    }
    let named = variable("container").filter(|name| !name.is_empty());
    if named.as_deref() == Some("flatpak") {
        return false;
    }
    named.is_some()
        || set("KUBERNETES_SERVICE_HOST")
        || file("/.dockerenv").is_some()
        || file("/run/.containerenv").is_some()
}

/// Started by systemd, a process in WSL lacks the variables, and the kernel's name still tells.
fn is_wsl(facts: &MachineFacts<'_>) -> bool {
    let set = |name: &str| (facts.variable)(name).is_some_and(|value| !value.is_empty());
    let kernel = || (facts.file)("/proc/version").unwrap_or_default().to_ascii_lowercase();
    facts.system == "linux"
        && (set("WSL_DISTRO_NAME") || set("WSL_INTEROP") || kernel().contains("microsoft"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The machine with these variables and files.
    fn machine(system: &str, variables: &[(&str, &str)], files: &[(&str, &str)]) -> MachineKind {
        let of = |list: &[(&str, &str)], wanted: &str| {
            list.iter().find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned())
        };
        recognise(&MachineFacts {
            variable: &|name| of(variables, name),
            file: &|path| of(files, path),
            system,
        })
    }

    const SCREEN: (&str, &str) = ("DISPLAY", ":0");
    const WSL_KERNEL: (&str, &str) =
        ("/proc/version", "Linux version 6.6.87.2-microsoft-standard-WSL2 (root@x) (gcc)");

    #[test]
    fn a_screen_makes_a_desktop_and_none_a_headless_machine() {
        assert_eq!(machine("linux", &[SCREEN], &[]), MachineKind::Desktop);
        assert_eq!(machine("linux", &[("WAYLAND_DISPLAY", "wayland-0")], &[]), MachineKind::Desktop);
        assert_eq!(machine("linux", &[("DISPLAY", "")], &[]), MachineKind::Headless);
        assert_eq!(machine("linux", &[], &[("/proc/version", "Linux version 6.18")]), MachineKind::Headless);
        assert_eq!(machine("macos", &[], &[]), MachineKind::Desktop);
        assert_eq!(machine("windows", &[], &[]), MachineKind::Desktop);
    }

    #[test]
    fn ssh_is_recognised_even_where_it_forwards_a_screen() {
        let ssh = ("SSH_CONNECTION", "10.0.0.2 50000 10.0.0.1 22");
        for system in ["linux", "macos", "windows"] {
            assert_eq!(machine(system, &[ssh, SCREEN], &[]), MachineKind::Ssh, "{system}");
        }
        assert_eq!(machine("linux", &[("SSH_TTY", "/dev/pts/0")], &[]), MachineKind::Ssh);
        assert_eq!(machine("linux", &[ssh], &[WSL_KERNEL]), MachineKind::Ssh);
    }

    #[test]
    fn wsl_is_recognised_by_its_variables_and_as_a_service_by_its_kernel() {
        assert_eq!(machine("linux", &[("WSL_DISTRO_NAME", "Ubuntu"), SCREEN], &[]), MachineKind::Wsl);
        assert_eq!(machine("linux", &[], &[WSL_KERNEL]), MachineKind::Wsl);
        let first = ("/proc/version", "Linux version 4.4.0-19041-Microsoft (Microsoft@Microsoft.com)");
        assert_eq!(machine("linux", &[], &[first]), MachineKind::Wsl);
        assert_eq!(machine("windows", &[("WSL_DISTRO_NAME", "x")], &[]), MachineKind::Desktop);
    }

    #[test]
    fn a_container_is_recognised_wherever_it_runs() {
        let ssh = ("SSH_CONNECTION", "a 1 b 22");
        for (variables, files) in [
            (vec![], vec![("/.dockerenv", "")]),
            (vec![SCREEN], vec![("/.dockerenv", ""), WSL_KERNEL]),
            (vec![ssh], vec![("/run/.containerenv", "engine=\"podman\"")]),
            (vec![("KUBERNETES_SERVICE_HOST", "10.96.0.1")], vec![]),
            (vec![("container", "lxc")], vec![]),
        ] {
            assert_eq!(
                machine("linux", &variables, &files),
                MachineKind::Container,
                "{variables:?} {files:?}"
            );
        }
    }

    #[test]
    fn a_container_with_a_screen_is_a_desktop() {
        let docker = ("/.dockerenv", "");
        assert_eq!(machine("linux", &[SCREEN], &[docker]), MachineKind::Desktop);
        let ssh = ("SSH_TTY", "/dev/pts/0");
        assert_eq!(machine("linux", &[SCREEN, ssh], &[docker]), MachineKind::Ssh);
    }

    #[test]
    fn a_box_that_shares_the_desktops_screen_and_network_is_no_container() {
        let podman = ("/run/.containerenv", "");
        for (variable, files) in [
            (("TOOLBOX_PATH", "/usr/bin/toolbox"), vec![podman]),
            (("DISTROBOX_ENTER_PATH", "/usr/bin/distrobox"), vec![podman]),
            (("container", "flatpak"), vec![]),
            (("LANG", "C"), vec![podman, ("/run/.toolboxenv", "")]),
        ] {
            assert_eq!(machine("linux", &[variable, SCREEN], &files), MachineKind::Desktop, "{variable:?}");
        }
    }
}
