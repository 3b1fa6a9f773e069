//! The models of a pool as one catalogue, with the names that tools use for models that the provider has not.

use rockpool_dialects::{Catalogue, Model, UnknownModel};
use rockpool_routing::AccountId;

use super::model_cache::{ModelEntry, Models};
use crate::model::settings::model_alias::ModelAlias;

/// As much of an unknown name is repeated.
const LONGEST_NAME: usize = 128;

/// What any account of a pool may use.
pub(crate) struct PoolCatalogue {
    entries: Vec<ModelEntry>,
    /// Accounts whose list is known, and the models in it.
    lists: Vec<(AccountId, Models)>,
    /// What names mean to the client that asks, as the owner has it.
    aliases: Vec<ModelAlias>,
    client: String,
}

/// Which model stands in for one that tools ask for and the provider has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StandIn {
    /// The one that the provider puts first.
    First,
    /// A small, quick one.
    Small,
}

impl PoolCatalogue {
    /// The union of the accounts' lists: each model once, the first account's entry standing.
    pub(crate) fn of(lists: Vec<(AccountId, Models)>) -> Self {
        let mut entries: Vec<ModelEntry> = Vec::new();
        for entry in lists.iter().flat_map(|(_, list)| &list.entries) {
            if entries.iter().all(|known| known.name != entry.name) {
                entries.push(entry.clone());
            }
        }
        Self { entries, lists, aliases: Vec::new(), client: String::new() }
    }

    /// The same with the owner's names for models, as they hold for a client.
    pub(crate) fn with_aliases(self, aliases: Vec<ModelAlias>, client: &str) -> Self {
        Self { aliases, client: client.to_owned(), ..self }
    }

    /// Whether an account is known not to have a model.
    pub(crate) fn lacks(&self, account: AccountId, model: &str) -> bool {
        let list = self.lists.iter().find(|(known, _)| *known == account);
        list.is_some_and(|(_, list)| list.entries.iter().all(|entry| entry.name != model))
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &ModelEntry> {
        self.entries.iter()
    }

    /// The model that is meant by a name.
    pub(crate) fn entry(&self, asked: &str) -> Result<&ModelEntry, UnknownModel> {
        let meant = ModelAlias::meant(&self.aliases, &self.client, asked).unwrap_or(asked);
        let exact = self.entries.iter().find(|entry| entry.name == meant);
        exact.or_else(|| self.stand_in(stand_in(meant)?)).ok_or_else(|| UnknownModel {
            asked: meant.chars().take(LONGEST_NAME).collect(),
            known: self.listed().map(|entry| entry.name.clone()).collect(),
        })
    }

    fn listed(&self) -> impl Iterator<Item = &ModelEntry> {
        self.entries.iter().filter(|entry| entry.listed)
    }

    fn stand_in(&self, which: StandIn) -> Option<&ModelEntry> {
        let first = self.listed().min_by_key(|entry| entry.priority);
        match which {
            StandIn::First => first,
            StandIn::Small => self.listed().find(|entry| is_small(&entry.name)).or(first),
        }
    }
}

impl Catalogue for PoolCatalogue {
    fn find(&self, asked: &str) -> Result<Model, UnknownModel> {
        let entry = self.entry(asked)?;
        Ok(Model {
            name: entry.name.clone(),
            shape: entry.shape,
            efforts: entry.efforts.clone(),
            verbosity: entry.verbosity,
        })
    }
}

/// Names of the provider's small models carry one of these words.
fn is_small(name: &str) -> bool {
    ["luna", "mini", "nano"].iter().any(|word| name.contains(word))
}

/// Tools ask for small models by name, for titles and summaries, and Claude Code for Claude's.
fn stand_in(asked: &str) -> Option<StandIn> {
    if asked.starts_with("claude-") {
        return Some(if asked.contains("haiku") { StandIn::Small } else { StandIn::First });
    }
    (asked.starts_with("gpt-") && is_small(asked)).then_some(StandIn::Small)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::value::RawValue;
    use uuid::Uuid;

    use super::super::model_cache::ModelList;
    use super::*;

    fn catalogue() -> PoolCatalogue {
        let list = |entries: &[&str]| {
            let raw = entries.iter().map(|entry| RawValue::from_string((*entry).to_owned()).unwrap());
            Arc::new(ModelList::new(raw.collect()))
        };
        PoolCatalogue::of(vec![
            (
                id(1),
                list(&[
                    r#"{"slug":"gpt-5.5","priority":9}"#,
                    r#"{"slug":"review","priority":0,"visibility":"hide"}"#,
                ]),
            ),
            (id(2), list(&[r#"{"slug":"gpt-6-sol","priority":1}"#, r#"{"slug":"gpt-6-luna","priority":5}"#])),
        ])
    }

    fn id(number: u128) -> AccountId {
        AccountId(Uuid::from_u128(number))
    }

    #[test]
    fn only_an_account_whose_list_is_known_is_known_to_lack_a_model() {
        let catalogue = catalogue();
        assert!(catalogue.lacks(id(1), "gpt-6-sol") && !catalogue.lacks(id(2), "gpt-6-sol"));
        assert!(!catalogue.lacks(id(3), "gpt-6-sol"));
    }

    fn meant(asked: &str) -> String {
        catalogue().find(asked).unwrap().name
    }

    #[test]
    fn a_name_of_the_catalogue_means_that_model_hidden_or_not() {
        assert_eq!(meant("gpt-5.5"), "gpt-5.5");
        assert_eq!(meant("review"), "review");
    }

    #[test]
    fn the_owners_names_come_before_everything_else() {
        let aliases =
            ["claude-*=gpt-5.5", "gpt-6-luna=gpt-6-sol", "gone=gpt-4"].map(|text| text.parse().unwrap());
        let catalogue = catalogue().with_aliases(aliases.to_vec(), "tool");
        assert_eq!(catalogue.find("claude-haiku-4-5").unwrap().name, "gpt-5.5");
        assert_eq!(catalogue.find("gpt-6-luna").unwrap().name, "gpt-6-sol");
        assert_eq!(catalogue.find("gone").unwrap_err().asked, "gpt-4");
    }

    #[test]
    fn small_models_that_tools_ask_for_are_stood_in_for_by_a_small_one() {
        for asked in ["gpt-5.4-nano", "gpt-4o-mini", "claude-haiku-4-5-20251001"] {
            assert_eq!(meant(asked), "gpt-6-luna", "{asked}");
        }
    }

    #[test]
    fn the_models_of_claude_are_stood_in_for_by_what_the_provider_puts_first() {
        assert_eq!(meant("claude-opus-4-8"), "gpt-6-sol");
    }

    #[test]
    fn an_unknown_model_is_refused_with_those_that_people_are_offered() {
        let unknown = catalogue().find("gpt-7").unwrap_err();
        assert_eq!(unknown.known, ["gpt-5.5", "gpt-6-sol", "gpt-6-luna"]);
    }
}
