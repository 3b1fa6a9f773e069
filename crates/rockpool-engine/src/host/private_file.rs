//! Files that are their owner's alone: written under a name that nobody can guess, and put in place whole.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// Ends the name of a file that is being written, after the name that it is for and [`RANDOM_DIGITS`].
const DRAFT: &str = ".new";
/// Hexadecimal digits in the name of a draft.
const RANDOM_DIGITS: usize = 16;

/// Makes the folder where it is missing. One that is there keeps its permissions: it may be shared on purpose, and
/// every file in it is the owner's alone.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Opens with the given options; what is made is the owner's alone.
pub(crate) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.open(path)
}

/// Replaces the file at once: a kill leaves the old content or the new, and a power cut too.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    through_draft(path, bytes, |draft| fs::rename(draft, path))
}

/// Makes the file, whole; one that is there already is an error of kind `AlreadyExists` and stays.
pub(crate) fn make(path: &Path, bytes: &[u8]) -> io::Result<()> {
    through_draft(path, bytes, |draft| {
        fs::hard_link(draft, path)?;
        fs::remove_file(draft)
    })
}

/// Removes the file, also over a power cut.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path)?;
    sync(folder_of(path))
}

/// Removes what a kill left behind of writing this file. Whoever calls it knows that nobody else writes it.
pub(crate) fn remove_drafts(path: &Path) -> io::Result<()> {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return Ok(()) };
    let found = match fs::read_dir(folder_of(path)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        found => found?,
    };
    for entry in found {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(|found| is_draft(found, name)) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Whether group or others may read or write it; what cannot be looked at is not known to be open.
#[cfg(unix)]
pub(crate) fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
pub(crate) fn is_open_to_others(_: &Path) -> bool {
    false
}

pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The path with something after the file's name.
pub(crate) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn through_draft(
    path: &Path,
    bytes: &[u8],
    put_in_place: impl FnOnce(&Path) -> io::Result<()>,
) -> io::Result<()> {
    let folder = folder_of(path);
    make_folder(folder)?;
    let draft = with_ending(path, &format!(".{:0RANDOM_DIGITS$x}{DRAFT}", rand::random::<u64>()));
    let done = write_new(&draft, bytes).and_then(|()| put_in_place(&draft));
    if done.is_err() {
        // Not there any more, or for the next start to remove.
        let _ = fs::remove_file(&draft);
    }
    done?;
    sync(folder)
}

/// Only a name that nothing has yet: a link in its place is an error and is not followed (POSIX open(), `O_EXCL`).
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = open(path, OpenOptions::new().write(true).create_new(true))?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Versions before this one wrote `NAME.new`, and keys as `NAME.` and the digits.
fn is_draft(found: &str, name: &str) -> bool {
    let Some(rest) = found.strip_prefix(name).and_then(|rest| rest.strip_prefix('.')) else { return false };
    let digits = rest.strip_suffix(DRAFT).unwrap_or(rest);
    rest == &DRAFT[1..]
        || (digits.len() == RANDOM_DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A name is on the disk, or off it, once the folder is; only Unix can sync a folder.
#[cfg_attr(not(unix), expect(unused_variables))]
fn sync(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn only_drafts_of_this_file_are_taken_for_leftovers() {
        let folder = tempfile::tempdir().unwrap();
        let others = ["v.bin", "v.bin.key", "v.bin.lock", "v.bin.0123.new", "w.bin.0123456789abcdef.new"];
        let drafts = ["v.bin.new", "v.bin.0123456789abcdef.new", "v.bin.0123456789abcdef"];
        for name in others.iter().chain(&drafts) {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        remove_drafts(&folder.path().join("v.bin")).unwrap();
        let mut left = others.map(str::to_owned).to_vec();
        left.sort();
        assert_eq!(names(folder.path()), left);
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/file");
        replace(&path, b"one").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(make(&path, b"three").unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(names(&folder.path().join("deep")), ["file"]);
    }

    #[cfg(unix)]
    #[test]
    fn file_and_new_folder_are_the_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/file");
        replace(&path, b"one").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(folder_of(&path))), (0o600, 0o700));
        assert!(!is_open_to_others(&path));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(is_open_to_others(&path));
    }
}
