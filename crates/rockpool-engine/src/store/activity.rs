//! Table `activity`: one row per request, without its body; the newest are kept.

use std::collections::BTreeSet;

use rockpool_routing::{AccountId, ClientId, TenantId};
use rusqlite::{Connection, Row, named_params};

use super::column::{Count, Json, Millis, Text};
use super::{Durability, Store, StoreError};
use crate::snapshot::ActivityView;

/// Rows kept per tenant.
const KEPT: u32 = 10_000;

/// One request as recorded.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ActivityRow {
    /// The tenant.
    pub tenant: TenantId,
    /// The client; absent where none was recognised.
    pub client: Option<ClientId>,
    /// The account that answered, if one did.
    pub account: Option<AccountId>,
    /// What is shown of it, with the names of that time.
    pub view: ActivityView,
}

impl Store {
    /// The tenant's newest requests, newest first, `limit` at most.
    pub(crate) async fn recent_activity(
        &self,
        tenant: TenantId,
        limit: u32,
    ) -> Result<Vec<ActivityRow>, StoreError> {
        self.call(Durability::Batched, move |tx| {
            let sql = "SELECT * FROM activity WHERE tenant_id = ?1 ORDER BY seq DESC LIMIT ?2";
            let mut query = tx.prepare_cached(sql)?;
            let rows = query.query_map((Text(tenant), limit), read)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}

/// Adds requests and drops the oldest beyond 10,000 per tenant. A request that is there already stays
/// as it is, so a batch may be tried again.
pub(super) fn record(connection: &Connection, rows: &[ActivityRow]) -> rusqlite::Result<()> {
    for row in rows {
        insert(connection, row)?;
    }
    let tenants: BTreeSet<TenantId> = rows.iter().map(|row| row.tenant).collect();
    for tenant in tenants {
        prune(connection, tenant)?;
    }
    Ok(())
}

fn insert(connection: &Connection, row: &ActivityRow) -> rusqlite::Result<()> {
    let sql = "INSERT INTO activity (id, tenant_id, at, client_id, client, account_id, account, first_account,
                   model, transport, outcome, status, placement, attempts, skipped, first_byte_ms, duration_ms,
                   input_tokens, cached_tokens, output_tokens, why)
               VALUES (:id, :tenant, :at, :client_id, :client, :account_id, :account, :first_account,
                   :model, :transport, :outcome, :status, :placement, :attempts, :skipped, :first_byte_ms,
                   :duration_ms, :input_tokens, :cached_tokens, :output_tokens, :why)
               ON CONFLICT (id) DO NOTHING";
    let view = &row.view;
    connection.prepare_cached(sql)?.execute(named_params! {
        ":id": Text(view.id),
        ":tenant": Text(row.tenant),
        ":at": Millis(view.at),
        ":client_id": row.client.map(Text),
        ":client": view.client,
        ":account_id": row.account.map(Text),
        ":account": view.account,
        ":first_account": view.first_account,
        ":model": view.model,
        ":transport": view.transport,
        ":outcome": view.outcome,
        ":status": view.status,
        ":placement": view.placement,
        ":attempts": Json(&view.attempts),
        ":skipped": Json(&view.skipped),
        ":first_byte_ms": view.first_byte_ms.map(Count),
        ":duration_ms": Count(view.duration_ms),
        ":input_tokens": view.input_tokens.map(Count),
        ":cached_tokens": view.cached_tokens.map(Count),
        ":output_tokens": view.output_tokens.map(Count),
        ":why": Json(&view.why),
    })?;
    Ok(())
}

fn prune(connection: &Connection, tenant: TenantId) -> rusqlite::Result<()> {
    let sql = "DELETE FROM activity WHERE tenant_id = ?1 AND seq <= (
                   SELECT seq FROM activity WHERE tenant_id = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)";
    connection.prepare_cached(sql)?.execute((Text(tenant), KEPT))?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<ActivityRow> {
    let count = |column: &str| -> rusqlite::Result<Option<u64>> {
        Ok(row.get::<_, Option<Count>>(column)?.map(|count| count.0))
    };
    let view = ActivityView {
        id: row.get::<_, Text<_>>("id")?.0,
        at: row.get::<_, Millis>("at")?.0,
        client: row.get("client")?,
        account: row.get("account")?,
        first_account: row.get("first_account")?,
        model: row.get("model")?,
        transport: row.get("transport")?,
        outcome: row.get("outcome")?,
        status: row.get("status")?,
        placement: row.get("placement")?,
        attempts: row.get::<_, Json<_>>("attempts")?.0,
        skipped: row.get::<_, Json<_>>("skipped")?.0,
        first_byte_ms: count("first_byte_ms")?,
        duration_ms: row.get::<_, Count>("duration_ms")?.0,
        input_tokens: count("input_tokens")?,
        cached_tokens: count("cached_tokens")?,
        output_tokens: count("output_tokens")?,
        why: row.get::<_, Json<_>>("why")?.0,
    };
    Ok(ActivityRow {
        tenant: row.get::<_, Text<_>>("tenant_id")?.0,
        client: row.get::<_, Option<Text<_>>>("client_id")?.map(|id| id.0),
        account: row.get::<_, Option<Text<_>>>("account_id")?.map(|id| id.0),
        view,
    })
}
