//! The sums of all runs, as a table in a document.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};

use crate::record::Record;
use crate::target::Target;

const BEGIN: &str = "<!-- written by `cargo xtask fuzz` -->\n";
const END: &str = "<!-- end -->";

/// Puts the table between the document's two marks.
pub(crate) fn write(document: &Path, records: &[Record]) -> anyhow::Result<()> {
    let text = fs::read_to_string(document).with_context(|| format!("reading {}", document.display()))?;
    let text = replaced(&text, &table(records)).with_context(|| document.display().to_string())?;
    fs::write(document, text).with_context(|| format!("writing {}", document.display()))
}

fn replaced(text: &str, table: &str) -> anyhow::Result<String> {
    let parts = text.split_once(BEGIN).and_then(|(head, rest)| Some((head, rest.split_once(END)?.1)));
    let Some((head, tail)) = parts else { bail!("the marks of the table are missing") };
    Ok([head, BEGIN, table, END, tail].concat())
}

fn table(records: &[Record]) -> String {
    let mut text =
        "\n| target | runs | processor time, min | of it since the last crash | executions | crashes | \
                    inputs kept | kB | edges | features | last run | at |\n|---|"
            .to_owned();
    text += &"---:|".repeat(9);
    text += "---|---|\n";
    for target in Target::ALL {
        let runs: Vec<&Record> = records.iter().filter(|record| record.target == target).collect();
        text += &row(target, &runs);
    }
    text + "\n"
}

fn row(target: Target, runs: &[&Record]) -> String {
    let Some(last) = runs.last() else {
        return format!("| `{target}` | 0 |{}\n", " |".repeat(10));
    };
    let minutes = |runs: &[&Record]| runs.iter().fold(0.0, |sum, run| sum + run.processor_seconds) / 60.0;
    let sum = |of: fn(&Record) -> u64| runs.iter().map(|run| of(run)).sum::<u64>();
    // The run of the crash itself does not count.
    let since = runs.iter().rposition(|run| run.crashes > 0).map_or(0, |crash| crash + 1);
    let clean = runs.get(since..).unwrap_or_default();
    let Record { at, commit, inputs, bytes, edges, features, .. } = last;
    format!(
        "| `{target}` | {} | {:.1} | {:.1} | {} | {} | {inputs} | {} | {edges} | {features} | {} | {commit} |\n",
        runs.len(),
        minutes(runs),
        minutes(clean),
        sum(|run| run.executions),
        sum(|run| run.crashes),
        bytes / 1000,
        at.strftime("%F"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::made_up;

    #[test]
    fn runs_are_summed_and_the_time_after_a_crash_is_told_apart() {
        let records = [
            made_up(Target::Config, 600.0, 0),
            made_up(Target::Config, 30.0, 1),
            made_up(Target::ChatAnswer, 6.0, 0),
            made_up(Target::Config, 90.0, 0),
        ];
        let table = table(&records);
        let config = "| `config` | 3 | 12.0 | 1.5 | 3000 | 1 | 7 | 0 | 50 | 90 | 2026-11-28 | 0123abc |";
        assert!(table.contains(config), "{table}");
        let crashed = super::table(&[made_up(Target::Config, 30.0, 1)]);
        assert!(crashed.contains("| `config` | 1 | 0.5 | 0.0 |"), "{crashed}");
        assert!(table.contains("| `chat_answer` | 1 | 0.1 | 0.1 | 1000 | 0 |"), "{table}");
        let mut columns = table.lines().filter(|line| !line.is_empty()).map(|line| line.matches('|').count());
        assert!(columns.all(|count| count == 13), "{table}");
    }

    #[test]
    fn what_stands_around_the_table_stays() {
        let text = format!("# Fuzzing\n\n{BEGIN}old{END}\nmore\n");
        assert_eq!(replaced(&text, "new").unwrap(), format!("# Fuzzing\n\n{BEGIN}new{END}\nmore\n"));
        assert!(replaced("nothing", "new").is_err());
    }
}
