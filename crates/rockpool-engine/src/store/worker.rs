//! The thread that owns the connection, and the handle that others hold.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use rusqlite::{Connection, Transaction};
use tokio::sync::{mpsc, oneshot};

use super::StoreError;
use super::open::open;

/// Jobs that may wait before callers do; each is one transaction.
const QUEUE: usize = 256;

/// How far a write has to get before it counts as done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Handed to the system: survives the death of the process, not of the machine. No fsync.
    Batched,
    /// On the disk. Costs an fsync: for refresh marks and credentials, never on a request's way.
    Synced,
}

impl Durability {
    /// SQLite's `synchronous` in WAL mode: NORMAL syncs at checkpoints only, FULL at each commit.
    fn pragma(self) -> &'static str {
        match self {
            Self::Batched => "NORMAL",
            Self::Synced => "FULL",
        }
    }
}

type StoreJob = Box<dyn FnOnce(&mut Connection) + Send>;

/// The handle to the database; clones share one connection.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    jobs: mpsc::Sender<StoreJob>,
    path: Arc<PathBuf>,
}

impl Store {
    /// Opens the database at `path`, making and upgrading it as needed; the file is the owner's alone.
    /// Blocks for some milliseconds.
    ///
    /// # Errors
    /// [`StoreError`] with a remedy where the file is damaged, newer than this version, or out of reach.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let mut connection = open(path)?;
        let (jobs, mut queue) = mpsc::channel::<StoreJob>(QUEUE);
        thread::Builder::new()
            .name("rockpool-store".to_owned())
            .spawn(move || {
                while let Some(job) = queue.blocking_recv() {
                    job(&mut connection);
                }
            })
            .map_err(|error| StoreError::Open { path: path.to_owned(), reason: error.to_string() })?;
        Ok(Self { jobs, path: Arc::new(path.to_owned()) })
    }

    /// Runs `work` in one transaction: all of it is kept, or none. Once queued it runs to its end,
    /// whether or not the caller still waits.
    pub(super) async fn call<T, F>(&self, durability: Durability, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job: StoreJob = Box::new(move |connection| {
            // Nobody waits when the caller was cancelled; the work is done all the same.
            let _ = reply.send(transact(connection, durability, work));
        });
        self.jobs.send(job).await.map_err(|_| StoreError::Closed)?;
        let result = answer.await.map_err(|_| StoreError::Closed)?;
        result.map_err(|error| error.located(&self.path))
    }
}

fn transact<T>(
    connection: &mut Connection,
    durability: Durability,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    // SQLite ignores a change of `synchronous` inside a transaction.
    connection.pragma_update(None, "synchronous", durability.pragma())?;
    let transaction = connection.transaction()?;
    let value = work(&transaction)?;
    transaction.commit()?;
    Ok(value)
}
