//! The workspaces of a login as they are shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One workspace that the login behind an account reaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceView {
    /// The provider's workspace id.
    pub workspace_id: String,
    /// What its owner calls it; absent for a personal one.
    pub name: Option<String>,
    /// Plan in lower case, such as `business`.
    pub plan: Option<String>,
    /// Slug of the account that is this person's seat in it; absent where there is none yet.
    pub account: Option<String>,
}
