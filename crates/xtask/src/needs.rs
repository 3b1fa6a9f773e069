//! The table of what the system has to provide, why, and what each distribution calls it.

use crate::probe::Probe;

/// What something is needed for; each level includes the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purpose {
    /// The server alone, without a desktop's libraries.
    Serve,
    Build,
    Run,
    Test,
    /// What only the full test run has.
    Full,
}

/// Package names, separated by spaces; `None` where nobody has tried.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packages {
    pub(crate) apt: &'static str,
    pub(crate) dnf: Option<&'static str>,
    pub(crate) pacman: Option<&'static str>,
    pub(crate) zypper: Option<&'static str>,
}

/// One thing that the system has to provide.
#[derive(Debug)]
pub(crate) struct Need {
    pub(crate) what: &'static str,
    pub(crate) why: &'static str,
    pub(crate) purpose: Purpose,
    pub(crate) probe: Probe,
    pub(crate) packages: Packages,
}

const fn packages(
    apt: &'static str,
    dnf: &'static str,
    pacman: &'static str,
    zypper: &'static str,
) -> Packages {
    Packages { apt, dnf: Some(dnf), pacman: Some(pacman), zypper: Some(zypper) }
}

/// What a Linux desktop has to provide. macOS and Windows bring the same with the system.
pub(crate) const LINUX: &[Need] = &[
    Need {
        what: "a C compiler",
        why: "builds the bundled SQLite and zstd, and links",
        purpose: Purpose::Serve,
        probe: Probe::Program("cc"),
        packages: packages("build-essential", "gcc make", "base-devel", "gcc make"),
    },
    Need {
        what: "pkg-config",
        why: "finds the desktop's C libraries for the build",
        purpose: Purpose::Build,
        probe: Probe::Program("pkg-config"),
        packages: packages("pkg-config", "pkgconf-pkg-config", "pkgconf", "pkg-config"),
    },
    Need {
        what: "WebKitGTK 4.1",
        why: "draws the dashboard window",
        purpose: Purpose::Build,
        probe: Probe::Module("webkit2gtk-4.1"),
        packages: packages(
            "libwebkit2gtk-4.1-dev",
            "webkit2gtk4.1-devel",
            "webkit2gtk-4.1",
            "webkit2gtk3-devel",
        ),
    },
    Need {
        what: "GTK 3",
        why: "windows and the tray menu",
        purpose: Purpose::Build,
        probe: Probe::Module("gtk+-3.0"),
        packages: packages("libgtk-3-dev", "gtk3-devel", "gtk3", "gtk3-devel"),
    },
    Need {
        what: "the D-Bus library",
        why: "the window toolkit links it",
        purpose: Purpose::Build,
        probe: Probe::Module("dbus-1"),
        packages: packages("libdbus-1-dev", "dbus-devel", "dbus", "dbus-1-devel"),
    },
    Need {
        what: "the app indicator library",
        why: "puts the icon into the tray; the app does not start without it",
        purpose: Purpose::Run,
        probe: Probe::Any(&[
            Probe::Library("libayatana-appindicator3.so.1"),
            Probe::Library("libappindicator3.so.1"),
        ]),
        packages: packages(
            "libayatana-appindicator3-1",
            "libappindicator-gtk3",
            "libayatana-appindicator",
            "libayatana-appindicator3-1",
        ),
    },
    Need {
        what: "xdg-open",
        why: "opens the browser for the sign-in",
        purpose: Purpose::Run,
        probe: Probe::Program("xdg-open"),
        packages: packages("xdg-utils", "xdg-utils", "xdg-utils", "xdg-utils"),
    },
    Need {
        what: "a keychain (Secret Service)",
        why: "keeps the refresh tokens",
        purpose: Purpose::Run,
        probe: Probe::Any(&[
            Probe::Program("gnome-keyring-daemon"),
            Probe::Program("ksecretd"),
            Probe::Program("kwalletd6"),
            Probe::Program("keepassxc"),
            Probe::File("/usr/share/dbus-1/services/org.freedesktop.secrets.service"),
        ]),
        packages: packages("gnome-keyring", "gnome-keyring", "gnome-keyring", "gnome-keyring"),
    },
    Need {
        what: "gnome-keyring-daemon",
        why: "the real keychain in which the tests look for the token",
        purpose: Purpose::Test,
        probe: Probe::Program("gnome-keyring-daemon"),
        packages: packages("gnome-keyring", "gnome-keyring", "gnome-keyring", "gnome-keyring"),
    },
    Need {
        what: "dbus-daemon",
        why: "gives each desktop test a session bus of its own",
        purpose: Purpose::Test,
        probe: Probe::Program("dbus-daemon"),
        packages: packages("dbus-daemon", "dbus-daemon", "dbus", "dbus-1-daemon"),
    },
    Need {
        what: "Xvfb",
        why: "the display of the desktop tests",
        purpose: Purpose::Test,
        probe: Probe::Program("Xvfb"),
        packages: packages("xvfb", "xorg-x11-server-Xvfb", "xorg-server-xvfb", "xorg-x11-server-Xvfb"),
    },
    Need {
        what: "WebKitWebDriver",
        why: "reads and clicks in the window",
        purpose: Purpose::Test,
        probe: Probe::Program("WebKitWebDriver"),
        packages: Packages { apt: "webkit2gtk-driver", dnf: None, pacman: None, zypper: None },
    },
    Need {
        what: "ImageMagick",
        why: "photographs the screen",
        purpose: Purpose::Test,
        probe: Probe::Program("import"),
        packages: packages("imagemagick", "ImageMagick", "imagemagick", "ImageMagick"),
    },
    Need {
        what: "openbox",
        why: "the window manager of the desktop tests",
        purpose: Purpose::Test,
        probe: Probe::Program("openbox"),
        packages: packages("openbox", "openbox", "openbox", "openbox"),
    },
    Need {
        what: "wmctrl",
        why: "lists windows and closes one as a person does",
        purpose: Purpose::Test,
        probe: Probe::Program("wmctrl"),
        packages: packages("wmctrl", "wmctrl", "wmctrl", "wmctrl"),
    },
    Need {
        what: "the DejaVu fonts",
        why: "letters in the photographs",
        purpose: Purpose::Test,
        probe: Probe::Any(&[
            Probe::File("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"),
            Probe::File("/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf"),
            Probe::File("/usr/share/fonts/TTF/DejaVuSans.ttf"),
            Probe::File("/usr/share/fonts/truetype/DejaVuSans.ttf"),
        ]),
        packages: packages("fonts-dejavu-core", "dejavu-sans-fonts", "ttf-dejavu", "dejavu-fonts"),
    },
    Need {
        what: "Python 3.11 to 3.14 with venv",
        why: "runs OpenAI's and Anthropic's libraries in the tests",
        purpose: Purpose::Test,
        probe: Probe::PythonVenv,
        packages: packages("python3-venv", "python3", "python", "python3"),
    },
    Need {
        what: "curl",
        why: "sends requests in the form of an editor that cannot be run without a display",
        purpose: Purpose::Test,
        probe: Probe::Program("curl"),
        packages: packages("curl", "curl", "curl", "curl"),
    },
    Need {
        what: "Chromium",
        why: "the browser in which the dashboard is tested and photographed",
        purpose: Purpose::Test,
        probe: Probe::Program("chromium"),
        packages: packages("chromium", "chromium", "chromium", "chromium"),
    },
    Need {
        what: "a C++ compiler",
        why: "builds libFuzzer, which runs the fuzz targets",
        purpose: Purpose::Full,
        probe: Probe::Program("c++"),
        packages: packages("g++", "gcc-c++", "gcc", "gcc-c++"),
    },
];

/// What is needed for `purpose` and not there.
pub(crate) fn missing(
    purpose: Purpose,
    table: &'static [Need],
    is_there: impl Fn(&Probe) -> bool,
) -> Vec<&'static Need> {
    table.iter().filter(|need| need.purpose <= purpose && !is_there(&need.probe)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_need_says_why_and_has_a_package_for_apt() {
        for need in LINUX {
            assert!(!need.why.is_empty(), "{}", need.what);
            assert!(!need.packages.apt.is_empty(), "{}", need.what);
        }
    }

    #[test]
    fn a_run_needs_what_the_build_needs_and_nothing_that_only_tests_need() {
        let names: Vec<_> = missing(Purpose::Run, LINUX, |_| false).iter().map(|need| need.what).collect();
        assert!(names.contains(&"WebKitGTK 4.1"));
        assert!(names.contains(&"xdg-open"));
        assert!(!names.contains(&"Xvfb"));
    }

    #[test]
    fn a_server_needs_a_c_compiler_and_nothing_of_a_desktop() {
        let names: Vec<_> = missing(Purpose::Serve, LINUX, |_| false).iter().map(|need| need.what).collect();
        assert_eq!(names, ["a C compiler"]);
    }

    #[test]
    fn the_large_browser_is_asked_for_by_the_tests_only() {
        let asks = |purpose| missing(purpose, LINUX, |_| false).iter().any(|need| need.what == "Chromium");
        assert!(!asks(Purpose::Run));
        assert!(asks(Purpose::Test));
    }

    #[test]
    fn a_cpp_compiler_is_asked_for_by_the_full_run_only() {
        let asks =
            |purpose| missing(purpose, LINUX, |_| false).iter().any(|need| need.what == "a C++ compiler");
        assert!(!asks(Purpose::Test));
        assert!(asks(Purpose::Full));
    }

    #[test]
    fn nothing_is_missing_where_everything_is_there() {
        assert!(missing(Purpose::Full, LINUX, |_| true).is_empty());
    }
}
