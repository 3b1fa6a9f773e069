//! The only place that touches the disk: reads whole files, and replaces them whole or not at all.

use std::fs::{self, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::places::{Probe, Texts};
use crate::plan::{Change, Plan};
use crate::text::position;
use crate::tool::Tool;
use crate::undo::{Before, Choice, Digest, FileUndo, TakenBack, Undo, UndoError, take_back};

/// Bytes. No tool's configuration comes near it.
pub const LARGEST: u64 = 4 << 20;

/// Links that are followed one behind the other; Linux gives up at the same number.
const LINKS: usize = 40;

#[derive(Debug, Error)]
pub enum FileError {
    #[error("“{}” is a folder. Move it away: a file belongs there", .0.display())]
    Folder(PathBuf),
    #[error("“{}” is not a regular file. Put a regular file there", .0.display())]
    Special(PathBuf),
    #[error("“{}” is not UTF-8 (line {line}, column {column}). Save it as UTF-8", path.display())]
    NotUtf8 { path: PathBuf, line: usize, column: usize },
    #[error("“{}” has {bytes} bytes, which is more than a configuration has. Look whether it is the right file", path.display())]
    TooLarge { path: PathBuf, bytes: u64 },
    #[error("“{}” is a link that leads back to itself. Mend the link", .0.display())]
    LinkLoop(PathBuf),
    #[error("“{}” may not be written. Make it writable, or make the change by hand", .0.display())]
    ReadOnly(PathBuf),
    #[error("“{}” has been changed meanwhile. Look at the change once more", .0.display())]
    ChangedMeanwhile(PathBuf),
    #[error("nothing was changed, because the way back could not be kept: {0}")]
    NotKept(#[source] io::Error),
    #[error("“{}”: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
}

#[derive(Debug, Error)]
pub enum DisconnectError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Undo(#[from] UndoError),
}

/// Where copies of what was before are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backups {
    /// Beside the file, with `.before-rockpool` and some digits behind its name.
    Beside,
    In(PathBuf),
}

impl Backups {
    /// A name of its own for each file and content, so that no copy that a record names is ever overwritten.
    fn path(&self, tool: Tool, file: &Path, text: &str) -> PathBuf {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let digest = Digest::of(&format!("{}\n{text}", file.display()));
        let digits = digest.short();
        match self {
            Self::Beside => file.with_file_name(format!("{name}.before-rockpool-{digits}")),
            Self::In(folder) => folder.join(format!("{}-{digits}-{name}", tool.id())),
        }
    }
}

fn io_at(path: &Path) -> impl FnOnce(io::Error) -> FileError {
    let path = path.to_path_buf();
    let refused = [io::ErrorKind::PermissionDenied, io::ErrorKind::ReadOnlyFilesystem];
    move |source| match refused.contains(&source.kind()) {
        true => FileError::ReadOnly(path),
        false => FileError::Io { path, source },
    }
}

/// The file itself, behind all links, and what is known of it; without that where there is none yet.
fn target(path: &Path) -> Result<(PathBuf, Option<Metadata>), FileError> {
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
    let (target, metadata) = target(path)?;
    if metadata.as_ref().is_some_and(|metadata| metadata.permissions().readonly()) {
        return Err(FileError::ReadOnly(path.to_path_buf()));
    }
    let folder = target.parent().unwrap_or(Path::new(""));
    let made = make_folders(folder)?;
    let written = replace(folder, &target, metadata, text);
    if written.is_err() {
        remove_folders(&made);
    }
    written.map_err(io_at(path))?;
    Ok(made)
}

fn replace(folder: &Path, target: &Path, metadata: Option<Metadata>, text: &str) -> io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(".rockpool-").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    if let Some(metadata) = metadata {
        file.as_file().set_permissions(metadata.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(target).map_err(|error| error.error)?;
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
fn missing_folders(folder: &Path) -> Vec<PathBuf> {
    let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let mut missing: Vec<_> = folder.ancestors().take_while(is_missing).map(Path::to_path_buf).collect();
    missing.reverse();
    missing
}

/// The innermost first. One that is no longer empty stays.
fn remove_folders(made: &[PathBuf]) {
    for folder in made.iter().rev() {
        if fs::remove_dir(folder).is_err() {
            return;
        }
    }
}

fn delete(path: &Path) -> Result<(), FileError> {
    let (target, _) = target(path)?;
    match fs::remove_file(target) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_at(path)(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Makes the changes of a plan, or none of them. `keep` is given the record before the first file is touched, so that whatever
/// happens then can be taken back; after an error it can be forgotten. After [`crate::plan_again`], `earlier` is the record that
/// it was made from.
///
/// # Errors
/// Where a file is no longer what the plan was made from, or cannot be written, and where the record was not kept.
pub fn connect(
    plan: &Plan,
    backups: &Backups,
    earlier: Option<&Undo>,
    keep: impl FnOnce(&Undo) -> io::Result<()>,
) -> Result<Undo, FileError> {
    for change in &plan.changes {
        if read(&change.path)?.as_deref() != change.before() {
            return Err(FileError::ChangedMeanwhile(change.path.clone()));
        }
    }
    let earlier_copies = earlier.map(Undo::copies).unwrap_or_default();
    let mut undo = Undo { tool: plan.tool, files: Vec::new() };
    let outcome = prepare(plan, backups, earlier, &mut undo)
        .and_then(|()| keep(&undo).map_err(FileError::NotKept))
        .and_then(|()| change_all(plan));
    match outcome {
        Ok(()) => remove_copies(earlier_copies, &undo.copies()),
        Err(error) => {
            remove_copies(undo.copies(), &earlier_copies);
            return Err(error);
        }
    }
    Ok(undo)
}

/// Copies what an undo goes back to, and notes it in the record, file by file.
fn prepare(plan: &Plan, backups: &Backups, earlier: Option<&Undo>, undo: &mut Undo) -> Result<(), FileError> {
    for change in plan.changes.iter().filter(|change| change.is_ours()) {
        let before = match change.base() {
            None => Before::Absent,
            Some(base) => {
                let path = backups.path(plan.tool, &change.path, base);
                write(&path, base)?;
                Before::Copy { path, digest: Digest::of(base) }
            }
        };
        let known = earlier.into_iter().flat_map(|undo| &undo.files).find(|file| file.path == change.path);
        let made = known.map(|file| file.made_folders.clone()).unwrap_or_default();
        let (target, _) = target(&change.path)?;
        let missing = missing_folders(target.parent().unwrap_or(Path::new("")));
        undo.files.extend(change.record(before, made.into_iter().chain(missing).collect()));
    }
    Ok(())
}

fn change_all(plan: &Plan) -> Result<(), FileError> {
    let mut done: Vec<(&Change, Vec<PathBuf>)> = Vec::new();
    for change in plan.changes.iter().filter(|change| change.is_change()) {
        match put(&change.path, change.after()) {
            Ok(made) => done.push((change, made)),
            Err(error) => {
                for (change, made) in done.into_iter().rev() {
                    // The error that made us turn back is the one to tell.
                    let _ = put(&change.path, change.before());
                    remove_folders(&made);
                }
                return Err(error);
            }
        }
    }
    Ok(())
}

/// One that cannot be removed does no harm.
fn remove_copies(copies: Vec<&Path>, but: &[&Path]) {
    for copy in copies.into_iter().filter(|copy| !but.contains(copy)) {
        let _ = fs::remove_file(copy);
    }
}

fn put(path: &Path, text: Option<&str>) -> Result<Vec<PathBuf>, FileError> {
    match text {
        Some(text) => write(path, text),
        None => delete(path).map(|()| Vec::new()),
    }
}

/// The copies that a record names, for [`crate::plan_again`].
///
/// # Errors
/// As [`read`].
pub fn befores(undo: &Undo) -> Result<Texts, FileError> {
    let mut texts = Texts::new();
    for file in &undo.files {
        if let Some(text) = before(file)? {
            texts.insert(file.path.clone(), text);
        }
    }
    Ok(texts)
}

fn before(file: &FileUndo) -> Result<Option<String>, FileError> {
    match &file.before {
        Before::Absent => Ok(None),
        Before::Copy { path, .. } => read(path),
    }
}

/// Takes a connection back. Decides for all files before it writes the first; the record can be forgotten afterwards.
///
/// # Errors
/// As [`take_back`], and where a file cannot be read or written.
pub fn disconnect(undo: &Undo, choice: Choice) -> Result<(), DisconnectError> {
    let mut outcomes = Vec::new();
    for file in &undo.files {
        let (before, current) = (before(file)?, read(&file.path)?);
        outcomes.push((file, take_back(file, before.as_deref(), current.as_deref(), choice)?));
    }
    for (file, outcome) in &outcomes {
        match outcome {
            TakenBack::Untouched => {}
            TakenBack::Write(text) => {
                write(&file.path, text)?;
            }
            TakenBack::Delete => delete(&file.path)?,
        }
    }
    for (file, _) in outcomes.iter().rev() {
        if let Before::Copy { path, .. } = &file.before {
            delete(path)?;
        }
        remove_folders(&file.made_folders);
    }
    Ok(())
}

/// This machine, with the `PATH` that it is given.
pub struct ThisMachine {
    /// As in the environment.
    pub path: std::ffi::OsString,
}

impl Probe for ThisMachine {
    fn is_file(&self, path: &Path) -> bool {
        path.is_file()
    }

    fn is_folder(&self, path: &Path) -> bool {
        path.is_dir()
    }

    fn program(&self, name: &str) -> Option<PathBuf> {
        let names: &[&str] = if cfg!(windows) { &[".exe", ".cmd", ".bat", ""] } else { &[""] };
        let candidate = |folder: PathBuf| {
            names.iter().map(move |end| folder.join(format!("{name}{end}"))).find(|file| file.is_file())
        };
        std::env::split_paths(&self.path).find_map(candidate)
    }
}
