//! Agents other than the Codex CLI: which ones, how each is set up, and how it is asked.

pub mod connecting;
pub mod desk;
pub mod findings;
mod home;
mod setup;

pub use home::{AgentHome, Said};
pub use setup::{ClineWire, LlmWire, PiWire, QwenWire};

/// An agent in one of the ways in which it speaks to an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agent {
    Opencode(OpencodeWire),
    ClaudeCode,
    Copilot(CopilotWire),
    Continue,
    Aider,
    Cline(ClineWire),
    Llm(LlmWire),
    Pi(PiWire),
    QwenCode(QwenWire),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpencodeWire {
    /// Any provider with an address: chat completions.
    Compatible,
    /// The built-in provider `openai` with another address: Responses.
    OpenAi,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopilotWire {
    Completions,
    Responses,
    WebSockets,
    Anthropic,
}

impl Agent {
    /// Name, version and what it speaks, as the table of tools has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Opencode(OpencodeWire::Compatible) => "opencode 1.18.33, chat completions",
            Self::Opencode(OpencodeWire::OpenAi) => "opencode 1.18.33, Responses",
            Self::ClaudeCode => "Claude Code 2.1.332, messages",
            Self::Copilot(CopilotWire::Completions) => "Copilot CLI 1.0.102, chat completions",
            Self::Copilot(CopilotWire::Responses) => "Copilot CLI 1.0.102, Responses",
            Self::Copilot(CopilotWire::WebSockets) => "Copilot CLI 1.0.102, Responses over WebSocket",
            Self::Copilot(CopilotWire::Anthropic) => "Copilot CLI 1.0.102, messages",
            Self::Continue => "Continue cn 1.5.47, Responses",
            Self::Aider => setup::aider::NAME,
            Self::Cline(wire) => wire.name(),
            Self::Llm(wire) => wire.name(),
            Self::Pi(wire) => wire.name(),
            Self::QwenCode(wire) => wire.name(),
        }
    }

    /// How a person sets it up, in a line of Markdown.
    #[must_use]
    pub fn set_up(self) -> &'static str {
        match self {
            Self::Opencode(OpencodeWire::Compatible) => {
                "a provider with `npm: @ai-sdk/openai-compatible`, `options.baseURL` and `options.apiKey`"
            }
            Self::Opencode(OpencodeWire::OpenAi) => {
                "the provider `openai` with `options.baseURL` and `options.apiKey`"
            }
            Self::ClaudeCode => {
                "`ANTHROPIC_BASE_URL` (without `/v1`), `ANTHROPIC_AUTH_TOKEN`, `ANTHROPIC_MODEL`"
            }
            Self::Copilot(CopilotWire::Completions) => {
                "`COPILOT_OFFLINE=true`, `COPILOT_PROVIDER_BASE_URL`, `COPILOT_PROVIDER_API_KEY`, `COPILOT_MODEL`"
            }
            Self::Copilot(CopilotWire::Responses) => {
                "as for chat completions, and `COPILOT_PROVIDER_WIRE_API=responses`"
            }
            Self::Copilot(CopilotWire::WebSockets) => {
                "as for chat completions, and `COPILOT_PROVIDER_WIRE_API=responses`, `COPILOT_PROVIDER_TRANSPORT=websockets`"
            }
            Self::Copilot(CopilotWire::Anthropic) => {
                "as for chat completions, and `COPILOT_PROVIDER_TYPE=anthropic`; the address without `/v1`"
            }
            Self::Continue => "`config.yaml`: a model with `provider: openai`, `apiBase` and `apiKey`",
            Self::Aider => setup::aider::SET_UP,
            Self::Cline(wire) => wire.set_up_by(),
            Self::Llm(wire) => wire.set_up_by(),
            Self::Pi(wire) => wire.set_up_by(),
            Self::QwenCode(wire) => wire.set_up_by(),
        }
    }

    /// An order to the simulated model to have the file `note` written, as this agent's tool for a shell takes it.
    #[must_use]
    pub fn shell_order(self) -> &'static str {
        match self {
            Self::Opencode(_) | Self::Copilot(_) => {
                r#"[[call: bash {"command":"echo Huế > note","description":"Writes a note"}]]"#
            }
            Self::ClaudeCode => {
                r#"[[call: Bash {"command":"echo Huế > note","description":"Writes a note"}]]"#
            }
            Self::Continue => r#"[[call: Bash {"command":"echo Huế > note"}]]"#,
            Self::Aider => setup::aider::ORDER,
            Self::Cline(_) => setup::cline::ORDER,
            Self::Llm(_) => setup::llm::ORDER,
            Self::Pi(_) => setup::pi::ORDER,
            Self::QwenCode(_) => setup::qwen_code::ORDER,
        }
    }
}
