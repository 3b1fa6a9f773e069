//! The ledger in front of a real database that fails when told to.

use rockpool_routing::account::Activation;
use rockpool_routing::{LoginId, RequestId, Source, Window};
use rusqlite::Connection;
use uuid::Uuid;

use super::*;
use crate::activity::pending::MOST;
use crate::model::activity::{AffinityOutcome, MoveReason, ServingAccount};
use crate::store::{AccountRow, ClientRow, LoginRow, Obtained, RefreshPhase, system_scope};
use crate::test_stage::{at, request};

struct LedgerWorld {
    store: Store,
    tenant: TenantId,
    account: AccountId,
    /// A second way into the same file.
    other: Connection,
    _folder: tempfile::TempDir,
}

async fn world() -> LedgerWorld {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rockpool.db");
    let store = Store::open(&path).unwrap();
    let tenant = store.ensure_personal(system_scope(), at(0)).await.unwrap();
    let login = LoginRow {
        id: LoginId(Uuid::from_u128(1)),
        tenant,
        issuer: "https://issuer.test".to_owned(),
        user_id: "user".to_owned(),
        email: None,
        obtained: Obtained::SignIn,
        phase: RefreshPhase::Idle,
        phase_code: None,
        generation: 1,
        access_expires_at: None,
        access_issued_at: None,
        fingerprint: [1; 32],
        created_at: at(0),
        updated_at: at(0),
    };
    let account = AccountRow {
        id: AccountId(Uuid::from_u128(2)),
        tenant,
        login: login.id,
        name: "a".to_owned(),
        display_name: "A".to_owned(),
        email: None,
        user_id: "user".to_owned(),
        workspace_id: "workspace".to_owned(),
        plan: None,
        activation: Activation::Active,
        position: 0,
        created_at: at(0),
        updated_at: at(0),
    };
    let client = ClientRow {
        id: ClientId(Uuid::from_u128(3)),
        tenant,
        name: "tool".to_owned(),
        account: account.id,
        key_kind: crate::model::client::KeyKind::Bearer,
        key_hash: [3; 32],
        key_hint: "rp_abc".to_owned(),
        override_mode: crate::model::client::OverrideMode::Inherit,
        strategy: None,
        created_at: at(0),
        last_used_at: None,
    };
    let id = account.id;
    store.insert_login(login).await.unwrap();
    store.insert_account(account).await.unwrap();
    store.insert_client(client).await.unwrap();
    let other = Connection::open(path).unwrap();
    LedgerWorld { store, tenant, account: id, other, _folder: folder }
}

impl LedgerWorld {
    fn fails(&self) {
        self.other.execute_batch("ALTER TABLE clients RENAME TO away").unwrap();
    }

    fn works_again(&self) {
        self.other.execute_batch("ALTER TABLE away RENAME TO clients").unwrap();
    }

    /// One record of every kind.
    fn record(&self, ledger: &Ledger, number: u64) {
        let second = i64::try_from(number).unwrap();
        let key = ConversationKey::new(self.tenant, &format!("conversation-{number}")).unwrap();
        ledger.request(self.request(number));
        ledger.conversation(&key, self.account, at(second));
        ledger.outcome(self.tenant, self.account, Outcome::Success);
        ledger.quota(self.tenant, self.account, reading(second));
    }

    fn request(&self, number: u64) -> RequestRecord {
        RequestRecord {
            id: RequestId(Uuid::from_u128(number.into())),
            tenant: self.tenant,
            at: at(i64::try_from(number).unwrap()),
            client_id: Some(ClientId(Uuid::from_u128(3))),
            account: Some(ServingAccount { id: self.account, name: "a".to_owned() }),
            ..request()
        }
    }

    /// How many requests, conversations and outcomes are written, the second of the reading that is, and
    /// that of the client's last use.
    async fn written(&self) -> (usize, usize, usize, Option<Timestamp>, Option<Timestamp>) {
        let quota = self.store.quota(system_scope()).await.unwrap();
        let clients = self.store.picture(system_scope()).await.unwrap().clients;
        (
            self.store.recent_activity(self.tenant, u32::MAX).await.unwrap().len(),
            self.store.conversations(system_scope(), u32::MAX).await.unwrap().len(),
            self.store.outcomes(system_scope()).await.unwrap().len(),
            quota.first().map(|row| row.reading.seen_at),
            clients[0].last_used_at,
        )
    }
}

fn reading(second: i64) -> Reading {
    used(second, 5.0)
}

fn used(second: i64, percent: f64) -> Reading {
    let windows = Window::reported(percent, Some(18_000), Some(at(99))).into_iter().collect();
    Reading::new(at(second), Source::Headers, windows)
}

#[tokio::test]
async fn what_a_failing_database_did_not_take_is_all_written_later_and_once() {
    let world = world().await;
    let ledger = Ledger::new(EventBus::new());
    world.fails();
    world.record(&ledger, 1);
    ledger.write(&world.store).await.unwrap_err();
    world.record(&ledger, 2);
    ledger.write(&world.store).await.unwrap_err();
    world.works_again();
    assert_eq!(world.written().await, (0, 0, 0, None, None));
    ledger.write(&world.store).await.unwrap();
    assert_eq!(world.written().await, (2, 2, 2, Some(at(2)), Some(at(2))));
    ledger.write(&world.store).await.unwrap();
    assert_eq!(world.written().await, (2, 2, 2, Some(at(2)), Some(at(2))));
}

#[tokio::test]
async fn writers_at_the_same_time_lose_nothing_and_neither_does_one_that_goes_away() {
    let world = world().await;
    let ledger = Ledger::new(EventBus::new());
    for number in 1..=20 {
        world.record(&ledger, number);
        if number % 2 == 0 {
            world.fails();
        }
        let both = futures_util::future::join(ledger.write(&world.store), ledger.write(&world.store));
        // Polled once or twice, then dropped in the middle of whatever it was doing.
        let _ = tokio::time::timeout(Duration::ZERO, both).await;
        if number % 2 == 0 {
            let _ = ledger.write(&world.store).await;
            world.works_again();
        }
    }
    let both = futures_util::future::join(ledger.write(&world.store), ledger.write(&world.store)).await;
    assert!(both.0.is_ok() && both.1.is_ok());
    assert_eq!(world.written().await, (20, 20, 20, Some(at(20)), Some(at(20))));
}

#[tokio::test]
async fn a_database_that_fails_for_long_costs_the_oldest_records_only() {
    let world = world().await;
    let ledger = Ledger::new(EventBus::new());
    world.fails();
    let last = MOST as u64 + 1;
    for number in 1..=last {
        ledger.request(world.request(number));
        if number == last / 2 {
            ledger.write(&world.store).await.unwrap_err();
        }
    }
    ledger.write(&world.store).await.unwrap_err();
    let pending = ledger.lock().pending.batch().activity;
    let first = RequestId(Uuid::from_u128(2));
    assert_eq!((pending.len(), pending[0].id), (MOST, first));
}

#[tokio::test]
async fn readings_are_thinned_out_for_the_database_and_the_newest_is_known_all_the_same() {
    let world = world().await;
    let ledger = Ledger::new(EventBus::new());
    for second in 0..=600 {
        ledger.quota(world.tenant, world.account, reading(second));
    }
    ledger.quota(world.tenant, world.account, used(630, 9.0));
    ledger.quota(world.tenant, world.account, used(620, 7.0));
    ledger.quota(world.tenant, world.account, Reading::new(at(640), Source::Event, Vec::new()));
    ledger.write(&world.store).await.unwrap();
    let written = world.store.quota_history(world.tenant, at(0)).await.unwrap();
    let times: Vec<_> = written.iter().map(|row| row.sample.at).collect();
    assert_eq!(times, [at(0), at(300), at(600)]);
    let known = ledger.look(world.account, |record| record.samples.to_vec());
    let times: Vec<_> = known.iter().map(|sample| sample.at).collect();
    assert_eq!(times, [at(0), at(300), at(600), at(630)]);
    assert_eq!(known[3].windows[0].used_percent, 9.0);
    assert_eq!(ledger.last_sample(world.account), Some(at(600)));
    ledger.quota(world.tenant, world.account, used(660, 9.0));
    assert_eq!(ledger.last_sample(world.account), Some(at(660)), "it changed, and a minute has passed");
}

#[tokio::test]
async fn samples_that_a_failing_database_did_not_take_are_written_later_and_once() {
    let world = world().await;
    let ledger = Ledger::new(EventBus::new());
    ledger.quota(world.tenant, world.account, reading(0));
    ledger.outcome(world.tenant, world.account, Outcome::Success);
    ledger.request(world.request(1));
    world.fails();
    ledger.write(&world.store).await.unwrap_err();
    ledger.quota(world.tenant, world.account, reading(300));
    world.works_again();
    ledger.write(&world.store).await.unwrap();
    ledger.write(&world.store).await.unwrap();
    let written = world.store.quota_history(world.tenant, at(0)).await.unwrap();
    assert_eq!(written.iter().map(|row| row.sample.at).collect::<Vec<_>>(), [at(0), at(300)]);
}

#[tokio::test]
async fn samples_that_came_while_the_database_refused_stand_behind_those_that_it_refused() {
    let world = world().await;
    let row = |second: i64| {
        let (tenant, account, source) = (world.tenant, world.account, Source::Headers);
        let sample = Sample { at: at(second), windows: reading(second).windows };
        QuotaSampleRow { tenant, account, source, sample }
    };
    let (mut older, mut newer) = (Pending::default(), Pending::default());
    older.sample(row(1));
    newer.sample(row(2));
    newer.put_back(older);
    assert_eq!(newer.batch().history, [row(1), row(2)]);
}

#[tokio::test]
async fn what_is_remembered_of_two_weeks_is_bounded_and_the_same_after_a_restart() {
    let world = world().await;
    let ledger = Ledger::new(EventBus::new());
    let minutes = 15 * 24 * 60;
    for minute in 0..=minutes {
        // A point a minute, a hundred of them, and again.
        ledger.quota(world.tenant, world.account, used(minute * 60, (minute % 100) as f64));
        if minute % 10_000 == 0 {
            ledger.write(&world.store).await.unwrap();
        }
    }
    ledger.write(&world.store).await.unwrap();
    let now = at(minutes * 60);
    let remembered = ledger.look(world.account, |record| record.samples.len());
    assert!((700..=1_000).contains(&remembered), "{remembered}");

    let again = Ledger::new(EventBus::new());
    again.recall_histories(&world.store, world.tenant, now).await.unwrap();
    let mut before = ledger.look(world.account, |record| record.samples.to_vec());
    let mut after = again.look(world.account, |record| record.samples.to_vec());
    rockpool_routing::runway::downsample(&mut before, now);
    rockpool_routing::runway::downsample(&mut after, now);
    // Rows beyond 12,000 were given up.
    let bound = at(minutes * 60 - 11_000 * 60);
    before.retain(|sample| sample.at >= bound);
    after.retain(|sample| sample.at >= bound);
    assert_eq!(before, after);
    assert_eq!(again.last_sample(world.account), Some(now));
}

impl LedgerWorld {
    /// A request that moved its conversation, with these tokens.
    fn moved(&self, number: u64, tokens: u64) -> RequestRecord {
        let mut record = self.request(number);
        record.input_tokens = Some(tokens);
        record.why.maybe_billed_twice = 2;
        record.why.affinity = AffinityOutcome::Moved {
            from: "b".to_owned(),
            reason: MoveReason::Exhausted,
            cached_tokens_lost: Some(30),
        };
        record
    }
}

#[tokio::test]
async fn moves_are_counted_for_a_day_by_the_account_that_they_led_to() {
    const DAY: u64 = 24 * 3600;
    let world = world().await;
    let ledger = Ledger::new(EventBus::new());
    let cost = |ledger: &Ledger, second: u64| {
        let of_nobody = AccountId(Uuid::nil());
        let accounts = [world.account, of_nobody].into_iter();
        ledger.moves(accounts, at(i64::try_from(second).unwrap()))
    };
    ledger.request(world.moved(1, 0));
    ledger.request(world.request(2));
    ledger.request(world.moved(DAY, 0));
    let mut unserved = world.moved(DAY + 1, 0);
    unserved.account = None;
    ledger.request(unserved);
    let twice = MoveCosts { count: 2, cached_tokens_lost: 60, maybe_billed_twice: 4 };
    let once = MoveCosts { count: 1, cached_tokens_lost: 30, maybe_billed_twice: 2 };
    assert_eq!((cost(&ledger, 600), cost(&ledger, DAY), cost(&ledger, DAY + 600)), (twice, twice, once));

    ledger.write(&world.store).await.unwrap();
    let again = Ledger::new(EventBus::new());
    again.recall_histories(&world.store, world.tenant, at(0)).await.unwrap();
    assert_eq!((cost(&again, 600), cost(&again, DAY + 600)), (twice, once), "after a restart");
}

#[tokio::test]
async fn work_is_counted_from_the_first_whole_hour_in_which_quota_is_known_too() {
    const HOUR: i64 = 3600;
    let world = world().await;
    let ledger = Ledger::new(EventBus::new());
    let work = |ledger: &Ledger| ledger.look(world.account, |record| record.work);
    let begins = HOUR - at(0).as_second() % HOUR;
    let number = |second: i64| u64::try_from(second).unwrap();
    ledger.quota(world.tenant, world.account, reading(1));
    assert_eq!(work(&ledger), None);
    for (second, tokens) in [(5, 100), (begins, 10), (begins + HOUR, 1)] {
        ledger.request(world.moved(number(second), tokens));
    }
    assert_eq!(work(&ledger).map(|work| (work.since, work.amount)), Some((at(begins), 11.0)));
}
