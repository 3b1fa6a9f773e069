//! Notes of what was made from what, so that nothing is made again without need.

use std::fs;
use std::path::PathBuf;

use crate::failure::Failure;
use crate::workspace::Workspace;

/// A note of what something was last made from.
pub(crate) struct Stamp(PathBuf);

impl Stamp {
    pub(crate) fn of(workspace: &Workspace, name: &str) -> Self {
        Self(workspace.scratch("stamps").join(name.replace(' ', "-")))
    }

    pub(crate) fn says(&self, content: &[u8]) -> bool {
        fs::read(&self.0).is_ok_and(|noted| noted == content)
    }

    /// Nothing is made any more of what it says: to be called before that is taken apart.
    pub(crate) fn clear(&self) -> Result<(), Failure> {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Failure::io(format!("removing {}", self.0.display()))(error))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    pub(crate) fn write(&self, content: &[u8]) -> Result<(), Failure> {
        self.0
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&self.0, content))
            .map_err(Failure::io(format!("writing {}", self.0.display())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_says_only_what_was_written_last() {
        let program = std::env::current_exe().unwrap();
        let dir = program.with_file_name(format!("xtask-stamp-{}", std::process::id()));
        let stamp = Stamp(dir.join("deep/er"));
        assert!(!stamp.says(b"lock"));
        stamp.write(b"lock").unwrap();
        assert!(stamp.says(b"lock"));
        assert!(!stamp.says(b"another lock"));
        stamp.clear().unwrap();
        stamp.clear().unwrap();
        assert!(!stamp.says(b"lock"));
        fs::remove_dir_all(dir).unwrap();
    }
}
