//! The real app in a session.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};

use rockpool_engine::Control;
use rockpool_engine::snapshot::Snapshot;
use rockpool_sim::Sim;
use tokio::process::Command;

use super::desktop::DesktopSession;
use super::process::Running;
use super::webdriver::{Page, free_port};
use crate::harness::Api;
use crate::wait;

/// How the app is started.
#[derive(Clone, Debug, Default)]
pub struct Start {
    arguments: Vec<&'static str>,
    variables: Vec<(&'static str, String)>,
}

impl Start {
    /// In front of `sim`, with the real keychain, on a free port.
    #[must_use]
    pub fn before(sim: &Sim) -> Self {
        let variables = vec![
            ("ROCKPOOL_AUTH_URL", sim.auth_url()),
            ("ROCKPOOL_BACKEND_URL", sim.backend_url()),
            ("ROCKPOOL_VAULT", "keychain".to_owned()),
            ("ROCKPOOL_LISTEN", "127.0.0.1:0".to_owned()),
        ];
        Self { arguments: Vec::new(), variables }
    }

    /// The rehearsal, with nothing configured.
    #[must_use]
    pub fn rehearsal() -> Self {
        Self { arguments: vec!["--rehearsal"], variables: Vec::new() }
    }

    /// With one more environment variable.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.variables.push((name, value.to_owned()));
        self
    }

    fn command(&self, session: &DesktopSession) -> Command {
        let mut command = session.command(crate::program::program("ROCKPOOL_DESKTOP_BIN"));
        command.args(&self.arguments).envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.env("ROCKPOOL_LOG", "warn,rockpool_engine=debug,rockpool_desktop=debug");
        command
    }

    /// Starts the app. It may be the second one, that ends by itself.
    pub fn start(&self, session: &DesktopSession) -> App {
        let inspector = free_port();
        let mut command = self.command(session);
        command.env("TAURI_WEBVIEW_AUTOMATION", "true");
        command.env("WEBKIT_INSPECTOR_SERVER", format!("127.0.0.1:{inspector}"));
        let log = session.folder().join(format!("app-{inspector}.log"));
        command.stdout(Stdio::null()).stderr(File::create(&log).unwrap());
        App { running: Running::start(command), log, inspector, data_dir: session.data_dir() }
    }

    /// Starts the app and waits until it serves.
    pub async fn serve(&self, session: &DesktopSession) -> (App, Api) {
        let mut app = self.start(session);
        let control = app.control().await;
        (app, Api::over_http(&control))
    }
}

/// The running app, killed when it is dropped.
#[derive(Debug)]
pub struct App {
    running: Running,
    log: PathBuf,
    inspector: u16,
    data_dir: PathBuf,
}

impl App {
    #[must_use]
    pub fn pid(&mut self) -> u32 {
        self.running.child().id().unwrap()
    }

    #[must_use]
    pub fn logged(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Waits until it serves, and tells how it is reached.
    pub async fn control(&mut self) -> Control {
        wait::until("the app serves", || {
            if let Some(status) = self.running.child().try_wait().unwrap() {
                panic!("the app ended with {status}: {}", self.logged());
            }
            let pid = self.running.child().id();
            Control::read(&self.data_dir).filter(|control| Some(control.pid) == pid)
        })
        .await
    }

    /// The page of its window, which has to be open or opening.
    pub async fn page(&self, session: &DesktopSession) -> Page {
        Page::of(session, self.inspector).await
    }

    pub async fn ended(&mut self) -> ExitStatus {
        wait::within("the app ends", self.running.child().wait()).await.unwrap()
    }

    /// Sends it the signal of that name, such as `TERM`.
    pub async fn signal(&mut self, name: &str) {
        // The shell's own `kill`: a program of that name is not everywhere.
        let order = format!("kill -{name} {}", self.pid());
        assert!(Command::new("sh").args(["-c", &order]).status().await.unwrap().success());
    }

    /// The programs below the app's process, by the names that the system gives them.
    #[must_use]
    pub fn children(&mut self) -> Vec<String> {
        let parent = self.pid();
        let mut names = Vec::new();
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            // A process may go while this reads.
            let status = fs::read_to_string(entry.path().join("status")).unwrap_or_default();
            let field = |name: &str| {
                status
                    .lines()
                    .find_map(|line| line.strip_prefix(name)?.strip_prefix(":\t"))
                    .unwrap_or_default()
            };
            if field("PPid") == parent.to_string() {
                names.push(field("Name").to_owned());
            }
        }
        names
    }
}

/// What the API shows now.
pub async fn snapshot(api: &Api) -> Snapshot {
    serde_json::from_value(api.get("/status").await).unwrap()
}
