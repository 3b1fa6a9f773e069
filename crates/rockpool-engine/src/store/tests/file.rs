//! The database file: permissions, damage, newer versions, a full disk, another tool's lock.

use rusqlite::Connection;

use super::*;

#[cfg(unix)]
#[tokio::test]
async fn the_files_are_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("a/b");
    let store = open_in(&inner);
    store.ensure_personal(system_scope(), at(0)).await.unwrap();
    assert_eq!(std::fs::metadata(&inner).unwrap().permissions().mode() & 0o777, 0o700);
    let mut files = 0;
    for entry in std::fs::read_dir(&inner).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{entry:?}");
        files += 1;
    }
    assert_eq!(files, 3, "the database, its log and its index");
}

#[tokio::test]
async fn what_was_written_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let first = open_in(folder.path());
    let tenant = first.ensure_personal(system_scope(), at(0)).await.unwrap();
    let installation = first.installation(system_scope()).await.unwrap();
    with_accounts(&first, tenant, 1).await;
    drop(first);
    let again = open_in(folder.path());
    assert_eq!(again.ensure_personal(system_scope(), at(9)).await.unwrap(), tenant);
    assert_eq!(again.installation(system_scope()).await.unwrap(), installation);
    let picture = again.picture(system_scope()).await.unwrap();
    assert_eq!(picture.accounts, [account(tenant, 1)]);
    assert_eq!(picture.tenants.len(), 1);
    assert_eq!(again.logins(system_scope()).await.unwrap(), [login(tenant, 1)]);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rockpool.db");
    let text = "certainly not a database, and longer than a header of one hundred bytes. ".repeat(4);
    std::fs::write(&path, &text).unwrap();
    let error = Store::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[tokio::test]
async fn a_damaged_page_is_found_at_the_start() {
    let (folder, store, tenant) = store().await;
    with_accounts(&store, tenant, 3).await;
    drop(store);
    let path = folder.path().join("rockpool.db");
    let connection = Connection::open(&path).unwrap();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(connection);
    let mut bytes = std::fs::read(&path).unwrap();
    let half = bytes.len() / 2;
    bytes[half..].fill(0x5a);
    std::fs::write(&path, bytes).unwrap();
    let error = Store::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
}

#[test]
fn a_database_of_a_newer_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rockpool.db");
    drop(Store::open(&path).unwrap());
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = Store::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::Newer(_)), "{error}");
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = Store::open(&file.path().join("rockpool.db")).unwrap_err();
    assert!(error.to_string().contains(&*file.path().to_string_lossy()), "{error}");
}

#[tokio::test]
async fn a_full_disk_is_told_as_such_and_what_was_there_stays() {
    let (_folder, store, tenant) = store().await;
    with_accounts(&store, tenant, 1).await;
    let limit = |tx: &rusqlite::Transaction<'_>, pages: i64| {
        Ok(tx.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?)
    };
    store.call(Durability::Batched, move |tx| limit(tx, 1)).await.unwrap();
    let rows = (0..500).map(|_| history::activity(tenant, Uuid::now_v7())).collect();
    let error = store.record(history::requests(rows)).await.unwrap_err();
    assert!(matches!(error, StoreError::Full(_)), "{error}");
    store.call(Durability::Batched, move |tx| limit(tx, 1_000_000)).await.unwrap();
    assert!(store.recent_activity(tenant, 10).await.unwrap().is_empty(), "no half batch");
    assert_eq!(of(&store, tenant).await.accounts.len(), 1);
}

#[tokio::test]
async fn only_a_synced_write_waits_for_the_disk() {
    let (_folder, store, _) = store().await;
    let synchronous = |tx: &rusqlite::Transaction<'_>| {
        Ok(tx.query_row("PRAGMA synchronous", [], |row| row.get::<_, i64>(0))?)
    };
    const NORMAL: i64 = 1;
    const FULL: i64 = 2;
    for _ in 0..2 {
        assert_eq!(store.call(Durability::Synced, synchronous).await.unwrap(), FULL);
        assert_eq!(store.call(Durability::Batched, synchronous).await.unwrap(), NORMAL);
    }
}
