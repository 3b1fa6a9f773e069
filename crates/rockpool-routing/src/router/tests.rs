//! The order of accounts, cool-downs and conversations, one sentence each.

use std::time::{Duration, Instant};

use jiff::SignedDuration;
use uuid::Uuid;

use super::*;
use crate::affinity::History;
use crate::quota::{Source, Window};
use crate::{Conversations, Strategy, TenantId};

pub(super) fn id(n: u128) -> AccountId {
    AccountId(Uuid::from_u128(n))
}

pub(super) fn start() -> Now {
    Now { mono: Instant::now(), wall: Timestamp::from_second(1_800_000_000).unwrap() }
}

pub(super) fn later(now: Now, seconds: u64) -> Now {
    Now {
        mono: now.mono + Duration::from_secs(seconds),
        wall: now.wall + SignedDuration::from_secs(seconds as i64),
    }
}

pub(super) fn conversation(name: &str) -> ConversationKey {
    ConversationKey::new(TenantId(Uuid::from_u128(9)), name).unwrap()
}

pub(super) fn tie(n: u8) -> TieKey {
    TieKey::new(TenantId(Uuid::from_u128(9)), crate::TieKind::Turn, &format!("turn {n}")).unwrap()
}

pub(super) fn reading(used: f64, now: Now) -> Reading {
    let resets = now.wall + SignedDuration::from_hours(5);
    Reading {
        seen_at: now.wall,
        source: Source::Usage,
        windows: vec![Window::reported(used, Some(18_000), Some(resets)).unwrap()],
        plan: None,
        allowed: None,
        limit_reached: None,
        beside: None,
    }
}

/// A router with three accounts of known quota, and their pool.
pub(super) fn three(strategy: Strategy) -> (Router, Pool, Now) {
    let now = start();
    let mut router = Router::default();
    for n in 1..=3 {
        router.add_account(id(n));
        router.observe(id(n), reading(10.0, now));
    }
    (
        router,
        Pool { owner: id(1), members: vec![id(2), id(3)], strategy, conversations: Conversations::Stay },
        now,
    )
}

pub(super) fn order(selection: &Selection) -> Vec<AccountId> {
    selection.candidates.iter().map(|candidate| candidate.account).collect()
}

/// An attempt that began at `began` and ended at `now`.
pub(super) fn settle(router: &mut Router, account: AccountId, class: Class, began: Now, now: Now) {
    if let Some(ticket) = router.begin(account, began) {
        router.settle(ticket, class, now);
    }
}

#[test]
fn primary_first_asks_the_owner_and_then_the_members_in_order() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    assert_eq!(order(&router.choose(&Ask::any(&pool), now)), [id(1), id(2), id(3)]);
    assert_eq!(order(&router.choose(&Ask::any(&pool), now)), [id(1), id(2), id(3)]);
}

#[test]
fn primary_first_puts_an_owner_of_unknown_quota_last_and_priority_order_does_not() {
    let now = start();
    let mut router = Router::default();
    for n in 1..=2 {
        router.add_account(id(n));
    }
    router.observe(id(2), reading(10.0, now));
    let mut pool = Pool {
        owner: id(1),
        members: vec![id(2)],
        strategy: Strategy::PrimaryFirst,
        conversations: Conversations::Stay,
    };
    assert_eq!(order(&router.choose(&Ask::any(&pool), now)), [id(2), id(1)]);
    pool.strategy = Strategy::PriorityOrder;
    assert_eq!(order(&router.choose(&Ask::any(&pool), now)), [id(1), id(2)]);
}

#[test]
fn round_robin_places_each_new_request_on_the_next_account() {
    let (mut router, pool, now) = three(Strategy::RoundRobin);
    let firsts: Vec<_> = (0..6).map(|_| router.choose(&Ask::any(&pool), now).candidates[0].account).collect();
    assert_eq!(firsts, [id(1), id(2), id(3), id(1), id(2), id(3)]);
}

#[test]
fn a_conversation_stays_on_its_account_and_does_not_advance_the_turn() {
    let (mut router, pool, now) = three(Strategy::RoundRobin);
    let talk = conversation("talk");
    let first = router.choose(&Ask::of(&pool, &talk), now).candidates[0].account;
    router.place(&talk, first, now.wall);
    for _ in 0..4 {
        let next = router.choose(&Ask::of(&pool, &talk), now);
        assert_eq!(next.candidates[0], Candidate { account: first, placement: Placement::Conversation });
    }
    assert_eq!(router.choose(&Ask::any(&pool), now).candidates[0].account, id(2));
}

#[test]
fn a_conversation_whose_account_ran_dry_is_told_where_it_lived() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    let talk = conversation("talk");
    router.place(&talk, id(1), now.wall);
    settle(&mut router, id(1), Class::UsageLimit { resets_at: Some(later(now, 600).wall) }, now, now);
    let selection = router.choose(&Ask::of(&pool, &talk), now);
    assert_eq!(selection.home.map(|home| home.account), Some(id(1)));
    assert_eq!(order(&selection), [id(2), id(3)]);
    assert_eq!(selection.skipped[0].blocked.state, AccountState::Exhausted);
    assert_eq!(order(&router.choose(&Ask::any(&pool), later(now, 600)))[0], id(1));
}

#[test]
fn when_all_are_out_the_earliest_cure_is_named() {
    let (mut router, pool, now) = three(Strategy::RoundRobin);
    settle(&mut router, id(1), Class::UsageLimit { resets_at: Some(later(now, 600).wall) }, now, now);
    settle(&mut router, id(2), Class::RateLimited { retry_after: Some(Duration::from_secs(60)) }, now, now);
    router.set_credentials(id(3), CredentialState::NeedsReauth);
    assert!(router.choose(&Ask::any(&pool), now).candidates.is_empty());
    assert_eq!(router.outlook(pool.accounts(), now), Outlook::Until(later(now, 60).wall));
}

#[test]
fn when_only_a_person_can_help_it_says_so() {
    let (mut router, pool, now) = three(Strategy::RoundRobin);
    router.set_credentials(id(1), CredentialState::NeedsReauth);
    router.set_wish(id(2), Wish::Paused);
    router.set_standing(id(3), Standing::Billing, now);
    assert_eq!(router.outlook(pool.accounts(), now), Outlook::NeedsPerson);
    router.set_wish(id(2), Wish::Active);
    assert_eq!(router.outlook(pool.accounts(), now), Outlook::Serving);
}

#[test]
fn a_hostile_retry_after_is_capped_at_fifteen_minutes() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    settle(&mut router, id(1), Class::RateLimited { retry_after: Some(Duration::MAX) }, now, now);
    assert_eq!(router.state(id(1), now).0, AccountState::RateLimited);
    assert_eq!(order(&router.choose(&Ask::any(&pool), later(now, 901)))[0], id(1));
}

#[test]
fn three_failures_in_a_row_make_an_account_a_fallback_for_thirty_seconds() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    for _ in 0..3 {
        settle(&mut router, id(1), Class::FAILURE, now, now);
    }
    assert_eq!(router.state(id(1), now).0, AccountState::Unreachable);
    assert_eq!(order(&router.choose(&Ask::any(&pool), now)), [id(2), id(3), id(1)]);
    assert_eq!(order(&router.choose(&Ask::any(&pool), later(now, 31)))[0], id(1));
}

#[test]
fn a_vague_failure_does_not_shorten_a_named_wait() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    settle(&mut router, id(1), Class::RateLimited { retry_after: Some(Duration::from_secs(120)) }, now, now);
    for _ in 0..3 {
        settle(&mut router, id(1), Class::FAILURE, now, now);
    }
    assert_eq!(router.state(id(1), later(now, 60)).0, AccountState::RateLimited);
}

#[test]
fn an_uncertain_sign_in_serves_while_its_access_token_does() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    router.set_credentials(id(1), CredentialState::UncertainServing);
    assert_eq!(router.state(id(1), now).0, AccountState::SignInUncertain);
    assert_eq!(order(&router.choose(&Ask::any(&pool), now))[0], id(1));
    router.set_credentials(id(1), CredentialState::UncertainSpent);
    assert_eq!(order(&router.choose(&Ask::any(&pool), now)), [id(2), id(3)]);
}

#[test]
fn a_conversation_of_another_tenant_has_another_home() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    router.place(&conversation("talk"), id(3), now.wall);
    let foreign = ConversationKey::new(TenantId(Uuid::from_u128(8)), "talk").unwrap();
    assert_eq!(router.choose(&Ask::of(&pool, &foreign), now).home, None);
}

#[test]
fn an_answer_that_began_before_a_rate_limit_does_not_end_it() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    let limited = later(now, 10);
    settle(
        &mut router,
        id(1),
        Class::RateLimited { retry_after: Some(Duration::from_secs(300)) },
        limited,
        limited,
    );
    settle(&mut router, id(1), Class::Success, now, later(now, 20));
    assert_eq!(router.state(id(1), later(now, 21)).0, AccountState::RateLimited);
    settle(&mut router, id(1), Class::Success, later(now, 22), later(now, 23));
    assert_eq!(router.state(id(1), later(now, 24)).0, AccountState::Ready);
}

#[test]
fn an_account_with_many_attempts_under_way_only_helps_out() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    let mut tickets: Vec<_> = (0..entry::MOST_IN_FLIGHT).map(|_| router.begin(id(1), now).unwrap()).collect();
    assert_eq!(order(&router.choose(&Ask::any(&pool), now)), [id(2), id(3), id(1)]);
    router.settle(tickets.pop().unwrap(), Class::Abandoned, now);
    assert_eq!(order(&router.choose(&Ask::any(&pool), now))[0], id(1));
}

#[test]
fn only_failures_on_the_way_make_an_account_unreachable() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    settle(&mut router, id(1), Class::Unauthorized, now, now);
    settle(&mut router, id(1), Class::Unauthorized, now, now);
    settle(&mut router, id(1), Class::FAILURE, now, now);
    assert_eq!(router.state(id(1), now).0, AccountState::Ready);
}

#[test]
fn an_account_whose_fresh_bearer_was_refused_is_left_alone_until_it_proves_itself() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    router.distrust(id(1), now);
    assert_eq!(order(&router.choose(&Ask::any(&pool), now)), [id(2), id(3)]);
    router.set_standing(id(1), Standing::Good, now);
    assert_eq!(order(&router.choose(&Ask::any(&pool), now))[0], id(1));
}

#[test]
fn a_conversation_that_moved_has_a_mixed_history() {
    let (mut router, pool, now) = three(Strategy::PrimaryFirst);
    let talk = conversation("talk");
    router.place(&talk, id(1), now.wall);
    assert_eq!(router.choose(&Ask::of(&pool, &talk), now).home.unwrap().history, History::Own);
    router.place(&talk, id(2), now.wall);
    router.place(&talk, id(2), now.wall);
    assert_eq!(router.choose(&Ask::of(&pool, &talk), now).home.unwrap().history, History::Mixed);
}
