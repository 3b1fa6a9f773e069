//! Tables `pools` and `pool_members`: owner, members in order, strategy.

use std::collections::BTreeMap;

use rockpool_routing::{AccountId, Conversations, Pool, Strategy, TenantId};
use rusqlite::Connection;

use super::column::{Name, Text};
use super::{Durability, Store, StoreError};

/// One pool with its tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PoolRow {
    pub tenant: TenantId,
    pub pool: Pool,
}

impl Store {
    /// Saves a pool, replacing what its owner had; on the disk when this returns. The rules between
    /// pools are [`rockpool_routing::pool::validate`]'s, to be asked before.
    ///
    /// # Errors
    /// [`StoreError::Taken`] with [`super::Unique::PoolMember`] where a member is in another pool.
    pub(crate) async fn set_pool(&self, tenant: TenantId, pool: Pool) -> Result<(), StoreError> {
        self.call(Durability::Synced, move |tx| {
            let sql = "INSERT INTO pools (tenant_id, owner, strategy, conversations) VALUES (?1, ?2, ?3, ?4)
                       ON CONFLICT (tenant_id, owner) DO UPDATE
                           SET strategy = excluded.strategy, conversations = excluded.conversations";
            tx.execute(sql, (Text(tenant), Text(pool.owner), Name(pool.strategy), Name(pool.conversations)))?;
            let sql = "DELETE FROM pool_members WHERE tenant_id = ?1 AND owner = ?2";
            tx.execute(sql, (Text(tenant), Text(pool.owner)))?;
            let sql = "INSERT INTO pool_members (tenant_id, owner, member, position) VALUES (?1, ?2, ?3, ?4)";
            let mut insert = tx.prepare(sql)?;
            for (position, member) in (0_i64..).zip(&pool.members) {
                insert.execute((Text(tenant), Text(pool.owner), Text(member), position))?;
            }
            Ok(())
        })
        .await
    }

    /// Removes the owner's pool; its accounts stay. Removing none is fine.
    pub(crate) async fn remove_pool(&self, tenant: TenantId, owner: AccountId) -> Result<(), StoreError> {
        self.call(Durability::Synced, move |tx| {
            let sql = "DELETE FROM pools WHERE tenant_id = ?1 AND owner = ?2";
            tx.execute(sql, (Text(tenant), Text(owner)))?;
            Ok(())
        })
        .await
    }
}

/// All pools, by tenant and owner.
pub(super) fn all(connection: &Connection) -> Result<Vec<PoolRow>, StoreError> {
    // One row per member, and one without a member for a pool that has none.
    let sql = "SELECT p.tenant_id, p.owner, p.strategy, m.member, p.conversations FROM pools p
               LEFT JOIN pool_members m ON m.tenant_id = p.tenant_id AND m.owner = p.owner
               ORDER BY p.tenant_id, p.owner, m.position";
    let mut query = connection.prepare(sql)?;
    let mut rows = query.query([])?;
    let mut pools: BTreeMap<(TenantId, AccountId), Pool> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let tenant = row.get::<_, Text<TenantId>>(0)?.0;
        let owner = row.get::<_, Text<AccountId>>(1)?.0;
        let strategy = row.get::<_, Name<Strategy>>(2)?.0;
        let member = row.get::<_, Option<Text<AccountId>>>(3)?;
        let conversations = row.get::<_, Name<Conversations>>(4)?.0;
        let pool = pools.entry((tenant, owner)).or_insert_with(|| Pool {
            strategy,
            conversations,
            ..Pool::single(owner)
        });
        pool.members.extend(member.map(|member| member.0));
    }
    Ok(pools.into_iter().map(|((tenant, _), pool)| PoolRow { tenant, pool }).collect())
}
