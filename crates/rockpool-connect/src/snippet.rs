//! What a person writes into a program or a shell of their own.

use crate::connection::Connection;
use crate::value::quoted;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shell {
    Posix,
    Fish,
    PowerShell,
}

/// What to write into a program, or into a shell, of one's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Snippet {
    OpenAiPython,
    OpenAiNode,
    AnthropicPython,
    AnthropicNode,
    AiSdk,
    LangChain,
    LiteLlm,
    Curl,
    /// Documented by GitHub (BYOK models); the wire format seen in 1.0.102.
    CopilotCli(Shell),
}

impl Snippet {
    pub const ALL: [Self; 11] = [
        Self::OpenAiPython,
        Self::OpenAiNode,
        Self::AnthropicPython,
        Self::AnthropicNode,
        Self::AiSdk,
        Self::LangChain,
        Self::LiteLlm,
        Self::Curl,
        Self::CopilotCli(Shell::Posix),
        Self::CopilotCli(Shell::Fish),
        Self::CopilotCli(Shell::PowerShell),
    ];

    /// As typed on a command line.
    pub const fn id(self) -> &'static str {
        match self {
            Self::OpenAiPython => "openai-python",
            Self::OpenAiNode => "openai-node",
            Self::AnthropicPython => "anthropic-python",
            Self::AnthropicNode => "anthropic-node",
            Self::AiSdk => "ai-sdk",
            Self::LangChain => "langchain",
            Self::LiteLlm => "litellm",
            Self::Curl => "curl",
            Self::CopilotCli(Shell::Posix) => "copilot",
            Self::CopilotCli(Shell::Fish) => "copilot-fish",
            Self::CopilotCli(Shell::PowerShell) => "copilot-powershell",
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::OpenAiPython => "OpenAI SDK, Python",
            Self::OpenAiNode => "OpenAI SDK, Node",
            Self::AnthropicPython => "Anthropic SDK, Python",
            Self::AnthropicNode => "Anthropic SDK, Node",
            Self::AiSdk => "AI SDK",
            Self::LangChain => "LangChain",
            Self::LiteLlm => "litellm",
            Self::Curl => "curl",
            Self::CopilotCli(Shell::Posix) => "Copilot CLI, bash or zsh",
            Self::CopilotCli(Shell::Fish) => "Copilot CLI, fish",
            Self::CopilotCli(Shell::PowerShell) => "Copilot CLI, PowerShell",
        }
    }
}

/// Where the connection names no model, a person has to put one in.
const MODEL: &str = "MODEL";

/// Holds the key as it is.
pub fn snippet(kind: Snippet, to: &Connection) -> String {
    let model = to.model.as_deref().unwrap_or(MODEL);
    let (openai, anthropic) = (quoted(&to.openai()), quoted(&to.anthropic()));
    let (key, quoted_model) = (quoted(to.key()), quoted(model));
    match kind {
        Snippet::OpenAiPython => format!(
            "from openai import OpenAI\n\nclient = OpenAI(base_url={openai}, api_key={key})\n\
             response = client.responses.create(model={quoted_model}, input=\"Hello\")\nprint(response.output_text)\n"
        ),
        Snippet::OpenAiNode => format!(
            "import OpenAI from \"openai\";\n\nconst client = new OpenAI({{ baseURL: {openai}, apiKey: {key} }});\n\
             const response = await client.responses.create({{ model: {quoted_model}, input: \"Hello\" }});\n\
             console.log(response.output_text);\n"
        ),
        Snippet::AnthropicPython => format!(
            "from anthropic import Anthropic\n\nclient = Anthropic(base_url={anthropic}, auth_token={key})\n\
             message = client.messages.create(\n    model={quoted_model},\n    max_tokens=1024,\n    \
             messages=[{{\"role\": \"user\", \"content\": \"Hello\"}}],\n)\nprint(message.content)\n"
        ),
        Snippet::AnthropicNode => format!(
            "import Anthropic from \"@anthropic-ai/sdk\";\n\n\
             const client = new Anthropic({{ baseURL: {anthropic}, authToken: {key} }});\n\
             const message = await client.messages.create({{\n  model: {quoted_model},\n  max_tokens: 1024,\n  \
             messages: [{{ role: \"user\", content: \"Hello\" }}],\n}});\nconsole.log(message.content);\n"
        ),
        Snippet::AiSdk => format!(
            "import {{ createOpenAI }} from \"@ai-sdk/openai\";\nimport {{ generateText }} from \"ai\";\n\n\
             const rockpool = createOpenAI({{ baseURL: {openai}, apiKey: {key} }});\n\
             const {{ text }} = await generateText({{ model: rockpool({quoted_model}), prompt: \"Hello\" }});\n\
             console.log(text);\n"
        ),
        Snippet::LangChain => format!(
            "from langchain_openai import ChatOpenAI\n\n\
             llm = ChatOpenAI(model={quoted_model}, base_url={openai}, api_key={key})\n\
             print(llm.invoke(\"Hello\").content)\n"
        ),
        Snippet::LiteLlm => format!(
            "from litellm import completion\n\nresponse = completion(\n    model={},\n    api_base={openai},\n    \
             api_key={key},\n    messages=[{{\"role\": \"user\", \"content\": \"Hello\"}}],\n)\n\
             print(response.choices[0].message.content)\n",
            quoted(&format!("openai/{model}"))
        ),
        Snippet::Curl => format!(
            "curl {}/responses \\\n  -H {} \\\n  -H 'Content-Type: application/json' \\\n  -d {}\n",
            to.openai(),
            single_quoted(&format!("Authorization: Bearer {}", to.key())),
            single_quoted(&format!("{{\"model\": {quoted_model}, \"input\": \"Hello\"}}")),
        ),
        Snippet::CopilotCli(shell) => {
            let base_url = to.openai();
            let variables = [
                ("COPILOT_PROVIDER_BASE_URL", base_url.as_str()),
                ("COPILOT_PROVIDER_API_KEY", to.key()),
                ("COPILOT_PROVIDER_WIRE_API", "responses"),
                ("COPILOT_MODEL", model),
            ];
            variables.into_iter().map(|(name, value)| set(shell, name, value)).collect()
        }
    }
}

fn set(shell: Shell, name: &str, value: &str) -> String {
    match shell {
        Shell::Posix => format!("export {name}={}\n", single_quoted(value)),
        Shell::Fish => format!("set -gx {name} '{}'\n", value.replace('\\', r"\\").replace('\'', r"\'")),
        Shell::PowerShell => format!("$env:{name} = '{}'\n", value.replace('\'', "''")),
    }
}

fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
