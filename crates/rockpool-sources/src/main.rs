//! Prints the figures of the checkout at a path.

use std::env;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context, anyhow};
use rockpool_sources::{Checkout, figures};

fn main() -> anyhow::Result<()> {
    let root = env::args_os().nth(1).map(PathBuf::from).context("name the checkout to count in")?;
    let checkout = Checkout::read(&root).with_context(|| format!("reading {}", root.display()))?;
    let table = figures(&checkout).map_err(|problems| anyhow!("{}", problems.join("\n")))?;
    writeln!(io::stdout(), "{table}").context("writing to standard output")
}
