//! When to ask the provider for an account's usage: as seldom as the facts allow.
//!
//! # Policy
//!
//! The base interval is what the caller has configured, five minutes by default. Traffic tells the quota
//! of a busy account with every answer, so it is asked for only when that has not been the case for a
//! whole interval. An account that nobody uses is asked for six times as seldom. One that is exhausted is
//! asked for each interval, because limits are lifted early, and right after its reset. A contradiction
//! waits for a second word, which is asked for after two minutes. Errors double the interval up to an
//! hour. An account without a usable login is not asked for at all. Everything is jittered by up to a
//! fifth, so that accounts which were added together drift apart.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{AccountState, Now};

/// Used within this many intervals, an account is busy.
const BUSY: u32 = 2;
/// Accounts that nobody uses are asked for this many times as seldom.
const SELDOM: u32 = 6;
/// Errors do not space the questions farther than this.
const LONGEST: Duration = Duration::from_secs(60 * 60);
/// A contradiction is asked about again after so long.
const SECOND_WORD: Duration = Duration::from_secs(125);
/// A reset is asked about this long after its time.
const AFTER_RESET: SignedDuration = SignedDuration::from_secs(5);
/// Jitter adds up to this share of the interval, in percent.
const JITTER_PERCENT: u32 = 20;

/// What is known of an account that may have to be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PollFacts {
    pub state: AccountState,
    /// When it was last given a request.
    pub used_at: Option<Timestamp>,
    /// When its newest reading came, from whatever source.
    pub seen_at: Option<Timestamp>,
    /// The next reset of a window of which something is used.
    pub resets_at: Option<Timestamp>,
    /// Since when the provider contradicts itself, where it does.
    pub contradicted_since: Option<Timestamp>,
    /// When it was asked for last, in this run.
    pub asked_at: Option<Timestamp>,
    /// Questions in a row without an answer.
    pub failures: u32,
    /// Any number that differs from account to account and from question to question.
    pub salt: u64,
}

/// When to ask next; `None` where asking is no use. A time in the past means now.
pub fn next(facts: &PollFacts, base: Duration, now: Now) -> Option<Timestamp> {
    let every = interval(facts, base, now)?;
    let Some(known) = facts.seen_at.max(facts.asked_at) else { return Some(now.wall) };
    let backed_off = every.saturating_mul(1 << facts.failures.min(6)).min(LONGEST.max(every));
    let due = after(known, jittered(backed_off, facts.salt));
    let reset = facts.resets_at.and_then(|at| at.checked_add(AFTER_RESET).ok());
    match reset.filter(|at| facts.failures == 0 && known < *at) {
        Some(reset) => Some(due.min(reset)),
        None => Some(due),
    }
}

fn interval(facts: &PollFacts, base: Duration, now: Now) -> Option<Duration> {
    let usual = match facts.state {
        AccountState::NeedsReauth | AccountState::VaultLocked => return None,
        AccountState::Exhausted => base,
        AccountState::Paused
        | AccountState::MissingWorkspace
        | AccountState::Forbidden
        | AccountState::Billing => base.saturating_mul(SELDOM),
        AccountState::Ready
        | AccountState::RateLimited
        | AccountState::SignInUncertain
        | AccountState::Unreachable => by_use(facts, base, now),
    };
    Some(if facts.contradicted_since.is_some() { usual.min(SECOND_WORD) } else { usual })
}

fn by_use(facts: &PollFacts, base: Duration, now: Now) -> Duration {
    let busy = base.saturating_mul(BUSY);
    let age = facts.used_at.map(|at| now.wall.duration_since(at));
    match age.map(|age| Duration::try_from(age).unwrap_or_default()) {
        Some(age) if age <= busy => base,
        Some(_) | None => base.saturating_mul(SELDOM),
    }
}

/// The interval and up to a fifth of it.
fn jittered(interval: Duration, salt: u64) -> Duration {
    // Knuth's multiplicative hash spreads neighbouring salts.
    let spread = (salt.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32;
    let share = spread % (JITTER_PERCENT * 10);
    interval.saturating_add(interval / 1000 * share)
}

fn after(at: Timestamp, wait: Duration) -> Timestamp {
    SignedDuration::try_from(wait).ok().and_then(|wait| at.checked_add(wait).ok()).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    const BASE: Duration = Duration::from_secs(300);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a first moment for a test; all later ones are reckoned from it"
    )]
    fn now(second: i64) -> Now {
        Now { mono: Instant::now(), wall: at(second) }
    }

    fn facts() -> PollFacts {
        PollFacts {
            state: AccountState::Ready,
            used_at: None,
            seen_at: Some(at(0)),
            resets_at: None,
            contradicted_since: None,
            asked_at: Some(at(0)),
            failures: 0,
            salt: 0,
        }
    }

    fn wait(facts: PollFacts) -> i64 {
        next(&facts, BASE, now(0)).unwrap().duration_since(at(0)).as_secs()
    }

    #[test]
    fn an_account_of_which_nothing_is_known_is_asked_for_at_once() {
        let unknown = PollFacts { seen_at: None, asked_at: None, ..facts() };
        assert_eq!(next(&unknown, BASE, now(7)), Some(at(7)));
    }

    #[test]
    fn traffic_that_tells_the_quota_puts_the_question_off() {
        let busy = PollFacts { used_at: Some(at(0)), ..facts() };
        assert_eq!(wait(busy), 300);
        assert_eq!(wait(PollFacts { seen_at: Some(at(250)), ..busy }), 550);
    }

    #[test]
    fn an_account_that_nobody_uses_is_asked_for_seldom() {
        assert_eq!(wait(facts()), 1800);
        assert_eq!(wait(PollFacts { used_at: Some(at(-601)), ..facts() }), 1800);
        assert_eq!(wait(PollFacts { used_at: Some(at(-600)), ..facts() }), 300);
    }

    #[test]
    fn an_exhausted_account_is_asked_for_each_interval_and_right_after_its_reset() {
        let exhausted = PollFacts { state: AccountState::Exhausted, resets_at: Some(at(9_000)), ..facts() };
        assert_eq!(wait(exhausted), 300);
        assert_eq!(wait(PollFacts { resets_at: Some(at(100)), ..exhausted }), 105);
        assert_eq!(wait(PollFacts { resets_at: Some(at(-100)), ..exhausted }), 300);
    }

    #[test]
    fn an_account_without_a_usable_login_is_not_asked_for() {
        for state in [AccountState::NeedsReauth, AccountState::VaultLocked] {
            assert_eq!(next(&PollFacts { state, ..facts() }, BASE, now(0)), None);
        }
        assert_eq!(wait(PollFacts { state: AccountState::Paused, used_at: Some(at(0)), ..facts() }), 1800);
    }

    #[test]
    fn a_contradiction_is_asked_about_after_two_minutes() {
        assert_eq!(wait(PollFacts { contradicted_since: Some(at(0)), ..facts() }), 125);
    }

    #[test]
    fn errors_double_the_interval_up_to_an_hour() {
        let failing = |failures| wait(PollFacts { used_at: Some(at(0)), failures, ..facts() });
        assert_eq!([failing(1), failing(2), failing(3), failing(9)], [600, 1200, 2400, 3600]);
        let past_reset = PollFacts { failures: 1, resets_at: Some(at(10)), used_at: Some(at(0)), ..facts() };
        assert_eq!(wait(past_reset), 600);
    }

    #[test]
    fn questions_drift_apart_by_up_to_a_fifth() {
        let waits: Vec<_> = (0..200).map(|salt| wait(PollFacts { salt, ..facts() })).collect();
        assert!(waits.iter().all(|wait| (1800..=2160).contains(wait)));
        let (least, most) = (waits.iter().min().unwrap(), waits.iter().max().unwrap());
        assert!(most - least > 300, "{least}..{most}");
    }
}
