//! `rockpool-sim`: runs the simulator until it is interrupted, and says in one line of JSON where it listens.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;
use rockpool_sim::{CallbackPorts, Person, Sim, SimConfig};

/// A simulated OpenAI on loopback, for rehearsals and tests. Steer it under /_sim/.
#[derive(Debug, Parser)]
#[command(version)]
struct Options {
    /// Where to serve plain HTTP (loopback only; port 0 picks a free one).
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Where to serve TLS; without it there is no TLS.
    #[arg(long)]
    tls_listen: Option<SocketAddr>,
    /// Another host name for the TLS certificate; may be repeated.
    #[arg(long)]
    tls_name: Vec<String>,
    /// Write the test authority's certificate (PEM) to this file; needs --tls-listen.
    #[arg(long, requires = "tls_listen")]
    ca_out: Option<PathBuf>,
    /// JSON file with a list of people.
    #[arg(long, conflicts_with = "demo")]
    people: Option<PathBuf>,
    /// Three people with a Pro, a Plus and a Team account.
    #[arg(long)]
    demo: bool,
    /// Let sign-ins call back to 1455 and 1457 only, as the provider does.
    #[arg(long)]
    documented_callback_ports: bool,
    /// How many requests are remembered, bodies and all.
    #[arg(long, default_value_t = SimConfig::default().journal_limit)]
    journal: usize,
}

#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error("reading {path}: {source}")]
    ReadPeople { path: PathBuf, source: std::io::Error },
    #[error("{path} is not a list of people: {source}")]
    ParsePeople { path: PathBuf, source: serde_json::Error },
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

#[tokio::main]
async fn main() -> std::process::ExitCode {
    match run(Options::parse()).await {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            // With stderr closed there is nowhere left to say it; the exit code still does.
            writeln!(std::io::stderr(), "rockpool-sim: {error}").ok();
            std::process::ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), StartError> {
    let people = match &options.people {
        Some(path) => read_people(path)?,
        None if options.demo => Person::demo(),
        None => Vec::new(),
    };
    let callback_ports = match options.documented_callback_ports {
        true => CallbackPorts::Documented,
        false => CallbackPorts::AnyLoopback,
    };
    let sim = Sim::start(SimConfig {
        listen: options.listen,
        tls_listen: options.tls_listen,
        tls_names: options.tls_name,
        ca_out: options.ca_out,
        callback_ports,
        people,
        journal_limit: options.journal,
        ..SimConfig::default()
    })
    .await?;
    let ready = serde_json::json!({
        "auth_url": sim.auth_url(), "backend_url": sim.backend_url(), "control_url": format!("{}/_sim", sim.auth_url()),
        "tls_auth_url": sim.tls_auth_url(), "tls_backend_url": sim.tls_backend_url(),
    });
    let mut out = std::io::stdout();
    writeln!(out, "{ready}")?;
    out.flush()?;
    tokio::signal::ctrl_c().await?;
    sim.shutdown().await;
    Ok(())
}

fn read_people(path: &PathBuf) -> Result<Vec<Person>, StartError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| StartError::ReadPeople { path: path.clone(), source })?;
    serde_json::from_str(&text).map_err(|source| StartError::ParsePeople { path: path.clone(), source })
}
