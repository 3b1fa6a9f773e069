//! Tools as lite models take them: inside the first input item, and without a word on which of them to call.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::model::Model;
use crate::refusal::Refusal;
use crate::tool_choice::{ToolChoice, WebSearch};

/// The namespace in which a lite model finds a tool's functions.
pub(crate) const FUNCTIONS: &str = "functions";

#[derive(Serialize)]
pub(crate) struct AdditionalTools<'a> {
    r#type: &'a str,
    role: &'a str,
    tools: Vec<LiteTool<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum LiteTool<'a> {
    Functions(Namespace<'a>),
    /// A namespace of the tool's own, or what the provider runs itself.
    Other(&'a RawValue),
}

#[derive(Serialize)]
struct Namespace<'a> {
    r#type: &'a str,
    name: &'a str,
    description: &'a str,
    tools: Vec<&'a RawValue>,
}

/// The first input item of a request with tools. Functions stand in one namespace; the provider's own tools, and
/// namespaces of the tool, beside it.
pub(crate) fn additional_tools(tools: &[Box<RawValue>]) -> AdditionalTools<'_> {
    let (functions, others): (Vec<&RawValue>, Vec<&RawValue>) = tools
        .iter()
        .map(|tool| &**tool)
        .partition(|tool| matches!(kind(tool).as_str(), "function" | "custom"));
    let namespace = Namespace { r#type: "namespace", name: FUNCTIONS, description: "", tools: functions };
    let namespace = (!namespace.tools.is_empty()).then_some(LiteTool::Functions(namespace));
    let tools = namespace.into_iter().chain(others.into_iter().map(LiteTool::Other)).collect();
    AdditionalTools { r#type: "additional_tools", role: "developer", tools }
}

/// What tells tools apart.
#[derive(Default, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Named {
    r#type: Option<String>,
    name: Option<String>,
}

impl Named {
    fn of(tool: &RawValue) -> Self {
        let mut named: Self = serde_json::from_str(tool.get()).unwrap_or_default();
        if named.is_web_search() {
            named.r#type = Some("web_search".to_owned());
        }
        named
    }

    /// Of any version.
    fn is_web_search(&self) -> bool {
        self.r#type.as_deref().is_some_and(|kind| kind.starts_with("web_search"))
    }
}

/// The `type` of a tool.
fn kind(tool: &RawValue) -> String {
    Named::of(tool).r#type.unwrap_or_default()
}

/// A choice in the backend's form, as far as it is one among some of the tools.
#[derive(Deserialize)]
struct Allowed<'a> {
    r#type: String,
    mode: Option<String>,
    #[serde(borrow)]
    tools: Option<Vec<&'a RawValue>>,
}

/// Lite models take no restriction, so the tools that are not allowed are taken away.
///
/// # Errors
/// Where the model cannot do what the choice asks for.
pub(crate) fn restrict(
    choice: ToolChoice,
    tools: &mut Vec<Box<RawValue>>,
    model: &Model,
) -> Result<ToolChoice, Refusal> {
    let unrestricted = match &choice {
        ToolChoice::Named(named) => without_others(named, tools)?.unwrap_or(choice),
        ToolChoice::Auto | ToolChoice::None | ToolChoice::Required => choice,
    };
    match unrestricted {
        ToolChoice::Auto | ToolChoice::None => Ok(unrestricted),
        ToolChoice::Required | ToolChoice::Named(_) => Err(Refusal::Unsupported {
            param: "tool_choice".to_owned(),
            reason: format!(
                "The model {} decides by itself whether it calls a tool: “tool_choice” can only be “auto” or “none”. Models of the plain kind, such as gpt-5.5, can be told.",
                model.name
            ),
        }),
    }
}

/// What remains of a choice among some of the tools; `None` for any other.
fn without_others(choice: &RawValue, tools: &mut Vec<Box<RawValue>>) -> Result<Option<ToolChoice>, Refusal> {
    let Ok(choice) = serde_json::from_str::<Allowed<'_>>(choice.get()) else { return Ok(None) };
    if choice.r#type != "allowed_tools" {
        return Ok(None);
    }
    let invalid = |name: &str, reason: &str| {
        let param = format!("tool_choice.{name}");
        Refusal::Invalid { reason: format!("Invalid value for '{param}': {reason}"), param }
    };
    let allowed = choice.tools.ok_or_else(|| invalid("tools", "the tools that are allowed are missing."))?;
    let unrestricted = match choice.mode.as_deref() {
        Some("auto") => ToolChoice::Auto,
        Some("none") => ToolChoice::None,
        Some("required") => ToolChoice::Required,
        Some(_) | None => return Err(invalid("mode", "supported values are 'auto' and 'required'.")),
    };
    let allowed: BTreeSet<Named> = allowed.into_iter().map(Named::of).collect();
    tools.retain(|tool| allowed.contains(&Named::of(tool)));
    Ok(Some(unrestricted))
}

/// Takes the web search away, and says whether there was one: inside the lite shape the backend passes over it without
/// a word, and the model answers from memory as if it had searched (public reports: oh-my-pi 7666,
/// claude-code-proxy 35).
///
/// # Errors
/// Where the request is nothing without it.
pub(crate) fn without_web_search(
    search: WebSearch,
    tools: &mut Vec<Box<RawValue>>,
    model: &Model,
) -> Result<bool, Refusal> {
    let before = tools.len();
    tools.retain(|tool| !Named::of(tool).is_web_search());
    if tools.len() == before {
        return Ok(false);
    }
    match search {
        WebSearch::Offered => Ok(true),
        WebSearch::Wanted { param } => Err(Refusal::Unsupported {
            param: param.to_owned(),
            reason: format!(
                "Unsupported parameter: '{param}'. The model {} cannot search the web through this API. Ask for one of the plain kind, such as gpt-5.5, or leave the web search out.",
                model.name
            ),
        }),
    }
}
