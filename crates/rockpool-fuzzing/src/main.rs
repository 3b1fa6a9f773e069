//! Runs fuzz targets that `cargo xtask fuzz` has built.

mod corpus;
mod fuzzer;
mod places;
mod processor;
mod record;
mod run;
mod statistics;
mod table;
mod target;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::places::Places;
use crate::target::Target;

#[derive(Parser)]
struct Args {
    /// The checkout.
    #[arg(long)]
    root: PathBuf,
    /// Where the built targets are.
    #[arg(long)]
    binaries: PathBuf,
    /// A folder for corpora, crashes and logs while it runs.
    #[arg(long)]
    work: PathBuf,
    /// Of processor time, for each target.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    minutes: u64,
    #[arg(long, value_enum)]
    purpose: Purpose,
    /// All where none is named.
    target: Vec<Target>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Purpose {
    /// Keeps what was found, and writes down each run.
    Record,
    /// Changes nothing in the checkout.
    Check,
}

fn main() -> anyhow::Result<ExitCode> {
    let Args { root, binaries, work, minutes, purpose, target } = Args::parse();
    let targets = if target.is_empty() { Target::ALL.to_vec() } else { target };
    let places = Places { root, binaries, work };
    let each = Duration::from_secs(60 * minutes);
    let crashes = match purpose {
        Purpose::Record => run::record(&places, &targets, each)?,
        Purpose::Check => run::check(&places, &targets, each)?,
    };
    Ok(if crashes == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
