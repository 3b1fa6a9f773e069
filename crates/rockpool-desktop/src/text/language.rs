//! Which of the four languages the person reads.

use rockpool_engine::snapshot::LanguageChoice;
use serde::{Deserialize, Serialize};

/// A language with a full catalogue in `ui/src/i18n`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English, and everyone whose language is not here.
    #[default]
    En,
    /// Vietnamese.
    Vi,
    /// Simplified Chinese.
    Zh,
    /// Japanese.
    Ja,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::En, Self::Vi, Self::Zh, Self::Ja];

    /// The language tag (BCP 47), as the window and the preferences spell it.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Vi => "vi",
            Self::Zh => "zh",
            Self::Ja => "ja",
        }
    }

    /// Reads a tag or a POSIX locale name such as `ja_JP.UTF-8`; `None` for a language without a catalogue.
    pub fn from_tag(text: &str) -> Option<Self> {
        let primary = text.split(['_', '-', '.', '@']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }

    /// The language that the person chose in the settings, else the session's.
    pub fn chosen(choice: LanguageChoice, session: Self) -> Self {
        match choice {
            LanguageChoice::System => session,
            LanguageChoice::En => Self::En,
            LanguageChoice::Vi => Self::Vi,
            LanguageChoice::Zh => Self::Zh,
            LanguageChoice::Ja => Self::Ja,
        }
    }

    /// The same as a choice.
    pub fn choice(self) -> LanguageChoice {
        match self {
            Self::En => LanguageChoice::En,
            Self::Vi => LanguageChoice::Vi,
            Self::Zh => LanguageChoice::Zh,
            Self::Ja => LanguageChoice::Ja,
        }
    }

    /// The person's language by the environment (POSIX: `LC_ALL` before `LC_MESSAGES` before `LANG`, the
    /// first that is set decides), English where it names none of ours.
    pub fn from_env(lookup: &dyn Fn(&str) -> Option<String>) -> Self {
        ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(|name| lookup(name).filter(|value| !value.is_empty()))
            .and_then(|value| Self::from_tag(&value))
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(pairs: &[(&str, &str)]) -> Language {
        Language::from_env(&|name| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_first_variable_that_is_set_decides() {
        assert_eq!(language(&[("LANG", "vi_VN.UTF-8")]), Language::Vi);
        assert_eq!(language(&[("LC_ALL", "C.UTF-8"), ("LANG", "ja_JP.UTF-8")]), Language::En);
        assert_eq!(language(&[("LC_ALL", ""), ("LC_MESSAGES", "zh_TW"), ("LANG", "ja")]), Language::Zh);
    }

    #[test]
    fn what_was_chosen_wins_over_the_session() {
        for language in Language::ALL {
            assert_eq!(Language::chosen(language.choice(), Language::En), language);
            assert_eq!(Language::chosen(LanguageChoice::System, language), language);
        }
    }

    #[test]
    fn an_unknown_language_reads_english() {
        assert_eq!(language(&[("LANG", "de_DE.UTF-8")]), Language::En);
        assert_eq!(language(&[]), Language::En);
    }
}
