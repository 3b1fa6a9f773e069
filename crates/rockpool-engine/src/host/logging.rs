//! The program's log, on stderr.
//!
//! A thread of its own writes it: a terminal that is held, or a pipe that nobody reads, must not stop a request. What
//! does not fit into its queue is dropped, and so is what stderr does not take: a full disk is no reason to stop either.

use std::io::IsTerminal;

use thiserror::Error;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

/// What was logged is written when this is dropped, within a second.
#[must_use]
#[derive(Debug)]
pub struct Logging(#[expect(dead_code, reason = "it writes what is left when it is dropped")] WorkerGuard);

/// A filter that cannot be read.
#[derive(Debug, Error)]
#[error("{0}; write it such as info, or rockpool_engine=debug,warn")]
pub struct LogFilterError(#[from] tracing_subscriber::filter::ParseError);

/// Logs to stderr from now on what `filter` asks for, in the form of
/// [`EnvFilter`](https://docs.rs/tracing-subscriber/0.3/tracing_subscriber/filter/struct.EnvFilter.html). `lookup` reads
/// the environment, for `NO_COLOR`.
///
/// # Errors
/// Where the filter cannot be read.
pub fn log_to_stderr(
    filter: &str,
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Result<Logging, LogFilterError> {
    let filter = EnvFilter::try_new(filter)?;
    let (writer, guard) = NonBlockingBuilder::default().lossy(true).finish(std::io::stderr());
    let logging = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(in_colour(&std::io::stderr(), lookup))
        .with_writer(writer)
        // It would print with `eprintln!`, which panics where stderr is gone.
        .log_internal_errors(false);
    // A second subscriber in one process is a test's affair.
    let _ = logging.try_init();
    Ok(Logging(guard))
}

/// Whether a log that goes to `output` may have colours: on a terminal, unless `NO_COLOR` is set and not
/// empty (<https://no-color.org>).
fn in_colour(output: &impl IsTerminal, lookup: &dyn Fn(&str) -> Option<String>) -> bool {
    output.is_terminal() && lookup("NO_COLOR").is_none_or(|value| value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_terminal_shows_colours_unless_no_color_is_set_and_a_file_never_does() {
        let terminal = std::fs::OpenOptions::new().read(true).write(true).open("/dev/ptmx").unwrap();
        let file = std::fs::File::open("/dev/null").unwrap();
        let no_color = |value: Option<&'static str>| move |_: &str| value.map(str::to_owned);
        assert!(in_colour(&terminal, &no_color(None)));
        assert!(in_colour(&terminal, &no_color(Some(""))));
        assert!(!in_colour(&terminal, &no_color(Some("1"))));
        assert!(!in_colour(&file, &no_color(None)));
    }
}
