//! Table `accounts`: the workspace seats that are signed in.

use jiff::Timestamp;
use rockpool_routing::{AccountId, LoginId, TenantId, account::Activation};
use rusqlite::{Connection, OptionalExtension, Row};

use super::column::{Millis, Name, Text, found};
use super::{Durability, Store, StoreError};

/// One account; its identity is user and workspace, never the e-mail alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccountRow {
    /// Stays the same for the account's life.
    pub id: AccountId,
    pub tenant: TenantId,
    /// The credentials that serve it.
    pub login: LoginId,
    /// Slug, unique in the tenant.
    pub name: String,
    /// What the person calls it.
    pub display_name: String,
    /// E-mail of the login, where the provider named one.
    pub email: Option<String>,
    /// The provider's identifier of the person.
    pub user_id: String,
    /// The provider's identifier of the workspace; unique in the tenant together with the person. Empty
    /// where the provider has not named it.
    pub workspace_id: String,
    /// Plan in lower case, such as `pro`.
    pub plan: Option<String>,
    /// Whether the owner wants it used.
    pub activation: Activation,
    /// Its place in lists, smallest first.
    pub position: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What its owner decides about an account; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AccountEdit {
    pub name: Option<String>,
    pub display_name: Option<String>,
    pub activation: Option<Activation>,
}

/// What a new sign-in says of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccountRepair {
    /// The credentials that serve it from now on.
    pub login: LoginId,
    /// As the provider names it; absent where it names none.
    pub email: Option<String>,
    pub plan: Option<String>,
}

/// What new tokens say of an account; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AccountRenewal {
    /// Of an account whose workspace is not known.
    pub workspace_id: Option<String>,
    pub plan: Option<String>,
}

impl Store {
    /// Adds an account; on the disk when this returns.
    ///
    /// # Errors
    /// [`StoreError::Taken`] where name, or user and workspace, exist in the tenant.
    pub(crate) async fn insert_account(&self, row: AccountRow) -> Result<(), StoreError> {
        self.call(Durability::Synced, move |tx| {
            let sql = "INSERT INTO accounts (id, tenant_id, login_id, name, display_name, email, user_id,
                           workspace_id, plan, wish, position, created_at, updated_at)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
            write(tx, sql, &row)?;
            Ok(())
        })
        .await
    }

    /// Changes what its owner decides about an account, and nothing else of it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Taken`] where the new name exists in the tenant.
    pub(crate) async fn edit_account(
        &self,
        tenant: TenantId,
        id: AccountId,
        edit: AccountEdit,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.call(Durability::Synced, move |tx| {
            let sql = "UPDATE accounts SET name = coalesce(?3, name),
                           display_name = coalesce(?4, display_name), wish = coalesce(?5, wish),
                           updated_at = ?6
                       WHERE tenant_id = ?1 AND id = ?2";
            let AccountEdit { name, display_name, activation } = edit;
            let values = (Text(tenant), Text(id), name, display_name, activation.map(Name), Millis(at));
            found(tx.execute(sql, values)?, "account")
        })
        .await
    }

    /// Puts accounts into this order; one that is not named keeps its place number.
    pub(crate) async fn order_accounts(
        &self,
        tenant: TenantId,
        ids: Vec<AccountId>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.call(Durability::Synced, move |tx| {
            let sql = "UPDATE accounts SET position = ?3, updated_at = ?4 WHERE tenant_id = ?1 AND id = ?2";
            let mut update = tx.prepare(sql)?;
            for (position, id) in (0_i64..).zip(ids) {
                found(update.execute((Text(tenant), Text(id), position, Millis(at)))?, "account")?;
            }
            Ok(())
        })
        .await
    }

    /// Puts an account on a login that was signed in afresh; e-mail and plan are replaced where given.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub(crate) async fn repair_account(
        &self,
        tenant: TenantId,
        id: AccountId,
        repair: AccountRepair,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.call(Durability::Synced, move |tx| {
            let sql = "UPDATE accounts SET login_id = ?3, email = coalesce(?4, email),
                           plan = coalesce(?5, plan), updated_at = ?6
                       WHERE tenant_id = ?1 AND id = ?2";
            let AccountRepair { login, email, plan } = repair;
            let values = (Text(tenant), Text(id), Text(login), email, plan, Millis(at));
            found(tx.execute(sql, values)?, "account")
        })
        .await
    }

    /// Notes what the provider says of an account: the plan where given, the e-mail where none is known.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub(crate) async fn describe_account(
        &self,
        tenant: TenantId,
        id: AccountId,
        plan: Option<String>,
        email: Option<String>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.call(Durability::Batched, move |tx| {
            let sql = "UPDATE accounts SET plan = coalesce(?3, plan), email = coalesce(email, ?4),
                           updated_at = ?5
                       WHERE tenant_id = ?1 AND id = ?2";
            found(tx.execute(sql, (Text(tenant), Text(id), plan, email, Millis(at)))?, "account")
        })
        .await
    }

    /// Notes what new tokens say of an account. A workspace that is known stays.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Taken`] where the person has an account in the workspace.
    pub(crate) async fn renew_account(
        &self,
        tenant: TenantId,
        id: AccountId,
        renewal: AccountRenewal,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.call(Durability::Batched, move |tx| {
            let sql = "UPDATE accounts SET plan = coalesce(?4, plan), updated_at = ?5,
                           workspace_id = CASE workspace_id WHEN '' THEN coalesce(?3, '')
                                                            ELSE workspace_id END
                       WHERE tenant_id = ?1 AND id = ?2";
            let AccountRenewal { workspace_id, plan } = renewal;
            found(tx.execute(sql, (Text(tenant), Text(id), workspace_id, plan, Millis(at)))?, "account")
        })
        .await
    }

    /// Removes an account with its clients, its own pool, its membership, its quota, outcomes and
    /// conversations; its activity stays as history. Returns the login that no account refers to any more,
    /// for the caller to revoke and remove.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub(crate) async fn delete_account(
        &self,
        tenant: TenantId,
        id: AccountId,
    ) -> Result<Option<LoginId>, StoreError> {
        self.call(Durability::Synced, move |tx| {
            let key = (Text(tenant), Text(id));
            let sql = "SELECT login_id FROM accounts WHERE tenant_id = ?1 AND id = ?2";
            let login = tx.query_row(sql, (Text(tenant), Text(id)), |row| row.get::<_, Text<LoginId>>(0));
            let login = login.optional()?.ok_or(StoreError::NotFound("account"))?.0;
            remove_dependents(tx, tenant, id)?;
            tx.execute("DELETE FROM accounts WHERE tenant_id = ?1 AND id = ?2", key)?;
            let sql = "SELECT 1 FROM accounts WHERE tenant_id = ?1 AND login_id = ?2";
            let shared = tx.prepare(sql)?.exists((Text(tenant), Text(login)))?;
            Ok((!shared).then_some(login))
        })
        .await
    }
}

/// All accounts, in the order of lists.
pub(super) fn all(connection: &Connection) -> rusqlite::Result<Vec<AccountRow>> {
    let mut query = connection.prepare("SELECT * FROM accounts ORDER BY position, created_at, id")?;
    query.query_map([], read)?.collect()
}

fn remove_dependents(connection: &Connection, tenant: TenantId, id: AccountId) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM clients WHERE tenant_id = ?1 AND account_id = ?2",
        "DELETE FROM pool_members WHERE tenant_id = ?1 AND member = ?2",
        "DELETE FROM pools WHERE tenant_id = ?1 AND owner = ?2",
    ] {
        connection.execute(sql, (Text(tenant), Text(id)))?;
    }
    Ok(())
}

/// Binds the whole row in the order of the columns.
fn write(connection: &Connection, sql: &str, row: &AccountRow) -> rusqlite::Result<usize> {
    let values = (
        Text(row.id),
        Text(row.tenant),
        Text(row.login),
        &row.name,
        &row.display_name,
        &row.email,
        &row.user_id,
        &row.workspace_id,
        &row.plan,
        Name(row.activation),
        row.position,
        Millis(row.created_at),
        Millis(row.updated_at),
    );
    connection.execute(sql, values)
}

fn read(row: &Row<'_>) -> rusqlite::Result<AccountRow> {
    Ok(AccountRow {
        id: row.get::<_, Text<_>>("id")?.0,
        tenant: row.get::<_, Text<_>>("tenant_id")?.0,
        login: row.get::<_, Text<_>>("login_id")?.0,
        name: row.get("name")?,
        display_name: row.get("display_name")?,
        email: row.get("email")?,
        user_id: row.get("user_id")?,
        workspace_id: row.get("workspace_id")?,
        plan: row.get("plan")?,
        activation: row.get::<_, Name<_>>("wish")?.0,
        position: row.get("position")?,
        created_at: row.get::<_, Millis>("created_at")?.0,
        updated_at: row.get::<_, Millis>("updated_at")?.0,
    })
}
