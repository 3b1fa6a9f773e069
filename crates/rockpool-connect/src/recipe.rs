//! What has to be in a tool's files so that it uses the endpoint.

mod aider;
mod claude_code;
mod cline;
mod codex;
mod continue_dev;
mod entry;
mod llm;
mod opencode;
mod pi;
mod qwen_code;
mod zed;

pub(crate) use codex::key_kind as codex_key_kind;
pub use entry::Todo;
pub(crate) use entry::{Entry, FileRecipe, Recipe, Rule};

use crate::connection::Connection;
use crate::error::PlanError;
use crate::places::{Surroundings, Texts};
use crate::tool::Tool;

pub(crate) fn recipe(
    tool: Tool,
    to: &Connection,
    at: &Surroundings,
    texts: &Texts,
) -> Result<Recipe, PlanError> {
    let model = to.model.as_deref().ok_or(PlanError::NeedsModel { tool });
    match tool {
        Tool::CodexCli => codex::recipe(to, at, texts),
        Tool::OpenCode => opencode::recipe(to, at, texts),
        Tool::ClaudeCode => Ok(claude_code::recipe(to, at)),
        Tool::Continue => Ok(continue_dev::recipe(to, at, texts, model?)),
        Tool::Cline => Ok(cline::recipe(to, at, model?)),
        Tool::Aider => Ok(aider::recipe(to, at, model?)),
        Tool::Zed => Ok(zed::recipe(to, at, model?)),
        Tool::CopilotCli => Ok(Recipe { files: Vec::new(), todo: vec![Todo::SetVariables] }),
        Tool::QwenCode => Ok(qwen_code::recipe(to, at, model?)),
        Tool::Pi => Ok(pi::recipe(to, at, model?)),
        Tool::Llm => Ok(llm::recipe(to, at, model?)),
    }
}
