//! The words of tray and alerts, from the catalogues that the window uses too.

use std::collections::BTreeMap;

use super::language::Language;

const CATALOGUES: [(Language, &str); 4] = [
    (Language::En, include_str!("../../../../ui/src/i18n/en.json")),
    (Language::Vi, include_str!("../../../../ui/src/i18n/vi.json")),
    (Language::Zh, include_str!("../../../../ui/src/i18n/zh.json")),
    (Language::Ja, include_str!("../../../../ui/src/i18n/ja.json")),
];

/// The sets of texts that tray and alerts use; of the states and strategies the names, which the window shares.
const SETS: [&str; 4] = ["tray.", "alert.", "state.", "strategy."];
/// Ends the keys of explanations, which the window alone shows.
const EXPLANATION: &str = ".text";

/// The texts of tray and alerts in one language.
#[derive(Clone, Debug)]
pub struct Texts {
    language: Language,
    words: BTreeMap<String, String>,
}

impl Texts {
    /// The texts in `language`.
    pub fn load(language: Language) -> Self {
        let source = CATALOGUES.iter().find(|(candidate, _)| *candidate == language);
        let (_, json) = source.expect("every language has a catalogue");
        let entries: BTreeMap<String, serde_json::Value> =
            serde_json::from_str(json).expect("the catalogues are compiled in and tested");
        let words = entries
            .into_iter()
            .filter(|(key, _)| SETS.iter().any(|set| key.starts_with(set)) && !key.ends_with(EXPLANATION))
            .filter_map(|(key, value)| value.as_str().map(|text| (key, text.to_owned())))
            .collect();
        Self { language, words }
    }

    /// The language of these texts.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The text of `key`; a key without a text (a test forbids it) shows itself.
    pub fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.words.get(key).map_or(key, String::as_str)
    }

    /// What a member of a closed set is called in the middle of a sentence, such as `exhausted` of `state`.
    pub fn name_of<'a>(&'a self, set: &str, member: &'a str) -> &'a str {
        self.words.get(&format!("{set}.{member}")).map_or(member, String::as_str)
    }

    /// The text of `key` with each `{name}` replaced by its value.
    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        let mut rest = self.get(key);
        let mut text = String::with_capacity(rest.len() + 16);
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let Some((name, tail)) = after.split_once('}') else { break };
            let value = values.iter().find(|(known, _)| *known == name).map_or(name, |(_, value)| value);
            text.push_str(value);
            rest = tail;
        }
        text.push_str(rest);
        text
    }

    /// Names in one line, in the way of the language.
    pub fn list(&self, names: &[String]) -> String {
        names.join(self.get("tray.list_separator"))
    }
}

#[cfg(test)]
mod tests {
    use rockpool_routing::{AccountState, Strategy};

    use super::*;

    const SOURCES: [&str; 5] = [
        include_str!("../tray/menu.rs"),
        include_str!("names.rs"),
        include_str!("../alerts.rs"),
        include_str!("../controller.rs"),
        include_str!("catalogue.rs"),
    ];

    fn placeholders(text: &str) -> Vec<&str> {
        let mut found: Vec<&str> =
            text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect();
        found.sort_unstable();
        found
    }

    /// Every quoted key in the sources, such as the ones of this very file.
    fn used_keys() -> Vec<&'static str> {
        let quoted = SOURCES.iter().flat_map(|source| source.split('"'));
        quoted
            .filter(|word| word.starts_with("tray.") || word.starts_with("alert."))
            .filter(|word| word.len() > "alert.".len())
            .filter(|word| word.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'.' | b'_')))
            .collect()
    }

    #[test]
    fn every_language_has_every_text_with_the_same_placeholders() {
        let english = Texts::load(Language::En);
        for language in Language::ALL {
            let texts = Texts::load(language);
            let keys = |texts: &Texts| texts.words.keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(&texts), keys(&english), "{}", language.tag());
            for (key, text) in &texts.words {
                assert!(!text.trim().is_empty() || key == "tray.list_separator", "{key} is empty");
                assert_eq!(placeholders(text), placeholders(english.get(key)), "{key} in {}", language.tag());
            }
        }
    }

    #[test]
    fn every_key_that_is_used_has_a_text_and_no_text_is_unused() {
        let english = Texts::load(Language::En);
        let used = used_keys();
        assert!(used.len() > 30, "{used:?}");
        for key in &used {
            assert!(english.words.contains_key(*key), "{key} has no text");
        }
        for key in english.words.keys() {
            let member = match key.split_once('.') {
                Some(("state", state)) => serde_json::from_value::<AccountState>(state.into()).is_ok(),
                Some(("strategy", strategy)) => strategy.parse::<Strategy>().is_ok(),
                _ => used.contains(&key.as_str()),
            };
            assert!(member, "{key} is used nowhere");
        }
    }

    #[test]
    fn a_name_reads_on_in_the_middle_of_a_sentence() {
        for language in Language::ALL {
            let texts = Texts::load(language);
            let names = texts
                .words
                .iter()
                .filter(|(key, _)| key.starts_with("state.") || key.starts_with("strategy."));
            for (key, name) in names {
                assert!(!name.starts_with(char::is_uppercase), "{key} in {}: {name}", language.tag());
            }
        }
    }

    #[test]
    fn values_are_put_in_once_and_braces_in_them_stay() {
        let texts = Texts::load(Language::En);
        let line = texts.fill("tray.sign_in_again", &[("name", "{name}")]);
        assert!(line.contains("{name}"), "{line}");
    }
}
