//! The command line.

use std::path::PathBuf;

use clap::Parser;

use crate::build::OfBuilds;
use crate::workload::Workload;

/// Measure what a request and an event cost two builds of `rockpool` in CPU, memory and time to the first output.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask cost")]
pub(crate) struct Options {
    /// The `rockpool` to compare with.
    #[arg(long)]
    pub(crate) before: PathBuf,
    /// The `rockpool` to compare.
    #[arg(long)]
    pub(crate) after: PathBuf,
    /// The `rockpool-sim` in front of which both serve.
    #[arg(long)]
    pub(crate) sim: PathBuf,
    /// File that gets every block as a line of JSON; replaced where it exists.
    #[arg(long)]
    pub(crate) rows: PathBuf,
    /// Only this kind of load; may be given several times. All where none is given.
    #[arg(long = "load", value_enum)]
    loads: Vec<Workload>,
    /// Measured rounds, best an even number, as the builds take turns in who is first; a warm-up round precedes them.
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) rounds: u32,
    /// What the tables call the build to compare with, such as its commit.
    #[arg(long, default_value = "before")]
    before_label: String,
    /// What the tables call the build to compare, such as its commit.
    #[arg(long, default_value = "after")]
    after_label: String,
}

impl Options {
    pub(crate) fn loads(&self) -> &[Workload] {
        if self.loads.is_empty() { &Workload::ALL } else { &self.loads }
    }

    pub(crate) fn labels(&self) -> OfBuilds<String> {
        OfBuilds { before: self.before_label.clone(), after: self.after_label.clone() }
    }
}
