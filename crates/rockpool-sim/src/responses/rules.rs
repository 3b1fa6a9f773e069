//! What the backend demands of a request, as tables where that is possible (reported behaviour, second half of 2026).
//! The order is this simulator's own; the provider's is not known.

use serde_json::{Map, Value};

use crate::backend::catalogue::{Model, Shape, Version};
use crate::backend::models;
use crate::reply::Reply;
use crate::responses::{items, tools};
use crate::world::cipher::{Opened, Purpose, Sealer};
use crate::world::people::Workspace;

/// Every top-level field that the client 0.171.0 and its predecessors send. Any other is refused by name.
const FIELDS: [&str; 14] = [
    "model",
    "instructions",
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

/// What a request's headers say of its form.
#[derive(Clone, Debug)]
pub(crate) struct Announced {
    pub lite: LiteMark,
    /// Of the header `version`, which not every client sends.
    pub version: Option<Version>,
}

/// A request while it is looked at.
pub(crate) struct Asked<'a> {
    /// Without the input.
    pub fields: &'a Map<String, Value>,
    /// Whether the input was a list.
    pub is_list: bool,
    /// The whole conversation: on a WebSocket the earlier part too.
    pub input: &'a [Value],
    /// Where in it this request's own items begin.
    pub first_new: usize,
    /// `None` where the request names none that the account has.
    pub model: Option<&'static Model>,
    pub sealer: &'a Sealer,
    pub account_id: &'a str,
    pub announced: &'a Announced,
}

impl Asked<'_> {
    fn at(&self, path: &[&str]) -> &Value {
        let (first, inner) = path.split_first().unwrap_or((&"", &[]));
        let start = self.fields.get(*first).unwrap_or(&Value::Null);
        inner.iter().fold(start, |value, name| &value[*name])
    }

    fn shape(&self) -> Option<Shape> {
        self.model.map(|model| model.shape)
    }
}

/// A field that must have one value.
struct Demand {
    at: &'static [&'static str],
    is_met: fn(&Value) -> bool,
    refusal: fn() -> Reply,
}

const OF_ALL: [Demand; 2] = [
    Demand {
        at: &["store"],
        is_met: |value| value == false,
        refusal: || Reply::detail(400, "Store must be set to false"),
    },
    Demand {
        at: &["stream"],
        is_met: |value| value == true,
        refusal: || Reply::detail(400, "Stream must be set to true"),
    },
];

const OF_LITE: [Demand; 3] = [
    Demand {
        at: &["parallel_tool_calls"],
        is_met: |value| value == false,
        refusal: || {
            lite("X-OpenAI-Internal-Codex-Responses-Lite requires `parallel_tool_calls` to be false.")
        },
    },
    Demand {
        at: &["reasoning", "context"],
        is_met: |value| value == "all_turns",
        refusal: || unsupported_value("Unsupported value: reasoning.context must be 'all_turns'."),
    },
    Demand {
        at: &["tool_choice"],
        is_met: |value| value == "auto",
        refusal: || unsupported_value("Unsupported value: tool_choice must be 'auto'."),
    },
];

type Rule = fn(&Asked<'_>) -> Vec<Reply>;

const RULES: [Rule; 10] = [
    only_known_fields,
    demands_of_all,
    input_is_a_list,
    lite_contract,
    effort_of_the_model,
    usable_tools,
    usable_items,
    instructions_are_there,
    outputs_have_their_calls,
    ciphertexts_of_the_account,
];

/// The refusals for all that the request breaks, in the order of the rules.
pub(crate) fn broken(asked: &Asked<'_>) -> Vec<Reply> {
    RULES.iter().flat_map(|rule| rule(asked)).collect()
}

/// The model that is asked for, if the account has it.
pub(crate) fn model_of(
    workspace: &Workspace,
    fields: &Map<String, Value>,
    announced: &Announced,
) -> Result<&'static Model, Box<Reply>> {
    let Some(slug) = fields.get("model").and_then(Value::as_str) else {
        return Err(Box::new(Reply::detail(400, "Missing required parameter: model")));
    };
    let Some(model) = models::find(slug) else {
        return Err(Box::new(not_found(slug)));
    };
    let too_old = announced.version.is_some_and(|version| version < model.since);
    if too_old || !models::is_in_plan(workspace, slug) {
        let message = format!("The '{slug}' model is not supported when using Codex with a ChatGPT account.");
        // As the backend says it: a sentence, and no code.
        return Err(Box::new(Reply::detail(400, message)));
    }
    Ok(model)
}

fn only_known_fields(asked: &Asked<'_>) -> Vec<Reply> {
    // A tier is taken if it is the one that costs more; any other is no parameter of this backend.
    let is_taken = |name: &str, value: &Value| match name {
        "service_tier" => value == "priority",
        _ => FIELDS.contains(&name),
    };
    let unknown = asked.fields.iter().filter(|(name, value)| !is_taken(name, value));
    unknown.map(|(name, _)| Reply::detail(400, format!("Unsupported parameter: {name}"))).collect()
}

fn demands_of_all(asked: &Asked<'_>) -> Vec<Reply> {
    unmet(asked, &OF_ALL)
}

fn unmet(asked: &Asked<'_>, demands: &[Demand]) -> Vec<Reply> {
    let unmet = demands.iter().filter(|demand| !(demand.is_met)(asked.at(demand.at)));
    unmet.map(|demand| (demand.refusal)()).collect()
}

fn input_is_a_list(asked: &Asked<'_>) -> Vec<Reply> {
    if asked.is_list { Vec::new() } else { vec![Reply::detail(400, "Input must be a list")] }
}

fn lite_contract(asked: &Asked<'_>) -> Vec<Reply> {
    let Some(model) = asked.model.filter(|model| model.shape == Shape::Lite) else {
        return Vec::new();
    };
    if asked.announced.lite == LiteMark::Absent {
        return vec![not_found(model.slug)];
    }
    let mut broken = unmet(asked, &OF_LITE);
    if asked.at(&["tools"]).as_array().is_some_and(|tools| !tools.is_empty()) {
        broken
            .push(lite("X-OpenAI-Internal-Codex-Responses-Lite takes tools as an `additional_tools` item."));
    }
    if asked.at(&["instructions"]).as_str().is_some_and(|text| !text.is_empty()) {
        broken
            .push(lite("X-OpenAI-Internal-Codex-Responses-Lite takes instructions as a developer message."));
    }
    let is_tools = |item: &Value| item["type"] == "additional_tools";
    if asked.input.iter().any(is_tools) && !asked.input.first().is_some_and(is_tools) {
        broken
            .push(lite("X-OpenAI-Internal-Codex-Responses-Lite takes `additional_tools` as the first item."));
    }
    broken
}

fn effort_of_the_model(asked: &Asked<'_>) -> Vec<Reply> {
    let (Some(model), Some(effort)) = (asked.model, asked.at(&["reasoning", "effort"]).as_str()) else {
        return Vec::new();
    };
    if model.efforts.contains(&effort) {
        return Vec::new();
    }
    let known: Vec<String> = model.efforts.iter().map(|effort| format!("'{effort}'")).collect();
    vec![unsupported_value(&format!(
        "Unsupported value: '{effort}' is not supported with the '{}' model. Supported values are: {}.",
        model.slug,
        known.join(", ")
    ))]
}

fn usable_tools(asked: &Asked<'_>) -> Vec<Reply> {
    tools::check(asked.at(&["tools"]))
}

fn usable_items(asked: &Asked<'_>) -> Vec<Reply> {
    asked.input[asked.first_new..].iter().flat_map(items::check).collect()
}

fn instructions_are_there(asked: &Asked<'_>) -> Vec<Reply> {
    let named = asked.at(&["instructions"]).as_str().is_some_and(|text| !text.is_empty());
    let is_wanted = asked.is_list && asked.shape() == Some(Shape::Classic);
    if !is_wanted || named || asked.input.iter().any(|item| item["role"] == "developer") {
        return Vec::new();
    }
    vec![Reply::detail(400, "Instructions are required")]
}

fn outputs_have_their_calls(asked: &Asked<'_>) -> Vec<Reply> {
    items::check_outputs_have_their_calls(asked.input)
}

fn ciphertexts_of_the_account(asked: &Asked<'_>) -> Vec<Reply> {
    let is_own = |blob: &str| {
        asked.sealer.open(Purpose::Content, blob) == Opened::MadeFor(asked.account_id.to_owned())
    };
    let of_item = |item| items::ciphertexts(item).into_iter().map(move |blob| (item, blob));
    let blobs = asked.input.iter().flat_map(of_item);
    blobs.filter(|(_, blob)| !is_own(blob)).map(|(item, blob)| foreign_ciphertext(item, blob)).collect()
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

fn not_found(slug: &str) -> Reply {
    Reply::error(404, "model_not_found", &format!("Model not found {slug}"))
}

fn lite(message: &str) -> Reply {
    Reply::error(400, "invalid_request_error", message)
}

fn unsupported_value(message: &str) -> Reply {
    Reply::error(400, "unsupported_value", message)
}
