//! Table `tool_connections`: which tools were led to the endpoint, in whose home, and what takes that back.

use std::path::PathBuf;

use jiff::Timestamp;
use rockpool_connect::{Tool, Undo};
use rockpool_routing::{ClientId, TenantId};
use rusqlite::{Connection, Row};

use super::column::{Json, Millis, Name, Text};
use super::{ClientRow, Durability, Store, StoreError, clients};

/// One tool in one home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ToolKey {
    pub tenant: TenantId,
    pub home: PathBuf,
    pub tool: Tool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ToolConnectionRow {
    pub key: ToolKey,
    /// Made for this connection; may be gone.
    pub client: ClientId,
    /// Scheme, address and port that the tool was led to.
    pub origin: String,
    /// The one that the person chose.
    pub model: Option<String>,
    pub undo: Undo,
    pub connected_at: Timestamp,
}

impl Store {
    /// The connections in one home.
    pub(crate) async fn tool_connections(
        &self,
        tenant: TenantId,
        home: PathBuf,
    ) -> Result<Vec<ToolConnectionRow>, StoreError> {
        self.call(Durability::Batched, move |tx| {
            let sql = "SELECT * FROM tool_connections WHERE tenant_id = ?1 AND home = ?2 ORDER BY tool";
            let mut query = tx.prepare(sql)?;
            let rows = query.query_map((Text(tenant), home_text(&home)), read)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Keeps a connection together with its client, in place of those of before; on the disk when this returns.
    ///
    /// # Errors
    /// [`StoreError::Taken`] where another client has the name.
    pub(crate) async fn put_tool_connection(
        &self,
        row: ToolConnectionRow,
        client: Option<ClientRow>,
    ) -> Result<(), StoreError> {
        self.call(Durability::Synced, move |tx| {
            if let Some(client) = &client {
                clients::put(tx, client)?;
            }
            put(tx, &row)?;
            Ok(())
        })
        .await
    }

    /// Forgets a connection, and its client where one is named.
    pub(crate) async fn remove_tool_connection(
        &self,
        key: ToolKey,
        client: Option<ClientId>,
    ) -> Result<(), StoreError> {
        self.call(Durability::Synced, move |tx| {
            if let Some(client) = client {
                clients::remove(tx, key.tenant, client)?;
            }
            let sql = "DELETE FROM tool_connections WHERE tenant_id = ?1 AND home = ?2 AND tool = ?3";
            tx.execute(sql, (Text(key.tenant), home_text(&key.home), Name(key.tool)))?;
            Ok(())
        })
        .await
    }
}

/// The tools of all homes, by their clients.
pub(super) fn all(connection: &Connection) -> rusqlite::Result<Vec<(ClientId, Tool)>> {
    let mut query = connection.prepare("SELECT client_id, tool FROM tool_connections ORDER BY client_id")?;
    query.query_map([], |row| Ok((row.get::<_, Text<_>>(0)?.0, row.get::<_, Name<_>>(1)?.0)))?.collect()
}

fn put(connection: &Connection, row: &ToolConnectionRow) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO tool_connections
                   (tenant_id, home, tool, client_id, origin, model, undo, connected_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let values = (
        Text(row.key.tenant),
        home_text(&row.key.home),
        Name(row.key.tool),
        Text(row.client),
        &row.origin,
        &row.model,
        Json(&row.undo),
        Millis(row.connected_at),
    );
    connection.execute(sql, values).map(drop)
}

fn home_text(home: &std::path::Path) -> String {
    home.to_string_lossy().into_owned()
}

fn read(row: &Row<'_>) -> rusqlite::Result<ToolConnectionRow> {
    let key = ToolKey {
        tenant: row.get::<_, Text<_>>("tenant_id")?.0,
        home: row.get::<_, String>("home")?.into(),
        tool: row.get::<_, Name<_>>("tool")?.0,
    };
    Ok(ToolConnectionRow {
        key,
        client: row.get::<_, Text<_>>("client_id")?.0,
        origin: row.get("origin")?,
        model: row.get("model")?,
        undo: row.get::<_, Json<_>>("undo")?.0,
        connected_at: row.get::<_, Millis>("connected_at")?.0,
    })
}
