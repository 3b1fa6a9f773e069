//! A working week under each strategy: three accounts, eight clients, resets, outages, a dead login, a provider
//! that contradicts itself. The table beside this file is what came of it.

mod calendar;
mod provider;
mod request;
mod seeded_random;
mod simulation;
mod totals;
mod upkeep;
mod workload;

use std::path::Path;

use rockpool_routing::{Conversations, Strategy};

/// Another seed gives another table, and the same conclusions.
const SEED: u64 = 2;

#[test]
fn each_strategy_gets_through_the_week_as_the_table_says() {
    let rows: Vec<_> = [Conversations::Stay, Conversations::Rotate]
        .into_iter()
        .flat_map(|conversations| Strategy::ALL.map(|strategy| (strategy, conversations)))
        .map(|(strategy, conversations)| {
            std::thread::spawn(move || {
                (strategy, conversations, simulation::run(SEED, strategy, conversations))
            })
        })
        .collect();
    let rows: Vec<_> = rows.into_iter().map(|row| row.join().unwrap()).collect();
    let table = totals::table(&rows);
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let snapshot = package.join("tests/week/table.txt");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&snapshot, &table).unwrap();
    }
    let known = std::fs::read_to_string(&snapshot).unwrap_or_default();
    assert!(known == table, "run again with UPDATE_SNAPSHOTS=1 if this is as it should be:\n{table}");
    let explained = std::fs::read_to_string(package.join("../../docs/decisions/0009-strategies.md")).unwrap();
    assert!(explained.contains(&table), "docs/decisions/0009-strategies.md goes by another table");
}
