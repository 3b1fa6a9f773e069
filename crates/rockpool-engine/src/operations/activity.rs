//! The newest requests and why each went where.

use rockpool_routing::TenantId;

use super::error::{ActionError, refused};
use super::handle::EngineHandle;
use super::requests::ActivityQuery;
use crate::model::activity::SHOWN;
use crate::snapshot::ActivityView;

const MAX_LIMIT: u32 = 200;

/// Newest first, those included that are not written to the disk yet.
pub(crate) async fn list(
    engine: &EngineHandle,
    tenant: TenantId,
    query: ActivityQuery,
) -> Result<Vec<ActivityView>, ActionError> {
    let limit = query.limit.unwrap_or(SHOWN);
    if !(1..=MAX_LIMIT).contains(&limit) {
        let text = format!("limit: Ask for 1 to {MAX_LIMIT} requests.");
        return Err(ActionError::invalid("invalid_query", "limit", text));
    }
    let core = engine.core();
    core.ledger.write(&core.store).await.map_err(refused)?;
    let records = core.store.recent_activity(tenant, limit).await.map_err(refused)?;
    Ok(records.iter().map(ActivityView::from).collect())
}
