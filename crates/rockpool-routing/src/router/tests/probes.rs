//! One request finds out whether an account is back.

use super::*;

/// Accounts whose first is due for a probe at the moment given back: after a rate limit, or a refusal far from
/// its reset.
fn with_probe_due() -> Vec<(Router, Pool, Now)> {
    let far = 100_000;
    let causes: [fn(Now) -> Class; 2] = [|_| rate_limited(900), |now| exhausted_until(later(now, 100_000))];
    let cases = causes.into_iter().map(|cause| {
        let (mut router, pool, now) = three(Strategy::PrimaryFirst);
        for account in pool.accounts() {
            let windows = vec![window(10.0, 604_800, later(now, far))];
            router.observe(account, Reading::new(later(now, 1).wall, Source::Usage, windows));
        }
        brief_attempt(&mut router, id(1), cause(now), now);
        (router, pool, later(now, 900))
    });
    cases.collect()
}

#[test]
fn one_request_finds_out_and_the_others_go_elsewhere_until_it_knows() {
    for (mut router, pool, now) in with_probe_due() {
        assert_eq!(ask(&mut router, &pool, now), ids([1, 2, 3]));
        let _probe = router.begin(id(1), now).unwrap();
        assert_eq!(ask(&mut router, &pool, now), ids([2, 3]));
        assert_eq!(router.begin(id(1), now), None);
        assert_eq!(router.in_flight(id(1)), 1);
    }
}

#[test]
fn once_it_is_answered_the_account_is_back_for_all() {
    for (mut router, pool, now) in with_probe_due() {
        let probe = router.begin(id(1), now).unwrap();
        router.answered(&probe);
        assert_eq!(state(&router, id(1), now), AccountState::Ready);
        assert_eq!(ask(&mut router, &pool, now), ids([1, 2, 3]));
        let _other = router.begin(id(1), now).unwrap();
        assert_eq!((router.probe_at(id(1), now), router.in_flight(id(1))), (None, 2));
    }
}

#[test]
fn a_probe_that_shows_nothing_leaves_the_account_to_the_next() {
    for class in [Class::Abandoned, Class::Unauthorized] {
        for (mut router, pool, now) in with_probe_due() {
            brief_attempt(&mut router, id(1), class, now);
            assert_eq!(ask(&mut router, &pool, now), ids([1, 2, 3]), "{class:?}");
            let _probe = router.begin(id(1), now).unwrap();
            assert_eq!(router.begin(id(1), now), None, "{class:?}");
        }
    }
}

#[test]
fn after_fifteen_seconds_without_a_sign_of_life_another_request_takes_its_place() {
    for (mut router, pool, now) in with_probe_due() {
        let first = router.begin(id(1), now).unwrap();
        assert_eq!(router.begin(id(1), later(now, 14)), None);
        assert_eq!(ask(&mut router, &pool, later(now, 14)), ids([2, 3]));
        assert_eq!(ask(&mut router, &pool, later(now, 15)), ids([1, 2, 3]));
        let second = router.begin(id(1), later(now, 15)).unwrap();
        router.attempt_ended(first, Class::Abandoned, later(now, 16));
        assert_eq!(router.begin(id(1), later(now, 16)), None);
        router.attempt_ended(second, Class::Abandoned, later(now, 17));
        assert!(router.begin(id(1), later(now, 17)).is_some());
    }
}

#[test]
fn an_ordinary_attempt_that_ends_does_not_make_room_for_a_second_probe() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    let before = router.begin(id(1), now).unwrap();
    brief_attempt(&mut router, id(1), rate_limited(5), now);
    let probe = router.begin(id(1), later(now, 5)).unwrap();
    router.attempt_ended(before, Class::Abandoned, later(now, 6));
    assert_eq!(router.begin(id(1), later(now, 6)), None);
    router.attempt_ended(probe, Class::Success, later(now, 7));
    assert!(router.begin(id(1), later(now, 7)).is_some());
}

#[test]
fn a_request_that_was_answered_is_no_probe_for_a_cause_that_comes_later() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    brief_attempt(&mut router, id(1), rate_limited(5), now);
    let long = router.begin(id(1), later(now, 5)).unwrap();
    router.answered(&long);
    brief_attempt(&mut router, id(1), rate_limited(1), later(now, 6));
    assert!(router.begin(id(1), later(now, 7)).is_some());
    assert_eq!(router.begin(id(1), later(now, 8)), None);
    router.attempt_ended(long, Class::Abandoned, later(now, 8));
    assert_eq!(router.begin(id(1), later(now, 8)), None);
}

#[test]
fn a_refused_account_is_tried_every_fifteen_minutes_until_its_reset() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    let windows = vec![window(10.0, 604_800, later(now, 500_000))];
    router.observe(id(1), Reading::new(later(now, 1).wall, Source::Usage, windows));
    let reset = later(now, 2_500);
    brief_attempt(&mut router, id(1), exhausted_until(reset), now);
    for began in [900, 1_800] {
        let before = later(now, began - 1);
        assert_eq!(router.state(id(1), before), (AccountState::Exhausted, Some(reset.wall)));
        assert_eq!(ask(&mut router, &pool, before), ids([2, 3]));
        let now = later(now, began);
        assert_eq!(router.state(id(1), now), (AccountState::Exhausted, Some(reset.wall)));
        assert_eq!(ask(&mut router, &pool, now), ids([1, 2, 3]));
        brief_attempt(&mut router, id(1), exhausted_until(reset), now);
    }
    assert_eq!(ask(&mut router, &pool, later(reset, 0)), ids([1, 2, 3]));
    assert_eq!(state(&router, id(1), reset), AccountState::Ready);
}

#[test]
fn an_unreachable_account_helps_out_while_a_probe_is_under_way() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    fail_thrice(&mut router, id(1), now);
    let now = later(now, 30);
    assert_eq!(router.state(id(1), now), (AccountState::Unreachable, None));
    let _probe = router.begin(id(1), now).unwrap();
    assert_eq!(ask(&mut router, &pool, now), ids([2, 3, 1]));
    assert!(router.begin(id(1), now).is_some());
}

#[test]
fn a_probe_is_announced_for_when_it_may_begin() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    assert_eq!(router.probe_at(id(1), now), None);
    brief_attempt(&mut router, id(1), rate_limited(40), now);
    assert_eq!(router.probe_at(id(1), later(now, 10)), Some(later(now, 40).wall));
    assert_eq!(router.probe_at(id(1), later(now, 50)), Some(later(now, 50).wall));
    let probe = router.begin(id(1), later(now, 50)).unwrap();
    assert_eq!(router.probe_at(id(1), later(now, 51)), Some(later(now, 65).wall));
    router.attempt_ended(probe, Class::Success, later(now, 52));
    assert_eq!(router.probe_at(id(1), later(now, 52)), None);
}

#[test]
fn after_a_refusal_a_probe_is_announced_unless_the_providers_own_figures_agree() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    brief_attempt(&mut router, id(1), exhausted_until(later(now, 10_000)), now);
    assert_eq!(router.probe_at(id(1), later(now, 1)), Some(later(now, 900).wall));
    assert_eq!(router.probe_at(id(1), later(now, 1_000)), Some(later(now, 1_000).wall));
    brief_attempt(&mut router, id(1), rate_limited(600), later(now, 800));
    assert_eq!(router.probe_at(id(1), later(now, 801)), Some(later(now, 1_400).wall));
    router.observe(id(2), reading(100.0, later(now, 1)));
    brief_attempt(&mut router, id(2), exhausted_until(later(now, 10_000)), now);
    assert_eq!(router.probe_at(id(2), later(now, 1)), None);
}
