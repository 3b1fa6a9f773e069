//! Waits that do not count the time in which this process stood still.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::time::timeout;

/// A wait is counted in steps of this length at most. A stop of the process, however long, takes one.
const STEP: Duration = Duration::from_secs(1);
/// Steps after the last one in which the work is still awaited: whoever was stopped in that last one finds in a socket what
/// came meanwhile, and reading it takes a few turns of the tasks that do.
const SECOND_LOOK: u32 = 2;

/// The value of `work`, or `None` where it took longer than `limit` while this process ran.
pub(crate) async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    for step in steps(limit) {
        // Looks at the work before the timer.
        if let Ok(value) = timeout(step, &mut work).await {
            return Some(value);
        }
    }
    None
}

/// Longest time that [`within`] takes while this process runs.
pub(crate) fn longest(limit: Duration) -> Duration {
    steps(limit).sum()
}

fn steps(limit: Duration) -> impl Iterator<Item = Duration> {
    let step = limit.min(STEP);
    let whole = u32::try_from(limit.as_nanos().div_ceil(step.as_nanos().max(1))).unwrap_or(u32::MAX);
    std::iter::repeat_n(step, whole.saturating_add(SECOND_LOOK) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_wait_ends_at_its_limit_and_a_look_after_it() {
        let limit = Duration::from_secs(30);
        let begun = tokio::time::Instant::now();
        assert_eq!(within(limit, std::future::pending::<()>()).await, None);
        // Timers have a resolution of a millisecond.
        let took = begun.elapsed();
        assert!(took >= longest(limit) && took < longest(limit) + Duration::from_secs(1), "{took:?}");
        assert_eq!(longest(limit), Duration::from_secs(32));
        assert_eq!(longest(Duration::from_millis(300)), Duration::from_millis(900));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_of_any_length_costs_one_step() {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let waiting = tokio::spawn(within(Duration::from_secs(5), receiver));
        tokio::time::sleep(Duration::from_millis(4500)).await;
        tokio::time::advance(Duration::from_secs(3600)).await;
        tokio::task::yield_now().await;
        sender.send("the answer").unwrap();
        assert_eq!(waiting.await.unwrap().unwrap().unwrap(), "the answer");
    }
}
