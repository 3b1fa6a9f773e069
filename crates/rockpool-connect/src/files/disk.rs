//! Reads whole files, and replaces one whole or not at all.

use std::ffi::OsString;
use std::fs::{self, Metadata, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::FileError;
use super::mode::{Mode, OWNER, is_read_only, mode_of, sync_folder, with_mode};
use crate::places::Texts;
use crate::text::position;

/// Bytes. No tool's configuration comes near it.
pub const LARGEST: u64 = 4 << 20;

/// Links that are followed one behind the other; Linux gives up at the same number.
const LINKS: usize = 40;

fn io_at(path: &Path) -> impl FnOnce(io::Error) -> FileError {
    let path = path.to_path_buf();
    let refused = [io::ErrorKind::PermissionDenied, io::ErrorKind::ReadOnlyFilesystem];
    move |source| match refused.contains(&source.kind()) {
        true => FileError::ReadOnly(path),
        false => FileError::Io { path, source },
    }
}

/// The file itself, behind all links, and what is known of it; without that where there is none yet.
pub(super) fn target(path: &Path) -> Result<(PathBuf, Option<Metadata>), FileError> {
    let mut target = path.to_path_buf();
    for _ in 0..LINKS {
        let metadata = match fs::symlink_metadata(&target) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((target, None)),
            Err(source) => return Err(FileError::Io { path: path.to_path_buf(), source }),
        };
        if !metadata.is_symlink() {
            return Ok((target, Some(metadata)));
        }
        let link = fs::read_link(&target).map_err(io_at(path))?;
        target = target.parent().unwrap_or(Path::new("")).join(link);
    }
    Err(FileError::LinkLoop(path.to_path_buf()))
}

/// `None` where there is no such file.
///
/// # Errors
/// For all that is not a text file of ordinary size.
pub fn read(path: &Path) -> Result<Option<String>, FileError> {
    let (target, metadata) = target(path)?;
    let Some(metadata) = metadata else { return Ok(None) };
    let path = path.to_path_buf();
    if metadata.is_dir() {
        return Err(FileError::Folder(path));
    }
    if !metadata.is_file() {
        return Err(FileError::Special(path));
    }
    if metadata.len() > LARGEST {
        return Err(FileError::TooLarge { path, bytes: metadata.len() });
    }
    let bytes = fs::read(target).map_err(|source| FileError::Io { path: path.clone(), source })?;
    String::from_utf8(bytes).map(Some).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes().get(..valid).unwrap_or_default()).into_owned();
        let (line, column) = position(&text, valid);
        FileError::NotUtf8 { path, line, column }
    })
}

/// Those of the files that are there.
///
/// # Errors
/// As [`read`], for the first that cannot be read.
pub fn read_all(paths: &[PathBuf]) -> Result<Texts, FileError> {
    let mut texts = Texts::new();
    for path in paths {
        if let Some(text) = read(path)? {
            texts.insert(path.clone(), text);
        }
    }
    Ok(texts)
}

/// Replaces a file as a whole, behind its links and with its permissions; a new one is readable by its owner alone, for it
/// holds a key. Returns the folders that had to be made.
///
/// # Errors
/// Where the file or its folder may not be written; the file is then as it was.
pub fn write(path: &Path, text: &str) -> Result<Vec<PathBuf>, FileError> {
    write_as(path, text, Access::AsItIs)
}

/// Who may read a file once it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// As before; its owner alone where it is new.
    AsItIs,
    OwnerOnly,
    Mode(Mode),
}

/// As [`write`].
pub(crate) fn write_as(path: &Path, text: &str, access: Access) -> Result<Vec<PathBuf>, FileError> {
    let (target, metadata) = target(path)?;
    if metadata.as_ref().is_some_and(is_read_only) {
        return Err(FileError::ReadOnly(path.to_path_buf()));
    }
    let folder = target.parent().unwrap_or(Path::new(""));
    let made = make_folders(folder)?;
    let written = replace(folder, &target, metadata, text, access);
    if written.is_err() {
        remove_folders(&made);
    }
    written.map_err(io_at(path))?;
    Ok(made)
}

fn replace(
    folder: &Path,
    target: &Path,
    metadata: Option<Metadata>,
    text: &str,
    access: Access,
) -> io::Result<()> {
    // tempfile makes it readable by its owner alone.
    let mut builder = tempfile::Builder::new();
    let mut file = builder.prefix(&unfinished(target)).suffix(UNFINISHED_END).tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    if let Some(permissions) = permissions(metadata, file.as_file().metadata()?, access) {
        file.as_file().set_permissions(permissions)?;
    }
    file.as_file().sync_all()?;
    file.persist(target).map_err(|error| error.error)?;
    sync_folder(folder);
    Ok(())
}

/// `None` leaves the new file to its owner alone.
fn permissions(old: Option<Metadata>, new: Metadata, access: Access) -> Option<Permissions> {
    let old_permissions = old.as_ref().map(Metadata::permissions);
    match (access, old.as_ref().and_then(mode_of)) {
        (Access::Mode(mode), _) => with_mode(old_permissions.unwrap_or(new.permissions()), mode),
        (Access::OwnerOnly, Some(mode)) => with_mode(new.permissions(), mode & OWNER),
        (Access::AsItIs, _) | (Access::OwnerOnly, None) => old_permissions,
    }
}

/// Gives a file that is there this mode.
pub(super) fn set_mode(path: &Path, mode: Mode) -> Result<(), FileError> {
    let (target, metadata) = target(path)?;
    let permissions = metadata.and_then(|metadata| with_mode(metadata.permissions(), mode));
    permissions.map_or(Ok(()), |permissions| fs::set_permissions(target, permissions)).map_err(io_at(path))
}

/// Behind its links; `None` where there is no such file, or no such thing on this system.
pub(super) fn mode(path: &Path) -> Result<Option<Mode>, FileError> {
    Ok(target(path)?.1.as_ref().and_then(mode_of))
}

/// What a file is called until it is whole. It holds what the file shall hold, keys too.
fn unfinished(target: &Path) -> OsString {
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(".rockpool-");
    name
}

const UNFINISHED_END: &str = ".tmp";

/// Removes what a kill in the middle of [`write`] left beside this file.
pub(super) fn remove_unfinished(path: &Path) -> Result<(), FileError> {
    let (target, _) = target(path)?;
    let start = unfinished(&target);
    let Ok(entries) = fs::read_dir(target.parent().unwrap_or(Path::new(""))) else { return Ok(()) };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        let is_ours = name.starts_with(start.as_encoded_bytes()) && name.ends_with(UNFINISHED_END.as_bytes());
        if is_ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            fs::remove_file(entry.path()).map_err(io_at(&entry.path()))?;
        }
    }
    Ok(())
}

fn make_folders(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let mut made = Vec::new();
    for folder in missing_folders(folder) {
        if let Err(source) = fs::create_dir(&folder) {
            remove_folders(&made);
            return Err(io_at(&folder)(source));
        }
        made.push(folder);
    }
    Ok(made)
}

/// The outermost first.
pub(super) fn missing_folders(folder: &Path) -> Vec<PathBuf> {
    let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let mut missing: Vec<_> = folder.ancestors().take_while(is_missing).map(Path::to_path_buf).collect();
    missing.reverse();
    missing
}

/// The innermost first. One that is no longer empty stays.
pub(super) fn remove_folders(made: &[PathBuf]) {
    for folder in made.iter().rev() {
        if fs::remove_dir(folder).is_err() {
            return;
        }
    }
}

pub(super) fn delete(path: &Path) -> Result<(), FileError> {
    let (target, _) = target(path)?;
    match fs::remove_file(&target) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_at(path)(error)),
        Ok(()) | Err(_) => {
            sync_folder(target.parent().unwrap_or(Path::new("")));
            Ok(())
        }
    }
}
