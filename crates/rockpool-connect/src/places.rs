//! Where each tool keeps its files, and how it is found on a machine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::tool::Tool;

/// The files that are there.
pub type Texts = BTreeMap<PathBuf, String>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Os {
    Linux,
    MacOs,
    Windows,
}

impl Os {
    /// The one that this was built for; all others keep files as Linux does.
    pub fn here() -> Self {
        match std::env::consts::OS {
            "macos" => Self::MacOs,
            "windows" => Self::Windows,
            _ => Self::Linux,
        }
    }
}

/// The person's home and environment, as a tool would see them.
#[derive(Debug, Clone)]
pub struct Surroundings {
    pub os: Os,
    pub home: PathBuf,
    pub variables: BTreeMap<String, String>,
}

impl Surroundings {
    /// All that are looked at.
    pub const VARIABLES: [&str; 11] = [
        "APPDATA",
        "CLAUDE_CONFIG_DIR",
        "CLINE_DATA_DIR",
        "CLINE_DIR",
        "CODEX_HOME",
        "CONTINUE_GLOBAL_DIR",
        "LLM_USER_PATH",
        "OPENCODE_CONFIG",
        "PI_CODING_AGENT_DIR",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
    ];

    /// An empty variable counts as none.
    fn variable(&self, name: &str) -> Option<PathBuf> {
        self.variables.get(name).filter(|value| !value.is_empty()).map(PathBuf::from)
    }

    fn variable_or(&self, name: &str, default: impl AsRef<Path>) -> PathBuf {
        self.variable(name).unwrap_or_else(|| self.home.join(default))
    }

    /// `$CODEX_HOME`; documented in Codex's config reference.
    fn codex(&self) -> PathBuf {
        self.variable_or("CODEX_HOME", ".codex")
    }

    pub(crate) fn codex_config(&self) -> PathBuf {
        self.codex().join("config.toml")
    }

    /// Seen (0.169, 0.171).
    pub(crate) fn codex_login(&self) -> PathBuf {
        self.codex().join("auth.json")
    }

    /// The XDG folders on every system; documented for the configuration, seen for the login (1.18).
    fn opencode(&self) -> PathBuf {
        self.variable_or("XDG_CONFIG_HOME", ".config").join("opencode")
    }

    /// Documented: `$OPENCODE_CONFIG` outranks the global files, of which the one with comments is read last.
    pub(crate) fn opencode_configs(&self) -> [PathBuf; 3] {
        let jsonc = self.opencode().join("opencode.jsonc");
        let json = self.opencode().join("opencode.json");
        [self.variable("OPENCODE_CONFIG").unwrap_or_else(|| jsonc.clone()), jsonc, json]
    }

    pub(crate) fn opencode_login(&self) -> PathBuf {
        self.variable_or("XDG_DATA_HOME", ".local/share").join("opencode/auth.json")
    }

    /// Documented, `$CLAUDE_CONFIG_DIR` too.
    pub(crate) fn claude_code_settings(&self) -> PathBuf {
        self.variable_or("CLAUDE_CONFIG_DIR", ".claude").join("settings.json")
    }

    /// Documented; the JSON file is the older form, and is not read where the YAML file is.
    pub(crate) fn continue_configs(&self) -> [PathBuf; 2] {
        let folder = self.variable_or("CONTINUE_GLOBAL_DIR", ".continue");
        [folder.join("config.yaml"), folder.join("config.json")]
    }

    /// Documented (`docs.cline.bot/getting-started/config`); the variables as its sources name them.
    pub(crate) fn cline_providers(&self) -> PathBuf {
        let root = self.variable_or("CLINE_DIR", ".cline");
        self.variable("CLINE_DATA_DIR").unwrap_or_else(|| root.join("data")).join("settings/providers.json")
    }

    /// Documented, and seen in 0.86.
    pub(crate) fn aider_config(&self) -> PathBuf {
        self.home.join(".aider.conf.yml")
    }

    /// Documented.
    pub(crate) fn zed_settings(&self) -> PathBuf {
        let folder = match self.os {
            Os::Linux => self.variable_or("XDG_CONFIG_HOME", ".config").join("zed"),
            Os::MacOs => self.home.join(".config/zed"),
            Os::Windows => self.variable_or("APPDATA", "AppData/Roaming").join("Zed"),
        };
        folder.join("settings.json")
    }

    /// Documented.
    pub(crate) fn qwen_code_settings(&self) -> PathBuf {
        self.home.join(".qwen/settings.json")
    }

    /// Documented (0.73, docs/usage.md).
    fn pi(&self) -> PathBuf {
        self.variable_or("PI_CODING_AGENT_DIR", ".pi/agent")
    }

    pub(crate) fn pi_models(&self) -> PathBuf {
        self.pi().join("models.json")
    }

    pub(crate) fn pi_settings(&self) -> PathBuf {
        self.pi().join("settings.json")
    }

    pub(crate) fn pi_login(&self) -> PathBuf {
        self.pi().join("auth.json")
    }

    /// Seen in 0.36: `click.get_app_dir("io.datasette.llm")`.
    fn llm(&self) -> PathBuf {
        let apps = match self.os {
            Os::Linux => self.variable_or("XDG_CONFIG_HOME", ".config"),
            Os::MacOs => self.home.join("Library/Application Support"),
            Os::Windows => self.variable_or("APPDATA", "AppData/Roaming"),
        };
        self.variable("LLM_USER_PATH").unwrap_or_else(|| apps.join("io.datasette.llm"))
    }

    pub(crate) fn llm_models(&self) -> PathBuf {
        self.llm().join("extra-openai-models.yaml")
    }

    pub(crate) fn llm_keys(&self) -> PathBuf {
        self.llm().join("keys.json")
    }

    fn copilot(&self) -> PathBuf {
        self.home.join(".copilot")
    }
}

/// Every file that planning for this tool looks at, logins included; each may be missing.
pub fn files_of(tool: Tool, at: &Surroundings) -> Vec<PathBuf> {
    let mut files = match tool {
        Tool::CodexCli => vec![at.codex_config(), at.codex_login()],
        Tool::OpenCode => at.opencode_configs().into_iter().chain([at.opencode_login()]).collect(),
        Tool::ClaudeCode => vec![at.claude_code_settings()],
        Tool::Continue => at.continue_configs().to_vec(),
        Tool::Cline => vec![at.cline_providers()],
        Tool::Aider => vec![at.aider_config()],
        Tool::Zed => vec![at.zed_settings()],
        Tool::CopilotCli => Vec::new(),
        Tool::QwenCode => vec![at.qwen_code_settings()],
        Tool::Pi => vec![at.pi_models(), at.pi_settings(), at.pi_login()],
        Tool::Llm => vec![at.llm_models(), at.llm_keys()],
    };
    files.dedup();
    files
}

/// What a machine has.
pub trait Probe {
    fn is_file(&self, path: &Path) -> bool;
    fn is_folder(&self, path: &Path) -> bool;
    /// Where `PATH` leads for this name.
    fn program(&self, name: &str) -> Option<PathBuf>;
}

/// Why a tool is taken to be installed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Detection {
    pub programs: Vec<PathBuf>,
    pub files: Vec<PathBuf>,
    pub folders: Vec<PathBuf>,
}

impl Detection {
    pub fn is_installed(&self) -> bool {
        !(self.programs.is_empty() && self.files.is_empty() && self.folders.is_empty())
    }
}

/// An editor's extension or an app leaves no program on `PATH`, so a tool's folder counts too.
pub fn detect(tool: Tool, at: &Surroundings, probe: &dyn Probe) -> Detection {
    let folder = match tool {
        Tool::CodexCli => Some(at.codex()),
        Tool::OpenCode => Some(at.opencode()),
        Tool::ClaudeCode => at.claude_code_settings().parent().map(Path::to_path_buf),
        Tool::Continue => at.continue_configs()[0].parent().map(Path::to_path_buf),
        Tool::Cline => Some(at.variable_or("CLINE_DIR", ".cline")),
        Tool::Aider => Some(at.home.join(".aider")),
        Tool::Zed => at.zed_settings().parent().map(Path::to_path_buf),
        Tool::CopilotCli => Some(at.copilot()),
        Tool::QwenCode => at.qwen_code_settings().parent().map(Path::to_path_buf),
        Tool::Pi => Some(at.pi()),
        Tool::Llm => Some(at.llm()),
    };
    Detection {
        programs: tool.programs().iter().filter_map(|name| probe.program(name)).collect(),
        files: files_of(tool, at).into_iter().filter(|file| probe.is_file(file)).collect(),
        folders: folder.into_iter().filter(|folder| probe.is_folder(folder)).collect(),
    }
}
