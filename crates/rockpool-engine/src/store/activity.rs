//! Table `activity`: one row per request, without its body; the newest are kept.

use std::collections::BTreeSet;
use std::sync::Arc;

use rockpool_routing::TenantId;
use rusqlite::{Connection, Row, named_params};

use super::column::{Count, Json, Millis, Name, Text};
use super::{Durability, Store, StoreError};
use crate::model::activity::{RequestRecord, ServingAccount};

/// Requests that are kept of each tenant, which bounds the file and what a replay has to read. That there
/// are as many [`CONVERSATIONS_KEPT`](super::CONVERSATIONS_KEPT) is chance.
pub(crate) const REQUESTS_KEPT: u32 = 10_000;

impl Store {
    /// The tenant's newest requests, newest first, `limit` at most.
    pub(crate) async fn recent_activity(
        &self,
        tenant: TenantId,
        limit: u32,
    ) -> Result<Vec<RequestRecord>, StoreError> {
        self.call(Durability::Batched, move |tx| {
            let sql = "SELECT * FROM activity WHERE tenant_id = ?1 ORDER BY seq DESC LIMIT ?2";
            let mut query = tx.prepare_cached(sql)?;
            let rows = query.query_map((Text(tenant), limit), read)?;
            Ok(readable(rows)?)
        })
        .await
    }
}

/// The rows that this version understands. A newer one, used on the same folder, may have recorded a word
/// that this one does not know; that is no reason not to start.
pub(super) fn readable<T>(rows: impl Iterator<Item = rusqlite::Result<T>>) -> rusqlite::Result<Vec<T>> {
    let understood = |row: &rusqlite::Result<T>| match row {
        Err(rusqlite::Error::FromSqlConversionFailure(_, _, cause)) => {
            tracing::warn!(%cause, "a recorded request is passed over");
            false
        }
        Ok(_) | Err(_) => true,
    };
    rows.filter(understood).collect()
}

/// Adds requests and drops the oldest beyond [`REQUESTS_KEPT`]. A request that is there already stays as it
/// is, so a batch may be tried again.
pub(super) fn record(connection: &Connection, requests: &[Arc<RequestRecord>]) -> rusqlite::Result<()> {
    for request in requests {
        insert(connection, request)?;
    }
    let tenants: BTreeSet<TenantId> = requests.iter().map(|request| request.tenant).collect();
    for tenant in tenants {
        prune(connection, tenant)?;
    }
    Ok(())
}

fn insert(connection: &Connection, request: &RequestRecord) -> rusqlite::Result<()> {
    let sql = "INSERT INTO activity (id, tenant_id, at, client_id, client, account_id, account, first_account,
                   model, transport, outcome, status, placement, attempts, skipped, first_byte_ms, duration_ms,
                   input_tokens, cached_tokens, output_tokens, why, tool, cache_write_tokens, reasoning_tokens)
               VALUES (:id, :tenant, :at, :client_id, :client, :account_id, :account, :first_account,
                   :model, :transport, :outcome, :status, :placement, :attempts, :skipped, :first_byte_ms,
                   :duration_ms, :input_tokens, :cached_tokens, :output_tokens, :why, :tool, :cache_write_tokens,
                   :reasoning_tokens)
               ON CONFLICT (id) DO NOTHING";
    connection.prepare_cached(sql)?.execute(named_params! {
        ":id": Text(request.id),
        ":tenant": Text(request.tenant),
        ":at": Millis(request.at),
        ":client_id": request.client_id.map(Text),
        ":client": request.client,
        ":account_id": request.account.as_ref().map(|account| Text(account.id)),
        ":account": request.account.as_ref().map(|account| &account.name),
        ":first_account": request.first_account,
        ":model": request.model,
        ":transport": Name(request.transport),
        ":outcome": Name(request.outcome),
        ":status": request.status,
        ":placement": request.placement.map(Name),
        ":attempts": Json(&request.attempts),
        ":skipped": Json(&request.skipped),
        ":first_byte_ms": request.first_byte_ms.map(Count),
        ":duration_ms": Count(request.duration_ms),
        ":input_tokens": request.input_tokens.map(Count),
        ":cached_tokens": request.cached_tokens.map(Count),
        ":output_tokens": request.output_tokens.map(Count),
        ":why": Json(&request.why),
        ":tool": request.tool,
        ":cache_write_tokens": request.cache_write_tokens.map(Count),
        ":reasoning_tokens": request.reasoning_tokens.map(Count),
    })?;
    Ok(())
}

fn prune(connection: &Connection, tenant: TenantId) -> rusqlite::Result<()> {
    let sql = "DELETE FROM activity WHERE tenant_id = ?1 AND seq <= (
                   SELECT seq FROM activity WHERE tenant_id = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)";
    connection.prepare_cached(sql)?.execute((Text(tenant), REQUESTS_KEPT))?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<RequestRecord> {
    let count = |column: &str| -> rusqlite::Result<Option<u64>> {
        Ok(row.get::<_, Option<Count>>(column)?.map(|count| count.0))
    };
    let account = row.get::<_, Option<Text<_>>>("account_id")?.zip(row.get("account")?);
    Ok(RequestRecord {
        id: row.get::<_, Text<_>>("id")?.0,
        tenant: row.get::<_, Text<_>>("tenant_id")?.0,
        at: row.get::<_, Millis>("at")?.0,
        client_id: row.get::<_, Option<Text<_>>>("client_id")?.map(|id| id.0),
        client: row.get("client")?,
        tool: row.get("tool")?,
        account: account.map(|(id, name)| ServingAccount { id: id.0, name }),
        first_account: row.get("first_account")?,
        model: row.get("model")?,
        transport: row.get::<_, Name<_>>("transport")?.0,
        outcome: row.get::<_, Name<_>>("outcome")?.0,
        status: row.get("status")?,
        placement: row.get::<_, Option<Name<_>>>("placement")?.map(|placement| placement.0),
        attempts: row.get::<_, Json<_>>("attempts")?.0,
        skipped: row.get::<_, Json<_>>("skipped")?.0,
        first_byte_ms: count("first_byte_ms")?,
        duration_ms: row.get::<_, Count>("duration_ms")?.0,
        input_tokens: count("input_tokens")?,
        cached_tokens: count("cached_tokens")?,
        cache_write_tokens: count("cache_write_tokens")?,
        output_tokens: count("output_tokens")?,
        reasoning_tokens: count("reasoning_tokens")?,
        why: row.get::<_, Json<_>>("why")?.0,
    })
}
