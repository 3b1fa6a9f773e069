//! The person's side: the only place that prints, asks and reads.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::failure::Failure;

/// Longest wait for stderr to take a line.
const LONGEST_HINT: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Text,
    /// One JSON document per line.
    Json,
}

/// Where a command talks to the person.
pub(crate) trait Console: Send + Sync {
    fn style(&self) -> Style;
    /// A line of result, on stdout.
    fn result(&self, line: &str) -> Result<(), Failure>;
    /// A line about the result, on stderr.
    fn hint(&self, line: &str);
    /// A yes-or-no question; `None` where nobody is there to answer.
    fn confirm(&self, question: &str) -> Option<bool>;
    /// Lines that the person types from now on.
    fn lines(&self) -> mpsc::Receiver<String>;
    /// Opens an address in the person's browser, or does nothing where there is none.
    fn open(&self, url: &str);
}

/// The real terminal or pipes.
pub(crate) struct Terminal {
    style: Style,
}

impl Terminal {
    pub(crate) fn new(style: Style) -> Self {
        Self { style }
    }
}

impl Console for Terminal {
    fn style(&self) -> Style {
        self.style
    }

    fn result(&self, line: &str) -> Result<(), Failure> {
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "{line}").and_then(|()| stdout.flush()).map_err(Failure::Output)
    }

    /// A thread of its own: a pipe that nobody reads must not hold up whoever has something to say, nor the exit.
    fn hint(&self, line: &str) {
        let line = line.to_owned();
        let (written, wait) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            // Nobody is left to be told when stderr is gone.
            let _ = writeln!(std::io::stderr(), "{line}");
            let _ = written.send(());
        });
        let _ = wait.recv_timeout(LONGEST_HINT);
    }

    fn confirm(&self, question: &str) -> Option<bool> {
        if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            return None;
        }
        let mut stderr = std::io::stderr();
        write!(stderr, "{question} [y/N] ").and_then(|()| stderr.flush()).ok()?;
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer).ok()?;
        Some(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
    }

    /// A thread of its own, for a read of stdin cannot be given up: tokio would wait for it at exit.
    fn lines(&self) -> mpsc::Receiver<String> {
        let (sender, receiver) = mpsc::channel(1);
        std::thread::spawn(move || {
            for line in std::io::stdin().lock().lines() {
                let Ok(line) = line else { break };
                if sender.blocking_send(line).is_err() {
                    break;
                }
            }
        });
        receiver
    }

    fn open(&self, url: &str) {
        crate::browser::open(url);
    }
}
