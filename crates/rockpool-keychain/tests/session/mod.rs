//! A private desktop session for one test: own bus, own home, and a real gnome-keyring on it.
//!
//! The bus's address is part of the environment, which threads share. So each test starts the session
//! and then itself again, as a child inside of it; the child runs the test's body.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use tokio::time::Instant;
use zbus::blocking::{Connection, Proxy};
use zbus::zvariant::{ObjectPath, OwnedObjectPath};

/// Names the session's folder to the child.
const INSIDE: &str = "ROCKPOOL_TEST_SESSION";
const SERVICE: &str = "org.freedesktop.secrets";
/// How long another program may take to start.
const PATIENCE: Duration = Duration::from_secs(20);

/// A bus on which nothing is started by itself. The desktop session of `rockpool-tests` reads the same file.
const BUS: &str = include_str!("bus.conf");

/// Ends the process when the test does, however it ends.
pub(crate) struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The session, seen from inside.
pub(crate) struct Session {
    folder: PathBuf,
}

/// Runs `body` inside a session of its own. `name` is the test's own name.
pub(crate) fn in_private_session(name: &str, body: impl FnOnce(&Session)) {
    if let Some(folder) = std::env::var_os(INSIDE) {
        body(&Session { folder: folder.into() });
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let _bus = start_bus(folder.path());
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(INSIDE, folder.path())
        .env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", folder.path().join("bus").display()))
        .env("HOME", folder.path())
        .env("XDG_DATA_HOME", folder.path().join("data"))
        .env("XDG_RUNTIME_DIR", folder.path())
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .status()
        .unwrap();
    assert!(status.success(), "{name} failed inside its session: {status}");
}

fn start_bus(folder: &Path) -> Running {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).unwrap();
    let config = folder.join("bus.conf");
    fs::write(&config, BUS.replace("FOLDER", folder.to_str().unwrap())).unwrap();
    let bus = Command::new("dbus-daemon")
        .arg("--nofork")
        .arg(format!("--config-file={}", config.display()))
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("dbus-daemon does not start ({error}); install the package dbus-daemon")
        });
    let bus = Running(bus);
    let address = format!("unix:path={}", folder.join("bus").display());
    wait_for("the private bus", || {
        zbus::blocking::connection::Builder::address(address.as_str()).ok()?.build().ok().map(drop)
    });
    bus
}

impl Session {
    /// Starts a gnome-keyring whose login keyring is unlocked, made anew in the session's home at the
    /// first start.
    pub(crate) fn start_keyring(&self) -> Running {
        let control = self.folder.join("control");
        if !control.exists() {
            fs::DirBuilder::new().mode(0o700).create(&control).unwrap();
        }
        let mut daemon = Command::new("gnome-keyring-daemon")
            .args(["--foreground", "--unlock", "--components=secrets"])
            .arg(format!("--control-directory={}", control.display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("gnome-keyring-daemon does not start ({error}); install the package gnome-keyring")
            });
        daemon.stdin.take().unwrap().write_all(b"password of a throwaway keyring").unwrap();
        let daemon = Running(daemon);
        let bus = Connection::session().unwrap();
        wait_for("an unlocked keyring", || default_collection(&bus));
        daemon
    }

    /// Stands in for the desktop's password window: takes the request and never answers. It goes away
    /// when the connection is dropped.
    pub(crate) fn open_endless_password_window(&self) -> Connection {
        let window = Connection::session().unwrap();
        window.request_name("org.gnome.keyring.SystemPrompter").unwrap();
        window
    }

    /// Locks the default keyring, as the screen lock of some desktops does.
    pub(crate) fn lock_keyring(&self) {
        let bus = Connection::session().unwrap();
        let collection = default_collection(&bus).unwrap();
        let (locked, _prompt): (Vec<OwnedObjectPath>, OwnedObjectPath) =
            secrets(&bus).unwrap().call("Lock", &(vec![collection],)).unwrap();
        assert_eq!(locked.len(), 1);
    }
}

fn secrets(bus: &Connection) -> zbus::Result<Proxy<'static>> {
    Proxy::new(bus, SERVICE, "/org/freedesktop/secrets", "org.freedesktop.Secret.Service")
}

fn default_collection(bus: &Connection) -> Option<ObjectPath<'static>> {
    let path: OwnedObjectPath = secrets(bus).ok()?.call("ReadAlias", &("default",)).ok()?;
    (path.as_str() != "/").then(|| path.into_inner())
}

/// Another program gives no sign when it is ready: it is asked until it answers.
fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "{what} is not there after {PATIENCE:?}");
        sleep(Duration::from_millis(20));
    }
}
