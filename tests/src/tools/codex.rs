//! The real Codex CLI in a throw-away home, whose every way off this machine ends at an [`RefusingProxy`].

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::proxies::RefusingProxy;
use crate::tools::confined::confined;
use crate::tools::{Key, run};

/// Longest run of one command. A healthy one takes a second or two.
const LONGEST_RUN: Duration = Duration::from_secs(90);

/// Which transport a custom provider is to use. The built-in one always tries WebSockets first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// `supports_websockets = true`.
    WebSocket,
    /// The default of a custom provider.
    Http,
}

impl Transport {
    pub const ALL: [Self; 2] = [Self::WebSocket, Self::Http];
}

#[derive(Debug)]
pub struct Codex {
    home: TempDir,
    /// `$CODEX_HOME`.
    settings: PathBuf,
    refusing_proxy: RefusingProxy,
    key: Option<String>,
    proxy: Option<String>,
}

#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    /// Everything else that the CLI says.
    pub stderr: String,
}

impl Ran {
    /// The answer of a run that succeeded without a word of warning.
    ///
    /// # Panics
    /// With everything that was said, otherwise.
    #[track_caller]
    #[must_use]
    pub fn answer(&self) -> &str {
        self.answer_but_for("\0")
    }

    /// The same, leaving out lines that hold `known`.
    ///
    /// # Panics
    /// As [`Ran::answer`].
    #[track_caller]
    #[must_use]
    pub fn answer_but_for(&self, known: &str) -> &str {
        assert_eq!(self.code, Some(0), "{self:#?}");
        let said = self.stderr.to_lowercase();
        let lines: Vec<_> = said.lines().filter(|line| !line.contains(&known.to_lowercase())).collect();
        for word in ["warning", "error", "reconnecting", "falling back", "retry", "rerouted", "limit"] {
            let found = lines.iter().any(|line| line.contains(word));
            assert!(!found, "the CLI said {word:?}: {self:#?}");
        }
        self.stdout.trim()
    }
}

/// What a person's own configuration holds here, so that nothing is asked of the network.
pub const QUIET: &str = r#"
check_for_update_on_startup = false
[analytics]
enabled = false
[feedback]
enabled = false
[features]
plugins = false
apps = false
[otel]
metrics_exporter = "none"
"#;

impl Codex {
    /// With the endpoint as a custom provider, the key as its bearer.
    pub async fn custom(key: &Key, transport: Transport) -> Self {
        let websockets = transport == Transport::WebSocket;
        let config = format!(
            "model = \"gpt-5.5\"\nmodel_provider = \"pool\"\n{QUIET}\n[model_providers.pool]\nname = \"Rockpool\"\n\
             base_url = \"{}\"\nwire_api = \"responses\"\nenv_key = \"ROCKPOOL_KEY\"\nsupports_websockets = {websockets}\n",
            key.base_url
        );
        Self { key: Some(key.secret.clone()), ..Self::with(&config).await }
    }

    /// The same over WebSocket, giving an answer up after so many milliseconds without an event.
    pub async fn impatient(key: &Key, idle_ms: u32) -> Self {
        let codex = Self::custom(key, Transport::WebSocket).await;
        let file = codex.home.path().join("codex/config.toml");
        let config = fs::read_to_string(&file).unwrap();
        fs::write(&file, format!("{config}stream_idle_timeout_ms = {idle_ms}\n")).unwrap();
        codex
    }

    /// With the built-in provider and a login of its own, pointed at the endpoint by a path key.
    pub async fn built_in(key: &Key, auth_json: &str) -> Self {
        let root = key.base_url.trim_end_matches("/v1");
        let config = format!(
            "model = \"gpt-5.5\"\nopenai_base_url = \"{}\"\nchatgpt_base_url = \"{root}/backend-api/\"\n{QUIET}",
            key.base_url
        );
        let codex = Self::with(&config).await;
        fs::write(codex.home.path().join("codex/auth.json"), auth_json).unwrap();
        codex
    }

    /// As a custom provider over HTTP that reads the endpoint's catalogue too, with its requests to the endpoint
    /// going through the HTTP proxy `through`.
    pub async fn reading_the_catalogue(key: &Key, through: &str) -> Self {
        let base = &key.base_url;
        let config = format!(
            "model = \"gpt-5.5\"\nmodel_provider = \"pool\"\n{QUIET}\n[model_providers.pool]\nname = \"Rockpool\"\n\
             base_url = \"{base}\"\nwire_api = \"responses\"\nenv_key = \"ROCKPOOL_KEY\"\nmodel_catalog_url = \"{base}/models\"\n"
        );
        Self { proxy: Some(through.to_owned()), key: Some("unused".to_owned()), ..Self::with(&config).await }
    }

    async fn with(config: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        for folder in ["codex", "work", "tmp"] {
            fs::create_dir(home.path().join(folder)).unwrap();
        }
        let settings = home.path().join("codex");
        fs::write(settings.join("config.toml"), config).unwrap();
        Self { home, settings, refusing_proxy: RefusingProxy::start().await, key: None, proxy: None }
    }

    /// With a folder of settings that is somebody else's.
    pub async fn set_up_in(settings: PathBuf) -> Self {
        Self { settings, ..Self::with("").await }
    }

    /// The version of the CLI that the tests are run with, such as `0.171.0`.
    pub async fn version() -> String {
        let mut command = Command::new(crate::program::program("CODEX_BIN"));
        let output = command.arg("--version").output().await.unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        said.trim().rsplit(' ').next().unwrap().to_owned()
    }

    /// The folder that commands of the model run in.
    #[must_use]
    pub fn work(&self) -> PathBuf {
        self.home.path().join("work")
    }

    /// The CLI's own login, as it stands now.
    #[must_use]
    pub fn auth_json(&self) -> String {
        fs::read_to_string(self.home.path().join("codex/auth.json")).unwrap()
    }

    /// `codex exec PROMPT`. Orders to the simulated model stand in the prompt: `[[say: …]]`, `[[tool: …]]`.
    pub async fn exec(&self, prompt: &str) -> Ran {
        self.run(&[prompt]).await
    }

    /// `codex exec resume --last PROMPT`.
    pub async fn resume(&self, prompt: &str) -> Ran {
        self.run(&["resume", "--last", prompt]).await
    }

    /// `codex exec PROMPT` with more arguments.
    pub async fn exec_with(&self, prompt: &str, more: &[&str]) -> Ran {
        self.run(&[&[prompt], more].concat()).await
    }

    /// `codex exec --json PROMPT`, up to where it has shown `words`: each message as it is whole.
    pub async fn start_showing(&self, prompt: &str, words: &str) -> Child {
        let mut started = self.command(&["--json", prompt]).spawn().unwrap();
        run::shows(&mut started, words).await;
        started
    }

    fn command(&self, args: &[&str]) -> Command {
        let home = self.home.path();
        let out = self.refusing_proxy.url();
        let mut command =
            confined(Command::new(crate::program::program("CODEX_BIN")), home, &self.refusing_proxy);
        command.current_dir(self.work()).env("CODEX_HOME", &self.settings);
        if let Some(proxy) = &self.proxy {
            command.env_remove("NO_PROXY").env_remove("no_proxy");
            command.env("HTTP_PROXY", proxy).env("http_proxy", proxy);
        }
        command.env("CODEX_REFRESH_TOKEN_URL_OVERRIDE", format!("{out}/oauth/token"));
        command.env("CODEX_REVOKE_TOKEN_URL_OVERRIDE", format!("{out}/oauth/revoke"));
        if let Some(key) = &self.key {
            command.env("ROCKPOOL_KEY", key);
        }
        command.args(["exec", "--skip-git-repo-check", "-s", "danger-full-access"]).args(args);
        command
    }

    async fn run(&self, args: &[&str]) -> Ran {
        let ran = tokio::time::timeout(LONGEST_RUN, self.command(args).output()).await;
        let output =
            ran.unwrap_or_else(|_| panic!("codex {args:?} ran longer than {LONGEST_RUN:?}")).unwrap();
        assert_eq!(
            self.refusing_proxy.requests(),
            Vec::<String>::new(),
            "the CLI tried to leave this machine"
        );
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}
