//! Opening the database: permissions, pragmas, migrations, and a check that it is whole.

use std::fs::{self, OpenOptions};
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite_migration::{M, MigrationDefinitionError, Migrations};

use super::StoreError;

/// Forward only; a file is never changed once released.
const MIGRATIONS: &[M<'_>] = &[
    M::up(include_str!("migrations/0001_first.sql")),
    M::up(include_str!("migrations/0002_routing.sql")),
    M::up(include_str!("migrations/0005_presented_tokens.sql")),
    M::up(include_str!("migrations/0007_last_chance.sql")),
    M::up(include_str!("migrations/0008_usage.sql")),
    M::up(include_str!("migrations/0009_tool_connections.sql")),
];

const TOO_NEW: rusqlite_migration::Error =
    rusqlite_migration::Error::MigrationDefinition(MigrationDefinitionError::DatabaseTooFarAhead);

/// Longest wait for others to let go of the database. The lock on the data folder keeps other servers away; this is for a
/// backup or an inspection tool.
pub(crate) const BUSY: Duration = Duration::from_secs(5);

/// The write-ahead log is cut back to this size after a checkpoint.
const LOG_LIMIT_BYTES: i64 = 8 * 1024 * 1024;

pub(super) fn open(path: &Path) -> Result<Connection, StoreError> {
    make_private(path)?;
    let mut connection = Connection::open(path).map_err(|error| StoreError::from(error).located(path))?;
    prepare(&connection).map_err(|error| StoreError::from(error).located(path))?;
    migrate(&mut connection, path)?;
    check(&connection, path)?;
    Ok(connection)
}

/// Makes the file readable by its owner only, before SQLite puts anything in it; SQLite gives its log
/// and index files the same permissions.
fn make_private(path: &Path) -> Result<(), StoreError> {
    let failed =
        |error: std::io::Error| StoreError::Open { path: path.to_owned(), reason: error.to_string() };
    if let Some(folder) = path.parent() {
        make_folder(folder).map_err(failed)?;
    }
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(failed)?;
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).map_err(failed)?;
    Ok(())
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.pragma_update(None, "journal_size_limit", LOG_LIMIT_BYTES)?;
    connection.pragma_update(None, "trusted_schema", "OFF")
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let migrations = Migrations::from_slice(MIGRATIONS);
    let Err(error) = migrations.to_latest(connection) else { return Ok(()) };
    if error == TOO_NEW {
        return Err(StoreError::Newer(path.to_owned()));
    }
    if let rusqlite_migration::Error::RusqliteError { err, .. } = error {
        return Err(StoreError::from(err).located(path));
    }
    Err(StoreError::Unreadable(error.to_string()))
}

/// Reads every page once: some milliseconds at the size that pruning allows.
fn check(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let found: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|error| StoreError::from(error).located(path))?;
    if found == "ok" {
        return Ok(());
    }
    Err(StoreError::Corrupt { path: path.to_owned(), reason: found })
}
