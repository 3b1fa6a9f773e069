//! What a request and an event cost in CPU: two builds of `rockpool` against each other, block by block in turns, in
//! front of one simulated provider. Everything stays on loopback. Linux only: it reads `/proc`.

mod answer;
mod block;
mod build;
mod history;
mod http_load;
mod load_error;
mod machine;
mod options;
mod process;
mod rows;
mod server;
mod simulator;
mod socket_load;
mod statistics;
mod table;
mod wire;
mod workload;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;

use crate::block::{Block, Round};
use crate::build::OfBuilds;
use crate::machine::Machine;
use crate::options::Options;
use crate::rows::{Row, Rows};
use crate::server::MeasuredServer;
use crate::simulator::{Simulator, SimulatorError};

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Simulator(#[from] SimulatorError),
    #[error("a folder for the servers: {0}")]
    Folder(io::Error),
    #[error("writing the rows: {0}")]
    Rows(io::Error),
    #[error("writing to standard output: {0}")]
    Output(io::Error),
}

// One thread: the load takes one core at most, and leaves the others to server and provider.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // With stderr closed there is nowhere left to say it; the exit code still does.
            writeln!(io::stderr(), "{failure}").ok();
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Failure> {
    let mut rows = Rows::create(&options.rows).map_err(Failure::Rows)?;
    let folder = tempfile::tempdir().map_err(Failure::Folder)?;
    let simulator = Simulator::start(&options.sim, folder.path()).await?;
    let servers = OfBuilds {
        before: MeasuredServer::start(&options.before, &folder.path().join("before"), &simulator).await?,
        after: MeasuredServer::start(&options.after, &folder.path().join("after"), &simulator).await?,
    };
    let labels = options.labels();
    let begun = Machine::now();
    rows.write(&Row::Begun { labels: labels.clone(), machine: begun.clone() }).map_err(Failure::Rows)?;

    let mut blocks = Vec::new();
    for round in Round::all(options.rounds) {
        for workload in options.loads().iter().copied() {
            for build in round.order() {
                let block = Block::measure(round, build, workload, servers.of(build)).await;
                rows.write(&Row::Block(&block)).map_err(Failure::Rows)?;
                progress(&block);
                blocks.push(block);
            }
        }
    }
    let memory = servers.map(MeasuredServer::resident_kib);
    rows.write(&Row::Ended { resident_kib: memory.clone(), machine: Machine::now() })
        .map_err(Failure::Rows)?;

    let mut out = io::stdout();
    writeln!(out, "{begun}\n").map_err(Failure::Output)?;
    writeln!(out, "{}", table::summary(&labels, &blocks, &memory)).map_err(Failure::Output)?;
    writeln!(out, "{}", table::translation(&labels, &blocks)).map_err(Failure::Output)?;
    writeln!(out, "{}", table::every_block(&labels, &blocks)).map_err(Failure::Output)
}

fn progress(block: &Block) {
    // Progress that nobody reads is no reason to stop.
    writeln!(io::stderr(), "{block}").ok();
}
