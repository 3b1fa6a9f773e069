//! Waits for the person's word on a device code, by asking the issuer again and again.

use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::{Instant, sleep};

use crate::host::clock::Clock;
use crate::provider::device::{DeviceAnswer, DeviceCode, DeviceGrant, DevicePollError};

/// What the interval grows by whenever the issuer asks for slower questions (RFC 8628 §3.5).
const SLOWER: Duration = Duration::from_secs(5);
/// Longest pause while the issuer cannot be reached: a network that is back is noticed within it.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How the wait for a device code ended.
#[derive(Debug)]
pub(super) enum DeviceEnd {
    Approved(DeviceGrant),
    /// With this sentence.
    Failed(String),
    Expired,
}

/// Asks at the code's interval, at once at first, until there is word or the code has expired. `ask` asks the issuer
/// once, and `tell` is given what the person should know meanwhile, or `None` when that is over.
///
/// A machine that slept asks once more before it looks at the time, for the person may have decided meanwhile.
pub(super) async fn wait<'a>(
    code: &DeviceCode,
    clock: &Clock,
    ask: impl Fn() -> BoxFuture<'a, Result<DeviceAnswer, DevicePollError>>,
    tell: impl Fn(Option<String>),
) -> DeviceEnd {
    let lifetime = Duration::try_from(code.expires_at.duration_since(clock.wall())).unwrap_or_default();
    let deadline = Instant::now() + lifetime;
    let mut interval = code.interval;
    let mut failures = 0;
    loop {
        let before = failures;
        match ask().await {
            Ok(DeviceAnswer::Approved(grant)) => return DeviceEnd::Approved(grant),
            Ok(DeviceAnswer::Pending) => failures = 0,
            Ok(DeviceAnswer::SlowDown) => (failures, interval) = (0, interval + SLOWER),
            Err(DevicePollError::Passing(why)) => {
                failures += 1;
                tell(Some(format!(
                    "The provider could not be asked about the code ({why}). Rockpool goes on trying; check the \
                     connection."
                )));
            }
            Err(DevicePollError::Expired) => return DeviceEnd::Expired,
            Err(DevicePollError::Declined) => {
                return DeviceEnd::Failed(
                    "The sign-in was declined on the page. Start it again and allow access.".to_owned(),
                );
            }
            Err(DevicePollError::Refused { status, code }) => {
                return DeviceEnd::Failed(format!(
                    "The provider did not accept the code ({status} {code}). Start the sign-in again for a new \
                     code, or sign in through a browser."
                ));
            }
        }
        if before > 0 && failures == 0 {
            tell(None);
        }
        // The monotonic clock stands still while the machine sleeps, and the calendar's does not.
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || clock.wall() >= code.expires_at {
            return DeviceEnd::Expired;
        }
        sleep(pause(interval, failures).min(left)).await;
    }
}

/// Doubled with each failure in a row.
fn pause(interval: Duration, failures: u32) -> Duration {
    interval.saturating_mul(1 << failures.min(8)).min(LONGEST_PAUSE.max(interval))
}

#[cfg(test)]
mod tests;
