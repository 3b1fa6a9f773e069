//! Pools: who owns them, who is in them, and whether they serve.

use jiff::Timestamp;
use rockpool_engine::snapshot::PoolView;
use rockpool_routing::Conversations;

use super::level::level;
use super::table::table;
use super::time::{ago, left, runway};

/// One pool in one line.
pub(crate) fn pool_line(pool: &PoolView) -> String {
    format!("{} ({}): {}", pool.owner, strategy(pool), pool.extra_provider_names.join(", "))
}

fn strategy(pool: &PoolView) -> String {
    let name = pool.strategy.name();
    match pool.conversations {
        Conversations::Stay => name.to_owned(),
        Conversations::Rotate => format!("{name}, rotating"),
    }
}

pub(super) fn pools(pools: &[PoolView], now: Timestamp) -> Vec<String> {
    let rows: Vec<[String; 7]> = pools.iter().map(|pool| row(pool, now)).collect();
    table(["POOL OF", "STRATEGY", "MEMBERS", "STATE", "LEFT", "LASTS", "LAST USED"], &rows)
}

fn row(pool: &PoolView, now: Timestamp) -> [String; 7] {
    let state = match (pool.serving, pool.until) {
        (true, _) => "serving".to_owned(),
        (false, Some(until)) => format!("not serving ({})", left(until, now)),
        (false, None) => "not serving".to_owned(),
    };
    let last = match &pool.last_account {
        Some(account) => format!("{account}, {}", ago(pool.last_used_at, now)),
        None => "never".to_owned(),
    };
    let members = pool.extra_provider_names.join(", ");
    let lasts = runway(&pool.runway, now);
    [pool.owner.clone(), strategy(pool), members, state, level(pool.level_percent), lasts, last]
}
