//! What a conversation does to the tools that its request offers.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::messages::params;
use crate::messages::wrong::Wrong;

/// What the conversation does to its tools, by their names; the newest word counts.
#[derive(Default)]
pub(super) struct Changes<'a>(pub(super) BTreeMap<String, Change<'a>>);

pub(super) enum Change<'a> {
    /// Found by a search or added: callable, even if its loading is deferred.
    Named,
    Removed,
    /// Defined in the middle of the conversation.
    Defined(&'a RawValue),
}

#[derive(Deserialize)]
struct Changed<'a> {
    r#type: String,
    #[serde(borrow)]
    name: Option<&'a RawValue>,
    #[serde(borrow)]
    definition: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Definition<'a> {
    #[serde(borrow)]
    name: Option<&'a RawValue>,
}

impl<'a> Changes<'a> {
    /// A search found the tool.
    pub(super) fn found(&mut self, name: String) {
        self.0.insert(name, Change::Named);
    }

    /// The tool was called before: it stays callable where the search that found it is no longer in the history.
    pub(super) fn called(&mut self, name: String) {
        self.0.entry(name).or_insert(Change::Named);
    }

    /// A `tool_addition` block's `tool`.
    pub(super) fn added(&mut self, tool: &'a RawValue) -> Result<(), Wrong> {
        let changed: Changed<'a> = params::object(tool)?;
        let (name, change) = match (changed.r#type.as_str(), changed.definition) {
            ("tool_reference", _) => (params::string(changed.name, "name")?, Change::Named),
            ("tool_definition", Some(definition)) => {
                let tool: Definition<'_> =
                    params::object(definition).map_err(|wrong| wrong.inside("definition"))?;
                let name = params::string(tool.name, "definition.name")?;
                (name, Change::Defined(definition))
            }
            (other, _) => return Err(unknown_change(other)),
        };
        self.0.insert(name, change);
        Ok(())
    }

    /// A `tool_removal` block's `tool`.
    pub(super) fn removed(&mut self, tool: &'a RawValue) -> Result<(), Wrong> {
        let changed: Changed<'_> = params::object(tool)?;
        if changed.r#type != "tool_reference" {
            return Err(unknown_change(&changed.r#type));
        }
        self.0.insert(params::string(changed.name, "name")?, Change::Removed);
        Ok(())
    }
}

fn unknown_change(kind: &str) -> Wrong {
    Wrong::unsupported(
        "type",
        format!("tools of the type “{kind}” cannot be added or removed here; name the tool itself"),
    )
}
