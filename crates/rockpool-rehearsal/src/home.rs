//! A home folder of its own for a rehearsal, so that no toolkit writes into the real one.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Names the folder to the process that was started for it.
const VARIABLE: &str = "ROCKPOOL_REHEARSAL_HOME";
const PREFIX: &str = "rockpool-rehearsal-";
/// Written when the folder is made, and locked while it is used. A folder without it is never removed.
const MARK: &str = ".made-for-a-rehearsal";
/// How long a folder that nobody uses may still be on its way to the process that it was made for.
const HANDED_OVER: Duration = Duration::from_secs(60);

/// How often the removal of the folder is tried again, and how long between: two seconds in all.
const REMOVALS: u32 = 20;
const BETWEEN_REMOVALS: Duration = Duration::from_millis(100);

/// A temporary home folder, removed when this is dropped.
#[derive(Debug)]
pub struct Home {
    folder: PathBuf,
    /// Tells other rehearsals that the folder is in use.
    _lock: File,
}

impl Home {
    /// Makes the folder. It outlives this process: the one that takes it over removes it.
    ///
    /// # Errors
    /// If the system's temporary folder cannot be written.
    pub fn make() -> io::Result<PathBuf> {
        sweep(&std::env::temp_dir());
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir()?.keep();
        std::fs::write(folder.join(MARK), [])?;
        Ok(folder)
    }

    /// A folder for this process alone, which needs no other environment.
    ///
    /// # Errors
    /// As [`Home::make`].
    pub fn temporary() -> io::Result<Self> {
        let folder = Self::make()?;
        let gone = || io::Error::other(format!("{} was taken by another process", folder.display()));
        let lock = unused(&folder).ok_or_else(gone)?;
        Ok(Self { folder, _lock: lock })
    }

    /// The folder that this process was started with, if it was made by [`Home::make`].
    pub fn take_over(lookup: &dyn Fn(&str) -> Option<OsString>) -> Option<Self> {
        let folder = PathBuf::from(lookup(VARIABLE)?);
        let lock = unused(&folder)?;
        Some(Self { folder, _lock: lock })
    }

    /// The environment that keeps a process inside `folder`: its home, and what toolkits derive from it. The
    /// session's own sockets (display, bus) stay where they are.
    pub fn environment(
        folder: &Path,
        lookup: &dyn Fn(&str) -> Option<OsString>,
    ) -> Vec<(&'static str, OsString)> {
        let inside = |path: &str| folder.join(path).into_os_string();
        let mut pairs = vec![
            (VARIABLE, folder.as_os_str().to_owned()),
            ("HOME", folder.as_os_str().to_owned()),
            ("XDG_CONFIG_HOME", inside(".config")),
            ("XDG_DATA_HOME", inside(".local/share")),
            ("XDG_CACHE_HOME", inside(".cache")),
            ("XDG_STATE_HOME", inside(".local/state")),
            ("APPDATA", inside("AppData/Roaming")),
            ("LOCALAPPDATA", inside("AppData/Local")),
        ];
        // An X server's cookie lies in the real home unless a variable says otherwise.
        let real = lookup("HOME").map(|home| PathBuf::from(home).join(".Xauthority"));
        if let (None, Some(cookie)) = (lookup("XAUTHORITY"), real.filter(|path| path.is_file())) {
            pairs.push(("XAUTHORITY", cookie.into_os_string()));
        }
        pairs
    }

    /// Where the engine keeps its state.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }
}

impl Drop for Home {
    /// The web view's helper processes outlive it for a moment, and write into folders that are being emptied.
    fn drop(&mut self) {
        let mut removed = std::fs::remove_dir_all(&self.folder);
        for _ in 0..REMOVALS {
            if removed.is_ok() || !self.folder.exists() {
                return;
            }
            std::thread::sleep(BETWEEN_REMOVALS);
            removed = std::fs::remove_dir_all(&self.folder);
        }
        if let Err(error) = removed {
            tracing::warn!(%error, folder = %self.folder.display(), "the rehearsal's folder could not be removed");
        }
    }
}

/// The lock on a folder that was made for a rehearsal and that no process uses.
fn unused(folder: &Path) -> Option<File> {
    let name = folder.file_name()?.to_str()?;
    if !name.starts_with(PREFIX) {
        return None;
    }
    let lock = File::open(folder.join(MARK)).ok()?;
    lock.try_lock().is_ok().then_some(lock)
}

/// Removes what rehearsals left behind that were killed, or that were a second start.
#[expect(clippy::disallowed_methods, reason = "the age of a file is by the clock that stamped it")]
fn sweep(temp_dir: &Path) {
    let folders = std::fs::read_dir(temp_dir).into_iter().flatten().filter_map(Result::ok);
    for folder in folders.map(|entry| entry.path()) {
        let Some(lock) = unused(&folder) else { continue };
        let age = lock.metadata().and_then(|mark| mark.modified()).ok().and_then(|at| at.elapsed().ok());
        if age.is_some_and(|age| age > HANDED_OVER)
            && let Err(error) = std::fs::remove_dir_all(&folder)
        {
            tracing::debug!(%error, folder = %folder.display(), "a rehearsal's folder stays behind");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(folder: &Path) -> Option<Home> {
        Home::take_over(&|name| (name == VARIABLE).then(|| folder.as_os_str().to_owned()))
    }

    #[test]
    fn a_home_that_was_made_is_taken_over_and_removed_in_the_end() {
        let folder = Home::make().unwrap();
        let home = named(&folder).unwrap();
        std::fs::create_dir_all(home.data()).unwrap();
        assert!(named(&folder).is_none(), "it is in use");
        drop(home);
        assert!(!folder.exists());
    }

    #[test]
    fn a_home_of_this_process_alone_is_removed_in_the_end() {
        let home = Home::temporary().unwrap();
        let folder = home.folder.clone();
        std::fs::create_dir_all(home.data()).unwrap();
        assert!(named(&folder).is_none(), "it is in use");
        drop(home);
        assert!(!folder.exists());
    }

    #[test]
    fn what_a_killed_rehearsal_left_is_swept_and_what_is_in_use_is_not() {
        let temp_dir = tempfile::tempdir().unwrap();
        let made = |name: &str| {
            let folder = temp_dir.path().join(format!("{PREFIX}{name}"));
            std::fs::create_dir(&folder).unwrap();
            let mark = File::create(folder.join(MARK)).unwrap();
            let long_ago = mark.metadata().unwrap().modified().unwrap() - 2 * HANDED_OVER;
            (folder, mark, long_ago)
        };
        let (killed, mark, long_ago) = made("killed");
        mark.set_modified(long_ago).unwrap();
        let (used, lock, _) = made("used");
        lock.set_modified(long_ago).unwrap();
        lock.lock().unwrap();
        let (fresh, _, _) = made("fresh");
        sweep(temp_dir.path());
        assert!(!killed.exists() && used.exists() && fresh.exists());
    }

    #[test]
    fn a_folder_of_someone_else_is_never_taken_over() {
        let real = tempfile::tempdir().unwrap();
        assert!(named(real.path()).is_none());
        let lookalike = tempfile::Builder::new().prefix(PREFIX).tempdir().unwrap();
        assert!(named(lookalike.path()).is_none());
        assert!(lookalike.path().exists());
        assert!(Home::take_over(&|_| None).is_none());
    }

    #[test]
    fn every_path_that_toolkits_derive_lies_inside() {
        let folder = Path::new("/tmp/rockpool-rehearsal-x");
        for (name, value) in Home::environment(folder, &|_| None) {
            assert!(Path::new(&value).starts_with(folder), "{name}");
        }
    }
}
