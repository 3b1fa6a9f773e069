//! A login to the provider that a tool has of its own.

use std::path::PathBuf;

use crate::format::Format;
use crate::places::{Surroundings, Texts};
use crate::tool::Tool;
use crate::value::Value;

/// A login to ChatGPT that the tool has of its own. Where it is an account of the pool, one token has two owners, and the
/// first to renew it signs the other out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnLogin {
    pub file: PathBuf,
    /// The workspace's id, as the provider's `chatgpt-account-id` header has it. Older files lack it.
    pub account_id: Option<String>,
}

/// `None` also where the login is in a keychain, and where its file cannot be read.
pub fn own_login(tool: Tool, at: &Surroundings, texts: &Texts) -> Option<OwnLogin> {
    let (file, members) = match tool {
        // Seen (0.169, 0.171): `tokens.account_id`.
        Tool::CodexCli => (at.codex_login(), ["tokens", "account_id"]),
        // As its sources write it: `openai: { type: "oauth", accountId, … }`.
        Tool::OpenCode => (at.opencode_login(), ["openai", "accountId"]),
        // Documented name of the provider (docs/providers.md); the member as its sources write it.
        Tool::Pi => (at.pi_login(), ["openai-codex", "accountId"]),
        Tool::ClaudeCode
        | Tool::Continue
        | Tool::Cline
        | Tool::Aider
        | Tool::Zed
        | Tool::CopilotCli
        | Tool::QwenCode
        | Tool::Llm => return None,
    };
    let [holder, account_id] = members;
    let tree = Format::Json.tree(texts.get(&file)?).ok()?;
    let login = tree.key(holder)?;
    let is_login =
        ["access", "access_token", "refresh", "refresh_token"].iter().any(|token| login.key(token).is_some());
    let account_id = login.key(account_id).and_then(Value::as_text).map(str::to_owned);
    is_login.then_some(OwnLogin { file, account_id })
}
