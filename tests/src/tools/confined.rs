//! Tools run with a home and an environment of their own, and every way off this machine ends at a
//! [`RefusingProxy`].

use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

use crate::proxies::RefusingProxy;

/// The command, confined to `home` and to loopback.
#[must_use]
pub fn confined(mut command: Command, home: &Path, out: &RefusingProxy) -> Command {
    // A group of its own, as a terminal gives it: Ctrl-C reaches all of it.
    command.env_clear().kill_on_drop(true).process_group(0);
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HOME", home).env("TMPDIR", home.join("tmp"));
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"] {
        command.env(name, out.url());
    }
    command.env("NO_PROXY", "127.0.0.1,localhost").env("no_proxy", "127.0.0.1,localhost");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}
