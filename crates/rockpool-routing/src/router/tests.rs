//! The rules of the router, one sentence each.

mod affinity_outcomes;
mod conversations;
mod cooldowns;
mod evidence;
mod headroom;
mod models;
mod outlook;
mod probes;
mod rotation;
mod strategies;

use std::time::{Duration, Instant};

use jiff::SignedDuration;
use uuid::Uuid;

use super::*;
use crate::quota::{ExtraLimit, Extras, Source, UnmeasuredWindow, Window};
use crate::{PinKind, Pool, Strategy, TenantId};

pub(super) fn id(n: u128) -> AccountId {
    AccountId(Uuid::from_u128(n))
}

#[expect(
    clippy::disallowed_methods,
    reason = "a first moment for a test; all later ones are reckoned from it"
)]
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

pub(super) fn pin_key(n: u8) -> PinKey {
    PinKey::new(TenantId(Uuid::from_u128(9)), PinKind::Turn, &format!("turn {n}")).unwrap()
}

/// A five-hour window that began just now.
pub(super) fn reading(used: f64, now: Now) -> Reading {
    Reading::new(now.wall, Source::Usage, vec![window(used, 18_000, later(now, 18_000))])
}

fn window(used: f64, length: u32, resets: Now) -> Window {
    Window::reported(used, Some(length), Some(resets.wall)).unwrap()
}

/// A router with three accounts of known quota, and their pool.
pub(super) fn three(strategy: Strategy) -> (Router, Pool, Now) {
    let (mut router, pool, now) = three_unknown(strategy);
    for account in pool.accounts() {
        router.observe(account, reading(10.0, now));
    }
    (router, pool, now)
}

/// The same before the provider has said anything of them.
fn three_unknown(strategy: Strategy) -> (Router, Pool, Now) {
    let mut router = Router::default();
    for n in 1..=3 {
        router.add_account(id(n));
    }
    let members = vec![id(2), id(3)];
    (router, Pool { owner: id(1), members, strategy, conversations: Conversations::Stay }, start())
}

/// The order for a request that names nothing.
fn ask(router: &mut Router, pool: &Pool, now: Now) -> Vec<AccountId> {
    order(&router.choose(&Ask::any(pool), now))
}

fn order(selection: &Selection) -> Vec<AccountId> {
    selection.candidates.iter().map(|candidate| candidate.account).collect()
}

/// Who comes first for each of so many requests that name nothing.
fn firsts(router: &mut Router, pool: &Pool, now: Now, requests: usize) -> Vec<AccountId> {
    (0..requests).map(|_| ask(router, pool, now)[0]).collect()
}

fn ids<const N: usize>(numbers: [u128; N]) -> Vec<AccountId> {
    numbers.into_iter().map(id).collect()
}

/// An attempt that began at `began` and ended at `now`.
pub(super) fn attempt(router: &mut Router, account: AccountId, class: Class, began: Now, now: Now) {
    let ticket = router.begin(account, began).unwrap();
    router.attempt_ended(ticket, class, now);
}

/// An attempt that ended as soon as it began.
fn brief_attempt(router: &mut Router, account: AccountId, class: Class, now: Now) {
    attempt(router, account, class, now, now);
}

/// Three failures in a row.
fn fail_thrice(router: &mut Router, account: AccountId, now: Now) {
    for _ in 0..3 {
        brief_attempt(router, account, Class::FAILURE, now);
    }
}

fn rate_limited(seconds: u64) -> Class {
    Class::RateLimited { retry_after: Some(Duration::from_secs(seconds)) }
}

fn exhausted_until(reset: Now) -> Class {
    Class::UsageLimit { resets_at: Some(reset.wall) }
}

fn state(router: &Router, account: AccountId, now: Now) -> AccountState {
    router.state(account, now).0
}

#[test]
fn placements_have_the_names_of_activity_records() {
    let names = [Placement::Conversation, Placement::Turn, Placement::Strategy, Placement::Fallback];
    assert_eq!(names.map(Placement::name), ["conversation", "turn", "strategy", "fallback"]);
}

#[test]
fn an_account_that_is_not_known_takes_no_request_and_leaves_no_trace() {
    let mut router = Router::default();
    let (pool, now) = (Pool::single(id(7)), start());
    router.set_activation(id(7), Activation::Paused);
    router.set_credentials(id(7), CredentialState::Usable);
    router.set_standing(id(7), Standing::Good, now);
    router.observe(id(7), reading(1.0, now));
    router.recall(id(7), Outcome::Success);
    router.place(&conversation("talk"), id(7), now.wall);
    router.pin(&pin_key(1), id(7), now.wall);
    router.start_rotation(id(7), 3);
    let selection = router.choose(&Ask::of(&pool, &conversation("talk")), now);
    assert_eq!((selection.pin, selection.candidates), (None, vec![]));
    assert_eq!(
        selection.skipped[0].obstacle,
        Obstacle::Account(Blocked { state: AccountState::NeedsReauth, until: None })
    );
    assert_eq!(router.begin(id(7), now), None);
    assert_eq!((router.health(id(7)), router.quota(id(7)), router.in_flight(id(7))), (None, None, 0));
    assert_eq!((router.pinned_account(&pin_key(1), now.wall), router.probe_at(id(7), now)), (None, None));
    assert_eq!(router.outlook(pool.accounts(), now), Outlook::NeedsPerson);
    assert!(router.rotations.is_empty() && router.affinity.is_empty());
}

#[test]
fn an_account_that_is_removed_takes_all_that_was_known_of_it_along() {
    let (mut router, pool, now) = three(Strategy::RoundRobin);
    router.place(&conversation("talk"), id(1), now.wall);
    router.pin(&pin_key(1), id(1), now.wall);
    router.recall(id(1), Outcome::Failure);
    ask(&mut router, &pool, now);
    let ticket = router.begin(id(1), now).unwrap();
    router.remove_account(id(1));
    router.attempt_ended(ticket, Class::Success, now);
    assert_eq!(
        (
            router.conversation_pin(&conversation("talk"), now.wall),
            router.pinned_account(&pin_key(1), now.wall)
        ),
        (None, None)
    );
    assert!(router.rotations.is_empty());
    router.add_account(id(1));
    assert_eq!((router.health(id(1)).unwrap().sample, router.in_flight(id(1))), (0, 0));
    assert_eq!(router.readiness(id(1), now), Readiness::FallbackOnly);
}

#[test]
fn an_account_that_is_added_twice_keeps_what_is_known_of_it() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    router.recall(id(1), Outcome::Success);
    router.add_account(id(1));
    assert_eq!(router.readiness(id(1), now), Readiness::Active);
    assert_eq!(router.health(id(1)).unwrap().sample, 1);
}

#[test]
fn what_is_known_of_an_accounts_quota_can_be_looked_at() {
    let (router, _, now) = three(Strategy::PrimaryFirst);
    assert_eq!(router.quota(id(1)).and_then(|quota| quota.headroom(now.wall)), Some(90));
}

#[test]
fn what_is_under_way_is_counted_until_it_has_ended() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    let (one, other) = (router.begin(id(1), now).unwrap(), router.begin(id(1), now).unwrap());
    assert_eq!((one.account(), router.in_flight(id(1)), router.in_flight(id(2))), (id(1), 2, 0));
    router.answered(&one);
    assert_eq!(router.in_flight(id(1)), 2);
    router.attempt_ended(one, Class::Success, now);
    router.attempt_ended(other, Class::Abandoned, now);
    assert_eq!(router.in_flight(id(1)), 0);
}

#[test]
fn the_outcomes_of_attempts_make_the_health_sample() {
    let (mut router, _, now) = three(Strategy::PrimaryFirst);
    router.recall(id(1), Outcome::Success);
    brief_attempt(&mut router, id(1), Class::Success, now);
    brief_attempt(&mut router, id(1), Class::FAILURE, now);
    brief_attempt(&mut router, id(1), Class::Abandoned, now);
    brief_attempt(&mut router, id(1), Class::Rejected, now);
    let health = router.health(id(1)).unwrap();
    assert_eq!((health.sample, health.success_rate, health.consecutive_failures), (3, 67, 1));
}
