//! Everything that is configured, read in one transaction.

use rockpool_connect::Tool;
use rockpool_routing::ClientId;

use super::{
    AccountRow, ClientRow, Durability, PoolRow, Store, StoreError, SystemScope, TenantRow, accounts, clients,
    pools, tenants, tool_connections,
};

/// All rows of one moment: none refers to one that is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Picture {
    /// In the order in which they were made.
    pub tenants: Vec<TenantRow>,
    /// In the order of lists.
    pub accounts: Vec<AccountRow>,
    /// In the order of tenant and owner.
    pub pools: Vec<PoolRow>,
    /// In the order of their names.
    pub clients: Vec<ClientRow>,
    /// The tools that are connected, by the clients that were made for them; a client may be gone.
    pub tools: Vec<(ClientId, Tool)>,
}

impl Store {
    /// Everything that is configured, of all tenants, as of one moment.
    pub(crate) async fn picture(&self, _scope: SystemScope) -> Result<Picture, StoreError> {
        self.call(Durability::Batched, |tx| {
            Ok(Picture {
                tenants: tenants::all(tx)?,
                accounts: accounts::all(tx)?,
                pools: pools::all(tx)?,
                clients: clients::all(tx)?,
                tools: tool_connections::all(tx)?,
            })
        })
        .await
    }
}
