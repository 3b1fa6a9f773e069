//! The weeks that are simulated: one to warm up, four that count. Times are seconds since the first Monday.

use std::ops::Range;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use rockpool_routing::Now;

pub(crate) const MINUTE: u64 = 60;
pub(crate) const HOUR: u64 = 60 * MINUTE;
pub(crate) const DAY: u64 = 24 * HOUR;
pub(crate) const WEEK: u64 = 7 * DAY;
/// What comes before is not counted.
pub(crate) const COUNTED: u64 = WEEK;
/// When it is over.
pub(crate) const END: u64 = COUNTED + 4 * WEEK;

/// Days within a week.
pub(crate) const MONDAY: u64 = 0;
pub(crate) const TUESDAY: u64 = DAY;
pub(crate) const WEDNESDAY: u64 = 2 * DAY;
pub(crate) const THURSDAY: u64 = 3 * DAY;
pub(crate) const FRIDAY: u64 = 4 * DAY;

/// Whether something that happens at these times of each week that counts is going on.
pub(crate) fn is_on(times: Range<u64>, now: u64) -> bool {
    now >= COUNTED && times.contains(&(now % WEEK))
}

/// Monday, 18 January 2027, 00:00 UTC.
const FIRST_MONDAY: i64 = 1_800_230_400;

/// Both clocks of the simulated world.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    zero: Instant,
}

impl Clock {
    #[expect(
        clippy::disallowed_methods,
        reason = "a first moment for a test; all later ones are reckoned from it"
    )]
    pub(crate) fn new() -> Self {
        Self { zero: Instant::now() }
    }

    pub(crate) fn at(self, second: u64) -> Now {
        Now { mono: self.zero + Duration::from_secs(second), wall: wall(second) }
    }
}

pub(crate) fn wall(second: u64) -> Timestamp {
    Timestamp::from_second(FIRST_MONDAY).expect("a time within range")
        + SignedDuration::from_secs(second as i64)
}

/// The second of a moment that lies within the simulation, or just after.
pub(crate) fn second(wall: Timestamp) -> u64 {
    u64::try_from(wall.as_second() - FIRST_MONDAY).expect("a time after the first Monday")
}
