//! Tools as lite models take them: inside the first input item.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

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

/// The `type` of a tool.
fn kind(tool: &RawValue) -> String {
    #[derive(Default, Deserialize)]
    struct Kind {
        r#type: Option<String>,
    }
    serde_json::from_str::<Kind>(tool.get()).unwrap_or_default().r#type.unwrap_or_default()
}
