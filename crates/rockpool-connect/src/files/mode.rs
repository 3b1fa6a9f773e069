//! What Unix has and other systems have not: a file's mode, and folders that can be synced.

use std::fs::{Metadata, Permissions};
use std::path::Path;

/// The permission bits, as `chmod` takes them.
pub(crate) type Mode = u32;

pub(super) const OWNER: Mode = 0o700;

#[cfg(unix)]
pub(super) fn mode_of(metadata: &Metadata) -> Option<Mode> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(metadata.permissions().mode() & 0o7777)
}

#[cfg(not(unix))]
pub(super) fn mode_of(_: &Metadata) -> Option<Mode> {
    None
}

#[cfg(unix)]
pub(super) fn with_mode(mut permissions: Permissions, mode: Mode) -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    permissions.set_mode(mode);
    Some(permissions)
}

#[cfg(not(unix))]
pub(super) fn with_mode(permissions: Permissions, _: Mode) -> Option<Permissions> {
    Some(permissions)
}

/// What others may write is as good as read-only once it is the owner's alone.
pub(super) fn is_read_only(metadata: &Metadata) -> bool {
    metadata.permissions().readonly() || mode_of(metadata).is_some_and(|mode| mode & 0o200 == 0)
}

/// A rename outlives a power cut only once its folder is on the disk. It has happened by then, and some file systems refuse
/// to sync a folder, so that is no error.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let _ = std::fs::File::open(folder).and_then(|folder| folder.sync_all());
}

#[cfg(not(unix))]
pub(super) fn sync_folder(_: &Path) {}
