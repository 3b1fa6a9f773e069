//! `round_robin`: who comes next, and who helps out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::*;

#[test]
fn each_new_request_goes_to_the_next_account() {
    let (mut router, pool, now) = three(Strategy::RoundRobin);
    assert_eq!(firsts(&mut router, &pool, now, 6), ids([1, 2, 3, 1, 2, 3]));
}

#[test]
fn two_requests_on_two_accounts_meet_each_of_them_once_even_if_the_first_is_refused() {
    let (mut router, mut pool, now) = three(Strategy::RoundRobin);
    pool.members = vec![id(2)];
    let selection = router.choose(&Ask::any(&pool), now);
    assert_eq!(order(&selection), ids([1, 2]));
    brief_attempt(&mut router, id(1), rate_limited(60), now);
    brief_attempt(&mut router, id(2), Class::Success, now);
    assert_eq!(ask(&mut router, &pool, now), ids([2]));
}

#[test]
fn accounts_of_known_quota_rotate_before_one_of_unknown_quota() {
    let (mut router, pool, now) = three_unknown(Strategy::RoundRobin);
    router.observe(id(1), reading(10.0, now));
    router.observe(id(3), reading(10.0, now));
    let selection = router.choose(&Ask::any(&pool), now);
    assert_eq!(order(&selection), ids([1, 3, 2]));
    assert_eq!(selection.candidates[2].placement, Placement::Fallback);
    assert_eq!(firsts(&mut router, &pool, now, 3), ids([3, 1, 3]));
}

#[test]
fn looking_does_not_move_the_rotation_on() {
    let (mut router, pool, now) = three(Strategy::RoundRobin);
    for _ in 0..20 {
        router.outlook(pool.accounts(), now);
        router.readiness(id(1), now);
        router.state(id(1), now);
    }
    assert_eq!(firsts(&mut router, &pool, now, 1), ids([1]));
}

#[test]
fn requests_from_many_threads_are_spread_evenly() {
    let (router, pool, now) = three(Strategy::RoundRobin);
    let (router, pool) = (Arc::new(Mutex::new(router)), Arc::new(pool));
    let threads: Vec<_> = (0..9)
        .map(|_| {
            let (router, pool) = (Arc::clone(&router), Arc::clone(&pool));
            std::thread::spawn(move || -> Vec<AccountId> {
                (0..10).map(|_| ask(&mut router.lock().unwrap(), &pool, now)[0]).collect()
            })
        })
        .collect();
    let mut counts = BTreeMap::new();
    for first in threads.into_iter().flat_map(|thread| thread.join().unwrap()) {
        *counts.entry(first).or_insert(0) += 1;
    }
    assert_eq!(counts, BTreeMap::from([(id(1), 30), (id(2), 30), (id(3), 30)]));
}

#[test]
fn the_first_round_begins_where_it_is_told_to_and_goes_on_in_pool_order() {
    for (offset, expected) in [(0, [1, 2, 3, 1]), (1, [2, 3, 1, 2]), (2, [3, 1, 2, 3]), (7, [2, 3, 1, 2])] {
        let (mut router, pool, now) = three(Strategy::RoundRobin);
        router.start_rotation(id(1), offset);
        assert_eq!(firsts(&mut router, &pool, now, 4), ids(expected), "{offset}");
    }
    let (mut router, pool, now) = three(Strategy::RoundRobin);
    router.start_rotation(id(1), u64::MAX);
    assert_eq!(firsts(&mut router, &pool, now, 2), ids([1, 2]));
}

#[test]
fn an_account_that_returns_comes_next_and_does_not_catch_up() {
    let (mut router, pool, now) = three(Strategy::RoundRobin);
    assert_eq!(firsts(&mut router, &pool, now, 1), ids([1]));
    router.set_activation(id(2), Activation::Paused);
    assert_eq!(firsts(&mut router, &pool, now, 5), ids([3, 1, 3, 1, 3]));
    router.set_activation(id(2), Activation::Active);
    assert_eq!(firsts(&mut router, &pool, now, 4), ids([2, 1, 3, 2]));
}

#[test]
fn a_new_member_comes_next() {
    let (mut router, mut pool, now) = three(Strategy::RoundRobin);
    pool.members = vec![id(2)];
    assert_eq!(firsts(&mut router, &pool, now, 3), ids([1, 2, 1]));
    pool.members = vec![id(2), id(3)];
    assert_eq!(firsts(&mut router, &pool, now, 4), ids([3, 2, 1, 3]));
}

#[test]
fn a_member_that_left_and_came_back_takes_its_place_by_when_it_was_last_chosen() {
    let (mut router, mut pool, now) = three(Strategy::RoundRobin);
    let all = pool.members.clone();
    assert_eq!(firsts(&mut router, &pool, now, 2), ids([1, 2]));
    pool.members = vec![id(3)];
    assert_eq!(firsts(&mut router, &pool, now, 2), ids([3, 1]));
    pool.members = all;
    assert_eq!(firsts(&mut router, &pool, now, 3), ids([2, 3, 1]));
}

#[test]
fn an_account_that_was_removed_and_added_again_is_a_new_one() {
    let (mut router, pool, now) = three(Strategy::RoundRobin);
    assert_eq!(firsts(&mut router, &pool, now, 4), ids([1, 2, 3, 1]));
    router.remove_account(id(3));
    router.add_account(id(3));
    router.observe(id(3), reading(10.0, now));
    assert_eq!(firsts(&mut router, &pool, now, 3), ids([3, 2, 1]));
}

#[test]
fn a_tool_that_is_kept_on_one_account_of_a_pool_does_not_move_the_rotation_on() {
    let (mut router, pool, now) = three(Strategy::RoundRobin);
    for next in [1, 2, 3, 1, 2, 3] {
        assert_eq!(firsts(&mut router, &pool, now, 1), ids([next]));
        assert_eq!(firsts(&mut router, &Pool::single(id(1)), now, 1), ids([1]));
    }
}

#[test]
fn the_rotations_of_two_pools_do_not_mix() {
    let (mut router, pool, now) = three(Strategy::RoundRobin);
    let other = Pool { owner: id(2), members: vec![id(3)], ..pool.clone() };
    assert_eq!(firsts(&mut router, &pool, now, 2), ids([1, 2]));
    assert_eq!(firsts(&mut router, &other, now, 3), ids([2, 3, 2]));
    assert_eq!(firsts(&mut router, &pool, now, 2), ids([3, 1]));
}

#[test]
fn the_load_of_a_failing_account_is_spread_over_the_others() {
    let (mut router, pool, now) = three(Strategy::RoundRobin);
    let orders: Vec<_> = (0..6).map(|_| ask(&mut router, &pool, now)).collect();
    let expected = [[1, 2, 3], [2, 1, 3], [3, 1, 2], [1, 3, 2], [2, 3, 1], [3, 2, 1]];
    assert_eq!(orders, expected.map(ids).to_vec());
}

#[test]
fn so_is_the_load_of_conversations_that_stay_on_a_failing_account() {
    let (mut router, pool, now) = three(Strategy::RoundRobin);
    router.place(&conversation("talk"), id(2), now.wall);
    let talks = |router: &mut Router| order(&router.choose(&Ask::of(&pool, &conversation("talk")), now));
    assert_eq!([talks(&mut router), talks(&mut router)], [ids([2, 1, 3]), ids([2, 3, 1])]);
    assert_eq!(firsts(&mut router, &pool, now, 2), ids([1, 2]));
    assert_eq!(talks(&mut router), ids([2, 3, 1]));
}

#[test]
fn those_of_unknown_quota_are_rotated_in_the_same_way() {
    let (mut router, pool, now) = three_unknown(Strategy::RoundRobin);
    router.observe(id(1), reading(10.0, now));
    let orders: Vec<_> = (0..3).map(|_| ask(&mut router, &pool, now)).collect();
    assert_eq!(orders, [[1, 2, 3], [1, 3, 2], [1, 2, 3]].map(ids).to_vec());
    router.place(&conversation("talk"), id(3), now.wall);
    let mut talks = || order(&router.choose(&Ask::of(&pool, &conversation("talk")), now));
    assert_eq!([talks(), talks()], [ids([3, 1, 2]), ids([3, 1, 2])]);
}

#[test]
fn a_conversation_on_a_fallback_account_has_active_ones_behind_it() {
    let (mut router, pool, now) = three(Strategy::RoundRobin);
    fail_thrice(&mut router, id(1), now);
    router.place(&conversation("talk"), id(1), now.wall);
    let mut talks = || order(&router.choose(&Ask::of(&pool, &conversation("talk")), now));
    assert_eq!([talks(), talks()], [ids([1, 2, 3]), ids([1, 3, 2])]);
}

#[test]
fn a_pool_of_one_is_a_ring_of_one() {
    let (mut router, _, now) = three(Strategy::RoundRobin);
    let pool = Pool { strategy: Strategy::RoundRobin, ..Pool::single(id(2)) };
    assert_eq!(firsts(&mut router, &pool, now, 3), ids([2, 2, 2]));
    router.set_activation(id(2), Activation::Paused);
    assert_eq!(ask(&mut router, &pool, now), vec![]);
}

#[test]
fn a_choice_under_another_strategy_moves_the_rotation_on_all_the_same() {
    let (mut router, mut pool, now) = three(Strategy::PrimaryFirst);
    ask(&mut router, &pool, now);
    pool.strategy = Strategy::RoundRobin;
    assert_eq!(firsts(&mut router, &pool, now, 3), ids([2, 3, 1]));
}
