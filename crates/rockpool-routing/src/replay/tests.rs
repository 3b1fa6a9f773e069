//! Records replayed.

use std::collections::BTreeMap;
use std::time::Instant;

use jiff::Timestamp;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::runway::{Sample, Tokens};
use crate::{ConversationKey, Conversations, Strategy as Policy, TenantId, Window};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn id(n: u128) -> AccountId {
    AccountId(Uuid::from_u128(n))
}

#[expect(
    clippy::disallowed_methods,
    reason = "a first moment for a test; all later ones are reckoned from it"
)]
fn base() -> Now {
    Now { mono: Instant::now(), wall: at(0) }
}

fn conversation(n: usize) -> Option<ConversationKey> {
    ConversationKey::new(TenantId(Uuid::from_u128(9)), &n.to_string())
}

fn five_hour(used: f64, resets: i64) -> Window {
    Window::reported(used, Some(18_000), Some(at(resets))).unwrap()
}

fn weekly(used: f64, resets: i64) -> Window {
    Window::reported(used, Some(604_800), Some(at(resets))).unwrap()
}

/// Input, half of it cached, that costs a thousand units of work.
fn thousand() -> Option<Tokens> {
    Some(Tokens { input: 1_600, cached: 800, output: 15 }).filter(|tokens| tokens.work() == 1_000.0)
}

fn request(second: i64, served: u128) -> Request {
    let served = Some(served).filter(|n| *n > 0).map(id);
    let tokens = served.and(thousand());
    Request { at: at(second), conversation: None, tokens, served, only: None }
}

struct World {
    pool: Pool,
    requests: Vec<Request>,
    samples: BTreeMap<AccountId, Vec<Sample>>,
}

impl World {
    /// A pool of accounts 1 to `count`, of which nothing is recorded.
    fn of(count: u128) -> Self {
        let members = (2..=count).map(id).collect();
        let conversations = Conversations::Stay;
        let pool = Pool { owner: id(1), members, strategy: Policy::PrimaryFirst, conversations };
        Self { pool, requests: Vec::new(), samples: BTreeMap::new() }
    }

    fn sees(&mut self, account: u128, second: i64, windows: Vec<Window>) {
        self.samples.entry(id(account)).or_default().push(Sample { at: at(second), windows });
    }

    fn replayer(&self) -> Replayer<'_> {
        Replayer::new(Recording { pool: &self.pool, requests: &self.requests, samples: &self.samples })
    }

    fn replay(&self, strategy: Policy, without: &[AccountId]) -> Course {
        self.replayer().replay(strategy, without, base())
    }
}

fn requests(course: &Course) -> Vec<u32> {
    course.accounts.iter().map(|share| share.requests).collect()
}

fn spans(course: &Course, account: usize) -> Vec<(i64, i64)> {
    let seconds = |moment: Timestamp| moment.duration_since(at(0)).as_secs();
    course.accounts[account].exhausted.iter().map(|(from, to)| (seconds(*from), seconds(*to))).collect()
}

/// A request every two minutes, of one percent each, for nine hours: the first account while it has something
/// left, else the second. A five-hour window begins with its first request.
fn by_the_book() -> World {
    let mut world = World::of(2);
    let mut windows: [(f64, Option<i64>); 2] = [(0.0, None); 2];
    for n in 0..270 {
        let second = n * 2 * MINUTE;
        for (used, resets) in &mut windows {
            if resets.is_some_and(|at| at <= second) {
                (*used, *resets) = (0.0, None);
            }
        }
        if n == 0 {
            (1..=2).for_each(|account| world.sees(account, -MINUTE, vec![five_hour(0.0, 5 * HOUR)]));
        }
        let Some(account) = windows.iter().position(|(used, _)| *used < 99.5) else { panic!() };
        let (used, resets) = &mut windows[account];
        let due = *resets.get_or_insert(second + 5 * HOUR);
        *used += 1.0;
        world.requests.push(request(second, account as u128 + 1));
        world.sees(account as u128 + 1, second, vec![five_hour(*used, due)]);
    }
    world
}

#[test]
fn the_strategy_that_was_in_force_gives_what_was_recorded() {
    let world = by_the_book();
    let recorded = world.replayer().recorded();
    // 150 requests before the first account comes back; the second is not exhausted.
    assert_eq!(requests(&recorded), [200, 70]);
    assert_eq!(spans(&recorded, 0), [(99 * 120, 5 * HOUR), (249 * 120, 269 * 120)]);
    assert_eq!((recorded.unserved, recorded.exhausted_seconds), (0, 0));
    assert_eq!(world.replay(Policy::PrimaryFirst, &[]), recorded);
    assert_eq!(world.replay(Policy::PriorityOrder, &[]), recorded);
}

#[test]
fn rotation_uses_both_accounts_alike_and_neither_up() {
    let course = by_the_book().replay(Policy::RoundRobin, &[]);
    assert_eq!(requests(&course), [135, 135]);
    assert_eq!((spans(&course, 0), spans(&course, 1)), (vec![], vec![]));
}

#[test]
fn without_one_account_the_other_is_exhausted_and_requests_go_unserved() {
    let world = by_the_book();
    for (left_out, strategy) in [(1, Policy::PrimaryFirst), (2, Policy::SoonestReset)] {
        let course = world.replay(strategy, &[id(left_out)]);
        // A hundred until it is exhausted, a hundred more after five hours.
        assert_eq!((requests(&course), course.unserved), (vec![200], 70));
        assert_eq!(spans(&course, 0), [(99 * 120, 5 * HOUR), (249 * 120, 269 * 120)]);
        assert_eq!(course.exhausted_seconds as i64, (5 * HOUR - 99 * 120) + 20 * 120);
    }
    let course = world.replay(Policy::PrimaryFirst, &[id(1), id(2)]);
    assert_eq!((course.accounts.len(), course.unserved), (0, 270));
}

#[test]
fn without_the_only_account_that_has_quota_nothing_is_served() {
    let mut world = World::of(2);
    world.sees(2, 0, vec![five_hour(100.0, 5 * HOUR)]);
    for n in 0..=10 {
        world.requests.push(request(n * 600, 1));
        world.sees(1, n * 600, vec![five_hour(n as f64, 5 * HOUR)]);
    }
    assert_eq!(requests(&world.replay(Policy::MostHeadroom, &[])), [11, 0]);
    let course = world.replay(Policy::MostHeadroom, &[id(1)]);
    assert_eq!((requests(&course), course.unserved, course.exhausted_seconds), (vec![0], 11, 6000));
    assert_eq!(spans(&course, 0), [(0, 6000)]);
}

/// 40 requests on account 1, of four conversations one after the other; each finds 800 tokens in the cache.
fn four_conversations() -> World {
    let mut world = World::of(2);
    world.sees(2, 0, vec![five_hour(0.0, 5 * HOUR)]);
    for n in 0..40 {
        let second = n as i64 * 30;
        world.requests.push(Request { conversation: conversation(n % 4), ..request(second, 1) });
        world.sees(1, second, vec![five_hour(n as f64 / 4.0, 5 * HOUR)]);
    }
    world
}

#[test]
fn rotation_breaks_no_cache_where_conversations_stay() {
    let world = four_conversations();
    let course = world.replay(Policy::RoundRobin, &[]);
    assert_eq!(requests(&course), [20, 20]);
    assert_eq!((course.cache_breaks, course.cached_tokens_lost), (0, 0));
}

#[test]
fn strict_rotation_breaks_the_cache_and_costs_what_it_held() {
    let mut world = four_conversations();
    world.pool.conversations = Conversations::Rotate;
    world.pool.members.push(id(3));
    world.sees(3, 0, vec![five_hour(0.0, 5 * HOUR)]);
    let course = world.replay(Policy::RoundRobin, &[]);
    // A rotation of three never meets four conversations on the same account.
    assert_eq!((course.cache_breaks, course.cached_tokens_lost), (36, 36 * 800));
    assert_eq!(world.replayer().recorded().cache_breaks, 0);
}

#[test]
fn what_is_read_anew_burns_more_quota() {
    let mut world = World::of(2);
    world.sees(2, 0, vec![five_hour(0.0, 5 * HOUR)]);
    for n in 0..160 {
        // A thousand units of work each, most of it found in the cache: a quarter percent.
        let tokens = Some(Tokens { input: 8_000, cached: 8_000, output: 25 });
        world.requests.push(Request { conversation: conversation(1), tokens, ..request(n * MINUTE, 1) });
        world.sees(1, n * MINUTE, vec![five_hour(n as f64 / 4.0, 5 * HOUR)]);
    }
    let staying = world.replay(Policy::RoundRobin, &[]);
    assert_eq!((requests(&staying), spans(&staying, 0)), (vec![160, 0], vec![]));
    world.pool.conversations = Conversations::Rotate;
    let rotating = world.replay(Policy::RoundRobin, &[]);
    // Anew they are 8,200 units each, 2 %: each account is exhausted by 49 or 50 of them.
    assert_eq!((requests(&rotating), rotating.unserved), (vec![50, 49], 61));
}

#[test]
fn a_recorded_move_costs_what_the_conversation_had_read_before() {
    let mut world = World::of(2);
    let tokens = |input, cached| Some(Tokens { input, cached, output: 10 });
    let in_conversation =
        |second, served, tokens| Request { conversation: conversation(1), tokens, ..request(second, served) };
    world.requests = vec![
        in_conversation(0, 1, tokens(1_000, 0)),
        in_conversation(60, 1, tokens(2_000, 1_000)),
        in_conversation(120, 2, tokens(3_000, 300)),
        in_conversation(180, 2, tokens(4_000, 3_000)),
        in_conversation(180 + HOUR, 1, tokens(5_000, 0)),
    ];
    world.sees(1, 0, vec![five_hour(1.0, 5 * HOUR)]);
    world.sees(2, 0, vec![five_hour(1.0, 5 * HOUR)]);
    let recorded = world.replayer().recorded();
    // 2,000 less the 300 that were found; after an hour the cache is cold anyway.
    assert_eq!((recorded.cache_breaks, recorded.cached_tokens_lost), (2, 1_700));
    let course = world.replay(Policy::PrimaryFirst, &[]);
    assert_eq!((course.cache_breaks, course.cached_tokens_lost), (0, 0));
}

#[test]
fn a_reset_ahead_of_time_comes_as_it_came() {
    let mut world = World::of(1);
    // Exhausted after 50 minutes; the provider gives it back after two hours.
    for n in 0..=180 {
        let second = n * MINUTE;
        let used = match n {
            0..120 => (2.0 * n as f64).min(100.0),
            _ => 0.5 * (n - 120) as f64,
        };
        let reset = if n < 120 { 5 * HOUR } else { 7 * HOUR };
        world.sees(1, second, vec![five_hour(used, reset)]);
        let served = u128::from(n <= 50 || n >= 120);
        world.requests.push(request(second, served));
    }
    let recorded = world.replayer().recorded();
    assert_eq!(spans(&recorded, 0), [(50 * MINUTE, 2 * HOUR)]);
    let course = world.replay(Policy::PrimaryFirst, &[]);
    let served = requests(&course)[0];
    // Work cost less after the reset than before it; by the average it lasts 86 requests and not 51.
    assert_eq!((served, course.unserved), (86 + 61, 120 - 86));
    assert_eq!(spans(&course, 0), [(85 * MINUTE, 2 * HOUR)]);
}

#[test]
fn an_idle_window_begins_with_its_first_use() {
    let mut world = World::of(2);
    for n in 0..=120 {
        // Every five minutes one percent of account 1; account 2 is looked at, never used.
        let second = n * 5 * MINUTE;
        let begun = second / (5 * HOUR) * 5 * HOUR;
        world.sees(1, second, vec![five_hour((second - begun) as f64 / 300.0 + 1.0, begun + 5 * HOUR)]);
        world.sees(2, second, vec![five_hour(0.0, second + 5 * HOUR)]);
        world.requests.push(request(second, 1));
    }
    let course = world.replay(Policy::PrimaryFirst, &[id(1)]);
    // 60 percent in each five hours, from the same burn: never exhausted in ten.
    assert_eq!((requests(&course), course.unserved), (vec![121], 0));
    assert!(world.replayer().assumptions().contains(&Assumption::BurnGuessed));
    // Two such accounts use it up after 250 minutes, until five hours after its first use.
    world.pool.members.push(id(3));
    world.samples.insert(id(3), world.samples[&id(1)].clone());
    let more = world.requests.iter().map(|request| Request { served: Some(id(3)), ..request.clone() });
    world.requests = world.requests.iter().cloned().zip(more).flat_map(|(a, b)| [a, b]).collect();
    let course = world.replay(Policy::PrimaryFirst, &[id(1), id(3)]);
    assert_eq!(spans(&course, 0)[0], (50 * 5 * MINUTE, 5 * HOUR));
}

#[test]
fn a_request_that_is_kept_on_one_account_goes_nowhere_else() {
    let mut world = four_conversations();
    world.requests.iter_mut().for_each(|request| request.only = Some(id(1)));
    assert_eq!(requests(&world.replay(Policy::RoundRobin, &[])), [40, 0]);
    let course = world.replay(Policy::RoundRobin, &[id(1)]);
    assert_eq!((requests(&course), course.unserved), (vec![0], 40));
}

#[test]
fn what_had_to_be_assumed_is_said() {
    let mut world = World::of(2);
    assert_eq!(world.replayer().assumptions(), []);
    for n in 0..=100 {
        world.requests.push(request(n * 15 * MINUTE, u128::from(n % 2 == 0) + 1));
        for account in 1..=2 {
            let window = weekly(10.0 + n as f64 / 10.0, 7 * 24 * HOUR);
            world.sees(account, n * 15 * MINUTE, vec![window]);
        }
    }
    assert_eq!(world.replayer().assumptions(), []);
    (world.requests[2].tokens, world.requests[2].served) = (None, None);
    assert_eq!(world.replayer().assumptions(), [], "there was no answer to count");
    world.requests[3].tokens = None;
    assert_eq!(world.replayer().assumptions(), [Assumption::NoTokenCounts]);
    world.samples.remove(&id(2));
    let assumed = [Assumption::BurnGuessed, Assumption::NoTokenCounts];
    assert_eq!(world.replayer().assumptions(), assumed);
    world.requests.truncate(90);
    assert_eq!(world.replayer().assumptions().last(), Some(&Assumption::HistoryShort));
}

#[test]
fn an_account_that_was_hardly_used_costs_what_the_others_do_and_no_more_than_would_show() {
    let mut world = World::of(3);
    for n in 0..=50 {
        // Account 1 burns 1 % a request; account 2 did as much work and shows nothing; 3 did none.
        world.requests.push(request(n * 120, 1));
        world.requests.push(request(n * 120 + 60, 2));
        world.sees(1, n * 120, vec![five_hour(n as f64, 5 * HOUR)]);
        world.sees(2, n * 120 + 60, vec![five_hour(3.0, 5 * HOUR)]);
        world.sees(3, n * 120, vec![five_hour(0.0, 5 * HOUR)]);
    }
    let replayer = world.replayer();
    let slot = crate::runway::Slot::of(&five_hour(0.0, 0));
    let percent = |account| replayer.costs.percent_per_work(id(account), slot) * 1_000.0;
    assert!((percent(1) - 50.0 / 51.0).abs() < 1e-9);
    assert!((percent(2) - 1.0 / 51.0).abs() < 1e-9);
    assert_eq!(percent(3), percent(1));
}

#[test]
fn work_from_before_the_first_look_at_quota_does_not_count() {
    let mut world = World::of(1);
    for n in 0..=50 {
        world.requests.push(request(n * 60, 1));
        if n >= 25 {
            world.sees(1, n * 60, vec![five_hour(n as f64, 5 * HOUR)]);
        }
    }
    let slot = crate::runway::Slot::of(&five_hour(0.0, 0));
    assert!((world.replayer().costs.percent_per_work(id(1), slot) - 25.0 / 26_000.0).abs() < 1e-12);
}

#[test]
fn nothing_recorded_is_nothing_to_replay() {
    let world = World::of(2);
    let nothing = world.replay(Policy::RoundRobin, &[]);
    assert_eq!(world.replayer().recorded(), nothing);
    assert_eq!((requests(&nothing), nothing.unserved, nothing.exhausted_seconds), (vec![0, 0], 0, 0));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_request_is_counted_once_and_the_same_record_gives_the_same_course(
        steps in proptest::collection::vec((0i64..1_800, 0u128..=3, 0usize..6, 0.0..8.0f64), 1..120),
        strategy in proptest::sample::select(Policy::ALL.to_vec()),
        left_out in proptest::collection::vec(1u128..=3, 0..2),
    ) {
        let mut world = World::of(3);
        let (mut second, mut used) = (0, [0.0; 4]);
        for (passes, served, talk, burns) in steps {
            second += passes;
            let mut request = request(second, served);
            request.conversation = conversation(talk).filter(|_| talk > 0);
            world.requests.push(request);
            if served > 0 {
                let percent: &mut f64 = &mut used[served as usize];
                *percent = if *percent + burns > 104.0 { 0.0 } else { *percent + burns };
                let reset = (second / (5 * HOUR) + 1) * 5 * HOUR;
                world.sees(served, second, vec![five_hour(percent.min(100.0), reset)]);
            }
        }
        let left_out: Vec<AccountId> = left_out.into_iter().map(id).collect();
        let course = world.replay(strategy, &left_out);
        prop_assert_eq!(&course, &world.replay(strategy, &left_out));
        for course in [course, world.replayer().recorded()] {
            let served: u32 = requests(&course).iter().sum();
            prop_assert_eq!((served + course.unserved) as usize, world.requests.len());
            let (from, to) = (world.requests[0].at, world.requests[world.requests.len() - 1].at);
            prop_assert!(course.exhausted_seconds <= to.duration_since(from).as_secs().unsigned_abs());
            for share in &course.accounts {
                prop_assert!(share.exhausted.iter().all(|span| from <= span.0 && span.0 < span.1 && span.1 <= to));
                prop_assert!(share.exhausted.windows(2).all(|two| two[0].1 < two[1].0));
            }
        }
    }
}
