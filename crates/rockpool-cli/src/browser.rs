//! Opens an address in the person's browser by the platform's own opener.

use std::process::{Command, Stdio};

/// Opens `url` and does not wait. The address is printed as well, so a failure needs no word.
pub(crate) fn open(url: &str) {
    if cfg!(target_os = "linux") && !has_display() {
        return;
    }
    let mut command = opener(url);
    let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
}

/// Without a display, the opener may start a browser in the terminal that waits for the paste.
fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

fn opener(url: &str) -> Command {
    let (program, arguments): (&str, &[&str]) = if cfg!(target_os = "windows") {
        ("rundll32", &["url.dll,FileProtocolHandler"])
    } else if cfg!(target_os = "macos") {
        ("open", &[])
    } else {
        ("xdg-open", &[])
    };
    let mut command = Command::new(program);
    command.args(arguments).arg(url);
    command
}
