//! The only place that prints: progress to stdout, problems to stderr.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this program's output is for a person at a terminal"
)]

use std::io::Write;

pub(crate) fn line(text: &str) {
    println!("{text}");
}

/// Prints a question and leaves the cursor behind it.
pub(crate) fn question(text: &str) {
    print!("{text} ");
    // A terminal that cannot be written to cannot be read from either; reading reports it.
    let _ = std::io::stdout().flush();
}

pub(crate) fn problem(text: &str) {
    eprintln!("xtask: {text}");
}
