//! The data folder: who serves from it, and how others on this machine find them.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use super::private_file;

const LOCK: &str = "rockpool.lock";
const CONTROL: &str = "control.json";
const DATABASE: &str = "rockpool.db";
/// A control file is far smaller; anything bigger is not ours.
const MAX_CONTROL_BYTES: u64 = 16 * 1024;

/// How to reach the process that serves, readable by the folder's owner only.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Control {
    /// The endpoint's address, as bound.
    pub address: SocketAddr,
    /// Id of the process.
    pub pid: u32,
    /// Bearer for `/api/v1`, made anew at each start.
    #[serde(serialize_with = "expose", deserialize_with = "conceal")]
    pub token: SecretString,
    /// Version of the program, as in `0.1.0`.
    pub version: String,
    /// When it started to serve.
    pub started_at: Timestamp,
}

/// The one place where the token is written: into the owner's own file.
fn expose<S: Serializer>(token: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(token.expose_secret())
}

fn conceal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    String::deserialize(deserializer).map(SecretString::from)
}

impl Control {
    /// Reads the control file of `folder`; `None` where there is none that can be read. A process that
    /// was killed leaves its own behind, so only the lock tells whether somebody serves.
    pub fn read(folder: &Path) -> Option<Self> {
        let mut text = String::new();
        let file = File::open(folder.join(CONTROL)).ok()?;
        file.take(MAX_CONTROL_BYTES).read_to_string(&mut text).ok()?;
        serde_json::from_str(&text).ok()
    }
}

/// Why the data folder cannot be used.
#[derive(Debug, Error)]
pub enum DataDirError {
    /// Another process serves from it.
    #[error("{}", already(.control.as_ref()))]
    AlreadyServing {
        /// How to reach that process; absent while it starts.
        control: Option<Control>,
    },
    /// The folder cannot be made, locked or written.
    #[error("the data folder {path} cannot be used: {source}; make it writable or set ROCKPOOL_DATA_DIR")]
    Io {
        /// The data folder, as configured or found.
        path: PathBuf,
        /// As the system gives it.
        source: io::Error,
    },
}

fn already(control: Option<&Control>) -> String {
    match control {
        Some(Control { address, pid, .. }) => {
            format!("Rockpool is running already (process {pid}, http://{address}); quit it first")
        }
        None => "Rockpool is starting or stopping in another process; try again in a moment".to_owned(),
    }
}

/// The data folder, held by this process until dropped. The system frees it when the process dies.
#[derive(Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
    _lock: File,
}

impl DataDir {
    /// Makes the folder (the owner's alone) where it is missing, and takes it for this process.
    ///
    /// # Errors
    /// [`DataDirError::AlreadyServing`] where another process holds it; [`DataDirError::Io`].
    pub(crate) fn take(path: &Path) -> Result<Self, DataDirError> {
        let failed = |source: io::Error| DataDirError::Io { path: path.to_owned(), source };
        private_file::make_folder(path).map_err(failed)?;
        let lock = private_file::open(&path.join(LOCK), OpenOptions::new().create(true).append(true))
            .map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(DataDirError::AlreadyServing { control: Control::read(path) });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        // What lies there is of a process that was killed.
        remove(&path.join(CONTROL)).map_err(failed)?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// Where the database is.
    pub(crate) fn database(&self) -> PathBuf {
        Self::database_in(&self.path)
    }

    /// Where the database of a folder is, whoever holds it.
    pub(crate) fn database_in(folder: &Path) -> PathBuf {
        folder.join(DATABASE)
    }

    /// Tells others how to reach this process, from now until this value is dropped.
    ///
    /// # Errors
    /// [`DataDirError::Io`].
    pub(crate) fn publish(&self, control: &Control) -> Result<(), DataDirError> {
        self.write(control).map_err(|source| DataDirError::Io { path: self.path.clone(), source })
    }

    /// A reader finds the old file or the new one, never half of one.
    fn write(&self, control: &Control) -> io::Result<()> {
        let beside = self.path.join("control.json.new");
        remove(&beside)?;
        let mut file = private_file::open(&beside, OpenOptions::new().create_new(true).write(true))?;
        file.write_all(&serde_json::to_vec(control)?)?;
        drop(file);
        fs::rename(&beside, self.path.join(CONTROL))
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        // The lock goes last: nobody else can have written the file by then.
        let _ = remove(&self.path.join(CONTROL));
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn control() -> Control {
        Control {
            address: "127.0.0.1:7625".parse().unwrap(),
            pid: 4711,
            token: "control-token-of-this-start".into(),
            version: "0.1.0".to_owned(),
            started_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_second_server_is_refused_and_told_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let first = DataDir::take(folder.path()).unwrap();
        let early = DataDir::take(folder.path()).unwrap_err();
        assert!(matches!(early, DataDirError::AlreadyServing { control: None }), "{early}");
        first.publish(&control()).unwrap();
        let error = DataDir::take(folder.path()).unwrap_err();
        let words = error.to_string();
        assert!(words.contains("4711") && words.contains("127.0.0.1:7625"), "{words}");
        assert!(!format!("{words}{error:?}").contains("control-token"), "the token is not shown");
        let DataDirError::AlreadyServing { control: Some(found) } = error else { panic!("{words}") };
        assert_eq!(found.token.expose_secret(), "control-token-of-this-start");
    }

    #[test]
    fn dropping_it_removes_the_control_file_and_lets_the_next_one_in() {
        let folder = tempfile::tempdir().unwrap();
        let first = DataDir::take(folder.path()).unwrap();
        first.publish(&control()).unwrap();
        assert!(Control::read(folder.path()).is_some());
        drop(first);
        assert!(Control::read(folder.path()).is_none());
        assert!(DataDir::take(folder.path()).is_ok());
    }

    #[test]
    fn the_control_file_of_a_killed_process_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(CONTROL), serde_json::to_vec(&control()).unwrap()).unwrap();
        let _held = DataDir::take(folder.path()).unwrap();
        assert!(Control::read(folder.path()).is_none());
    }

    #[cfg(unix)]
    #[test]
    fn folder_and_files_are_the_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/data");
        let held = DataDir::take(&path).unwrap();
        held.publish(&control()).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o700);
        assert_eq!(mode(&path.join(CONTROL)), 0o600);
        assert_eq!(mode(&path.join(LOCK)), 0o600);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named_with_the_way_out() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let words = DataDir::take(&file.path().join("x")).unwrap_err().to_string();
        assert!(words.contains("ROCKPOOL_DATA_DIR"), "{words}");
    }
}
