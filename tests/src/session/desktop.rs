//! Home, display and bus of one test.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::TempDir;
use tokio::process::Command;
use zbus::Connection;

use super::ask;
use super::browser::Browser;
use super::bus::Bus;
use super::picture::Picture;
use super::process::Running;

/// Larger than the window, so that a photograph shows all of it.
const SCREEN: &str = "1280x900x24";
/// Colours of a screen with an empty window in its frame, at most (348 measured), and fewer than text has.
const BARE: usize = 500;

/// A desktop session. Fields are dropped in this order: programs before the bus and the display they use.
#[derive(Debug)]
pub struct DesktopSession {
    window_manager: Option<Running>,
    bus: Bus,
    _display: Running,
    display: String,
    browser: Browser,
    folder: TempDir,
}

impl DesktopSession {
    pub async fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("rockpool-tests-").tempdir().unwrap();
        for name in ["home", "run", "bin", "tmp"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let private = fs::Permissions::from_mode(0o700);
        fs::set_permissions(folder.path().join("run"), private).unwrap();
        let mut xvfb = Command::new("Xvfb");
        xvfb.args(["-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp", "-noreset"]);
        xvfb.stdin(Stdio::null()).stderr(Stdio::null());
        let (display, number) = Running::start_and_read_line(xvfb).await;
        let bus = Bus::start(folder.path()).await;
        let browser = Browser::install(folder.path());
        Self { window_manager: None, bus, _display: display, display: format!(":{number}"), browser, folder }
    }

    /// Frames windows and closes them on demand. Only tests that do either need one.
    pub async fn start_window_manager(&mut self) {
        let mut command = self.command("openbox");
        command.arg("--sm-disable").stdout(Stdio::null()).stderr(Stdio::null());
        self.window_manager = Some(Running::start(command));
        ask::until("the window manager works", async || {
            let mut command = self.command("wmctrl");
            command.arg("-m").stdout(Stdio::null()).stderr(Stdio::null());
            command.status().await.unwrap().success().then_some(())
        })
        .await;
    }

    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// `XDG_RUNTIME_DIR`.
    #[must_use]
    pub fn runtime_dir(&self) -> PathBuf {
        self.folder.path().join("run")
    }

    /// `TMPDIR`.
    #[must_use]
    pub fn tmp(&self) -> PathBuf {
        self.folder.path().join("tmp")
    }

    /// Where the app keeps its state when nothing else is said.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.home().join(".local/share/rockpool")
    }

    /// For files of the session itself, outside of its home.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The stand-in for the browser.
    #[must_use]
    pub fn browser(&self) -> &Browser {
        &self.browser
    }

    /// A connection to the session's bus.
    pub async fn connect(&self) -> Connection {
        self.bus.connect().await
    }

    /// A program in this session, with nothing of the environment that the tests run in.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let home = self.home();
        let inherited = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new(program);
        command.env_clear().kill_on_drop(true).stdin(Stdio::null()).current_dir(&home);
        command.env("PATH", format!("{}:{inherited}", self.folder.path().join("bin").display()));
        command.env("HOME", &home).env("TMPDIR", self.tmp()).env("LANG", "C.UTF-8");
        command.env("XDG_RUNTIME_DIR", self.runtime_dir()).env("XDG_SESSION_TYPE", "x11");
        for (name, place) in [
            ("XDG_CONFIG_HOME", ".config"),
            ("XDG_DATA_HOME", ".local/share"),
            ("XDG_CACHE_HOME", ".cache"),
            ("XDG_STATE_HOME", ".local/state"),
        ] {
            command.env(name, home.join(place));
        }
        command.env("DISPLAY", &self.display).env("DBUS_SESSION_BUS_ADDRESS", self.bus.address());
        command.env("GDK_BACKEND", "x11").env("NO_AT_BRIDGE", "1");
        command.env("BROWSER", self.browser.program());
        command
    }

    /// Titles of the windows that the window manager manages.
    pub async fn windows(&self) -> Vec<String> {
        let output = self.command("wmctrl").arg("-l").output().await.unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        // Number, desktop and host come before the title.
        let title = |line: &str| line.split_whitespace().skip(3).collect::<Vec<_>>().join(" ");
        text.lines().map(title).collect()
    }

    /// Asks the window of that title to close, as a click on its cross does.
    pub async fn close_window(&self, title: &str) {
        let status = self.command("wmctrl").args(["-F", "-c", title]).status().await.unwrap();
        assert!(status.success(), "there is no window {title:?}: {:?}", self.windows().await);
    }

    /// Photographs the screen into `tests/out/NAME.png`, once it shows more than bare surfaces and has come to
    /// rest: a page's text is there some frames before its picture.
    pub async fn photograph(&self, name: &str) -> PathBuf {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("out");
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join(format!("{name}.png"));
        let mut last = None;
        ask::until("the screen shows something and rests", async || {
            let mut command = self.command("import");
            let status = command.args(["-window", "root"]).arg(&path).status().await.unwrap();
            assert!(status.success(), "import ended with {status}");
            let shot = Picture::read(&path)?;
            let rests = last.as_ref() == Some(&shot) && shot.colours() > BARE;
            last = Some(shot);
            rests.then_some(())
        })
        .await;
        path
    }

    /// Every file below home, temporary folder and runtime folder.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for folder in [self.home(), self.tmp(), self.runtime_dir()] {
            collect(&folder, &mut files);
        }
        files
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    // A file may go while this reads; sockets and links are no files.
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => collect(&entry.path(), files),
            Ok(kind) if kind.is_file() => files.push(entry.path()),
            Ok(_) | Err(_) => {}
        }
    }
}
