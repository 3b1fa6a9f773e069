//! Tokens and what they would have cost, put together by tool, account, client, model or day.

#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use rockpool_routing::TenantId;

use super::error::{ActionError, refused};
use super::handle::EngineHandle;
use super::requests::UsageQuery;
use crate::prices::{self, Money};
use crate::snapshot::{UsageBy, UsageRowView, UsageSums, UsageView};
use crate::store::UsageRow;
use crate::store::registry::Registry;

/// So many days where nobody says from when on, today among them.
const DAYS: u16 = 30;
const MOST_DAYS: u16 = 3660;

/// Sums over what is recorded, that included which is not written to the disk yet.
pub(crate) async fn usage(
    engine: &EngineHandle,
    tenant: TenantId,
    query: UsageQuery,
) -> Result<UsageView, ActionError> {
    let core = engine.core();
    let zone = core.clock.zone();
    let now = core.clock.wall();
    let to = query.to.unwrap_or(Timestamp::MAX);
    let from = match (query.from, query.days) {
        (Some(_), Some(_)) => {
            let text = "days: Say either from when on or how many days, not both.";
            return Err(ActionError::invalid("invalid_query", "days", text));
        }
        (Some(from), None) => from,
        (None, days) => days_before(now, days.unwrap_or(DAYS), &zone)?,
    };
    if from >= to {
        let text = "to: The end has to be later than the beginning.";
        return Err(ActionError::invalid("invalid_query", "to", text));
    }
    core.ledger.write(&core.store).await.map_err(refused)?;
    let rows = core.store.usage(tenant, from, to).await.map_err(refused)?;
    let recorded_since = core.store.recorded_since(tenant).await.map_err(refused)?;
    let by = query.by.unwrap_or_default();
    let (rows, total) = put_together(&core.registry.get(), &rows, by, &zone);
    let to = query.to.unwrap_or(now);
    Ok(UsageView { by, from, to, recorded_since, rows, total, prices: prices::source().into() })
}

/// The beginning of the first of so many days, of which the last one is today.
fn days_before(now: Timestamp, days: u16, zone: &TimeZone) -> Result<Timestamp, ActionError> {
    let first = (1..=MOST_DAYS).contains(&days).then(|| {
        let today = now.to_zoned(zone.clone()).date();
        let first = today.checked_sub(Span::new().days(i64::from(days) - 1)).ok()?;
        Some(first.to_zoned(zone.clone()).ok()?.timestamp())
    });
    first.flatten().ok_or_else(|| {
        let text = format!("days: Ask for 1 to {MOST_DAYS} days.");
        ActionError::invalid("invalid_query", "days", text)
    })
}

/// What has an identity is put together by it, under the name that it has now or had last.
fn put_together(
    registry: &Registry,
    rows: &[UsageRow],
    by: UsageBy,
    zone: &TimeZone,
) -> (Vec<UsageRowView>, UsageSums) {
    let mut groups: BTreeMap<Option<String>, Group> = BTreeMap::new();
    let mut total = Sums::default();
    for row in rows {
        let (identity, name) = match by {
            UsageBy::Tool => (row.tool.clone(), row.tool.clone()),
            UsageBy::Model => (row.model.clone(), row.model.clone()),
            UsageBy::Day => {
                let day = row.at.to_zoned(zone.clone()).date().to_string();
                (Some(day.clone()), Some(day))
            }
            UsageBy::Account => row.account.as_ref().map_or((None, None), |(id, name)| {
                let now = registry.account(*id).map(|account| account.name.clone());
                (Some(id.to_string()), Some(now.unwrap_or_else(|| name.clone())))
            }),
            UsageBy::Client => row.client.as_ref().map_or((None, None), |(id, name)| {
                let now = registry.client(*id).map(|client| client.name.clone());
                (Some(id.to_string()), Some(now.unwrap_or_else(|| name.clone())))
            }),
        };
        let group = groups.entry(identity).or_default();
        group.name = name;
        group.sums.add(row);
        total.add(row);
    }
    let mut views: Vec<UsageRowView> =
        groups.into_values().map(|group| UsageRowView { key: group.name, sums: group.sums.view() }).collect();
    match by {
        UsageBy::Day => views.sort_by(|one, other| other.key.cmp(&one.key)),
        UsageBy::Tool | UsageBy::Account | UsageBy::Client | UsageBy::Model => {
            views.sort_by_key(|view| Reverse((tokens(&view.sums), view.sums.requests)));
        }
    }
    (views, total.view())
}

fn tokens(sums: &UsageSums) -> u64 {
    sums.input_tokens.saturating_add(sums.output_tokens)
}

#[derive(Default)]
struct Group {
    name: Option<String>,
    sums: Sums,
}

/// Sums on their way; money is rounded once, at the end.
#[derive(Default)]
struct Sums {
    figures: UsageSums,
    money: Money,
}

impl Sums {
    fn add(&mut self, row: &UsageRow) {
        let (usage, sums) = (row.usage, &mut self.figures);
        sums.requests += 1;
        if usage.input.is_some() || usage.output.is_some() {
            sums.counted += 1;
        }
        for (sum, count) in [
            (&mut sums.input_tokens, usage.input),
            (&mut sums.cached_tokens, usage.cached),
            (&mut sums.cache_write_tokens, usage.cache_write),
            (&mut sums.output_tokens, usage.output),
            (&mut sums.reasoning_tokens, usage.reasoning),
        ] {
            *sum = sum.saturating_add(count.unwrap_or_default());
        }
        if let Some(cost) = row.model.as_deref().and_then(|model| prices::cost(model, row.at, usage)) {
            sums.priced += 1;
            self.money = self.money.plus(cost);
        }
    }

    fn view(self) -> UsageSums {
        let cost = (self.figures.priced > 0).then(|| self.money.micro_usd());
        UsageSums { at_api_prices_micro_usd: cost, ..self.figures }
    }
}
