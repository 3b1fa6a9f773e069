//! The failure table: every failure that the provider is known for, at each of its moments, over both transports,
//! and what the tool, the records and the accounts show of it. The rows stand in `table/failures.md`.

mod ask;
mod cuts;
mod fault;
mod row;
mod run;
mod seen;

use futures_util::StreamExt as _;

use row::{Case, cases};

const ROWS: &str = include_str!("table/failures.md");

/// How many rows run at once.
const BESIDE: usize = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_row_of_the_failure_table_holds() {
    let cases = cases(ROWS);
    let run = cases.len();
    let found: Vec<Vec<String>> =
        futures_util::stream::iter(cases).map(mismatches).buffer_unordered(BESIDE).collect().await;
    let mut found: Vec<String> = found.into_iter().flatten().collect();
    found.sort();
    assert!(found.is_empty(), "{} of {run} cases:\n{}", found.len(), found.join("\n"));
}

/// What does not hold, with the row's name before it. A panic is one of the things that must not happen.
async fn mismatches(case: Case) -> Vec<String> {
    let name = case.to_string();
    let found = match tokio::spawn(run::run(case)).await {
        Ok(found) => found,
        Err(error) => vec![format!("{error}")],
    };
    found.into_iter().map(|what| format!("{name}: {what}")).collect()
}
