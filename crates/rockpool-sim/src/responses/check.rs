//! Which requests the backend accepts, and how it refuses the others (reported behaviour, mid-2026).

use serde_json::{Map, Value};

use crate::backend::models::{self, Model, Shape};
use crate::reply::Reply;
use crate::responses::items;
use crate::world::cipher::{Opened, Purpose, Sealer};
use crate::world::people::Workspace;

/// Every top-level field that the client 0.169.0 and its predecessors send. Any other is refused by name.
const FIELDS: [&str; 15] = [
    "model",
    "instructions",
    "input",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "reasoning",
    "store",
    "stream",
    "stream_options",
    "include",
    "service_tier",
    "prompt_cache_key",
    "text",
    "client_metadata",
];

/// The header that announces the Responses-Lite contract.
pub(crate) const LITE_HEADER: &str = "x-openai-internal-codex-responses-lite";

/// Whether the request carried the header above, in whatever way its transport has for headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LiteMark {
    Present,
    Absent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestKind {
    Answer,
    /// The last item is a compaction trigger.
    Compaction,
}

#[derive(Debug)]
pub(crate) struct AcceptedRequest {
    pub model: &'static Model,
    pub kind: RequestKind,
    /// The whole conversation: on a WebSocket the earlier part too.
    pub input: Vec<Value>,
    pub fields: Map<String, Value>,
}

pub(crate) fn check(
    sealer: &Sealer,
    workspace: &Workspace,
    mut fields: Map<String, Value>,
    earlier: Vec<Value>,
    lite: LiteMark,
) -> Result<AcceptedRequest, Reply> {
    if let Some(unknown) = fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        return Err(Reply::detail(400, format!("Unsupported parameter: {unknown}")));
    }
    if fields.get("store") != Some(&Value::Bool(false)) {
        return Err(Reply::detail(400, "Store must be set to false"));
    }
    if fields.get("stream") != Some(&Value::Bool(true)) {
        return Err(Reply::detail(400, "Stream must be set to true"));
    }
    let Some(Value::Array(new_items)) = fields.remove("input") else {
        return Err(Reply::detail(400, "Input must be a list"));
    };
    let model = check_model(workspace, fields.get("model"))?;
    match model.shape {
        Shape::Lite => check_lite(&fields, lite, model.slug)?,
        Shape::Classic => {}
    }
    for item in &new_items {
        items::check(item)?;
    }
    let mut input = earlier;
    input.extend(new_items);
    if model.shape == Shape::Classic && !has_instructions(&fields, &input) {
        return Err(Reply::detail(400, "Instructions are required"));
    }
    items::check_calls_are_answered_in_place(&input)?;
    check_ciphertexts(sealer, &workspace.account_id, &input)?;
    let kind = match input.last().and_then(|item| item["type"].as_str()) {
        Some("compaction_trigger") => RequestKind::Compaction,
        _ => RequestKind::Answer,
    };
    Ok(AcceptedRequest { model, kind, input, fields })
}

fn check_model(workspace: &Workspace, model: Option<&Value>) -> Result<&'static Model, Reply> {
    let Some(slug) = model.and_then(Value::as_str) else {
        return Err(Reply::detail(400, "Missing required parameter: model"));
    };
    let Some(model) = models::find(slug) else {
        return Err(Reply::error(404, "model_not_found", &format!("Model not found {slug}")));
    };
    if !models::is_in_plan(workspace, slug) {
        let message = format!("The '{slug}' model is not supported when using Codex with a ChatGPT account.");
        // As the backend says it: a sentence, and no code.
        return Err(Reply::detail(400, message));
    }
    Ok(model)
}

fn check_lite(fields: &Map<String, Value>, lite: LiteMark, slug: &str) -> Result<(), Reply> {
    if lite == LiteMark::Absent {
        return Err(Reply::error(404, "model_not_found", &format!("Model not found {slug}")));
    }
    if fields.get("parallel_tool_calls") != Some(&Value::Bool(false)) {
        let message = "X-OpenAI-Internal-Codex-Responses-Lite requires `parallel_tool_calls` to be false.";
        return Err(Reply::error(400, "invalid_request_error", message));
    }
    if fields.get("reasoning").map(|reasoning| &reasoning["context"]) != Some(&Value::from("all_turns")) {
        return Err(Reply::error(
            400,
            "unsupported_value",
            "Unsupported value: reasoning.context must be 'all_turns'.",
        ));
    }
    if fields.get("tool_choice") != Some(&Value::from("auto")) {
        return Err(Reply::error(400, "unsupported_value", "Unsupported value: tool_choice must be 'auto'."));
    }
    let tools = fields.get("tools").and_then(Value::as_array);
    if tools.is_some_and(|tools| !tools.is_empty()) {
        return Err(Reply::error(
            400,
            "invalid_request_error",
            "X-OpenAI-Internal-Codex-Responses-Lite takes tools as an additional_tools item.",
        ));
    }
    Ok(())
}

fn has_instructions(fields: &Map<String, Value>, input: &[Value]) -> bool {
    let named = fields.get("instructions").and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    named || input.iter().any(|item| item["role"] == "developer")
}

fn check_ciphertexts(sealer: &Sealer, account_id: &str, input: &[Value]) -> Result<(), Reply> {
    for item in input {
        for blob in items::ciphertexts(item) {
            match sealer.open(Purpose::Content, blob) {
                Opened::MadeFor(owner) if owner == account_id => {}
                Opened::MadeFor(_) | Opened::Garbage => return Err(foreign_ciphertext(item, blob)),
            }
        }
    }
    Ok(())
}

fn foreign_ciphertext(item: &Value, blob: &str) -> Reply {
    let message = match item["type"].as_str() {
        Some("agent_message" | "function_call_output") => {
            "Encrypted function output content could not be decrypted or decoded.".to_owned()
        }
        _ => {
            let start: String = blob.chars().take(8).collect();
            format!(
                "The encrypted content {start}... could not be verified. Reason: Encrypted content could not be decrypted or parsed."
            )
        }
    };
    Reply::error(400, "invalid_encrypted_content", &message)
}
