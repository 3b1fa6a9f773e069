//! The table of what becomes of each login in some files, and of what became of those that were chosen.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model::import::{FileFormat, ImportFate, ImportReason};

/// What would become of each login. Nothing is kept of it: the files are sent again to import them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportPreview {
    /// File by file, in the order in which they stand there; at least one for each file.
    pub rows: Vec<ImportRowView>,
}

/// One login of a file. It holds no token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportRowView {
    /// By which it is chosen, from 0.
    pub row: usize,
    /// The name that its file was sent with.
    pub file: Option<String>,
    /// Who wrote it, where that is known.
    pub format: Option<FileFormat>,
    pub email: Option<String>,
    /// The provider's workspace id.
    pub workspace_id: Option<String>,
    /// Plan in lower case, such as `pro`.
    pub plan: Option<String>,
    /// When it ends, for one that nobody can renew and that says so.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub ends_at: Option<Timestamp>,
    /// Whether there is nothing to renew it with.
    pub access_token_only: bool,
    /// What would become of it.
    pub fate: ImportFate,
    /// Whether it is chosen unless the person says otherwise: a login that would take the place of one that works
    /// is not.
    pub recommended: bool,
    /// Slug: a free one for a new account, else that of the account that it concerns.
    pub account: Option<String>,
    /// Why it is not taken.
    pub reason: Option<ImportReason>,
    /// The same as a sentence that names a remedy.
    pub message: Option<String>,
}

/// What became of the chosen logins, in the order in which they were chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportResult {
    pub rows: Vec<ImportedRowView>,
}

/// What became of one login.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportedRowView {
    /// As it was chosen.
    pub row: usize,
    /// What became of it; whatever is no account of its own has a reason.
    pub fate: ImportFate,
    /// Slug of the account that has it now.
    pub account: Option<String>,
    /// Why it was not taken.
    pub reason: Option<ImportReason>,
    /// The same as a sentence that names a remedy.
    pub message: Option<String>,
}
