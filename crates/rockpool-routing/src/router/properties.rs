//! The router under random sequences of choices, outcomes and time.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use super::Ask;
use super::tests::{conversation, id, later, order, reading, settle, three};
use crate::account::Wish;
use crate::{Class, Now, Readiness, Strategy as Policy};

#[derive(Clone, Debug)]
enum Step {
    Choose(Option<u8>),
    Settle(u8, u8),
    Wait(u16),
    Read(u8, u8),
    Pause(u8),
    Resume(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        proptest::option::of(0u8..4).prop_map(Step::Choose),
        (1u8..=3, 0u8..8).prop_map(|(account, class)| Step::Settle(account, class)),
        (0u16..2000).prop_map(Step::Wait),
        (1u8..=3, 0u8..=100).prop_map(|(account, used)| Step::Read(account, used)),
        (1u8..=3).prop_map(Step::Pause),
        (1u8..=3).prop_map(Step::Resume),
    ]
}

fn class_of(n: u8, now: Now) -> Class {
    match n {
        0 => Class::Success,
        1 => Class::FAILURE,
        2 => Class::RateLimited { retry_after: Some(Duration::from_secs(90)) },
        3 => Class::UsageLimit { resets_at: Some(later(now, 300).wall) },
        4 => Class::Rejected,
        5 => Class::Unauthorized,
        6 => Class::Abandoned,
        _ => Class::Unsuitable,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn every_account_is_either_a_candidate_once_or_passed_over_once(
        strategy in prop_oneof![Just(Policy::PrimaryFirst), Just(Policy::RoundRobin), Just(Policy::PriorityOrder)],
        steps in proptest::collection::vec(step(), 1..60),
    ) {
        let (mut router, pool, mut now) = three(strategy);
        for step in steps {
            match step {
                Step::Choose(name) => {
                    let key = name.map(|n| conversation(&n.to_string()));
                    let ask = Ask { pool: &pool, conversation: key.as_ref(), ties: &[] };
                    let selection = router.choose(&ask, now);
                    let mut seen: Vec<_> = order(&selection);
                    seen.extend(selection.skipped.iter().map(|skipped| skipped.account));
                    seen.sort();
                    prop_assert_eq!(seen, vec![id(1), id(2), id(3)]);
                    for candidate in &selection.candidates {
                        prop_assert!(!matches!(router.readiness(candidate.account, now), Readiness::Blocked(_)));
                    }
                    let home_serves = selection.home.map(|home| home.account).filter(|home| !matches!(router.readiness(*home, now), Readiness::Blocked(_)));
                    if let Some(home) = home_serves {
                        prop_assert_eq!(selection.candidates[0].account, home);
                    }
                    if let Some(first) = selection.candidates.first() {
                        settle(&mut router, first.account, Class::Success, now, now);
                        if let Some(key) = &key {
                            router.place(key, first.account, now.wall);
                        }
                    }
                }
                Step::Settle(account, class) => settle(&mut router, id(account.into()), class_of(class, now), now, now),
                Step::Wait(seconds) => now = later(now, seconds.into()),
                Step::Read(account, used) => router.observe(id(account.into()), reading(used.into(), now)),
                Step::Pause(account) => router.set_wish(id(account.into()), Wish::Paused),
                Step::Resume(account) => router.set_wish(id(account.into()), Wish::Active),
            }
        }
    }

    #[test]
    fn every_wait_that_time_cures_ends(steps in proptest::collection::vec((1u8..=3, 0u8..8), 1..40)) {
        let (mut router, pool, now) = three(Policy::RoundRobin);
        for (account, class) in steps {
            settle(&mut router, id(account.into()), class_of(class, now), now, now);
        }
        let much_later = later(now, 24 * 3600);
        prop_assert_eq!(router.choose(&Ask::any(&pool), much_later).candidates.len(), 3);
    }

    #[test]
    fn round_robin_is_fair_to_one(rounds in 1usize..200) {
        let (mut router, pool, now) = three(Policy::RoundRobin);
        let mut counts = BTreeMap::new();
        for _ in 0..rounds {
            *counts.entry(router.choose(&Ask::any(&pool), now).candidates[0].account).or_insert(0usize) += 1;
        }
        let most = counts.values().max().copied().unwrap_or(0);
        let least = (1..=3).map(|n| counts.get(&id(n)).copied().unwrap_or(0)).min().unwrap_or(0);
        prop_assert!(most - least <= 1);
    }
}
