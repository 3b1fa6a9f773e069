//! The tools that a request offers, and the choice between them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use crate::json;
use crate::messages::changes::{Change, Changes};
use crate::messages::names;
use crate::messages::params;
use crate::messages::wrong::Wrong;
use crate::tool_choice::ToolChoice;

/// For tools without parameters.
const NO_PARAMETERS: &str = r#"{"type":"object","properties":{}}"#;

/// `tools` and `tool_choice` as the backend has them.
#[derive(Default)]
pub(super) struct Offer {
    pub(super) tools: Vec<Box<RawValue>>,
    pub(super) choice: ToolChoice,
    pub(super) parallel: Option<bool>,
    pub(super) dropped: Vec<&'static str>,
    /// Names that were too long for the backend, by what it gets in their place.
    pub(super) long_names: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Tool<'a> {
    r#type: Option<String>,
    #[serde(borrow)]
    name: Option<&'a RawValue>,
    #[serde(borrow)]
    description: Option<&'a RawValue>,
    #[serde(borrow)]
    input_schema: Option<&'a RawValue>,
    #[serde(default)]
    defer_loading: Option<bool>,
    strict: Option<bool>,
    #[serde(borrow)]
    max_uses: Option<&'a RawValue>,
    allowed_domains: Option<Vec<String>>,
    blocked_domains: Option<Vec<String>>,
    #[serde(borrow)]
    user_location: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Choice {
    r#type: String,
    name: Option<String>,
    disable_parallel_tool_use: Option<bool>,
}

#[derive(Serialize)]
struct Function<'a> {
    r#type: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a RawValue>,
    parameters: &'a RawValue,
    strict: bool,
}

#[derive(Serialize)]
struct WebSearch<'a> {
    r#type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    filters: Option<Filters>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_location: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct Filters {
    allowed_domains: Vec<String>,
}

#[derive(Serialize)]
struct NamedChoice<'a> {
    r#type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

/// What a tool is to the backend.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Function,
    WebSearch,
    /// Anthropic's own search among deferred tools.
    ToolSearch,
}

/// The offer of a request, after all that its conversation changed.
pub(super) fn offer<'a>(
    tools: Option<&'a RawValue>,
    choice: Option<&RawValue>,
    mut changes: Changes<'a>,
) -> Result<Offer, Wrong> {
    let choice: Option<Choice> =
        choice.map(params::object).transpose().map_err(|wrong: Wrong| wrong.inside("tool_choice"))?;
    if let Some(name) = choice.as_ref().and_then(|choice| choice.name.clone()) {
        changes.called(name);
    }
    let mut offer = Offer::default();
    let listed = listed(tools)?;
    let search = listed.iter().any(|(_, kind)| *kind == Kind::ToolSearch);
    let mut kinds = BTreeMap::new();
    for (at, (tool, kind)) in listed.iter().enumerate() {
        let path = format!("tools.{at}");
        let name = params::string(tool.name, "name").map_err(|wrong| wrong.inside(&path))?;
        let deferred = tool.defer_loading == Some(true) && !search;
        match changes.0.remove(&name) {
            Some(Change::Removed) => continue,
            Some(Change::Defined(raw)) => {
                changes.0.insert(name, Change::Defined(raw));
                continue;
            }
            None if deferred => continue,
            Some(Change::Named) | None => {}
        }
        offer.add(tool, *kind).map_err(|wrong| wrong.inside(&path))?;
        kinds.insert(name, *kind);
    }
    for (name, change) in changes.0 {
        let Change::Defined(raw) = change else { continue };
        let tool: Tool<'_> = params::object(raw)?;
        let kind = kind(&tool).map_err(|wrong| wrong.inside("messages: tool_addition"))?;
        offer.add(&tool, kind)?;
        kinds.insert(name, kind);
    }
    if let Some(choice) = choice {
        offer.parallel = choice.disable_parallel_tool_use.filter(|disabled| *disabled).map(|_| false);
        offer.choice = chosen(&choice, &kinds).map_err(|wrong| wrong.inside("tool_choice"))?;
    }
    Ok(offer)
}

fn listed(tools: Option<&RawValue>) -> Result<Vec<(Tool<'_>, Kind)>, Wrong> {
    let Some(tools) = tools else { return Ok(Vec::new()) };
    let tools = params::list(tools).map_err(|wrong| wrong.inside("tools"))?;
    let read = |(at, raw): (usize, _)| {
        params::object(raw)
            .and_then(|tool| kind(&tool).map(|kind| (tool, kind)))
            .map_err(|wrong: Wrong| wrong.inside(format_args!("tools.{at}")))
    };
    tools.into_iter().enumerate().map(read).collect()
}

/// Anthropic's tools carry a date in their type, such as `web_search_20250305`.
fn kind(tool: &Tool<'_>) -> Result<Kind, Wrong> {
    match tool.r#type.as_deref() {
        None | Some("custom") => Ok(Kind::Function),
        Some(name) if name.starts_with("web_search_") => Ok(Kind::WebSearch),
        Some(name) if name.starts_with("tool_search_tool_") => Ok(Kind::ToolSearch),
        Some(name) => Err(Wrong::unsupported(
            "type",
            format!(
                "the tool “{name}” is Anthropic's own, and this provider has nothing like it. Leave it out, or describe a tool of yours by name and input_schema."
            ),
        )),
    }
}

impl Offer {
    fn add(&mut self, tool: &Tool<'_>, kind: Kind) -> Result<(), Wrong> {
        let written = match kind {
            Kind::Function => self.function(tool)?,
            Kind::WebSearch => self.web_search(tool)?,
            Kind::ToolSearch => {
                self.dropped.push("tools.tool_search");
                return Ok(());
            }
        };
        self.tools.push(written);
        Ok(())
    }

    fn function(&mut self, tool: &Tool<'_>) -> Result<Box<RawValue>, Wrong> {
        // The backend's strict mode takes fewer schemas than Anthropic's and would refuse the others.
        if tool.strict == Some(true) {
            self.dropped.push("tools.strict");
        }
        let parameters = parameters(tool.input_schema)?;
        let name = params::string(tool.name, "name")?;
        let short = names::short(&name);
        if short != name {
            self.long_names.insert(short.clone().into_owned(), name.clone());
        }
        let function = Function {
            r#type: "function",
            name: &short,
            description: tool.description,
            parameters: &parameters,
            strict: false,
        };
        raw(&function)
    }

    fn web_search(&mut self, tool: &Tool<'_>) -> Result<Box<RawValue>, Wrong> {
        if tool.blocked_domains.as_ref().is_some_and(|domains| !domains.is_empty()) {
            return Err(Wrong::unsupported(
                "blocked_domains",
                "this provider's web search cannot leave out domains. Name those that are allowed in “allowed_domains”.",
            ));
        }
        if tool.max_uses.is_some() {
            self.dropped.push("tools.max_uses");
        }
        let allowed = tool.allowed_domains.clone().filter(|domains| !domains.is_empty());
        raw(&WebSearch {
            r#type: "web_search",
            filters: allowed.map(|allowed_domains| Filters { allowed_domains }),
            user_location: tool.user_location,
        })
    }
}

fn chosen(choice: &Choice, kinds: &BTreeMap<String, Kind>) -> Result<ToolChoice, Wrong> {
    match choice.r#type.as_str() {
        "auto" => Ok(ToolChoice::Auto),
        "any" => Ok(ToolChoice::Required),
        "none" => Ok(ToolChoice::None),
        "tool" => {
            let name = choice.name.as_deref().ok_or_else(|| Wrong::invalid("name", "it is missing"))?;
            let short = names::short(name);
            let named = match kinds.get(name) {
                Some(Kind::Function) => NamedChoice { r#type: "function", name: Some(&short) },
                Some(Kind::WebSearch) => NamedChoice { r#type: "web_search", name: None },
                Some(Kind::ToolSearch) | None => {
                    return Err(Wrong::invalid("name", format!("there is no tool “{name}” in “tools”")));
                }
            };
            Ok(ToolChoice::Named(raw(&named)?))
        }
        other => Err(Wrong::invalid(
            "type",
            format!("“{other}” is not known. Known: “auto”, “any”, “tool”, “none”."),
        )),
    }
}

/// A schema as it came, but with `properties`: without them the backend refuses an object's schema (“object schema
/// missing properties”), and tools of MCP servers often have none.
fn parameters(schema: Option<&RawValue>) -> Result<Box<RawValue>, Wrong> {
    let Some(schema) = schema else { return raw_text(NO_PARAMETERS.to_owned()) };
    let text = schema.get();
    let members =
        json::members(text.as_bytes()).map_err(|_| Wrong::invalid("input_schema", "it must be an object"))?;
    let has = |name: &str| json::last(text.as_bytes(), &members, name).is_some();
    match members.is_empty() {
        true => raw_text(NO_PARAMETERS.to_owned()),
        false if has("properties") || !has("type") => Ok(schema.to_owned()),
        false => raw_text(format!(r#"{{"properties":{{}},{}"#, &text[1..])),
    }
}

fn raw(value: &impl Serialize) -> Result<Box<RawValue>, Wrong> {
    to_raw_value(value).map_err(|_| Wrong::invalid("", "it cannot be passed on"))
}

fn raw_text(text: String) -> Result<Box<RawValue>, Wrong> {
    RawValue::from_string(text).map_err(|_| Wrong::invalid("input_schema", "it must be a JSON schema"))
}
