//! The simulated provider, in a process of its own so that its CPU time is nobody else's.

use std::path::Path;
use std::process::Stdio;
use std::{fs, io};

use rockpool_sim::{Cost, Person, Windows};
use rockpool_tests::harness::seat;
use rockpool_tests::tools::web;
use rockpool_tests::wait;
use serde::Deserialize;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

pub(crate) const PEOPLE: [&str; 3] = ["ada", "ben", "cleo"];

#[derive(Debug, thiserror::Error)]
pub(crate) enum SimulatorError {
    #[error("a folder for what is started: {0}")]
    Folder(io::Error),
    #[error("starting the simulator: {0}")]
    Start(io::Error),
    #[error("the simulator does not say where it listens, but {line:?}")]
    NotReady { line: String },
    #[error("steering the simulator: {0}")]
    Steer(#[from] reqwest::Error),
}

/// Where the simulator listens, as it says itself.
#[derive(Debug, Deserialize)]
struct Ready {
    auth_url: String,
    backend_url: String,
    control_url: String,
}

/// Killed when it is dropped.
pub(crate) struct Simulator {
    ready: Ready,
    _child: Child,
}

impl Simulator {
    /// Starts `program` with people whose quota lasts however often they are used; they are written below `folder`.
    pub(crate) async fn start(program: &Path, folder: &Path) -> Result<Self, SimulatorError> {
        let file = folder.join("people.json");
        fs::write(&file, json!(PEOPLE.map(tireless)).to_string()).map_err(SimulatorError::Folder)?;
        let mut command = Command::new(program);
        // A request may have megabytes.
        command.args(["--journal", "50"]);
        command.arg("--people").arg(&file).stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().map_err(SimulatorError::Start)?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            let mut out = BufReader::new(out);
            let read = wait::within("the simulator says where it listens", out.read_line(&mut line)).await;
            read.map_err(SimulatorError::Start)?;
        }
        match serde_json::from_str(&line) {
            Ok(ready) => Ok(Self { ready, _child: child }),
            Err(_) => Err(SimulatorError::NotReady { line }),
        }
    }

    pub(crate) fn auth_url(&self) -> &str {
        &self.ready.auth_url
    }

    pub(crate) fn backend_url(&self) -> &str {
        &self.ready.backend_url
    }

    /// Lets the next sign-in be that of one of [`PEOPLE`].
    pub(crate) async fn next_sign_in(&self, person: &str) -> Result<(), SimulatorError> {
        let url = format!("{}/next-sign-in", self.ready.control_url);
        web::client().post(url).json(&json!({"as": seat(person)})).send().await?.error_for_status()?;
        Ok(())
    }
}

fn tireless(name: &str) -> Person {
    let mut person = Person::named(name, "plus", Windows::five_hours_and_weekly());
    for workspace in &mut person.workspaces {
        workspace.cost = Cost { primary: 0.0, secondary: 0.0 };
    }
    person
}
