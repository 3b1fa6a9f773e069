//! The tables: what each kind of load cost, and every block.

use std::fmt::Write as _;

use crate::block::{Block, Cost, Outcome, Round};
use crate::build::{Build, OfBuilds};
use crate::statistics::{Spread, ratios};
use crate::workload::Workload;

/// One line of the summary.
#[derive(Clone, Copy, Debug)]
enum Figure {
    CpuPerUnit,
    FirstOutputMedian,
    FirstOutputP99,
}

impl Figure {
    const ALL: [Self; 3] = [Self::CpuPerUnit, Self::FirstOutputMedian, Self::FirstOutputP99];

    /// In microseconds.
    const fn of(self, cost: &Cost) -> f64 {
        match self {
            Self::CpuPerUnit => cost.cpu_us_per_unit,
            Self::FirstOutputMedian => cost.first_output_us_median,
            Self::FirstOutputP99 => cost.first_output_us_p99,
        }
    }

    fn name(self, workload: Workload) -> String {
        match self {
            Self::CpuPerUnit => format!("CPU µs per {}", workload.unit()),
            Self::FirstOutputMedian => "µs to the first output, median".to_owned(),
            Self::FirstOutputP99 => "µs to the first output, p99".to_owned(),
        }
    }
}

/// Least, median and greatest of the measured blocks of each build; the ratio after/before of the medians, and least,
/// median and greatest of the ratios of the blocks in pairs.
pub(crate) fn summary(
    labels: &OfBuilds<String>,
    blocks: &[Block],
    resident_kib: &OfBuilds<Option<u64>>,
) -> String {
    let OfBuilds { before, after } = labels;
    let mut table = format!(
        "| load | figure | {before}: min | median | max | {after}: min | median | max | ratio of medians \
         | ratio of pairs: min | median | max | pairs |\n|---|---|{}\n",
        "---:|".repeat(11)
    );
    for workload in Workload::ALL {
        for figure in Figure::ALL {
            let pairs = pairs(blocks, workload, figure);
            line(&mut table, workload.name(), &figure.name(workload), &pairs);
        }
    }
    let resident = resident_kib.map(|kib| kib.map(|kib| kib as f64));
    line(&mut table, "all", "resident KiB at the end", &[resident]);
    table
}

/// The figures of each measured round, before and after.
fn pairs(blocks: &[Block], workload: Workload, figure: Figure) -> Vec<OfBuilds<Option<f64>>> {
    measured_rounds(blocks)
        .map(|round| {
            let of = |build| find(blocks, round, workload, build)?.cost().map(|cost| figure.of(cost));
            OfBuilds { before: of(Build::Before), after: of(Build::After) }
        })
        .collect()
}

fn line(table: &mut String, load: &str, figure: &str, pairs: &[OfBuilds<Option<f64>>]) {
    let spread = |build| Spread::of(&pairs.iter().filter_map(|pair| *pair.of(build)).collect::<Vec<_>>());
    let [before, after] = Build::ALL.map(spread);
    let of_medians = before.zip(after).map(|(before, after)| after.median / before.median);
    let ratios = ratios(pairs);
    let cells = [
        cells(before, amount),
        cells(after, amount),
        of_medians.map_or_else(|| NONE.to_owned(), ratio),
        cells(Spread::of(&ratios), ratio),
        format!("{} of {}", ratios.len(), pairs.len()),
    ];
    push(table, format_args!("| {load} | {figure} | {} |\n", cells.join(" | ")));
}

/// How many times the CPU time of a request that is passed through a translated one takes, of the same build and round:
/// least, median and greatest.
pub(crate) fn translation(labels: &OfBuilds<String>, blocks: &[Block]) -> String {
    let OfBuilds { before, after } = labels;
    let mut table = format!(
        "| translated | passed through | {before}: min | median | max | {after}: min | median | max |\n\
         |---|---|{}\n",
        "---:|".repeat(6)
    );
    for translated in Workload::ALL {
        let Some(passed) = translated.passed_through() else { continue };
        let cells = Build::ALL.map(|build| {
            let of = |round, workload| find(blocks, round, workload, build)?.cost();
            let times = |round| {
                let (translated, passed) = (of(round, translated)?, of(round, passed)?);
                Some(translated.cpu_us_per_unit / passed.cpu_us_per_unit)
            };
            let times: Vec<f64> = measured_rounds(blocks).filter_map(times).collect();
            cells(Spread::of(&times), ratio)
        });
        let (translated, passed) = (translated.name(), passed.name());
        push(&mut table, format_args!("| {translated} | {passed} | {} |\n", cells.join(" | ")));
    }
    table
}

/// Every block of every round, the warm-up's and failed ones too; a round of a kind of load is a line.
pub(crate) fn every_block(labels: &OfBuilds<String>, blocks: &[Block]) -> String {
    let OfBuilds { before, after } = labels;
    let mut table =
        format!("| round | load | CPU µs per | {before} | {after} | ratio |\n|---|---|---|---:|---:|---:|\n");
    for workload in Workload::ALL {
        for round in rounds(blocks) {
            let of = |build| find(blocks, round, workload, build);
            let pair = OfBuilds { before: of(Build::Before), after: of(Build::After) };
            let cpu = pair.map(|block| Some(Figure::CpuPerUnit.of((*block)?.cost()?)));
            let ratios = ratios(&[cpu]);
            let last = ratios.first().map_or_else(|| NONE.to_owned(), |it| ratio(*it));
            let cells = [
                workload.name().to_owned(),
                workload.unit().to_owned(),
                shown(pair.before),
                shown(pair.after),
                last,
            ];
            push(&mut table, format_args!("| {round} | {} |\n", cells.join(" | ")));
        }
    }
    table
}

const NONE: &str = "–";

fn measured_rounds(blocks: &[Block]) -> impl Iterator<Item = Round> {
    rounds(blocks).filter(|round| *round != Round::WarmUp)
}

fn rounds(blocks: &[Block]) -> impl Iterator<Item = Round> {
    let mut rounds: Vec<_> = blocks.iter().map(|block| block.round).collect();
    rounds.sort_unstable();
    rounds.dedup();
    rounds.into_iter()
}

fn find(blocks: &[Block], round: Round, workload: Workload, build: Build) -> Option<&Block> {
    blocks.iter().find(|block| (block.round, block.workload, block.build) == (round, workload, build))
}

fn shown(block: Option<&Block>) -> String {
    match block.map(|block| &block.outcome) {
        Some(Outcome::Measured(cost)) => amount(cost.cpu_us_per_unit),
        // A bar or the end of a line would end the cell.
        Some(Outcome::Failed { why }) => format!("failed: {}", why.replace(['|', '\n'], " ")),
        None => NONE.to_owned(),
    }
}

fn cells(spread: Option<Spread>, show: fn(f64) -> String) -> String {
    let Some(Spread { min, median, max }) = spread else {
        return [NONE; 3].join(" | ");
    };
    [min, median, max].map(show).join(" | ")
}

fn amount(figure: f64) -> String {
    let decimals = match figure {
        ..10.0 => 2,
        ..100.0 => 1,
        _ => 0,
    };
    format!("{figure:.decimals$}")
}

fn ratio(figure: f64) -> String {
    format!("{figure:.3}")
}

fn push(table: &mut String, line: std::fmt::Arguments<'_>) {
    table.write_fmt(line).expect("a String takes what is written");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::CpuTime;

    fn block(round: Round, build: Build, cpu_us_per_unit: f64) -> Block {
        of(Workload::WebSocket, round, build, cpu_us_per_unit)
    }

    fn of(workload: Workload, round: Round, build: Build, cpu_us_per_unit: f64) -> Block {
        let cost = Cost {
            answers: 1,
            events: 10,
            units: 1,
            wall_us: 1,
            cpu: CpuTime { user: 0, system: 0 },
            cpu_us_per_unit,
            first_output_us_median: 1.0,
            first_output_us_p99: 2.0,
        };
        Block { round, build, workload, outcome: Outcome::Measured(cost) }
    }

    fn failed(round: Round, build: Build) -> Block {
        let why = "answered with 502: a | b".to_owned();
        Block { round, build, workload: Workload::WebSocket, outcome: Outcome::Failed { why } }
    }

    fn labels() -> OfBuilds<String> {
        OfBuilds { before: "old".to_owned(), after: "new".to_owned() }
    }

    fn blocks() -> Vec<Block> {
        let [one, two, three] = [1, 2, 3].map(Round::Measured);
        vec![
            block(Round::WarmUp, Build::Before, 9_000.0),
            block(Round::WarmUp, Build::After, 1.0),
            block(one, Build::Before, 100.0),
            block(one, Build::After, 50.0),
            block(two, Build::Before, 300.0),
            block(two, Build::After, 240.0),
            block(three, Build::Before, 200.0),
            failed(three, Build::After),
        ]
    }

    #[track_caller]
    fn row<'a>(table: &'a str, words: &[&str]) -> &'a str {
        table.lines().find(|line| words.iter().all(|word| line.contains(word))).unwrap()
    }

    #[test]
    fn the_summary_leaves_the_warm_up_out_and_takes_ratios_of_whole_pairs() {
        let table = summary(&labels(), &blocks(), &OfBuilds { before: Some(2_000), after: Some(1_000) });
        assert_eq!(
            row(&table, &["WebSocket", "per turn"]),
            "| WebSocket, 1 connection | CPU µs per turn | 100 | 200 | 300 | 50.0 | 145 | 240 | 0.725 \
             | 0.500 | 0.650 | 0.800 | 2 of 3 |"
        );
        assert!(
            row(&table, &["resident"]).ends_with("| 0.500 | 0.500 | 0.500 | 0.500 | 1 of 1 |"),
            "{table}"
        );
    }

    #[test]
    fn what_is_translated_is_compared_with_what_is_passed_through_in_the_same_round() {
        let mut blocks = vec![of(Workload::History, Round::WarmUp, Build::After, 1.0)];
        for (round, passed, translated) in [(1, 100.0, 150.0), (2, 200.0, 500.0)] {
            let round = Round::Measured(round);
            blocks.push(of(Workload::History, round, Build::After, passed));
            blocks.push(of(Workload::ChatHistory, round, Build::After, translated));
        }
        let table = translation(&labels(), &blocks);
        let line = row(&table, &["Chat Completions, history"]);
        assert!(line.ends_with("| HTTP, history of 1.8 MB | – | – | – | 1.500 | 2.000 | 2.500 |"), "{line}");
    }

    #[test]
    fn what_was_not_measured_is_shown_as_such() {
        let table = summary(&labels(), &blocks(), &OfBuilds { before: Some(2_000), after: None });
        assert!(row(&table, &["per event"]).contains("| – | – | – | – |"), "{table}");
        assert!(row(&table, &["resident"]).ends_with("| 0 of 1 |"), "{table}");
    }

    #[test]
    fn every_block_is_shown_with_why_it_failed() {
        let table = every_block(&labels(), &blocks());
        assert_eq!(
            row(&table, &["warm-up", "WebSocket"]),
            "| warm-up | WebSocket, 1 connection | turn | 9000 | 1.00 | 0.000 |"
        );
        assert_eq!(
            row(&table, &["| 3 |", "WebSocket"]),
            "| 3 | WebSocket, 1 connection | turn | 200 | failed: answered with 502: a   b | – |"
        );
    }

    #[test]
    fn every_line_has_a_cell_for_each_column() {
        let memory = OfBuilds { before: None, after: None };
        let (labels, blocks) = (labels(), blocks());
        for table in
            [summary(&labels, &blocks, &memory), translation(&labels, &blocks), every_block(&labels, &blocks)]
        {
            let bars: Vec<_> = table.lines().map(|line| line.matches('|').count()).collect();
            assert!(bars.iter().all(|count| *count == bars[0]), "{table}");
        }
    }
}
