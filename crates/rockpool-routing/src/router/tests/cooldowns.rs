//! How long an account is left alone.

use super::*;

/// Whether a request may go to the first account so many seconds later.
fn is_out(router: &Router, now: Now, seconds: u64) -> bool {
    match router.readiness(id(1), later(now, seconds)) {
        Readiness::Active => false,
        Readiness::FallbackOnly | Readiness::Blocked(_) => true,
    }
}

/// Lets a probe fail once the account may be tried again, so many times, and gives each cool-down.
fn doublings(router: &mut Router, mut now: Now, class: Class, times: usize) -> Vec<u64> {
    let mut waits = Vec::new();
    for _ in 0..times {
        let wait = (0..=900).find(|seconds| !is_out(router, now, *seconds)).unwrap();
        waits.push(wait);
        now = later(now, wait);
        brief_attempt(router, id(1), class, now);
    }
    waits
}

#[test]
fn a_rate_limit_keeps_an_account_out_for_the_time_that_is_asked_for() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    brief_attempt(&mut router, id(1), rate_limited(42), now);
    assert_eq!(router.state(id(1), now), (AccountState::RateLimited, Some(later(now, 42).wall)));
    assert!(is_out(&router, now, 41));
    assert!(!is_out(&router, now, 42));
}

#[test]
fn a_rate_limit_that_names_no_time_lasts_ten_seconds_and_twice_as_long_each_time_a_probe_meets_it_again() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    let class = Class::RateLimited { retry_after: None };
    brief_attempt(&mut router, id(1), class, now);
    assert_eq!(doublings(&mut router, now, class, 9), [10, 20, 40, 80, 160, 320, 640, 900, 900]);
}

#[test]
fn a_provider_that_asks_to_come_back_at_once_gets_a_second() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    brief_attempt(&mut router, id(1), rate_limited(0), now);
    assert!(is_out(&router, now, 0));
    assert!(!is_out(&router, now, 1));
}

#[test]
fn a_named_wait_is_no_longer_for_probes_that_failed_before() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    brief_attempt(&mut router, id(1), rate_limited(20), now);
    assert_eq!(doublings(&mut router, now, rate_limited(20), 4), [20, 20, 20, 20]);
}

#[test]
fn no_cool_down_is_longer_than_fifteen_minutes_whatever_is_asked_for() {
    for class in [
        Class::RateLimited { retry_after: Some(Duration::MAX) },
        Class::Failure { retry_after: Some(Duration::MAX) },
    ] {
        let (mut router, _, now) = three(Strategy::PrimaryFirst);
        for _ in 0..3 {
            brief_attempt(&mut router, id(1), class, now);
        }
        assert!(is_out(&router, now, 899), "{class:?}");
        assert!(!is_out(&router, now, 900), "{class:?}");
    }
}

#[test]
fn the_third_failure_in_a_row_makes_an_account_a_fallback_for_thirty_seconds() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    brief_attempt(&mut router, id(1), Class::FAILURE, now);
    brief_attempt(&mut router, id(1), Class::FAILURE, now);
    assert_eq!(state(&router, id(1), now), AccountState::Ready);
    brief_attempt(&mut router, id(1), Class::FAILURE, now);
    assert_eq!(router.state(id(1), now), (AccountState::Unreachable, Some(later(now, 30).wall)));
    assert_eq!(ask(&mut router, &pool, later(now, 29)), ids([2, 3, 1]));
    assert_eq!(ask(&mut router, &pool, later(now, 30)), ids([1, 2, 3]));
}

#[test]
fn each_probe_that_fails_doubles_the_cool_down_up_to_fifteen_minutes() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    fail_thrice(&mut router, id(1), now);
    assert_eq!(doublings(&mut router, now, Class::FAILURE, 8), [30, 60, 120, 240, 480, 900, 900, 900]);
}

#[test]
fn after_an_answer_cool_downs_are_short_again() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    fail_thrice(&mut router, id(1), now);
    doublings(&mut router, now, Class::FAILURE, 4);
    let back = later(now, 5_000);
    brief_attempt(&mut router, id(1), Class::Success, back);
    fail_thrice(&mut router, id(1), back);
    assert_eq!(doublings(&mut router, back, Class::FAILURE, 2), [30, 60]);
}

#[test]
fn a_failing_provider_that_asks_for_time_gets_it_but_never_less_than_the_cool_down() {
    for (asked, expected) in [(5, 30), (100, 100)] {
        let (mut router, _, now) = three(Strategy::PrimaryFirst);
        let class = Class::Failure { retry_after: Some(Duration::from_secs(asked)) };
        for _ in 0..3 {
            brief_attempt(&mut router, id(1), class, now);
        }
        assert!(is_out(&router, now, expected - 1));
        assert!(!is_out(&router, now, expected));
    }
}

#[test]
fn an_answer_of_any_kind_ends_a_row_of_failures_and_a_missing_bearer_does_not() {
    let ends = [
        (Class::Success, true),
        (Class::Rejected, true),
        (Class::Unsuitable, true),
        (Class::ForeignCiphertext, true),
        (rate_limited(0), true),
        (Class::UsageLimit { resets_at: None }, true),
        (Class::Forbidden, true),
        (Class::Billing, true),
        (Class::MissingWorkspace, true),
        (Class::Unauthorized, false),
        (Class::Abandoned, false),
    ];
    for (class, ends_row) in ends {
        let (mut router, _, now) = three(Strategy::PrimaryFirst);
        brief_attempt(&mut router, id(1), Class::FAILURE, now);
        brief_attempt(&mut router, id(1), Class::FAILURE, now);
        brief_attempt(&mut router, id(1), class, now);
        // Whatever else it says is taken back.
        let then = later(now, 2);
        router.set_standing(id(1), Standing::Good, then);
        router.observe(id(1), Reading { allowed: Some(true), ..reading(10.0, then) });
        brief_attempt(&mut router, id(1), Class::FAILURE, then);
        let unreachable = state(&router, id(1), then) == AccountState::Unreachable;
        assert_eq!(unreachable, !ends_row, "{class:?}");
    }
}

#[test]
fn a_vague_failure_does_not_shorten_a_named_wait() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    brief_attempt(&mut router, id(1), rate_limited(120), now);
    fail_thrice(&mut router, id(1), now);
    assert_eq!(router.state(id(1), later(now, 60)), (AccountState::RateLimited, Some(later(now, 120).wall)));
}

#[test]
fn a_probe_after_a_rate_limit_that_fails_is_no_failed_probe_of_an_unreachable_account() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    brief_attempt(&mut router, id(1), rate_limited(120), now);
    let now = later(now, 120);
    fail_thrice(&mut router, id(1), now);
    assert_eq!(router.state(id(1), now), (AccountState::Unreachable, Some(later(now, 30).wall)));
    assert_eq!(doublings(&mut router, now, Class::FAILURE, 2), [30, 60]);
}

#[test]
fn a_shorter_wait_does_not_cut_a_longer_one_and_a_longer_one_extends_it() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    brief_attempt(&mut router, id(1), rate_limited(120), now);
    brief_attempt(&mut router, id(1), rate_limited(5), later(now, 1));
    assert_eq!(router.state(id(1), later(now, 2)).1, Some(later(now, 120).wall));
    brief_attempt(&mut router, id(1), rate_limited(300), later(now, 2));
    assert_eq!(router.state(id(1), later(now, 2)).1, Some(later(now, 302).wall));
}

#[test]
fn a_rate_limit_takes_the_place_of_an_unreachable_mark() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    fail_thrice(&mut router, id(1), now);
    brief_attempt(&mut router, id(1), rate_limited(5), now);
    assert_eq!(router.state(id(1), now), (AccountState::RateLimited, Some(later(now, 5).wall)));
    assert_eq!(state(&router, id(1), later(now, 5)), AccountState::Ready);

    let old = router.begin(id(2), now).unwrap();
    fail_thrice(&mut router, id(2), later(now, 1));
    router.attempt_ended(old, rate_limited(5), later(now, 2));
    assert_eq!(router.state(id(2), later(now, 2)), (AccountState::RateLimited, Some(later(now, 7).wall)));
}

#[test]
fn attempts_that_began_before_the_cool_down_fail_in_vain() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    let late: Vec<_> = (0..4).map(|_| router.begin(id(1), now).unwrap()).collect();
    fail_thrice(&mut router, id(1), now);
    for ticket in late {
        router.attempt_ended(ticket, Class::FAILURE, now);
    }
    assert_eq!(doublings(&mut router, now, Class::FAILURE, 2), [30, 60]);
}
