//! Which models an account may use, in the shape that the client 0.171.0 and the public SDKs both read.

use ring::digest;
use serde_json::{Value, json};

use crate::backend::catalogue::{CATALOGUE, Model, Shape, Version, Visibility};
use crate::reply::Reply;
use crate::world::people::Workspace;

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

/// What `GET /codex/models` says to a client of that version.
pub(crate) fn catalogue(workspace: &Workspace, version: Version) -> Value {
    let is_shown = |model: &Model| is_in_plan(workspace, model.slug) && model.since <= version;
    let models = || CATALOGUE.iter().enumerate().filter(|(_, model)| is_shown(model));
    let public: Vec<Value> = models().map(|(_, model)| json!({"id": model.slug, "object": "model", "created": 1_790_000_000, "owned_by": "openai"})).collect();
    let entries: Vec<Value> = models().map(|(index, model)| entry(index + 1, model)).collect();
    json!({"object": "list", "data": public, "models": entries})
}

/// As the provider refuses a query without `client_version`.
pub(crate) fn version_missing() -> Reply {
    let message =
        "[{'type': 'missing', 'loc': ('query', 'client_version'), 'msg': 'Field required', 'input': None}]";
    let error = json!({"message": message, "type": "invalid_request_error", "param": null, "code": null});
    Reply::json(400, &json!({"error": error}))
}

const INSTRUCTIONS: &str = "You are a simulated model. Answer in one sentence.";

fn entry(priority: usize, model: &Model) -> Value {
    let levels: Vec<Value> = model
        .efforts
        .iter()
        .map(|effort| json!({"effort": effort, "description": format!("Simulated, {effort}")}))
        .collect();
    let visibility = match model.visibility {
        Visibility::List => "list",
        Visibility::Hide => "hide",
    };
    let Version(major, minor, patch) = model.since;
    let mut entry = json!({
        "slug": model.slug, "display_name": format!("{} (simulated)", model.name),
        "description": "A model of the simulator.", "minimal_client_version": format!("{major}.{minor}.{patch}"),
        "default_reasoning_level": model.default_effort, "supported_reasoning_levels": levels,
        "shell_type": "unified_exec", "visibility": visibility, "supported_in_api": true, "priority": priority,
        "additional_speed_tiers": [], "service_tiers": [{"id": "priority", "name": "Fast", "description": "Quicker, costs more"}],
        "availability_nux": null, "upgrade": null, "model_messages": null,
        "include_skills_usage_instructions": false, "include_plugin_usage_instructions": false, "include_apps_usage_instructions": false,
        "default_reasoning_summary": "none", "support_verbosity": true, "default_verbosity": model.default_verbosity,
        "supports_parallel_tool_calls": true, "supports_reasoning_summaries": true,
        "apply_patch_tool_type": "freeform", "web_search_tool_type": "text_and_image",
        "truncation_policy": {"mode": "tokens", "limit": 10_000}, "supports_image_detail_original": true,
        "context_window": model.context, "max_context_window": model.most_context, "comp_hash": model.comp_hash,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::people::Windows;

    fn listed(workspace: &Workspace, version: &str) -> Vec<String> {
        let catalogue = catalogue(workspace, Version::read(version).unwrap());
        let models = catalogue["models"].as_array().unwrap().clone();
        models.iter().map(|model| model["slug"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn an_older_client_is_shown_fewer_models() {
        let workspace = Workspace::new("acct", "plus", Windows::none());
        assert_eq!(listed(&workspace, "0.171.0").len(), 14);
        assert_eq!(listed(&workspace, "0.165.9-alpha.1").len(), 12);
        assert_eq!(listed(&workspace, "0.124.0"), ["gpt-5.5", "codex-auto-review"]);
        assert!(listed(&workspace, "0.21.0").is_empty());
    }

    #[test]
    fn a_plan_shows_its_own_models_only() {
        let mut workspace = Workspace::new("acct", "free", Windows::none());
        workspace.models = Some(vec!["gpt-5.5".to_owned(), "gpt-made-up".to_owned()]);
        assert_eq!(listed(&workspace, "0.171.0"), ["gpt-5.5"]);
    }
}
