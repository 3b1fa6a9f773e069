//! A program that ends with the value that holds it.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::wait;

/// A running helper, killed and collected when it is dropped.
#[derive(Debug)]
pub struct Running {
    name: String,
    child: Child,
}

impl Running {
    /// Starts `command`; its output goes where the command says.
    ///
    /// # Panics
    /// If it does not start, naming the program.
    pub fn start(mut command: Command) -> Self {
        let name = command.as_std().get_program().to_string_lossy().into_owned();
        let child = command.kill_on_drop(true).spawn();
        let child =
            child.unwrap_or_else(|error| panic!("{name} does not start ({error}): run cargo xtask test"));
        Self { name, child }
    }

    /// Starts `command` and waits for the first line that it prints: what it is asked to say when it is ready.
    pub async fn start_and_read_line(mut command: Command) -> (Self, String) {
        command.stdout(Stdio::piped());
        let mut running = Self::start(command);
        let mut output = BufReader::new(running.child.stdout.take().unwrap());
        let mut line = String::new();
        let what = format!("{} says that it is ready", running.name);
        wait::within(&what, output.read_line(&mut line)).await.unwrap();
        assert!(!line.trim().is_empty(), "{} ended before it was ready", running.name);
        // Read on for as long as it runs: a full or closed pipe would be the end of it.
        tokio::spawn(async move { while matches!(output.read_line(&mut String::new()).await, Ok(1..)) {} });
        (running, line.trim().to_owned())
    }

    #[must_use]
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.start_kill().ok();
        // Collected here, so that what it holds (a display, a folder) is free afterwards.
        while matches!(self.child.try_wait(), Ok(None)) {
            std::thread::yield_now();
        }
    }
}
