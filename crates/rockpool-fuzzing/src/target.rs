//! The fuzz targets, by the names of their programs.

use std::fmt;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[value(rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(crate) enum Target {
    ChatRequest,
    MessagesRequest,
    ResponsesRequest,
    ChatAnswer,
    MessagesAnswer,
    ResponsesAnswer,
    Config,
}

impl Target {
    pub(crate) const ALL: [Self; 7] = [
        Self::ChatRequest,
        Self::MessagesRequest,
        Self::ResponsesRequest,
        Self::ChatAnswer,
        Self::MessagesAnswer,
        Self::ResponsesAnswer,
        Self::Config,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ChatRequest => "chat_request",
            Self::MessagesRequest => "messages_request",
            Self::ResponsesRequest => "responses_request",
            Self::ChatAnswer => "chat_answer",
            Self::MessagesAnswer => "messages_answer",
            Self::ResponsesAnswer => "responses_answer",
            Self::Config => "config",
        }
    }

    /// Name of the file with words that its inputs are made of.
    pub(crate) const fn dictionary(self) -> &'static str {
        match self {
            Self::ChatAnswer | Self::MessagesAnswer | Self::ResponsesAnswer => "answers.dict",
            Self::ChatRequest => "chat_request.dict",
            Self::MessagesRequest => "messages_request.dict",
            Self::ResponsesRequest => "responses_request.dict",
            Self::Config => "config.dict",
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn each_target_has_its_file_its_words_and_its_seeds() {
        let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
        for target in Target::ALL {
            assert!(fuzz.join("targets").join(format!("{target}.rs")).is_file(), "{target}");
            assert!(fuzz.join("dictionaries").join(target.dictionary()).is_file(), "{target}");
            assert!(fuzz.join("seeds").join(target.name()).is_dir(), "{target}");
        }
        assert_eq!(std::fs::read_dir(fuzz.join("targets")).unwrap().count(), Target::ALL.len());
    }
}
