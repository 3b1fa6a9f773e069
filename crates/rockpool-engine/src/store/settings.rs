//! Table `settings`: the machine's own facts, above all tenants, and what was chosen in the settings.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use uuid::Uuid;

use super::column::Text;
use super::{Durability, Store, StoreError, SystemScope};

const INSTALLATION: &str = "installation";

/// The text of one row, read without starting or changing anything; `None` where there is none that can be read.
pub(crate) fn peek(database: &Path, name: &str) -> Option<String> {
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
    connection.query_row("SELECT value FROM settings WHERE name = ?1", [name], |row| row.get(0)).ok()
}

impl Store {
    /// The installation's identifier, made once: it keeps this installation's vault entries apart from
    /// those of another data folder of the same user.
    pub(crate) async fn installation(&self, _scope: SystemScope) -> Result<Uuid, StoreError> {
        self.call(Durability::Synced, |tx| {
            let sql = "INSERT INTO settings (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING";
            tx.execute(sql, (INSTALLATION, Text(Uuid::now_v7())))?;
            let sql = "SELECT value FROM settings WHERE name = ?1";
            let id = tx.query_row(sql, [INSTALLATION], |row| row.get::<_, Text<Uuid>>(0))?;
            Ok(id.0)
        })
        .await
    }

    /// Every row, as name and text.
    pub(crate) async fn setting_rows(
        &self,
        _scope: SystemScope,
    ) -> Result<Vec<(String, String)>, StoreError> {
        self.call(Durability::Batched, |tx| {
            let mut statement = tx.prepare("SELECT name, value FROM settings")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Writes these rows, or removes those without a text: all of it, or nothing.
    pub(crate) async fn save_settings(
        &self,
        _scope: SystemScope,
        rows: Vec<(String, Option<String>)>,
    ) -> Result<(), StoreError> {
        self.call(Durability::Synced, move |tx| {
            for (name, value) in rows {
                match value {
                    Some(value) => tx.execute(
                        "INSERT INTO settings (name, value) VALUES (?1, ?2)
                         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                        (name, value),
                    )?,
                    None => tx.execute("DELETE FROM settings WHERE name = ?1", [name])?,
                };
            }
            Ok(())
        })
        .await
    }
}
