//! The newest requests and why each went where.

use rockpool_routing::TenantId;

use super::error::{ActionError, refused};
use super::handle::EngineHandle;
use super::requests::ActivityQuery;
use crate::snapshot::ActivityView;

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 200;

/// Newest first, those included that are not written to the disk yet.
pub(crate) async fn list(
    engine: &EngineHandle,
    tenant: TenantId,
    query: ActivityQuery,
) -> Result<Vec<ActivityView>, ActionError> {
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        let text = format!("limit: Ask for 1 to {MAX_LIMIT} requests.");
        return Err(ActionError::invalid("invalid_query", "limit", text));
    }
    let core = engine.core();
    core.ledger.write(&core.store).await.map_err(refused)?;
    let rows = core.store.recent_activity(tenant, limit).await.map_err(refused)?;
    Ok(rows.into_iter().map(|row| row.view).collect())
}
