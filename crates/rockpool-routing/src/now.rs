//! The present moment, always passed in.

use std::time::Instant;

use jiff::Timestamp;

/// The two clocks a decision may need.
///
/// Cool-downs are measured on `mono`, which no one can set. Quota resets and token expiry are points
/// in calendar time, named by the provider, and are compared with `wall`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Monotonic time of this process.
    pub mono: Instant,
    /// Calendar time, UTC.
    pub wall: Timestamp,
}
