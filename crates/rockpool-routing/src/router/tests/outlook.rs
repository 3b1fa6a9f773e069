//! What is said when no account takes a request.

use super::*;

fn outlook(router: &Router, pool: &Pool, now: Now) -> Outlook {
    router.outlook(pool.accounts(), now)
}

fn known_outlook(router: &Router, pool: &Pool, now: Now) -> Outlook {
    router.known_outlook(pool.accounts(), now)
}

#[test]
fn when_all_are_out_the_earliest_cure_is_named() {
    let (mut router, pool, now) = three(Strategy::RoundRobin);
    brief_attempt(&mut router, id(1), exhausted_until(later(now, 600)), now);
    brief_attempt(&mut router, id(2), rate_limited(60), now);
    router.set_credentials(id(3), CredentialState::NeedsReauth);
    assert!(ask(&mut router, &pool, now).is_empty());
    assert_eq!(outlook(&router, &pool, now), Outlook::Until(later(now, 60).wall));
    brief_attempt(&mut router, id(1), rate_limited(700), now);
    router.set_activation(id(2), Activation::Paused);
    assert_eq!(outlook(&router, &pool, now), Outlook::Until(later(now, 700).wall));
}

#[test]
fn when_only_a_person_can_help_it_says_so() {
    let (mut router, pool, now) = three(Strategy::RoundRobin);
    router.set_credentials(id(1), CredentialState::NeedsReauth);
    router.set_activation(id(2), Activation::Paused);
    router.set_standing(id(3), Standing::Billing, now);
    assert_eq!(outlook(&router, &pool, now), Outlook::NeedsPerson);
    assert_eq!(known_outlook(&router, &pool, now), Outlook::NeedsPerson);
    router.set_activation(id(2), Activation::Active);
    assert_eq!(outlook(&router, &pool, now), Outlook::Serving);
    assert_eq!(known_outlook(&router, &pool, now), Outlook::Serving);
}

#[test]
fn a_fallback_account_serves() {
    let (mut router, _, now) = three(Strategy::RoundRobin);
    let pool = Pool::single(id(1));
    fail_thrice(&mut router, id(1), now);
    assert_eq!(outlook(&router, &pool, now), Outlook::Serving);
}

#[test]
fn while_a_request_finds_out_the_end_of_its_time_is_named() {
    let (mut router, _, now) = three(Strategy::RoundRobin);
    let pool = Pool::single(id(1));
    brief_attempt(&mut router, id(1), rate_limited(60), now);
    let now = later(now, 60);
    let probe = router.begin(id(1), now).unwrap();
    let ends = later(now, 15).wall;
    assert_eq!(outlook(&router, &pool, later(now, 3)), Outlook::Until(ends));
    assert_eq!(router.state(id(1), later(now, 3)), (AccountState::RateLimited, Some(ends)));
    router.attempt_ended(probe, Class::Success, later(now, 4));
    assert_eq!(outlook(&router, &pool, later(now, 4)), Outlook::Serving);

    brief_attempt(&mut router, id(1), exhausted_until(later(now, 90_000)), later(now, 5));
    let now = later(now, 905);
    let _probe = router.begin(id(1), now).unwrap();
    assert_eq!(outlook(&router, &pool, now), Outlook::Until(later(now, 15).wall));
    assert_eq!(router.state(id(1), now).1, Some(later(now, 89_095).wall));
}

#[test]
fn an_account_that_waits_for_a_person_is_not_said_to_be_back_when_its_probe_ends() {
    let (mut router, _, now) = three(Strategy::RoundRobin);
    let pool = Pool::single(id(1));
    brief_attempt(&mut router, id(1), rate_limited(60), now);
    let _probe = router.begin(id(1), later(now, 60)).unwrap();
    router.set_activation(id(1), Activation::Paused);
    assert_eq!(outlook(&router, &pool, later(now, 61)), Outlook::NeedsPerson);
}

#[test]
fn an_account_is_back_when_the_last_of_its_waits_is_over() {
    let (mut router, _, now) = three(Strategy::RoundRobin);
    let pool = Pool::single(id(1));
    brief_attempt(&mut router, id(1), exhausted_until(later(now, 30)), now);
    brief_attempt(&mut router, id(1), rate_limited(60), now);
    assert_eq!(outlook(&router, &pool, now), Outlook::Until(later(now, 60).wall));
    brief_attempt(&mut router, id(1), exhausted_until(later(now, 90)), now);
    assert_eq!(outlook(&router, &pool, now), Outlook::Until(later(now, 90).wall));
}

#[test]
fn what_nobody_knows_the_end_of_needs_a_person() {
    let (mut router, _, now) = three(Strategy::RoundRobin);
    let exhausted = Window::reported(100.0, Some(604_800), None).unwrap();
    router.observe(id(1), Reading::new(later(now, 1).wall, Source::Headers, vec![exhausted]));
    brief_attempt(&mut router, id(1), rate_limited(60), now);
    assert_eq!(outlook(&router, &Pool::single(id(1)), later(now, 2)), Outlook::NeedsPerson);
}

#[test]
fn an_account_that_is_merely_tried_again_serves_but_is_not_known_to() {
    let (mut router, _, now) = three(Strategy::RoundRobin);
    let pool = Pool::single(id(1));
    let reset = later(now, 9_000);
    brief_attempt(&mut router, id(1), exhausted_until(reset), now);
    let refused = later(now, 900);
    assert_eq!(outlook(&router, &pool, refused), Outlook::Serving);
    assert_eq!(known_outlook(&router, &pool, refused), Outlook::Until(reset.wall));
    assert_eq!(known_outlook(&router, &pool, reset), Outlook::Serving);
    router.set_activation(id(1), Activation::Paused);
    assert_eq!(known_outlook(&router, &pool, refused), Outlook::NeedsPerson);
}

#[test]
fn of_a_refused_account_and_others_the_earlier_cure_is_known() {
    let (mut router, mut pool, now) = three(Strategy::RoundRobin);
    pool.members = vec![id(2)];
    brief_attempt(&mut router, id(1), exhausted_until(later(now, 9_000)), now);
    let refused = later(now, 900);
    brief_attempt(&mut router, id(2), rate_limited(60), refused);
    assert_eq!(known_outlook(&router, &pool, refused), Outlook::Until(later(refused, 60).wall));
    brief_attempt(&mut router, id(2), exhausted_until(later(now, 20_000)), refused);
    assert_eq!(known_outlook(&router, &pool, refused), Outlook::Until(later(now, 9_000).wall));
    assert_eq!(known_outlook(&router, &Pool::single(id(3)), refused), Outlook::Serving);
}

#[test]
fn a_refused_account_whose_reset_nobody_named_may_be_back_at_any_moment() {
    let (mut router, _, now) = three(Strategy::RoundRobin);
    brief_attempt(&mut router, id(1), Class::UsageLimit { resets_at: None }, now);
    let refused = later(now, 900);
    assert_eq!(known_outlook(&router, &Pool::single(id(1)), refused), Outlook::Until(refused.wall));
}
