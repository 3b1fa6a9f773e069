//! Names of models that mean another model here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Longest name of a model; those of the provider have about twenty characters.
const LONGEST_NAME: usize = 128;

/// Why a text is no alias, and what would be one.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("“{text}” {why}; write NAME=MODEL, such as claude-*=gpt-5.5, or CLIENT:NAME=MODEL for one client")]
pub(crate) struct NoAlias {
    text: String,
    why: &'static str,
}

/// `NAME=MODEL` for every client, `CLIENT:NAME=MODEL` for one. NAME may end with a star, which stands for any rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct ModelAlias {
    client: Option<String>,
    name: String,
    model: String,
}

impl ModelAlias {
    /// The model that `asked` means to a client; those for that client alone come first.
    pub(crate) fn meant<'a>(aliases: &'a [Self], client: &str, asked: &str) -> Option<&'a str> {
        let own = aliases.iter().filter(|alias| alias.client.as_deref() == Some(client));
        let of_all = aliases.iter().filter(|alias| alias.client.is_none());
        own.chain(of_all).find(|alias| alias.covers(asked)).map(|alias| alias.model.as_str())
    }

    fn covers(&self, asked: &str) -> bool {
        match self.name.strip_suffix('*') {
            Some(beginning) => asked.starts_with(beginning),
            None => asked == self.name,
        }
    }
}

impl FromStr for ModelAlias {
    type Err = NoAlias;

    fn from_str(text: &str) -> Result<Self, NoAlias> {
        let refused = |why| Err(NoAlias { text: text.trim().to_owned(), why });
        let Some((left, model)) = text.split_once('=') else { return refused("names no model") };
        let (client, name) = match left.rsplit_once(':') {
            Some((client, name)) => (Some(client.trim()), name.trim()),
            None => (None, left.trim()),
        };
        let model = model.trim();
        if name.is_empty() || client == Some("") {
            return refused("names nothing that stands for the model");
        }
        if model.is_empty() || model.contains('*') {
            return refused("has to name one model behind the sign");
        }
        if name.trim_end_matches('*').contains('*') || name.ends_with("**") {
            return refused("has a star that is not at its end");
        }
        if name.len() > LONGEST_NAME || model.len() > LONGEST_NAME {
            return refused("is longer than any name of a model");
        }
        Ok(Self { client: client.map(str::to_owned), name: name.to_owned(), model: model.to_owned() })
    }
}

impl fmt::Display for ModelAlias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.client {
            Some(client) => write!(f, "{client}:{}={}", self.name, self.model),
            None => write!(f, "{}={}", self.name, self.model),
        }
    }
}

impl TryFrom<String> for ModelAlias {
    type Error = NoAlias;

    fn try_from(text: String) -> Result<Self, NoAlias> {
        text.parse()
    }
}

impl From<ModelAlias> for String {
    fn from(alias: ModelAlias) -> Self {
        alias.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aliases(texts: &[&str]) -> Vec<ModelAlias> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn a_clients_own_alias_comes_before_one_for_all_and_a_star_stands_for_any_rest() {
        let aliases =
            aliases(&["claude-*=gpt-5.5", "my editor: claude-opus-4 = gpt-6-sol", "fast=gpt-6-luna"]);
        let meant = |client, asked| ModelAlias::meant(&aliases, client, asked);
        assert_eq!(meant("my editor", "claude-opus-4"), Some("gpt-6-sol"));
        assert_eq!(meant("another", "claude-opus-4"), Some("gpt-5.5"));
        assert_eq!(meant("another", "fast"), Some("gpt-6-luna"));
        assert_eq!(meant("another", "faster"), None);
    }

    #[test]
    fn an_alias_is_written_as_it_is_read() {
        for text in ["claude-*=gpt-5.5", "my editor:fast=gpt-6-luna"] {
            assert_eq!(text.parse::<ModelAlias>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_alias_is_told_with_an_example() {
        for text in ["claude", "=gpt-5.5", "claude=", "a*b=gpt-5.5", "a=*", ":a=b"] {
            assert!(
                text.parse::<ModelAlias>().unwrap_err().to_string().contains("claude-*=gpt-5.5"),
                "{text}"
            );
        }
    }
}
