//! Table `settings`: the machine's own facts, above all tenants.

use uuid::Uuid;

use super::column::Text;
use super::{Durability, Store, StoreError, SystemScope};

const INSTALLATION: &str = "installation";

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
}
