//! Why a request is not sent at all.

use thiserror::Error;

use crate::fault::{Fault, FaultKind};
use crate::model::UnknownModel;

/// Why a request is not sent at all.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Refusal {
    #[error("The request is not valid JSON of this API: {0}")]
    Malformed(String),
    #[error(transparent)]
    UnknownModel(#[from] UnknownModel),
    /// The parameter would change what the answer means, and the backend has nothing like it.
    #[error("{reason}")]
    Unsupported { param: String, reason: String },
    #[error("{reason}")]
    Invalid { param: String, reason: String },
    #[error(
        "Previous response with id '{0}' not found. Answers are kept in memory for a while and end with a restart: send the whole conversation."
    )]
    PreviousResponseNotFound(String),
    #[error(
        "Item with id '{0}' not found. Items are kept in memory for a while and end with a restart: send them whole."
    )]
    ItemNotFound(String),
    /// It may be small as the tool sent it, and name much.
    #[error(
        "The request is larger than {most_bytes} bytes once all that it names is written out. Begin a new conversation, or shorten this one: send a summary in place of earlier turns, and name no item twice."
    )]
    TooLarge { most_bytes: usize },
}

impl Refusal {
    /// What the tool is told.
    pub fn fault(&self) -> Fault {
        let (status, kind, code, param) = match self {
            Self::Malformed(_) => (400, FaultKind::InvalidRequest, Some("invalid_json"), None),
            Self::UnknownModel(_) => (404, FaultKind::NotFound, Some("model_not_found"), Some("model")),
            Self::Unsupported { param, .. } => {
                (400, FaultKind::InvalidRequest, Some("unsupported_parameter"), Some(param.as_str()))
            }
            Self::Invalid { param, .. } => {
                (400, FaultKind::InvalidRequest, Some("invalid_value"), Some(param.as_str()))
            }
            Self::PreviousResponseNotFound(_) => {
                let param = Some("previous_response_id");
                (400, FaultKind::InvalidRequest, Some("previous_response_not_found"), param)
            }
            Self::TooLarge { .. } => (413, FaultKind::TooLarge, Some("request_too_large"), None),
            Self::ItemNotFound(_) => (404, FaultKind::InvalidRequest, Some("item_not_found"), Some("input")),
        };
        Fault {
            status,
            kind,
            message: self.to_string(),
            code: code.map(str::to_owned),
            param: param.map(str::to_owned),
        }
    }
}
