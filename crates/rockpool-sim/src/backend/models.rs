//! The catalogue of models, in the shape that the client 0.169.0 and the public SDKs both read.

use ring::digest;
use serde_json::{Value, json};

use crate::world::people::Workspace;

/// How a model wants to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Top-level tools, `exec_command` as function.
    Classic,
    /// The Responses-Lite contract, tools inside the input, shell through a script.
    Lite,
}

#[derive(Debug)]
pub(crate) struct Model {
    pub slug: &'static str,
    display_name: &'static str,
    description: &'static str,
    pub shape: Shape,
    priority: u32,
    comp_hash: &'static str,
}

const CATALOGUE: [Model; 3] = [
    Model {
        slug: "gpt-6.1-sol",
        display_name: "GPT-6.1-Sol (simulated)",
        description: "The simulator's default model.",
        shape: Shape::Lite,
        priority: 1,
        comp_hash: "3000",
    },
    Model {
        slug: "gpt-5.6-luna",
        display_name: "GPT-5.6-Luna (simulated)",
        description: "The simulator's small model.",
        shape: Shape::Lite,
        priority: 2,
        comp_hash: "3000",
    },
    Model {
        slug: "gpt-5.5",
        display_name: "GPT-5.5 (simulated)",
        description: "The simulator's model with plain function tools.",
        shape: Shape::Classic,
        priority: 3,
        comp_hash: "2911",
    },
];

pub(crate) fn find(slug: &str) -> Option<&'static Model> {
    CATALOGUE.iter().find(|model| model.slug == slug)
}

/// Whether the plan has the model.
pub(crate) fn is_in_plan(workspace: &Workspace, slug: &str) -> bool {
    workspace.models.as_ref().is_none_or(|models| models.iter().any(|known| known == slug))
}

/// Differs between workspaces on purpose, as the provider's does between plans and roll-outs.
pub(crate) fn etag(workspace: &Workspace) -> String {
    let named = format!("{} {:?}", workspace.account_id, workspace.models);
    let hash = digest::digest(&digest::SHA256, named.as_bytes());
    let short: String = hash.as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("W/\"{short}\"")
}

/// `GET /codex/models`.
pub(crate) fn catalogue(workspace: &Workspace) -> Value {
    let models: Vec<&Model> = CATALOGUE.iter().filter(|model| is_in_plan(workspace, model.slug)).collect();
    let public: Vec<Value> = models.iter().map(|model| json!({"id": model.slug, "object": "model", "created": 1_790_000_000, "owned_by": "openai"})).collect();
    let entries: Vec<Value> = models.iter().map(|model| entry(model)).collect();
    json!({"object": "list", "data": public, "models": entries})
}

const INSTRUCTIONS: &str = "You are a simulated model. Answer in one sentence.";

fn entry(model: &Model) -> Value {
    let efforts =
        [("low", "Quick"), ("medium", "Balanced"), ("high", "Thorough"), ("xhigh", "Very thorough")];
    let levels: Vec<Value> = efforts
        .iter()
        .map(|(effort, description)| json!({"effort": effort, "description": description}))
        .collect();
    let mut entry = json!({
        "slug": model.slug, "display_name": model.display_name, "description": model.description,
        "default_reasoning_level": "low", "supported_reasoning_levels": levels,
        "shell_type": "unified_exec", "visibility": "list", "supported_in_api": true, "priority": model.priority,
        "additional_speed_tiers": [], "service_tiers": [{"id": "priority", "name": "Fast", "description": "Quicker, costs more"}],
        "availability_nux": null, "upgrade": null, "model_messages": null,
        "include_skills_usage_instructions": false, "include_plugin_usage_instructions": false, "include_apps_usage_instructions": false,
        "default_reasoning_summary": "none", "support_verbosity": true, "default_verbosity": "low",
        "apply_patch_tool_type": "freeform", "web_search_tool_type": "text_and_image",
        "truncation_policy": {"mode": "tokens", "limit": 10_000}, "supports_image_detail_original": true,
        "context_window": 272_000, "max_context_window": 272_000, "comp_hash": model.comp_hash,
        "effective_context_window_percent": 95, "experimental_supported_tools": [],
        "input_modalities": ["text", "image"], "supports_search_tool": true, "supports_experimental_context": false,
        "use_responses_lite": model.shape == Shape::Lite, "supports_reasoning_effort_updates": true,
        "node_repl_auto_review_required": true, "node_repl_disabled": false,
        "base_instructions": INSTRUCTIONS,
    });
    if model.shape == Shape::Lite {
        entry["tool_mode"] = json!("code_mode_only");
    }
    entry
}
