//! What is counted of a week, and the table of it.

use rockpool_routing::{Conversations, Strategy};

use crate::provider::SEATS;

/// The figures of the weeks that count, under one strategy.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals {
    pub(crate) requests: u64,
    pub(crate) served: u64,
    pub(crate) failed_attempts: u64,
    pub(crate) moved: u64,
    pub(crate) tokens_lost: u64,
    /// Input tokens that were read anew, and all of them.
    pub(crate) anew: u64,
    pub(crate) input: u64,
    /// Refused although some account would have served.
    pub(crate) needless: u64,
    pub(crate) seconds_exhausted: u64,
    /// Percent left at the weekly resets of each account, and how many there were.
    pub(crate) wasted: [(u64, u64); SEATS.len()],
}

impl Totals {
    /// What was left at all weekly resets, in percent of all that was to be had until then.
    fn wasted_in_all(&self) -> u64 {
        let weighted = |weight: fn((u64, u64)) -> u64| -> u64 {
            SEATS.iter().zip(self.wasted).map(|(seat, wasted)| seat.weekly * weight(wasted)).sum()
        };
        weighted(|(left, _)| left) / weighted(|(_, resets)| resets).max(1)
    }

    fn cells(&self) -> [u64; 13] {
        let [pro, plus, team] = self.wasted.map(|(left, resets)| left / resets.max(1));
        [
            self.requests,
            self.served,
            self.requests - self.served,
            self.needless,
            self.failed_attempts,
            self.moved,
            self.tokens_lost / 1_000,
            self.anew * 100 / self.input.max(1),
            self.seconds_exhausted,
            pro,
            plus,
            team,
            self.wasted_in_all(),
        ]
    }
}

const HEAD: [&str; 13] = [
    "requests", "served", "failed", "in vain", "retried", "moved", "lost kT", "anew %", "dry s", "pro %",
    "plus %", "team %", "all %",
];

pub(crate) fn table(rows: &[(Strategy, Conversations, Totals)]) -> String {
    let mut table = String::new();
    line(&mut table, "strategy", "talks", HEAD.map(str::to_owned));
    for (strategy, conversations, totals) in rows {
        let talks = match conversations {
            Conversations::Stay => "stay",
            Conversations::Rotate => "rotate",
        };
        line(&mut table, strategy.name(), talks, totals.cells().map(|cell| cell.to_string()));
    }
    table
}

fn line(table: &mut String, strategy: &str, talks: &str, cells: [String; 13]) {
    let cells: String = cells.iter().map(|cell| format!(" {cell:>8}")).collect();
    table.push_str(&format!("{strategy:<14} {talks:<6}{cells}\n"));
}
