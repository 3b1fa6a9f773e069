//! Table `activity` again, as forecasts and replays read it: what was asked of which account, in figures.

use jiff::Timestamp;
use rockpool_routing::runway::Tokens;
use rockpool_routing::{AccountId, ClientId, TenantId};
use rusqlite::Row;

use super::activity::readable;
use super::column::{Millis, Name, Text};
use super::{Durability, Store, StoreError};
use crate::model::activity::{MoveCosts, OutcomeClass};

/// What an account did in ten minutes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct TrafficSum {
    pub account: AccountId,
    /// The beginning of the ten minutes.
    pub at: Timestamp,
    pub tokens: Tokens,
    /// Conversations that came to it from others, and what that cost.
    pub moves: MoveCosts,
}

/// One request, in figures.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TrafficRow {
    /// When it arrived.
    pub at: Timestamp,
    pub client: Option<ClientId>,
    /// The account that answered, if one did.
    pub account: Option<AccountId>,
    pub outcome: OutcomeClass,
    /// Tells its conversation apart from others, where it names one.
    pub conversation: Option<String>,
    /// Whether it came so far that accounts were considered.
    pub considered: Considered,
    /// Tokens of the answer, where the provider counted them.
    pub tokens: Option<Tokens>,
}

/// How far a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Considered {
    /// Accounts were ordered for it.
    Yes,
    /// It was refused before that, or recorded by a version that did not say.
    No,
}

impl Store {
    /// What the tenant's accounts did since a moment, in steps of ten minutes, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) async fn traffic_sums(
        &self,
        tenant: TenantId,
        since: Timestamp,
    ) -> Result<Vec<TrafficSum>, StoreError> {
        self.call(Durability::Batched, move |tx| {
            // TOTAL, unlike SUM, cannot overflow.
            let sql = "SELECT account_id, at / 600000 * 600000 AS step,
                           TOTAL(input_tokens), TOTAL(cached_tokens), TOTAL(output_tokens),
                           TOTAL(json_extract(why, '$.affinity.kind') = 'moved'),
                           TOTAL(json_extract(why, '$.affinity.cached_tokens_lost')),
                           TOTAL(json_extract(why, '$.maybe_billed_twice'))
                       FROM activity WHERE tenant_id = ?1 AND at >= ?2 AND account_id IS NOT NULL
                       GROUP BY account_id, step ORDER BY step";
            let mut query = tx.prepare_cached(sql)?;
            let rows = query.query_map((Text(tenant), Millis(since)), sum)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The tenant's newest requests, `limit` at most, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) async fn traffic(&self, tenant: TenantId, limit: u32) -> Result<Vec<TrafficRow>, StoreError> {
        self.call(Durability::Batched, move |tx| {
            let sql = "SELECT at, client_id, account_id, outcome, input_tokens, cached_tokens, output_tokens,
                           json_extract(why, '$.conversation') AS conversation,
                           json_extract(why, '$.strategy') IS NOT NULL AS considered
                       FROM activity WHERE tenant_id = ?1 ORDER BY seq DESC LIMIT ?2";
            let mut query = tx.prepare_cached(sql)?;
            let rows = query.query_map((Text(tenant), limit), request)?;
            let mut rows: Vec<TrafficRow> = readable(rows)?;
            // They are recorded when they end.
            rows.sort_by_key(|row| row.at);
            Ok(rows)
        })
        .await
    }
}

fn sum(row: &Row<'_>) -> rusqlite::Result<TrafficSum> {
    // A cast from a float saturates.
    let total = |index: usize| -> rusqlite::Result<u64> { Ok(row.get::<_, f64>(index)? as u64) };
    Ok(TrafficSum {
        account: row.get::<_, Text<_>>(0)?.0,
        at: row.get::<_, Millis>(1)?.0,
        tokens: Tokens { input: total(2)?, cached: total(3)?, output: total(4)? },
        moves: MoveCosts {
            count: u32::try_from(total(5)?).unwrap_or(u32::MAX),
            cached_tokens_lost: total(6)?,
            maybe_billed_twice: u32::try_from(total(7)?).unwrap_or(u32::MAX),
        },
    })
}

fn request(row: &Row<'_>) -> rusqlite::Result<TrafficRow> {
    let tokens = |column: &str| -> rusqlite::Result<Option<u64>> {
        Ok(row.get::<_, Option<i64>>(column)?.and_then(|count| u64::try_from(count).ok()))
    };
    let (input, output) = (tokens("input_tokens")?, tokens("output_tokens")?);
    let cached = tokens("cached_tokens")?.unwrap_or_default();
    let counted = input.is_some() || output.is_some();
    Ok(TrafficRow {
        at: row.get::<_, Millis>("at")?.0,
        client: row.get::<_, Option<Text<_>>>("client_id")?.map(|id| id.0),
        account: row.get::<_, Option<Text<_>>>("account_id")?.map(|id| id.0),
        outcome: row.get::<_, Name<_>>("outcome")?.0,
        conversation: row.get("conversation")?,
        considered: if row.get("considered")? { Considered::Yes } else { Considered::No },
        tokens: counted.then(|| Tokens {
            input: input.unwrap_or_default(),
            cached,
            output: output.unwrap_or_default(),
        }),
    })
}
