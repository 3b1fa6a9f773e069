//! What keeps a request on an account.

use super::*;
use crate::affinity::History;

const WEEK: u64 = 7 * 24 * 3600;

#[test]
fn a_conversation_stays_on_its_account_and_does_not_move_the_rotation_on() {
    let (mut router, pool, now) = three(Strategy::RoundRobin);
    let talk = conversation("talk");
    let first = router.choose(&Ask::of(&pool, &talk), now).candidates[0].account;
    router.place(&talk, first, now.wall);
    for _ in 0..4 {
        let next = router.choose(&Ask::of(&pool, &talk), now);
        assert_eq!(next.candidates[0], Candidate { account: first, placement: Placement::Conversation });
    }
    assert_eq!(ask(&mut router, &pool, now)[0], id(2));
}

#[test]
fn behind_a_conversations_account_the_strategy_orders_the_rest() {
    for (strategy, expected) in [
        (Strategy::PrimaryFirst, [2, 1, 3]),
        (Strategy::PriorityOrder, [2, 1, 3]),
        (Strategy::MostHeadroom, [2, 3, 1]),
        (Strategy::SoonestReset, [2, 3, 1]),
    ] {
        let (mut router, pool, now) = three(strategy);
        router.observe(id(1), reading(30.0, later(now, 1)));
        router.place(&conversation("talk"), id(2), now.wall);
        let selection = router.choose(&Ask::of(&pool, &conversation("talk")), now);
        assert_eq!(order(&selection), ids(expected), "{strategy:?}");
        assert_eq!(selection.candidates[1].placement, Placement::Strategy);
    }
}

#[test]
fn a_conversation_stays_on_an_account_that_is_a_fallback_for_others() {
    let (mut router, pool, now) = three_unknown(Strategy::PrimaryFirst);
    router.observe(id(2), reading(10.0, now));
    router.place(&conversation("talk"), id(3), now.wall);
    assert_eq!(order(&router.choose(&Ask::of(&pool, &conversation("talk")), now)), ids([3, 2, 1]));
}

#[test]
fn a_conversation_whose_account_was_exhausted_goes_on_elsewhere_and_is_told_where_it_was_pinned() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    let talk = conversation("talk");
    router.place(&talk, id(1), now.wall);
    brief_attempt(&mut router, id(1), exhausted_until(later(now, 600)), now);
    let selection = router.choose(&Ask::of(&pool, &talk), now);
    assert_eq!(selection.pin.map(|pin| pin.account), Some(id(1)));
    assert_eq!(order(&selection), ids([2, 3]));
    let exhausted = |obstacle| match obstacle {
        Obstacle::Account(blocked) => blocked.state == AccountState::Exhausted,
        Obstacle::Model(_) => false,
    };
    assert!(exhausted(selection.skipped[0].obstacle));
    assert_eq!(order(&router.choose(&Ask::of(&pool, &talk), later(now, 600)))[0], id(1));
}

#[test]
fn a_conversation_that_moved_stays_where_it_went_after_its_account_is_back() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    let talk = conversation("talk");
    router.place(&talk, id(1), now.wall);
    brief_attempt(&mut router, id(1), rate_limited(60), now);
    let next = order(&router.choose(&Ask::of(&pool, &talk), now))[0];
    router.place(&talk, next, now.wall);
    assert_eq!(order(&router.choose(&Ask::of(&pool, &talk), later(now, 61))), ids([2, 1, 3]));
}

#[test]
fn in_a_pool_that_rotates_strictly_a_conversation_rotates_like_everything_else() {
    let (mut router, mut pool, now) = three(Strategy::RoundRobin);
    pool.conversations = Conversations::Rotate;
    let talk = conversation("talk");
    router.place(&talk, id(3), now.wall);
    let mut next = || {
        let selection = router.choose(&Ask::of(&pool, &talk), now);
        assert_eq!(selection.pin.map(|pin| pin.account), Some(id(3)));
        selection.candidates[0]
    };
    for n in [1, 2, 3, 1] {
        assert_eq!(next(), Candidate { account: id(n), placement: Placement::Strategy });
    }
}

#[test]
fn a_turn_in_progress_stays_with_its_account_even_where_conversations_rotate() {
    for conversations in [Conversations::Stay, Conversations::Rotate] {
        let (mut router, mut pool, now) = three(Strategy::RoundRobin);
        pool.conversations = conversations;
        let (talk, pins) = (conversation("talk"), [pin_key(1)]);
        router.place(&talk, id(3), now.wall);
        router.pin(&pin_key(1), id(2), now.wall);
        let turn = Ask { pool: &pool, conversation: Some(&talk), model: None, pins: &pins };
        for _ in 0..2 {
            let selection = router.choose(&turn, now);
            assert_eq!(
                selection.candidates[0],
                Candidate { account: id(2), placement: Placement::Turn },
                "{conversations:?}"
            );
        }
        assert_eq!(ask(&mut router, &pool, now)[0], id(1));
        assert_eq!(router.pinned_account(&pin_key(1), now.wall), Some(id(2)));
    }
}

#[test]
fn of_several_pins_the_first_that_is_known_counts() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    router.pin(&pin_key(2), id(2), now.wall);
    router.pin(&pin_key(3), id(3), now.wall);
    let pins = [pin_key(1), pin_key(3), pin_key(2)];
    let turn = Ask { pool: &pool, conversation: None, model: None, pins: &pins };
    assert_eq!(order(&router.choose(&turn, now)), ids([3, 1, 2]));
}

#[test]
fn a_turn_whose_account_takes_no_request_goes_where_its_conversation_is_pinned_and_else_anywhere() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    let (talk, pins) = (conversation("talk"), [pin_key(1)]);
    router.pin(&pin_key(1), id(2), now.wall);
    router.place(&talk, id(3), now.wall);
    router.set_activation(id(2), Activation::Paused);
    let turn = Ask { pool: &pool, conversation: Some(&talk), model: None, pins: &pins };
    let selection = router.choose(&turn, now);
    assert_eq!(selection.candidates[0], Candidate { account: id(3), placement: Placement::Conversation });
    router.set_activation(id(3), Activation::Paused);
    let selection = router.choose(&turn, now);
    assert_eq!(selection.candidates, [Candidate { account: id(1), placement: Placement::Strategy }]);
}

#[test]
fn a_pin_to_an_account_outside_the_pool_is_passed_over() {
    let (mut router, mut pool, now) = three(Strategy::PrimaryFirst);
    pool.members = vec![id(2)];
    router.pin(&pin_key(1), id(3), now.wall);
    router.place(&conversation("talk"), id(3), now.wall);
    let pins = [pin_key(1)];
    let turn = Ask { pool: &pool, conversation: Some(&conversation("talk")), model: None, pins: &pins };
    let selection = router.choose(&turn, now);
    assert_eq!(selection.pin.map(|pin| pin.account), Some(id(3)));
    assert_eq!(order(&selection), ids([1, 2]));
}

#[test]
fn a_pin_is_good_for_an_hour_and_a_conversation_for_a_week() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    let (talk, pins) = (conversation("talk"), [pin_key(1)]);
    router.place(&talk, id(3), now.wall);
    router.pin(&pin_key(1), id(2), now.wall);
    let turn = Ask { pool: &pool, conversation: Some(&talk), model: None, pins: &pins };
    let mut first = |seconds| order(&router.choose(&turn, later(now, seconds)))[0];
    assert_eq!([first(3_599), first(3_600)], [id(2), id(3)]);
    assert_eq!([first(WEEK - 1), first(WEEK)], [id(3), id(1)]);
    assert_eq!(router.conversation_pin(&talk, later(now, WEEK).wall), None);
}

#[test]
fn a_conversation_of_another_tenant_has_another_pin() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    router.place(&conversation("talk"), id(3), now.wall);
    let foreign = ConversationKey::new(TenantId(Uuid::from_u128(8)), "talk").unwrap();
    assert_eq!(router.choose(&Ask::of(&pool, &foreign), now).pin, None);
}

#[test]
fn a_conversation_that_moved_has_a_mixed_history() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    let talk = conversation("talk");
    let history = |router: &Router| router.conversation_pin(&talk, now.wall).unwrap().history;
    router.place(&talk, id(1), now.wall);
    assert_eq!(history(&router), History::Own);
    router.place(&talk, id(2), now.wall);
    router.place(&talk, id(2), now.wall);
    assert_eq!(history(&router), History::Mixed);
}

#[test]
fn what_an_account_has_read_of_a_conversation_is_what_a_move_costs() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    let talk = conversation("talk");
    router.place(&talk, id(1), now.wall);
    router.prompt_cached(&talk, id(1), 9_000, now.wall);
    router.prompt_cached(&talk, id(2), 5, now.wall);
    let pin = router.choose(&Ask::of(&pool, &talk), now).pin.unwrap();
    assert_eq!(pin.tokens_lost(1_000, now.wall), 8_000);
}
