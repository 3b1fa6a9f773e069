//! What a record says of a conversation's pin.

use super::*;
use crate::{AffinityOutcome, MoveReason};

/// The selection for a conversation that is pinned to the first account, after something has happened.
fn selected(happens: impl FnOnce(&mut Router, &mut Pool, Now)) -> (Selection, Pool) {
    let (mut router, mut pool, now) = three(Strategy::PrimaryFirst);
    router.place(&conversation("talk"), id(1), now.wall);
    happens(&mut router, &mut pool, now);
    (router.choose(&Ask::of(&pool, &conversation("talk")), now), pool)
}

fn affinity_outcome(
    selection: &Selection,
    pool: &Pool,
    tried: &[(AccountId, Class)],
    served: u128,
) -> AffinityOutcome {
    selection.affinity_outcome(&Ask::of(pool, &conversation("talk")), tried, id(served))
}

fn moved(reason: MoveReason) -> AffinityOutcome {
    AffinityOutcome::Moved { from: id(1), reason }
}

#[test]
fn a_request_without_a_conversation_has_none() {
    let (selection, pool) = selected(|_, _, _| {});
    assert_eq!(selection.affinity_outcome(&Ask::any(&pool), &[], id(2)), AffinityOutcome::None);
}

#[test]
fn a_conversation_begins_with_its_first_request() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    let selection = router.choose(&Ask::of(&pool, &conversation("talk")), now);
    assert_eq!(affinity_outcome(&selection, &pool, &[], 1), AffinityOutcome::New);
}

#[test]
fn it_is_kept_where_its_account_has_served_whatever_was_tried_before() {
    let (selection, pool) = selected(|_, _, _| {});
    assert_eq!(affinity_outcome(&selection, &pool, &[], 1), AffinityOutcome::Kept);
    assert_eq!(
        affinity_outcome(&selection, &pool, &[(id(1), Class::Unauthorized)], 1),
        AffinityOutcome::Kept
    );
}

#[test]
fn it_moves_because_its_account_took_no_requests() {
    let (selection, pool) = selected(|router, _, now| brief_attempt(router, id(1), rate_limited(60), now));
    assert_eq!(
        affinity_outcome(&selection, &pool, &[], 2),
        moved(MoveReason::State(AccountState::RateLimited))
    );
    let (selection, pool) = selected(|router, _, _| router.set_activation(id(1), Activation::Paused));
    assert_eq!(affinity_outcome(&selection, &pool, &[], 3), moved(MoveReason::State(AccountState::Paused)));
}

#[test]
fn it_moves_because_its_account_failed_in_the_way_it_failed_last() {
    let (selection, pool) = selected(|_, _, _| {});
    let tried = [(id(1), Class::Unauthorized), (id(1), Class::FAILURE), (id(2), Class::Forbidden)];
    assert_eq!(affinity_outcome(&selection, &pool, &tried, 3), moved(MoveReason::Failed(Class::FAILURE)));
}

#[test]
fn it_moves_because_the_pool_rotates() {
    let (selection, pool) = selected(|_, pool, _| {
        pool.strategy = Strategy::RoundRobin;
        pool.conversations = Conversations::Rotate;
    });
    assert_eq!(affinity_outcome(&selection, &pool, &[], 2), moved(MoveReason::Rotation));
}

#[test]
fn it_moves_because_its_account_left_the_pool_whatever_else_there_was() {
    let (selection, pool) = selected(|_, pool, _| {
        *pool = Pool { owner: id(2), members: vec![id(3)], ..pool.clone() };
    });
    let tried = [(id(1), Class::FAILURE)];
    assert_eq!(affinity_outcome(&selection, &pool, &tried, 2), moved(MoveReason::LeftPool));
}
