//! The only place where a refusal becomes an HTTP answer: RFC 9457 problem details.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::operations::error::{ActionError, ActionErrorKind, FieldError};

/// Problem details (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: `code` tells problems apart.
    #[serde(rename = "type")]
    pub kind: ProblemType,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong and what to do, in a sentence.
    pub detail: String,
    /// A stable word for programs, such as `account_not_found`.
    pub code: String,
    /// The name of the account, client or field that it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub subject: Option<String>,
    /// What is wrong with each field, where several can be.
    #[serde(skip_serializing_if = "nothing", default)]
    #[schema(value_type = Vec<FieldProblem>)]
    pub fields: Box<[FieldProblem]>,
}

/// What is wrong with one field of a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldProblem {
    /// Its name.
    pub field: String,
    /// What is wrong and what to do, in a sentence.
    pub detail: String,
}

/// The one type of problem that is used: one that the status and `code` describe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum ProblemType {
    /// No further description at an address (RFC 9457, 4.2.1).
    #[serde(rename = "about:blank")]
    AboutBlank,
}

fn nothing(fields: &[FieldProblem]) -> bool {
    fields.is_empty()
}

impl Problem {
    /// A problem that is about nothing in particular.
    pub fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: ProblemType::AboutBlank,
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            code: code.to_owned(),
            subject: None,
            fields: Box::default(),
        }
    }

    /// The same, about `subject`.
    #[must_use]
    pub fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }
}

impl From<ActionError> for Problem {
    fn from(error: ActionError) -> Self {
        let status = match error.kind {
            ActionErrorKind::NotFound => StatusCode::NOT_FOUND,
            ActionErrorKind::Conflict => StatusCode::CONFLICT,
            ActionErrorKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            ActionErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            ActionErrorKind::Forbidden => StatusCode::FORBIDDEN,
            ActionErrorKind::TooOften => StatusCode::TOO_MANY_REQUESTS,
        };
        let fields = error.fields.into_iter();
        let fields = fields
            .map(|FieldError { field, message }| FieldProblem { field: field.to_owned(), detail: message });
        Self {
            subject: error.subject,
            fields: fields.collect(),
            ..Self::new(status, error.code, error.message)
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self)).into_response();
        let media_type = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, media_type);
        response
    }
}
