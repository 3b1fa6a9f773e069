//! The strategies that go by a fixed order, and what all of them have in common.

use super::*;

type Happens = fn(&mut Router, Now);

#[test]
fn primary_first_asks_the_owner_and_then_the_members_in_order() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    assert_eq!(ask(&mut router, &pool, now), ids([1, 2, 3]));
    assert_eq!(ask(&mut router, &pool, now), ids([1, 2, 3]));
}

#[test]
fn primary_first_puts_an_owner_of_unknown_quota_last_and_priority_order_does_not() {
    let (mut router, mut pool, now) = three_unknown(Strategy::PrimaryFirst);
    router.observe(id(2), reading(10.0, now));
    let selection = router.choose(&Ask::any(&pool), now);
    assert_eq!(order(&selection), ids([2, 1, 3]));
    let placements: Vec<_> = selection.candidates.iter().map(|candidate| candidate.placement).collect();
    assert_eq!(placements, [Placement::Strategy, Placement::Fallback, Placement::Fallback]);
    pool.strategy = Strategy::PriorityOrder;
    let selection = router.choose(&Ask::any(&pool), now);
    assert_eq!(order(&selection), ids([1, 2, 3]));
    assert!(selection.candidates.iter().all(|candidate| candidate.placement == Placement::Strategy));
}

#[test]
fn priority_order_passes_over_blocked_accounts_only() {
    let (mut router, pool, now) = three(Strategy::PriorityOrder);
    fail_thrice(&mut router, id(1), now);
    let _busy: Vec<_> = (0..32).map(|_| router.begin(id(2), now).unwrap()).collect();
    assert_eq!(ask(&mut router, &pool, now), ids([1, 2, 3]));
    router.set_activation(id(2), Activation::Paused);
    assert_eq!(ask(&mut router, &pool, now), ids([1, 3]));
}

#[test]
fn where_no_account_is_active_the_fallback_ones_take_their_place() {
    for (strategy, expected) in [
        (Strategy::PrimaryFirst, [[1, 2, 3], [1, 2, 3]]),
        (Strategy::PriorityOrder, [[1, 2, 3], [1, 2, 3]]),
        (Strategy::RoundRobin, [[1, 2, 3], [2, 1, 3]]),
        (Strategy::MostHeadroom, [[1, 2, 3], [2, 3, 1]]),
        (Strategy::SoonestReset, [[1, 2, 3], [2, 3, 1]]),
    ] {
        let (mut router, pool, now) = three_unknown(strategy);
        for expected in expected {
            assert_eq!(ask(&mut router, &pool, now), ids(expected), "{strategy:?}");
        }
    }
}

#[test]
fn with_every_strategy_each_way_of_being_blocked_is_passed_over_with_its_reason() {
    let now = start();
    let soon = Some(later(now, 60).wall);
    let ways: [(Happens, AccountState, Option<Timestamp>); 10] = [
        (|router, _| router.set_activation(id(1), Activation::Paused), AccountState::Paused, None),
        (
            |router, _| router.set_credentials(id(1), CredentialState::NeedsReauth),
            AccountState::NeedsReauth,
            None,
        ),
        (
            |router, _| router.set_credentials(id(1), CredentialState::UncertainSpent),
            AccountState::SignInUncertain,
            None,
        ),
        (
            |router, _| router.set_credentials(id(1), CredentialState::VaultLocked),
            AccountState::VaultLocked,
            None,
        ),
        (
            |router, now| brief_attempt(router, id(1), Class::MissingWorkspace, now),
            AccountState::MissingWorkspace,
            None,
        ),
        (|router, now| brief_attempt(router, id(1), Class::Forbidden, now), AccountState::Forbidden, None),
        (|router, now| brief_attempt(router, id(1), Class::Billing, now), AccountState::Billing, None),
        (|router, now| router.bearer_refused(id(1), now), AccountState::Forbidden, None),
        (
            |router, now| brief_attempt(router, id(1), exhausted_until(later(now, 60)), now),
            AccountState::Exhausted,
            soon,
        ),
        (|router, now| brief_attempt(router, id(1), rate_limited(60), now), AccountState::RateLimited, soon),
    ];
    for strategy in Strategy::ALL {
        for (block, state, until) in ways {
            let (mut router, pool, _) = three(strategy);
            block(&mut router, now);
            let selection = router.choose(&Ask::any(&pool), now);
            let obstacle = Obstacle::Account(Blocked { state, until });
            assert_eq!(selection.skipped, [Skipped { account: id(1), obstacle }], "{strategy:?}");
            assert_eq!(order(&selection), ids([2, 3]), "{strategy:?} {state:?}");
            assert_eq!(router.state(id(1), now), (state, until));
        }
    }
}

#[test]
fn the_reason_that_a_person_has_to_deal_with_first_is_named() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    let steps: [(AccountState, Happens); 5] = [
        (AccountState::RateLimited, |router, now| brief_attempt(router, id(1), rate_limited(60), now)),
        (AccountState::Exhausted, |router, now| {
            brief_attempt(router, id(1), exhausted_until(later(now, 600)), now)
        }),
        (AccountState::Billing, |router, now| brief_attempt(router, id(1), Class::Billing, now)),
        (AccountState::NeedsReauth, |router, _| {
            router.set_credentials(id(1), CredentialState::NeedsReauth);
        }),
        (AccountState::Paused, |router, _| router.set_activation(id(1), Activation::Paused)),
    ];
    for (expected, step) in steps {
        step(&mut router, now);
        assert_eq!(state(&router, id(1), now), expected);
    }
}

#[test]
fn when_all_are_blocked_each_says_why() {
    let (mut router, pool, now) = three(Strategy::RoundRobin);
    router.set_credentials(id(1), CredentialState::NeedsReauth);
    brief_attempt(&mut router, id(2), Class::Billing, now);
    brief_attempt(&mut router, id(3), exhausted_until(later(now, 60)), now);
    let selection = router.choose(&Ask::any(&pool), now);
    let states: Vec<_> = selection.skipped.iter().map(blocked_state).collect();
    assert_eq!(states, [AccountState::NeedsReauth, AccountState::Billing, AccountState::Exhausted]);
    assert!(selection.candidates.is_empty());
}

#[test]
fn an_account_with_many_attempts_under_way_only_helps_out() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    let mut tickets: Vec<_> = (0..31).map(|_| router.begin(id(1), now).unwrap()).collect();
    assert_eq!(ask(&mut router, &pool, now), ids([1, 2, 3]));
    tickets.push(router.begin(id(1), now).unwrap());
    assert_eq!(ask(&mut router, &pool, now), ids([2, 3, 1]));
    router.attempt_ended(tickets.pop().unwrap(), Class::Abandoned, now);
    assert_eq!(ask(&mut router, &pool, now), ids([1, 2, 3]));
}

#[test]
fn an_uncertain_sign_in_serves_while_its_access_token_does() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    router.set_credentials(id(1), CredentialState::UncertainServing);
    assert_eq!(router.state(id(1), now), (AccountState::SignInUncertain, None));
    assert_eq!(ask(&mut router, &pool, now), ids([1, 2, 3]));
    router.set_credentials(id(1), CredentialState::UncertainSpent);
    assert_eq!(ask(&mut router, &pool, now), ids([2, 3]));
}

fn blocked_state(skipped: &Skipped) -> AccountState {
    match skipped.obstacle {
        Obstacle::Account(blocked) => blocked.state,
        Obstacle::Model(block) => panic!("{block:?} is no state"),
    }
}
