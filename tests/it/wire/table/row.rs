//! Reads the rows of the failure table.

use std::fmt;

use rockpool_tests::tools::codex::Transport;

/// One row over one transport.
#[derive(Clone, Debug)]
pub(super) struct Case {
    line: usize,
    /// At which moment.
    pub(super) when: &'static str,
    pub(super) what: &'static str,
    pub(super) over: Transport,
    /// What the tool sees where another account is there.
    pub(super) tool: &'static str,
    /// What it sees where there is none.
    pub(super) alone: &'static str,
    /// Classes of the account's attempts, in order.
    pub(super) attempts: Vec<&'static str>,
    /// The account's state afterwards.
    pub(super) state: &'static str,
    /// Failures and outcomes in the account's sample: `1/2`.
    pub(super) health: &'static str,
    /// How far the request had come in the account's last attempt.
    pub(super) delivery: &'static str,
    /// Attempts that may have been billed beside the one that answered, where another account is there.
    pub(super) twice: u32,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, when, what, over, .. } = self;
        write!(f, "line {line:>3}, {when}, {what}, {over:?}")
    }
}

const COLUMNS: usize = 10;

/// Every row of the tables in `text`, once for each of its transports.
///
/// # Panics
/// With the line that is no row.
pub(super) fn cases(text: &'static str) -> Vec<Case> {
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    let rows = lines.filter(|(_, line)| line.starts_with("| ") && !line.starts_with("| when "));
    rows.flat_map(|(number, line)| row(number, line)).collect()
}

fn row(number: usize, line: &'static str) -> Vec<Case> {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let Ok([when, what, over, tool, alone, attempts, state, health, delivery, twice]) =
        <[&str; COLUMNS]>::try_from(cells)
    else {
        panic!("line {number} has not {COLUMNS} columns: {line}")
    };
    let over = match over {
        "both" => &Transport::ALL[..],
        "http" => &[Transport::Http],
        "ws" => &[Transport::WebSocket],
        other => panic!("line {number}: {other:?} is no transport"),
    };
    let case = |over: &Transport| Case {
        line: number,
        when,
        what,
        over: *over,
        tool,
        alone: if alone == "same" { tool } else { alone },
        attempts: attempts.split_whitespace().filter(|class| *class != "-").collect(),
        state,
        health,
        delivery,
        twice: twice.parse().unwrap_or_else(|_| panic!("line {number}: {twice:?} is no number")),
    };
    over.iter().map(case).collect()
}
