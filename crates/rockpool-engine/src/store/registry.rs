//! Who exists: tenants, accounts, pools and clients as one immutable picture, exchanged as a whole.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use rockpool_connect::Tool;
use rockpool_routing::{AccountId, ClientId, Pool, TenantId};
use tokio::sync::{Mutex, MutexGuard};

use super::{AccountRow, ClientRow, Picture, PoolRow, Store, StoreError, TenantRow, system_scope};
use crate::model::client::OverrideMode;

/// One picture of everything that is configured.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    pub(crate) tenants: Vec<TenantRow>,
    /// In the order of lists.
    pub(crate) accounts: Vec<AccountRow>,
    /// The key is the owner.
    pub(crate) pools: BTreeMap<AccountId, PoolRow>,
    /// In the order of their names.
    pub(crate) clients: Vec<ClientRow>,
    client_by_key: HashMap<[u8; 32], usize>,
    tool_of_client: HashMap<ClientId, Tool>,
}

impl Registry {
    pub(crate) async fn load(store: &Store) -> Result<Self, StoreError> {
        let Picture { tenants, accounts, pools, clients, tools } = store.picture(system_scope()).await?;
        Ok(Self {
            tenants,
            accounts,
            pools: pools.into_iter().map(|row| (row.pool.owner, row)).collect(),
            client_by_key: clients.iter().enumerate().map(|(index, row)| (row.key_hash, index)).collect(),
            clients,
            tool_of_client: tools.into_iter().collect(),
        })
    }

    pub(crate) fn account(&self, id: AccountId) -> Option<&AccountRow> {
        self.accounts.iter().find(|account| account.id == id)
    }

    pub(crate) fn account_named(&self, tenant: TenantId, name: &str) -> Option<&AccountRow> {
        self.accounts.iter().find(|account| account.tenant == tenant && account.name == name)
    }

    pub(crate) fn accounts_of(&self, tenant: TenantId) -> impl Iterator<Item = &AccountRow> {
        self.accounts.iter().filter(move |account| account.tenant == tenant)
    }

    pub(crate) fn client(&self, id: ClientId) -> Option<&ClientRow> {
        self.clients.iter().find(|client| client.id == id)
    }

    pub(crate) fn client_named(&self, tenant: TenantId, name: &str) -> Option<&ClientRow> {
        self.clients.iter().find(|client| client.tenant == tenant && client.name == name)
    }

    pub(crate) fn client_by_key(&self, hash: &[u8; 32]) -> Option<&ClientRow> {
        self.client_by_key.get(hash).map(|index| &self.clients[*index])
    }

    /// The tool that a client was made for, while that is connected.
    pub(crate) fn tool_of(&self, client: ClientId) -> Option<Tool> {
        self.tool_of_client.get(&client).copied()
    }

    /// The slug of an account, for records and messages.
    pub(crate) fn name_of(&self, id: AccountId) -> String {
        self.account(id).map_or_else(|| "removed".to_owned(), |account| account.name.clone())
    }

    /// The pool that a client's requests are placed over: that of the account it is pointed at, under
    /// the client's own strategy where it has one.
    pub(crate) fn pool_for(&self, client: &ClientRow) -> Pool {
        let mut pool = self.pool_owned_by(client.account);
        match (client.override_mode, client.strategy) {
            (OverrideMode::Custom, Some(strategy)) => pool.strategy = strategy,
            (OverrideMode::Single, _) => return Pool::single(client.account),
            (OverrideMode::Custom | OverrideMode::Inherit, _) => {}
        }
        pool
    }

    /// The pool of an owner; an account without one is a pool of its own.
    pub(crate) fn pool_owned_by(&self, owner: AccountId) -> Pool {
        self.pools.get(&owner).map_or_else(|| Pool::single(owner), |row| row.pool.clone())
    }

    /// The pool that an account owns or is a member of.
    pub(crate) fn pool_with(&self, account: AccountId) -> Option<&PoolRow> {
        self.pools
            .get(&account)
            .or_else(|| self.pools.values().find(|row| row.pool.members.contains(&account)))
    }
}

/// Holds the present picture, and the right to change what is on it.
#[derive(Debug, Default)]
pub(crate) struct RegistryCell {
    picture: RwLock<Arc<Registry>>,
    edits: Mutex<()>,
    loads: Mutex<()>,
}

/// The right to change what is configured, for one at a time: whoever holds it may look at the picture
/// and rely on it until the change is written and read back.
pub(crate) struct Edit<'a>(#[expect(dead_code, reason = "held, never looked at")] MutexGuard<'a, ()>);

impl RegistryCell {
    pub(crate) fn get(&self) -> Arc<Registry> {
        Arc::clone(&self.picture.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set(&self, registry: Registry) {
        *self.picture.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(registry);
    }

    /// Waits for the right to change. Not to be held while waiting for a keychain or the network.
    pub(crate) async fn edit(&self) -> Edit<'_> {
        Edit(self.edits.lock().await)
    }

    /// Reads the picture afresh.
    pub(crate) async fn reload(&self, store: &Store) -> Result<(), StoreError> {
        self.exchange(Registry::load(store)).await
    }

    /// One load at a time, begun when its turn comes, so that a picture never replaces a newer one.
    async fn exchange<E>(&self, load: impl Future<Output = Result<Registry, E>>) -> Result<(), E> {
        let _turn = self.loads.lock().await;
        self.set(load.await?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn picture(slug: &str) -> Registry {
        let id = TenantId(uuid::Uuid::nil());
        let tenant = TenantRow { id, slug: slug.to_owned(), created_at: jiff::Timestamp::UNIX_EPOCH };
        Registry { tenants: vec![tenant], ..Registry::default() }
    }

    #[tokio::test]
    async fn a_load_that_takes_longer_does_not_bring_an_older_picture_back() {
        let cell = RegistryCell::default();
        let slow = async {
            let read = picture("old");
            tokio::task::yield_now().await;
            Ok::<_, Infallible>(read)
        };
        let quick = async { Ok::<_, Infallible>(picture("new")) };
        let (first, second) = tokio::join!(cell.exchange(slow), cell.exchange(quick));
        assert!(first.is_ok() && second.is_ok());
        assert_eq!(cell.get().tenants[0].slug, "new");
    }
}
