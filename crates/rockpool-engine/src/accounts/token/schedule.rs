//! When a token is due, spent, or may be tried again: arithmetic on times that are passed in.
//!
//! # Policy
//!
//! Expiry is a point in calendar time, named by the issuer's clock; ours may be wrong, or jump. So a
//! token that was received a moment ago is never judged by the calendar: without that, a clock that is
//! a day ahead would spend one refresh token after another. A token that the backend refuses is
//! renewed whatever any clock says.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use rockpool_routing::{LoginId, Now};

/// A token without a readable end is renewed at this age (the provider's client 0.169.0).
const AGE_WITHOUT_END: SignedDuration = SignedDuration::from_hours(8 * 24);
/// A token with an end but without a beginning is renewed this long before its end (the same).
const AHEAD_WITHOUT_BEGINNING: SignedDuration = SignedDuration::from_mins(5);
/// Longest time for which a fresh token is trusted against the calendar.
const LONGEST_TRUST: Duration = Duration::from_secs(6 * 60 * 60);
/// The same for a token that ends before it begins.
const TRUST_IN_NONSENSE: Duration = Duration::from_secs(60);
/// A token is not handed out in its last moments: it would be refused on arrival.
const LAST_MOMENTS: SignedDuration = SignedDuration::from_secs(30);
/// Longest wait between two tries.
const LONGEST_BACKOFF: Duration = Duration::from_secs(5 * 60);

/// The times of one access token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Life {
    /// When it was made, by the issuer's clock.
    pub(super) issued_at: Option<Timestamp>,
    /// When it ends, by the issuer's clock.
    pub(super) expires_at: Option<Timestamp>,
    /// When the issuer gave it to this process; `None` for one that was read from somewhere.
    pub(super) received: Option<Instant>,
}

impl Life {
    fn length(&self) -> Option<SignedDuration> {
        Some(self.expires_at?.duration_since(self.issued_at?))
    }

    fn trusted(&self, now: Now) -> bool {
        let trust = match self.length() {
            None => Duration::ZERO,
            Some(length) => match Duration::try_from(length) {
                Ok(length) if !length.is_zero() => (length / 4).min(LONGEST_TRUST),
                Ok(_) | Err(_) => TRUST_IN_NONSENSE,
            },
        };
        self.received.is_some_and(|at| now.mono.saturating_duration_since(at) < trust)
    }

    /// Whether it would be refused if it were sent now.
    pub(super) fn spent(&self, now: Now) -> bool {
        let Some(end) = self.expires_at else { return false };
        let margin = self.length().map_or(SignedDuration::ZERO, |length| (length / 20).min(LAST_MOMENTS));
        now.wall >= end - margin.max(SignedDuration::ZERO) && !self.trusted(now)
    }

    /// When it should be renewed: a quarter of its lifetime before its end, and a little later for some
    /// logins than for others, so that accounts signed in together do not knock together.
    pub(super) fn due_at(&self, login: LoginId) -> Option<Timestamp> {
        let due = match (self.issued_at, self.expires_at) {
            (Some(_), Some(end)) => {
                let quarter = self.length()?.max(SignedDuration::ZERO) / 4;
                end.checked_sub(quarter).ok()?.checked_add(quarter / 10 * share(login) / 256)
            }
            (None, Some(end)) => end.checked_sub(AHEAD_WITHOUT_BEGINNING),
            (Some(start), None) => start.checked_add(AGE_WITHOUT_END),
            (None, None) => return None,
        };
        due.ok()
    }

    /// Whether it should be renewed now.
    pub(super) fn due(&self, login: LoginId, now: Now) -> bool {
        self.due_at(login).is_some_and(|at| at <= now.wall) && !self.trusted(now)
    }
}

/// 0 to 255, the same for one login at all times: the last byte of its id is random (RFC 9562).
fn share(login: LoginId) -> i32 {
    i32::from(login.0.as_bytes()[15])
}

/// The wait after the `failures`-th failure in a row: 1 s doubled each time, 5 min at most. `spread`, 0
/// to 1, takes up to a quarter off, so that logins that failed together do not come back together.
pub(super) fn backoff(failures: u32, spread: f64) -> Duration {
    let doubled = Duration::from_secs(1).saturating_mul(1 << failures.saturating_sub(1).min(16));
    doubled.min(LONGEST_BACKOFF).mul_f64(1.0 - 0.25 * spread.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::clock::Clock;
    use uuid::Uuid;

    const START: i64 = 1_800_000_000;
    const TEN_DAYS: i64 = 10 * 24 * 3600;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(START + second).unwrap()
    }

    fn now(second: i64) -> Now {
        Clock::manual(at(second)).now()
    }

    fn login(last: u8) -> LoginId {
        LoginId(Uuid::from_u128(u128::from(last)))
    }

    fn life(issued: Option<i64>, expires: Option<i64>) -> Life {
        Life { issued_at: issued.map(at), expires_at: expires.map(at), received: None }
    }

    #[test]
    fn a_token_is_due_with_a_quarter_of_its_life_left_and_no_two_logins_at_once() {
        let life = life(Some(0), Some(TEN_DAYS));
        let quarter = TEN_DAYS / 4;
        assert_eq!(life.due_at(login(0)), Some(at(TEN_DAYS - quarter)));
        let late = life.due_at(login(255)).unwrap();
        assert!(late > at(TEN_DAYS - quarter) && late < at(TEN_DAYS - quarter + quarter / 10 + 1));
        assert!(!life.due(login(0), now(TEN_DAYS - quarter - 1)));
        assert!(life.due(login(0), now(TEN_DAYS - quarter)));
    }

    #[test]
    fn a_token_without_beginning_or_end_follows_the_providers_own_rules() {
        assert_eq!(life(None, Some(1000)).due_at(login(9)), Some(at(700)));
        assert_eq!(life(Some(0), None).due_at(login(9)), Some(at(8 * 24 * 3600)));
        assert_eq!(life(None, None).due_at(login(9)), None);
        assert!(!life(None, None).spent(now(i64::from(u32::MAX))));
    }

    #[test]
    fn a_token_is_not_handed_out_in_its_last_moments() {
        let life = life(Some(0), Some(3600));
        assert!(!life.spent(now(3569)));
        assert!(life.spent(now(3570)));
    }

    #[test]
    fn a_token_just_received_is_fresh_however_wrong_the_clock_is() {
        let mut life = life(Some(0), Some(TEN_DAYS));
        let a_year_ahead = now(365 * 24 * 3600);
        life.received = Some(a_year_ahead.mono);
        assert!(!life.spent(a_year_ahead) && !life.due(login(1), a_year_ahead));
        let later = Now { mono: a_year_ahead.mono + LONGEST_TRUST, ..a_year_ahead };
        assert!(life.spent(later) && life.due(login(1), later));
        life.expires_at = Some(at(-5));
        assert!(!life.spent(a_year_ahead), "one that ends before it begins is trusted for a minute");
    }

    #[test]
    fn waits_double_up_to_five_minutes() {
        assert_eq!(backoff(1, 0.0), Duration::from_secs(1));
        assert_eq!(backoff(4, 0.0), Duration::from_secs(8));
        assert_eq!(backoff(4, 1.0), Duration::from_secs(6));
        assert_eq!(backoff(u32::MAX, 0.0), LONGEST_BACKOFF);
    }
}
