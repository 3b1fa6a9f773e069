//! Prints of how many packages the programs are made, what runs while they are compiled, and where `unsafe` stands: the
//! document `docs/measurements/dependencies.md`.

use std::env;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use rockpool_sources::{Checkout, dependencies};

fn main() -> anyhow::Result<()> {
    // Started by cargo in whatever folder: the package's own is two below the checkout.
    let given = env::args_os().nth(1).map(PathBuf::from);
    let root = given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
    let root = root.canonicalize().with_context(|| format!("looking for {}", root.display()))?;
    let checkout = Checkout::read(&root).with_context(|| format!("reading {}", root.display()))?;
    let document = dependencies(&root, &checkout).map_err(|problems| anyhow!("{}", problems.join("\n")))?;
    write!(io::stdout(), "{document}").context("writing to standard output")
}
