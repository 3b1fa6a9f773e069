//! What is asked for, and a request and an answer for it.

use bytes::Bytes;
use http::HeaderValue;

use crate::provider::endpoints;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    ImageGeneration,
    ImageEdit,
    Transcription,
}

/// A request in the backend's form.
pub(super) struct Made {
    pub(super) body: Bytes,
    pub(super) content_type: HeaderValue,
    /// As the tool named it.
    pub(super) model: Option<String>,
    /// What of the request is not sent on.
    pub(super) dropped: Vec<String>,
    pub(super) answer: AnswerShape,
}

/// What the tool gets of the backend's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AnswerShape {
    /// All of it: the public API's has the same form.
    AsItCame,
    Transcript(TextForm),
}

impl Task {
    /// Where the backend has it.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::ImageGeneration => endpoints::IMAGE_GENERATIONS,
            Self::ImageEdit => endpoints::IMAGE_EDITS,
            Self::Transcription => endpoints::TRANSCRIBE,
        }
    }

    /// What to do where no account of the pool has it.
    pub(super) fn elsewhere(self) -> &'static str {
        match self {
            Self::ImageGeneration | Self::ImageEdit => {
                "Ask a model of /v1/responses for the image with the tool “image_generation”, or add an account whose plan has images."
            }
            Self::Transcription => {
                "Point the tool's voice at another provider or a local one, or add an account that has transcription."
            }
        }
    }
}

/// In which form the tool wants the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum TextForm {
    #[default]
    Json,
    Plain,
}
