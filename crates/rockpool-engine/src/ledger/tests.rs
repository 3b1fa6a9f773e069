//! The ledger in front of a real database that fails when told to.

use rockpool_routing::account::Wish;
use rockpool_routing::{LoginId, RequestId, Source, Window};
use rusqlite::Connection;
use uuid::Uuid;

use super::pending::MOST;
use super::*;
use crate::snapshot::WhyView;
use crate::store::{AccountRow, ClientRow, LoginRow, Obtained, RefreshPhase, system_scope};

struct World {
    store: Store,
    tenant: TenantId,
    account: AccountId,
    /// A second way into the same file.
    other: Connection,
    _folder: tempfile::TempDir,
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

async fn world() -> World {
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
        wish: Wish::Active,
        position: 0,
        created_at: at(0),
        updated_at: at(0),
    };
    let client = ClientRow {
        id: ClientId(Uuid::from_u128(3)),
        tenant,
        name: "tool".to_owned(),
        account: account.id,
        key_kind: crate::snapshot::KeyKind::Bearer,
        key_hash: [3; 32],
        key_hint: "rp_abc".to_owned(),
        override_mode: crate::snapshot::OverrideMode::Inherit,
        strategy: None,
        created_at: at(0),
        last_used_at: None,
    };
    let id = account.id;
    store.insert_login(login).await.unwrap();
    store.insert_account(account).await.unwrap();
    store.insert_client(client).await.unwrap();
    let other = Connection::open(path).unwrap();
    World { store, tenant, account: id, other, _folder: folder }
}

impl World {
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

    fn request(&self, number: u64) -> ActivityRow {
        let view = ActivityView {
            id: RequestId(Uuid::from_u128(number.into())),
            at: at(i64::try_from(number).unwrap()),
            client: "tool".to_owned(),
            account: Some("a".to_owned()),
            first_account: None,
            model: None,
            transport: "http".to_owned(),
            outcome: "success".to_owned(),
            status: 200,
            placement: None,
            attempts: Vec::new(),
            skipped: Vec::new(),
            first_byte_ms: None,
            duration_ms: 1,
            input_tokens: None,
            cached_tokens: None,
            output_tokens: None,
            why: WhyView::default(),
        };
        let client = Some(ClientId(Uuid::from_u128(3)));
        ActivityRow { tenant: self.tenant, client, account: Some(self.account), view }
    }

    /// How many requests, conversations and outcomes are written, the second of the reading that is, and
    /// that of the client's last use.
    async fn written(&self) -> (usize, usize, usize, Option<Timestamp>, Option<Timestamp>) {
        let quota = self.store.quota(system_scope()).await.unwrap();
        let clients = self.store.clients_of(self.tenant).await.unwrap();
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
    let windows = Window::reported(5.0, Some(18_000), Some(at(99))).into_iter().collect();
    Reading::new(at(second), Source::Headers, windows)
}

#[tokio::test]
async fn what_a_failing_database_did_not_take_is_all_written_later_and_once() {
    let world = world().await;
    let ledger = Ledger::new(Notices::new());
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
    let ledger = Ledger::new(Notices::new());
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
    let ledger = Ledger::new(Notices::new());
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
    assert_eq!((pending.len(), pending[0].view.id), (MOST, first));
}
