//! The store at its boundary: a real file, opened, closed, damaged and killed.

mod crash;
mod file;
mod history;
mod record;
mod retention;
mod rows;
mod usage;
mod written_before;

use std::path::Path;

use jiff::Timestamp;
use rockpool_routing::account::Activation;
use rockpool_routing::{AccountId, ClientId, LoginId, TenantId};
use uuid::Uuid;

use super::*;
use crate::model::client::{KeyKind, OverrideMode};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn open_in(folder: &Path) -> Store {
    Store::open(&folder.join("rockpool.db")).unwrap()
}

/// A store with the personal tenant; the folder lives as long as the test.
async fn store() -> (tempfile::TempDir, Store, TenantId) {
    let folder = tempfile::tempdir().unwrap();
    let store = open_in(folder.path());
    let tenant = store.ensure_personal(system_scope(), at(0)).await.unwrap();
    (folder, store, tenant)
}

fn login(tenant: TenantId, n: u8) -> LoginRow {
    LoginRow {
        id: LoginId(Uuid::from_u128(100 + u128::from(n))),
        tenant,
        issuer: "https://issuer.test".to_owned(),
        user_id: format!("user-{n}"),
        email: Some(format!("{n}@example.test")),
        obtained: Obtained::SignIn,
        phase: RefreshPhase::Idle,
        phase_code: None,
        generation: 1,
        access_expires_at: Some(at(3600)),
        access_issued_at: Some(at(0)),
        fingerprint: [n; 32],
        created_at: at(n.into()),
        updated_at: at(n.into()),
    }
}

fn account(tenant: TenantId, n: u8) -> AccountRow {
    AccountRow {
        id: AccountId(Uuid::from_u128(200 + u128::from(n))),
        tenant,
        login: LoginId(Uuid::from_u128(100 + u128::from(n))),
        name: format!("codex-pro-{n}"),
        display_name: format!("Codex {n}"),
        email: None,
        user_id: format!("user-{n}"),
        workspace_id: format!("workspace-{n}"),
        plan: Some("pro".to_owned()),
        activation: Activation::Active,
        position: n.into(),
        created_at: at(n.into()),
        updated_at: at(n.into()),
    }
}

fn client(tenant: TenantId, n: u8, of: AccountId) -> ClientRow {
    ClientRow {
        id: ClientId(Uuid::from_u128(300 + u128::from(n))),
        tenant,
        name: format!("tool-{n}"),
        account: of,
        key_kind: KeyKind::Bearer,
        key_hash: [n; 32],
        key_hint: "rp_abc".to_owned(),
        override_mode: OverrideMode::Inherit,
        strategy: None,
        created_at: at(n.into()),
        last_used_at: None,
    }
}

/// Adds accounts 1 to `count`, each with a login of its own.
async fn with_accounts(store: &Store, tenant: TenantId, count: u8) -> Vec<AccountId> {
    let mut ids = Vec::new();
    for n in 1..=count {
        store.insert_login(login(tenant, n)).await.unwrap();
        store.insert_account(account(tenant, n)).await.unwrap();
        ids.push(account(tenant, n).id);
    }
    ids
}

/// What the tenant has, of all that is configured.
async fn of(store: &Store, tenant: TenantId) -> Picture {
    let mut picture = store.picture(system_scope()).await.unwrap();
    picture.accounts.retain(|row| row.tenant == tenant);
    picture.pools.retain(|row| row.tenant == tenant);
    picture.clients.retain(|row| row.tenant == tenant);
    picture
}

async fn login_of(store: &Store, tenant: TenantId, id: LoginId) -> Option<LoginRow> {
    let logins = store.logins(system_scope()).await.unwrap();
    logins.into_iter().find(|row| row.tenant == tenant && row.id == id)
}

/// A second tenant, which no function makes yet.
async fn other_tenant(store: &Store) -> TenantId {
    let id = TenantId(Uuid::from_u128(7));
    let sql = format!("INSERT INTO tenants (id, slug, created_at) VALUES ('{id}', 'other', 0)");
    store.call(Durability::Batched, move |tx| Ok(tx.execute_batch(&sql)?)).await.unwrap();
    id
}
