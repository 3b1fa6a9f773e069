//! The real `rockpool serve` in a process of its own.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use rockpool_engine::api::requests::{NewSignIn, PastedCallback};
use rockpool_engine::snapshot::SignInState;
use rockpool_engine::{Control, OpenBrowser};
use rockpool_sim::{SignIn, Sim};
use secrecy::SecretString;
use tokio::process::{Child, ChildStderr, Command};

use super::api::Api;
use super::running::seat;
use crate::tools::browser;
use crate::wait;

/// Where one server keeps its things, over restarts.
#[derive(Clone, Debug)]
pub struct Home {
    program: PathBuf,
    dir: PathBuf,
    auth_url: String,
    backend_url: String,
    vault: Vault,
    log_filter: &'static str,
    /// What starts the program, with its arguments.
    under: &'static [&'static str],
}

#[derive(Clone, Debug)]
enum Vault {
    /// In this file, with the pass-phrase of the home.
    EncryptedFile(PathBuf),
    Memory,
}

impl Home {
    /// A home below `dir` for servers in front of `sim` that log everything, with an encrypted file as vault.
    #[must_use]
    pub fn new(dir: &Path, sim: &Sim) -> Self {
        fs::write(dir.join("passphrase"), "correct horse battery staple\n").unwrap();
        Self {
            program: crate::program::program("ROCKPOOL_BIN"),
            dir: dir.to_owned(),
            auth_url: sim.auth_url(),
            backend_url: sim.backend_url(),
            vault: Vault::EncryptedFile(dir.join("vault")),
            log_filter: "trace",
            under: &[],
        }
    }

    /// A home below `dir` for servers of another build, which log what they log by default and keep secrets in
    /// memory.
    #[must_use]
    pub fn of_build(program: &Path, dir: &Path, auth_url: &str, backend_url: &str) -> Self {
        Self {
            program: program.to_owned(),
            dir: dir.to_owned(),
            auth_url: auth_url.to_owned(),
            backend_url: backend_url.to_owned(),
            vault: Vault::Memory,
            log_filter: "info",
            under: &[],
        }
    }

    /// The same home with its tokens in the encrypted file of another.
    #[must_use]
    pub fn with_the_vault_of(self, other: &Self) -> Self {
        Self { vault: other.vault.clone(), ..self }
    }

    /// The same home, whose servers are started by this command, which has to become them.
    #[must_use]
    pub fn under(self, under: &'static [&'static str]) -> Self {
        Self { under, ..self }
    }

    /// The file with the pass-phrase of the encrypted one.
    #[must_use]
    pub fn passphrase(&self) -> PathBuf {
        self.dir.join("passphrase")
    }

    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.dir.join("data")
    }

    fn log(&self) -> PathBuf {
        self.dir.join("serve.log")
    }

    /// Everything that servers of this home logged.
    #[must_use]
    pub fn logged(&self) -> Vec<u8> {
        fs::read(self.log()).unwrap()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut words = self.under.iter().map(OsStr::new).chain([self.program.as_os_str()]);
        let mut command = Command::new(words.next().unwrap());
        command.args(words);
        command.env_clear().args(args).kill_on_drop(true).stdin(Stdio::null());
        command.env("HOME", &self.dir).env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("ROCKPOOL_DATA_DIR", self.data_dir()).env("ROCKPOOL_LISTEN", "127.0.0.1:0");
        command.env("ROCKPOOL_AUTH_URL", &self.auth_url).env("ROCKPOOL_BACKEND_URL", &self.backend_url);
        command.env("ROCKPOOL_LOG", self.log_filter);
        match &self.vault {
            Vault::EncryptedFile(path) => command
                .env("ROCKPOOL_VAULT", format!("file:{}", path.display()))
                .env("ROCKPOOL_PASSPHRASE_FILE", self.passphrase()),
            Vault::Memory => command.env("ROCKPOOL_VAULT", "memory"),
        };
        command
    }

    /// Runs a command of the program to its end.
    pub async fn run(&self, args: &[&str]) -> Output {
        wait::within("the command ends", self.command(args).output()).await.unwrap()
    }

    /// Starts a server and waits until it can be reached.
    pub async fn serve(&self) -> Server {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.log()).unwrap();
        self.serve_logging_to(log.into()).await
    }

    /// The same, logging to a pipe: its reading end, which nobody reads yet.
    pub async fn serve_logging_to_a_pipe(&self) -> (Server, ChildStderr) {
        let mut server = self.serve_logging_to(Stdio::piped()).await;
        let log = server.child.stderr.take().unwrap();
        (server, log)
    }

    async fn serve_logging_to(&self, log: Stdio) -> Server {
        let mut command = self.command(&["serve"]);
        let mut child = command.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let pid = child.id();
        let control = wait::until("the server publishes its address", || {
            if let Some(status) = child.try_wait().unwrap() {
                panic!(
                    "rockpool serve ended with {status}: {}",
                    String::from_utf8_lossy(&fs::read(self.log()).unwrap_or_default())
                );
            }
            Control::read(&self.data_dir()).filter(|control| Some(control.pid) == pid)
        })
        .await;
        Server { api: Api::over_http(&control), control, child }
    }
}

/// A running server, killed when it is dropped.
pub struct Server {
    pub api: Api,
    pub control: Control,
    child: Child,
}

impl Server {
    /// Signs in through the provider's page with the callback's address pasted, for a new account or to repair
    /// `account`; gives the account's slug. Needs no callback port.
    pub async fn sign_in(&self, sim: &Sim, person: &str, account: Option<&str>) -> String {
        sim.next_sign_in(SignIn::As(seat(person)));
        self.sign_in_next(person, account).await
    }

    /// The same, where the provider already knows that `person` signs in next.
    pub async fn sign_in_next(&self, person: &str, account: Option<&str>) -> String {
        let client = self.api.client();
        let new = NewSignIn {
            account: account.map(str::to_owned),
            open_browser: OpenBrowser::No,
            ..NewSignIn::default()
        };
        let started = client.start_sign_in(&new).await.unwrap();
        let url = SecretString::from(browser::redirect_of(&started.authorize_url).await);
        client.paste_callback(started.id, &PastedCallback { url }).await.unwrap();
        let ended = async {
            loop {
                let now = client.get_sign_in(started.id).await.unwrap();
                match now.state {
                    SignInState::Done => return now.result.unwrap(),
                    SignInState::Waiting | SignInState::Exchanging => {}
                    SignInState::Failed | SignInState::Cancelled | SignInState::TimedOut => {
                        panic!("the sign-in of {person} ended with {now:?}")
                    }
                }
            }
        };
        wait::within("the sign-in ends", ended).await
    }

    /// SIGKILL, and waits until the process is gone.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// SIGTERM, and waits for the orderly end.
    pub async fn stop(mut self) -> Option<i32> {
        self.signal("TERM").await;
        self.ended().await
    }

    /// Sends the signal of that name, such as `HUP`.
    pub async fn signal(&self, name: &str) {
        signal(self.control.pid, name).await;
    }

    /// Whether its process is gone.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for its end; gives the exit code, none where a signal ended it.
    pub async fn ended(&mut self) -> Option<i32> {
        wait::within("the server stops", self.child.wait()).await.unwrap().code()
    }
}

/// Sends a process the signal of that name, such as `HUP`.
pub async fn signal(process: u32, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &process.to_string()]).status().await;
    assert!(sent.unwrap().success(), "SIG{name} cannot be sent to {process}");
}
