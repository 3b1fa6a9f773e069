//! The raw rows: a line of JSON for each block as soon as it was measured, between one for the start and one for the
//! end.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use serde::Serialize;

use crate::block::Block;
use crate::build::OfBuilds;
use crate::machine::Machine;

#[derive(Debug, Serialize)]
#[serde(tag = "row", rename_all = "snake_case")]
pub(crate) enum Row<'a> {
    Begun { labels: OfBuilds<String>, machine: Machine },
    Block(&'a Block),
    Ended { resident_kib: OfBuilds<Option<u64>>, machine: Machine },
}

#[derive(Debug)]
pub(crate) struct Rows(File);

impl Rows {
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        File::create(path).map(Self)
    }

    pub(crate) fn write(&mut self, row: &Row<'_>) -> io::Result<()> {
        let mut line = serde_json::to_string(row)?;
        line.push('\n');
        self.0.write_all(line.as_bytes())
    }
}
