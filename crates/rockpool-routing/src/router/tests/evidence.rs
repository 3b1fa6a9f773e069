//! What an attempt proves, and what it cannot know.

use super::*;

#[test]
fn an_answer_that_began_before_a_rate_limit_does_not_end_it() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    brief_attempt(&mut router, id(1), rate_limited(300), later(now, 10));
    attempt(&mut router, id(1), Class::Success, now, later(now, 20));
    assert_eq!(state(&router, id(1), later(now, 21)), AccountState::RateLimited);
    attempt(&mut router, id(1), Class::Success, later(now, 22), later(now, 23));
    assert_eq!(state(&router, id(1), later(now, 24)), AccountState::Ready);
}

#[test]
fn a_first_output_counts_as_much_as_a_whole_answer() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    let old = router.begin(id(1), now).unwrap();
    fail_thrice(&mut router, id(1), later(now, 10));
    router.answered(&old);
    assert_eq!(state(&router, id(1), later(now, 11)), AccountState::Unreachable);
    let new = router.begin(id(1), later(now, 12)).unwrap();
    router.answered(&new);
    assert_eq!(state(&router, id(1), later(now, 13)), AccountState::Ready);
    router.attempt_ended(old, Class::Abandoned, later(now, 14));
    router.attempt_ended(new, Class::FAILURE, later(now, 15));
    assert_eq!(state(&router, id(1), later(now, 15)), AccountState::Ready);
}

#[test]
fn an_answer_that_began_before_the_account_was_refused_does_not_clear_its_standing() {
    for (class, expected) in [
        (Class::Forbidden, AccountState::Forbidden),
        (Class::Billing, AccountState::Billing),
        (Class::MissingWorkspace, AccountState::MissingWorkspace),
    ] {
        let (mut router, _, now) = three(Strategy::PrimaryFirst);
        let old = router.begin(id(1), now).unwrap();
        brief_attempt(&mut router, id(1), class, later(now, 5));
        router.attempt_ended(old, Class::Success, later(now, 6));
        assert_eq!(state(&router, id(1), later(now, 7)), expected);
        brief_attempt(&mut router, id(1), Class::Success, later(now, 8));
        assert_eq!(state(&router, id(1), later(now, 8)), AccountState::Ready);
    }
}

#[test]
fn an_account_whose_fresh_bearer_was_refused_is_left_alone_until_it_proves_itself() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    let old = router.begin(id(1), now).unwrap();
    router.bearer_refused(id(1), later(now, 5));
    router.attempt_ended(old, Class::Success, later(now, 6));
    assert_eq!(ask(&mut router, &pool, later(now, 7)), ids([2, 3]));
    router.set_standing(id(1), Standing::Good, later(now, 8));
    assert_eq!(ask(&mut router, &pool, later(now, 8)), ids([1, 2, 3]));
}

#[test]
fn a_good_standing_that_is_found_out_by_asking_ends_no_cool_down() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    brief_attempt(&mut router, id(1), rate_limited(60), now);
    router.set_standing(id(1), Standing::Good, later(now, 1));
    assert_eq!(state(&router, id(1), later(now, 2)), AccountState::RateLimited);
    attempt(&mut router, id(1), Class::Success, now, later(now, 3));
    assert_eq!(state(&router, id(1), later(now, 3)), AccountState::Ready);
}

#[test]
fn a_rejected_request_shows_that_the_account_is_within_reach_and_nothing_about_rate_limits() {
    for class in [Class::Rejected, Class::Unsuitable, Class::ForeignCiphertext] {
        let (mut router, _, now) = three(Strategy::PrimaryFirst);
        let old = router.begin(id(1), now).unwrap();
        fail_thrice(&mut router, id(1), later(now, 10));
        router.attempt_ended(old, class, later(now, 11));
        assert_eq!(state(&router, id(1), later(now, 11)), AccountState::Unreachable, "{class:?}");
        attempt(&mut router, id(1), class, later(now, 12), later(now, 13));
        assert_eq!(state(&router, id(1), later(now, 13)), AccountState::Ready, "{class:?}");

        brief_attempt(&mut router, id(1), rate_limited(60), later(now, 20));
        brief_attempt(&mut router, id(1), class, later(now, 21));
        assert_eq!(state(&router, id(1), later(now, 22)), AccountState::RateLimited, "{class:?}");
    }
}

#[test]
fn so_does_a_rejected_probe() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    fail_thrice(&mut router, id(1), now);
    brief_attempt(&mut router, id(1), Class::Rejected, later(now, 30));
    assert_eq!(router.readiness(id(1), later(now, 30)), Readiness::Active);
}

#[test]
fn a_refusal_is_lifted_by_a_request_that_began_after_it_and_by_no_other() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    let old = router.begin(id(1), now).unwrap();
    brief_attempt(&mut router, id(1), exhausted_until(later(now, 9_000)), later(now, 10));
    router.attempt_ended(old, Class::Success, later(now, 11));
    assert_eq!(state(&router, id(1), later(now, 11)), AccountState::Exhausted);
    let probe = router.begin(id(1), later(now, 910)).unwrap();
    router.answered(&probe);
    assert_eq!(state(&router, id(1), later(now, 910)), AccountState::Ready);
}

#[test]
fn what_ends_without_an_answer_says_nothing() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    fail_thrice(&mut router, id(1), now);
    for class in [Class::Abandoned, Class::Unauthorized] {
        brief_attempt(&mut router, id(1), class, later(now, 31));
        assert_eq!(router.state(id(1), later(now, 31)), (AccountState::Unreachable, None));
    }
}
