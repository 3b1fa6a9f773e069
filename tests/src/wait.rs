//! Waiting for something to become true, within a bound.

use std::future::Future;
use std::time::Duration;

/// Longest wait for anything on this machine that is not a command line's run.
pub const PATIENCE: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Waits until `look` finds something.
///
/// # Panics
/// After [`PATIENCE`], naming `what`.
pub async fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let found = async {
        loop {
            if let Some(found) = look() {
                return found;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    within(what, found).await
}

/// Runs of which the quickest counts.
const RUNS: usize = 3;

/// What the first run gave that took no longer than `longest`: a busy machine makes a run longer and none shorter, so
/// only what waits by itself is never quick. The time is what the run says of itself.
///
/// # Panics
/// Where none of three was as quick, naming `what`.
pub async fn quick_enough<T>(
    what: &str,
    longest: Duration,
    mut run: impl AsyncFnMut() -> (Duration, T),
) -> T {
    let mut took = Vec::new();
    while took.len() < RUNS {
        let (time, value) = run().await;
        if time <= longest {
            return value;
        }
        took.push(time);
    }
    panic!("{what} took longer than {longest:?} each time: {took:?}");
}

/// The value of `future`.
///
/// # Panics
/// After [`PATIENCE`], naming `what`.
pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(value) => value,
        Err(_) => panic!("waited {PATIENCE:?} in vain: {what}"),
    }
}
