//! Asks a program that gives no sign of its own until it answers.

use std::time::Duration;

use crate::wait;

/// Short beside what it takes a program to start, long beside what a question costs.
pub(super) const PAUSE: Duration = Duration::from_millis(25);

/// Asks until there is an answer.
///
/// # Panics
/// After [`wait::PATIENCE`], naming `what`.
pub async fn until<T>(what: &str, ask: impl AsyncFnMut() -> Option<T>) -> T {
    wait::within(what, without_end(ask)).await
}

/// Asks until there is an answer, however long that takes: for callers with a bound of their own.
pub async fn without_end<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        tokio::time::sleep(PAUSE).await;
    }
}
