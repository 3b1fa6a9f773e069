//! Stands in for the person's browser: writes down each address instead of opening it.
//!
//! An app can reach a browser by `xdg-open`, by `$BROWSER` and by the desktop's list of default applications. All
//! three lead here, so nothing leaves the test.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::wait;

/// The browser of one session.
#[derive(Debug)]
pub struct Browser {
    program: PathBuf,
    log: PathBuf,
}

impl Browser {
    /// Puts the browser into the session below `folder`.
    pub(super) fn install(folder: &Path) -> Self {
        let (program, log) = (folder.join("bin/xdg-open"), folder.join("opened"));
        let script = format!("#!/bin/sh\nprintf '%s\\n' \"$1\" >> '{}'\n", log.display());
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let (applications, config) =
            (folder.join("home/.local/share/applications"), folder.join("home/.config"));
        fs::create_dir_all(&applications).unwrap();
        fs::create_dir_all(&config).unwrap();
        let entry = format!(
            "[Desktop Entry]\nType=Application\nName=Stand-in\nExec={} %u\n\
             MimeType=x-scheme-handler/http;x-scheme-handler/https;\n",
            program.display()
        );
        fs::write(applications.join("stand-in.desktop"), entry).unwrap();
        let defaults = "[Default Applications]\nx-scheme-handler/http=stand-in.desktop\nx-scheme-handler/https=stand-in.desktop\n";
        fs::write(config.join("mimeapps.list"), defaults).unwrap();
        Self { program, log }
    }

    /// For `$BROWSER`.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Every address so far, oldest first.
    #[must_use]
    pub fn opened(&self) -> Vec<String> {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        // A line without its end is still being written.
        text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')).map(str::to_owned).collect()
    }

    /// The address number `place`, counted from 0, once it was opened.
    pub async fn nth(&self, place: usize) -> String {
        wait::until(&format!("the browser is opened {} times", place + 1), || {
            self.opened().get(place).cloned()
        })
        .await
    }
}
