//! Places the recorded requests of a pool anew.

use rockpool_routing::TenantId;

use crate::action::ActionError;
use crate::handle::EngineHandle;
use crate::snapshot::WhatIfView;

pub(super) async fn what_if(
    _engine: &EngineHandle,
    _tenant: TenantId,
    _owner: &str,
    _without: Vec<String>,
) -> Result<WhatIfView, ActionError> {
    Err(ActionError::unavailable("not_yet", "Replays are not built yet."))
}
