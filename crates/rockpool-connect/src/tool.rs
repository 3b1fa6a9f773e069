//! The tools that can be connected, and what they are called.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tool {
    /// The Codex CLI, its IDE extension and its app: they read one file.
    CodexCli,
    OpenCode,
    ClaudeCode,
    Continue,
    Cline,
    Aider,
    Zed,
    CopilotCli,
    QwenCode,
    Pi,
    Llm,
}

impl Tool {
    pub const ALL: [Self; 11] = [
        Self::CodexCli,
        Self::OpenCode,
        Self::ClaudeCode,
        Self::Continue,
        Self::Cline,
        Self::Aider,
        Self::Zed,
        Self::CopilotCli,
        Self::QwenCode,
        Self::Pi,
        Self::Llm,
    ];

    /// As typed on a command line.
    pub const fn id(self) -> &'static str {
        match self {
            Self::CodexCli => "codex",
            Self::OpenCode => "opencode",
            Self::ClaudeCode => "claude",
            Self::Continue => "continue",
            Self::Cline => "cline",
            Self::Aider => "aider",
            Self::Zed => "zed",
            Self::CopilotCli => "copilot",
            Self::QwenCode => "qwen",
            Self::Pi => "pi",
            Self::Llm => "llm",
        }
    }

    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.id() == id)
    }

    /// As its makers write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CodexCli => "Codex",
            Self::OpenCode => "opencode",
            Self::ClaudeCode => "Claude Code",
            Self::Continue => "Continue",
            Self::Cline => "Cline",
            Self::Aider => "aider",
            Self::Zed => "Zed",
            Self::CopilotCli => "Copilot CLI",
            Self::QwenCode => "Qwen Code",
            Self::Pi => "pi",
            Self::Llm => "llm",
        }
    }

    /// Names on `PATH`; seen in the packages of each.
    pub const fn programs(self) -> &'static [&'static str] {
        match self {
            Self::CodexCli => &["codex"],
            Self::OpenCode => &["opencode"],
            Self::ClaudeCode => &["claude"],
            Self::Continue => &["cn"],
            Self::Cline => &["cline"],
            Self::Aider => &["aider"],
            Self::Zed => &["zed", "zeditor"],
            Self::CopilotCli => &["copilot"],
            Self::QwenCode => &["qwen"],
            Self::Pi => &["pi"],
            Self::Llm => &["llm"],
        }
    }
}
