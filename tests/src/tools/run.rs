//! A tool's process while it is at work: what it has shown so far, and Ctrl-C.

use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, Command};

/// A healthy one shows something after some seconds, most of them to start.
const LONGEST_START: Duration = Duration::from_secs(60);

/// Waits until a run has shown `words` on its output. What comes later is left to be read.
///
/// # Panics
/// With all that it has shown, where it ends before or takes too long.
pub async fn shows(run: &mut Child, words: &str) {
    let mut shown = Vec::new();
    let output = run.stdout.as_mut().unwrap();
    let reading = async {
        while !String::from_utf8_lossy(&shown).contains(words) {
            if output.read_buf(&mut shown).await.unwrap() == 0 {
                return false;
            }
        }
        true
    };
    let found = tokio::time::timeout(LONGEST_START, reading).await;
    assert!(found == Ok(true), "{words:?} was never shown: {}", String::from_utf8_lossy(&shown));
}

/// Sends what Ctrl-C sends, to the run and to what it has started.
pub async fn interrupt(run: &Child) {
    let group = format!("-{}", run.id().unwrap());
    let sent = Command::new("kill").args(["-INT", "--", &group]).status().await.unwrap();
    assert!(sent.success());
}
