//! What a tool is pointed at: address, key and model.

use secrecy::{ExposeSecret, SecretString};

/// Where a key travels. The prefixes are the engine's (`rp_`, `rpu_`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// `Authorization: Bearer rp_…` or `x-api-key: rp_…`
    Bearer,
    /// `/k/rpu_…` before the path, for a tool that sends a bearer of its own; served on loopback only.
    Path,
}

/// What a tool is pointed at.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Scheme, host and port, such as `http://127.0.0.1:7625`, without a slash at the end.
    pub origin: String,
    pub key: SecretString,
    /// The model that the tool shall ask for. Tools that list no models themselves need one.
    pub model: Option<String>,
    /// Tokens. Asked for by tools that cannot find it out.
    pub context_window: Option<u32>,
}

/// The input of gpt-5.x as Zed's own documentation has it, where nothing better is known.
const CONTEXT_WINDOW: u32 = 272_000;

impl Connection {
    pub(crate) fn key(&self) -> &str {
        self.key.expose_secret()
    }

    pub(crate) fn key_kind(&self) -> KeyKind {
        match self.key().starts_with("rpu_") {
            true => KeyKind::Path,
            false => KeyKind::Bearer,
        }
    }

    /// The base address that OpenAI clients take.
    pub(crate) fn openai(&self) -> String {
        format!("{}/v1", self.origin)
    }

    /// The base address that Anthropic clients take: they add `/v1/messages` themselves.
    pub(crate) fn anthropic(&self) -> String {
        self.origin.clone()
    }

    pub(crate) fn openai_with_path_key(&self) -> String {
        format!("{}/k/{}/v1", self.origin, self.key())
    }

    pub(crate) fn backend_with_path_key(&self) -> String {
        format!("{}/k/{}/backend-api/", self.origin, self.key())
    }

    pub(crate) fn context_window(&self) -> u32 {
        self.context_window.unwrap_or(CONTEXT_WINDOW)
    }
}
