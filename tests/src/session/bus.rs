//! A private session bus on which nothing is started by itself.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;
use zbus::Connection;
use zbus::connection::Builder;

use super::process::Running;

/// The keychain's own tests use the same.
const CONFIG: &str = include_str!("../../../crates/rockpool-keychain/tests/session/bus.conf");

/// The bus, and where it is reached.
#[derive(Debug)]
pub struct Bus {
    _daemon: Running,
    address: String,
}

impl Bus {
    /// Starts one whose socket lies in `folder`.
    pub async fn start(folder: &Path) -> Self {
        let config = folder.join("bus.conf");
        fs::write(&config, CONFIG.replace("FOLDER", folder.to_str().unwrap())).unwrap();
        let mut command = Command::new("dbus-daemon");
        command.args(["--nofork", "--print-address=1"]).arg(format!("--config-file={}", config.display()));
        command.stdin(Stdio::null()).stderr(Stdio::null());
        let (daemon, address) = Running::start_and_read_line(command).await;
        Self { _daemon: daemon, address }
    }

    /// For `DBUS_SESSION_BUS_ADDRESS`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// A connection of its own.
    pub async fn connect(&self) -> Connection {
        Builder::address(self.address.as_str()).unwrap().build().await.unwrap()
    }
}
