//! Rotation: nobody gets more than his share, and nobody is forgotten.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::config;
use super::world::Checked;
use crate::account::Activation;
use crate::router::tests::{attempt, conversation, id, later, reading, start};
use crate::router::{Ask, Router, Selection};
use crate::{AccountId, Class, Conversations, Now, Pool, Strategy as Policy};

/// A pool of `size` accounts that rotate, all of known quota.
fn ring(size: u128, offset: u64) -> (Router, Pool, Now) {
    let now = start();
    let mut router = Router::default();
    for n in 0..size {
        router.add_account(id(n));
        router.observe(id(n), reading(10.0, now));
    }
    router.start_rotation(id(0), offset);
    let pool = Pool {
        owner: id(0),
        members: (1..size).map(id).collect(),
        strategy: Policy::RoundRobin,
        conversations: Conversations::Stay,
    };
    (router, pool, now)
}

/// Nobody was named more than once more often than anybody else.
fn is_even(counts: &BTreeMap<AccountId, u32>, among: &[AccountId]) -> Checked {
    let count = |account: &AccountId| counts.get(account).copied().unwrap_or_default();
    let most = among.iter().map(count).max().unwrap_or_default();
    let least = among.iter().map(count).min().unwrap_or_default();
    prop_assert!(most - least <= 1, "{:?}", counts);
    Ok(())
}

fn place_of(selection: &Selection, index: usize) -> Option<AccountId> {
    selection.candidates.get(index).map(|candidate| candidate.account)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn choices_are_even_among_those_that_can_serve_whatever_stays_where_it_is(
        size in 1u128..6,
        offset in any::<u64>(),
        paused in prop::collection::vec(0u128..6, 0..4),
        stays in prop::collection::vec(prop::option::weighted(0.3, 0u128..6), 1..60),
    ) {
        let (mut router, pool, now) = ring(size, offset);
        for account in &paused {
            router.set_activation(id(*account), Activation::Paused);
        }
        let eligible: Vec<_> = (0..size).filter(|n| !paused.contains(n)).map(id).collect();
        let mut firsts = BTreeMap::new();
        for stays in stays {
            let talk = stays.map(|pin| conversation(&pin.to_string()));
            if let (Some(talk), Some(pin)) = (&talk, stays) {
                router.place(talk, id(pin), now.wall);
            }
            let lives_here = stays.is_some_and(|pin| eligible.contains(&id(pin)));
            let ask = Ask { pool: &pool, conversation: talk.as_ref(), model: None, pins: &[] };
            let selection = router.choose(&ask, now);
            prop_assert_eq!(selection.candidates.len(), eligible.len());
            if let (Some(first), false) = (place_of(&selection, 0), lives_here) {
                *firsts.entry(first).or_insert(0) += 1;
            }
        }
        is_even(&firsts, &eligible)?;
    }

    #[test]
    fn the_load_of_an_account_that_fails_is_even_among_the_others(
        size in 2u128..6,
        offset in any::<u64>(),
        fails in 0u128..6,
        stays in prop::collection::vec(any::<bool>(), 1..60),
    ) {
        let (mut router, pool, now) = ring(size, offset);
        let fails = id(fails % size);
        let others: Vec<_> = pool.accounts().filter(|account| *account != fails).collect();
        let mut helped = BTreeMap::new();
        for (n, stays) in stays.into_iter().enumerate() {
            let talk = conversation(&n.to_string());
            if stays {
                router.place(&talk, fails, now.wall);
            }
            let ask = Ask { pool: &pool, conversation: stays.then_some(&talk), model: None, pins: &[] };
            let selection = router.choose(&ask, now);
            if let (Some(first), Some(second)) = (place_of(&selection, 0), place_of(&selection, 1))
                && first == fails
            {
                *helped.entry(second).or_insert(0) += 1;
            }
        }
        is_even(&helped, &others)?;
    }

    #[test]
    fn an_account_that_can_serve_waits_for_the_others_once_at_most(
        size in 1u128..6,
        steps in prop::collection::vec((0u128..6, any::<bool>()), 1..60),
    ) {
        let (mut router, pool, now) = ring(size, 0);
        let mut waits: BTreeMap<AccountId, u128> = pool.accounts().map(|account| (account, 0)).collect();
        let mut paused = Vec::new();
        for (toggled, toggles) in steps {
            let account = id(toggled % size);
            if toggles && paused.contains(&account) {
                paused.retain(|other| *other != account);
                router.set_activation(account, Activation::Active);
            } else if toggles {
                paused.push(account);
                router.set_activation(account, Activation::Paused);
            }
            let Some(first) = place_of(&router.choose(&Ask::any(&pool), now), 0) else { continue };
            for (account, wait) in &mut waits {
                let idle = *account == first || paused.contains(account);
                *wait = if idle { 0 } else { *wait + 1 };
                prop_assert!(*wait < size, "{} waits", account);
            }
        }
    }

    #[test]
    fn one_request_at_a_time_finds_out_and_the_next_when_it_has_or_has_not_within_15_seconds(
        refused in any::<bool>(),
        gaps in prop::collection::vec((0u64..12, prop::option::weighted(0.2, Just(Class::Abandoned))), 1..30),
    ) {
        let (mut router, pool, now) = ring(1, 0);
        let cause = match refused {
            true => Class::UsageLimit { resets_at: Some(later(now, 500_000).wall) },
            false => Class::RateLimited { retry_after: None },
        };
        attempt(&mut router, id(0), cause, now, now);
        let mut now = later(now, 900);
        let mut out: Option<(Now, crate::Ticket)> = None;
        for (gap, gives_up) in gaps {
            now = later(now, gap);
            if let Some(class) = gives_up
                && let Some((_, ticket)) = out.take()
            {
                router.attempt_ended(ticket, class, now);
            }
            let patient = out.as_ref().is_some_and(|(began, _)| later(*began, 15).mono > now.mono);
            let selection = router.choose(&Ask::any(&pool), now);
            prop_assert_eq!(selection.candidates.is_empty(), patient);
            let ticket = router.begin(id(0), now);
            prop_assert_eq!(ticket.is_none(), patient);
            if let Some(ticket) = ticket {
                out = Some((now, ticket));
            }
        }
    }
}
