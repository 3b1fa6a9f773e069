//! Forecasts when quota runs out, from what was seen of it over time.
//!
//! # How the record is read
//!
//! A forecast goes by the present cycle of each window: the samples since its last reset. A window that
//! names its length and its reset began at nothing, one length before that reset. Use cannot be given
//! back, so a percentage that falls without a reset is a contradiction of the provider's, and the lower
//! word counts for all that came before it.
//!
//! How long the rest lasts is read off that record in three ways:
//!
//! - *as of late*: to look so far ahead, look as far back. An hour ahead is judged by the last hour, a
//!   day by the last day, so a short burst never speaks for days. Where the record is too short for it,
//!   all of it counts.
//! - *the same again*: the last stretch, repeated. A window of less than two days repeats its last tenth
//!   (half an hour of five hours): people work in sittings. A longer one repeats its last 24 hours from the
//!   same time of day, since days have nights; from two weeks' length on its last seven days, since weeks
//!   have Sundays, once so much is recorded.
//! - *on the whole*: the average since the window began. In a window of two days or more it is spread over
//!   no less than a day: what is still to come of the first day is a night.
//!
//! The middle one of the three is the estimate, the outer two are the range.
//!
//! # When nothing is said
//!
//! A window of which less than 3 % is used says nothing, and keeps nobody from speaking. A window with
//! fewer than three samples in its cycle, or with samples from less than a thirtieth of its length (ten
//! minutes of five hours, three hours at most), cannot be judged yet: then only a window that will run
//! out speaks for the account, for whether the account lasts is not known.
//!
//! What is not known here: what is used of an account elsewhere tomorrow, what anybody plans, and limits
//! that the provider moves.

mod cost_unit;
mod cycle;
mod forecast;
mod pace;
mod pool;
#[cfg(test)]
mod properties;
mod retention;
mod sample;
#[cfg(test)]
mod tests;

pub use cost_unit::{Tokens, Work};
pub(crate) use cycle::{Cycle, Slot, burnt, cycles, is_same_reset};
pub(crate) use forecast::TELLING_PERCENT;
pub use forecast::{Forecast, Present, Record, Runway, forecast};
pub use pace::SILENT_BELOW_PERCENT;
pub use pool::{Part, PoolAccount, pool};
pub use retention::{FULL_RESOLUTION, SAMPLE_RETENTION, downsample};
pub use sample::Sample;
