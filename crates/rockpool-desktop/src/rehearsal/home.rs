//! A home folder of its own for a rehearsal, so that no toolkit writes into the real one.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// Names the folder to the process that was started for it.
const VARIABLE: &str = "ROCKPOOL_REHEARSAL_HOME";
const PREFIX: &str = "rockpool-rehearsal-";
/// Written when the folder is made. Without it, a folder that the variable names is never removed.
const MARK: &str = ".made-for-a-rehearsal";

/// A temporary home folder, removed when this is dropped.
#[derive(Debug)]
pub struct Home(PathBuf);

impl Home {
    /// Makes the folder. It outlives this process: the one that takes it over removes it.
    ///
    /// # Errors
    /// If the system's temporary folder cannot be written.
    pub fn make() -> io::Result<PathBuf> {
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir()?.keep();
        std::fs::write(folder.join(MARK), [])?;
        Ok(folder)
    }

    /// The folder that this process was started with, if it was made by [`Home::make`].
    pub fn take_over(lookup: &dyn Fn(&str) -> Option<OsString>) -> Option<Self> {
        let folder = PathBuf::from(lookup(VARIABLE)?);
        let name = folder.file_name()?.to_str()?;
        let made_for_it = name.starts_with(PREFIX) && folder.join(MARK).is_file();
        // Not `then_some`: a `Home` that is made and dropped removes the folder.
        made_for_it.then(|| Self(folder))
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
        self.0.join("data")
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, folder = %self.0.display(), "the rehearsal's folder could not be removed");
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
        std::fs::create_dir_all(folder.join("data")).unwrap();
        drop(named(&folder).unwrap());
        assert!(!folder.exists());
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
