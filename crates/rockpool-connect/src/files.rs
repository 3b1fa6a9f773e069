//! The only place that touches the disk: makes the changes of a plan, all or none, and takes them back.

mod disk;
mod error;
mod mode;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub(crate) use disk::Access;
pub use disk::{LARGEST, read, read_all, write};
use disk::{delete, missing_folders, mode, remove_folders, remove_unfinished, set_mode, target, write_as};
pub use error::{DisconnectError, FileError};
use mode::{Mode, OWNER};

use crate::places::{Probe, Texts};
use crate::plan::{Change, Plan};
use crate::tool::Tool;
use crate::undo::{Before, Choice, Digest, FileUndo, TakenBack, Undo, take_back};

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

/// Makes the changes of a plan, or none of them. `keep` is given the record before the first file is touched, so that whatever
/// happens then can be taken back; after any error but [`FileError::NotRolledBack`] it can be forgotten. After
/// [`crate::plan_again`], `earlier` is the record that it was made from: the record then leads back from both connections, and
/// `keep` is given the one of the new connection alone when all is done.
///
/// # Errors
/// Where a file is no longer what the plan was made from, or cannot be written, and where the record was not kept.
pub fn connect(
    plan: &Plan,
    backups: &Backups,
    earlier: Option<&Undo>,
    keep: impl FnMut(&Undo) -> io::Result<()>,
) -> Result<Undo, FileError> {
    connect_by(&put, plan, backups, earlier, keep)
}

/// Gives a file this text, or none. Returns the folders that had to be made.
pub(crate) type Put<'a> = dyn Fn(&Path, Option<&str>, Access) -> Result<Vec<PathBuf>, FileError> + 'a;

pub(crate) fn connect_by(
    put: &Put<'_>,
    plan: &Plan,
    backups: &Backups,
    earlier: Option<&Undo>,
    mut keep: impl FnMut(&Undo) -> io::Result<()>,
) -> Result<Undo, FileError> {
    for change in &plan.changes {
        remove_unfinished(&change.path)?;
        if read(&change.path)?.as_deref() != change.before() {
            return Err(FileError::ChangedMeanwhile(change.path.clone()));
        }
    }
    let earlier_copies = earlier.map(Undo::copies).unwrap_or_default();
    let mut records = Records::new(plan.tool, &earlier_copies);
    let outcome = prepare(plan, backups, earlier, &mut records)
        .and_then(|()| keep(&records.meanwhile).map_err(FileError::NotKept))
        .and_then(|()| change_all(put, plan, &records.meanwhile));
    match outcome {
        Ok(()) => {}
        Err(error @ FileError::NotRolledBack { .. }) => return Err(error),
        Err(error) => {
            remove_copies(records.meanwhile.copies(), &earlier_copies);
            return Err(error);
        }
    }
    // The record that is kept already leads back as well.
    if earlier.is_some() && keep(&records.complete).is_err() {
        return Ok(records.meanwhile);
    }
    remove_copies(earlier_copies, &records.complete.copies());
    Ok(records.complete)
}

struct Records {
    /// Leads back from each file as it was and as it shall be.
    meanwhile: Undo,
    complete: Undo,
}

impl Records {
    fn new(tool: Tool, earlier_copies: &[&Path]) -> Self {
        let spare = earlier_copies.iter().map(|copy| copy.to_path_buf()).collect();
        Self { meanwhile: Undo { spare, ..Undo::new(tool) }, complete: Undo::new(tool) }
    }
}

/// Copies what an undo goes back to, and notes it in the records, file by file.
fn prepare(
    plan: &Plan,
    backups: &Backups,
    earlier: Option<&Undo>,
    records: &mut Records,
) -> Result<(), FileError> {
    for change in &plan.changes {
        let known = earlier.and_then(|undo| undo.file(&change.path));
        if !change.is_ours() && known.is_none() {
            continue;
        }
        let before = match change.base() {
            None => Before::Absent,
            Some(base) => {
                let path = backups.path(plan.tool, &change.path, base);
                // Named before it is there, so that a write that fails leaves none behind.
                records.meanwhile.spare.push(path.clone());
                remove_unfinished(&path)?;
                write_as(&path, base, Access::OwnerOnly)?;
                Before::Copy { path, digest: Digest::of(base) }
            }
        };
        let (target, _) = target(&change.path)?;
        let made = known.map(|file| file.made_folders.clone()).unwrap_or_default();
        let missing = missing_folders(target.parent().unwrap_or(Path::new("")));
        let made_folders: Vec<_> = made.into_iter().chain(missing).collect();
        let narrowed = change.holds_key().then(|| mode(&change.path)).transpose()?.flatten();
        let narrowed = narrowed.filter(|mode| mode & OWNER != *mode);
        let mode = known.and_then(|file| file.mode).or(narrowed);
        let now = change.record(before.clone(), made_folders.clone());
        let now = now.map(|file| FileUndo { mode, ..file });
        let replaced = change.before().map(Digest::of);
        let old = known.map(|file| FileUndo { before, made_folders, mode, ..file.clone() });
        records.complete.files.extend(now.clone());
        records.meanwhile.files.extend(match (now, old) {
            (Some(now), Some(old)) => Some(now.in_place_of(old, replaced)),
            (None, Some(old)) => Some(FileUndo { replaced, ..old }),
            (now, None) => now,
        });
    }
    let Undo { files, spare, .. } = &mut records.meanwhile;
    spare.retain(|copy| !files.iter().any(|file| file.before.copy() == Some(copy)));
    Ok(())
}

/// A file that is changed already.
struct Done<'a> {
    change: &'a Change,
    made: Vec<PathBuf>,
    access: Access,
}

fn change_all(put: &Put<'_>, plan: &Plan, undo: &Undo) -> Result<(), FileError> {
    let mut done: Vec<Done<'_>> = Vec::new();
    for change in plan.changes.iter().filter(|change| change.is_change()) {
        let before = undo.file(&change.path).and_then(|file| file.mode);
        let access = match (change.holds_key(), change.is_ours(), before) {
            (true, _, _) => Access::OwnerOnly,
            (false, false, Some(mode)) => Access::Mode(mode),
            (false, true, _) | (false, false, None) => Access::AsItIs,
        };
        let outcome = mode(&change.path).and_then(|now| {
            let made = put(&change.path, change.after(), access)?;
            Ok(Done { change, made, access: now.map_or(Access::AsItIs, Access::Mode) })
        });
        match outcome {
            Ok(changed) => done.push(changed),
            Err(error) => return Err(roll_back(put, done, error)),
        }
    }
    Ok(())
}

/// The error that made us turn back, or that we could not.
fn roll_back(put: &Put<'_>, done: Vec<Done<'_>>, because: FileError) -> FileError {
    let mut failed = None;
    for Done { change, made, access } in done.into_iter().rev() {
        match put(&change.path, change.before(), access) {
            Ok(_) => remove_folders(&made),
            Err(source) => failed = Some((change.path.clone(), Box::new(source))),
        }
    }
    match failed {
        None => because,
        Some((path, source)) => FileError::NotRolledBack { path, source, because: Box::new(because) },
    }
}

/// One that cannot be removed does no harm.
fn remove_copies(copies: Vec<&Path>, but: &[&Path]) {
    for copy in copies.into_iter().filter(|copy| !but.contains(copy)) {
        let _ = fs::remove_file(copy);
    }
}

pub(crate) fn put(path: &Path, text: Option<&str>, access: Access) -> Result<Vec<PathBuf>, FileError> {
    match text {
        Some(text) => write_as(path, text, access),
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

/// Takes a connection back. Decides for all files before it writes the first. The copies stay: [`forget`] removes them once the
/// record is gone.
///
/// # Errors
/// As [`take_back`], and where a file cannot be read or written.
pub fn disconnect(undo: &Undo, choice: Choice) -> Result<(), DisconnectError> {
    let mut outcomes = Vec::new();
    for file in &undo.files {
        remove_unfinished(&file.path)?;
        let (before, current) = (before(file)?, read(&file.path)?);
        outcomes.push((file, take_back(file, before.as_deref(), current.as_deref(), choice)?));
    }
    for (file, outcome) in &outcomes {
        let mode = mode_to_restore(file)?;
        match (outcome, mode) {
            (TakenBack::Untouched, None) => {}
            (TakenBack::Untouched, Some(mode)) => set_mode(&file.path, mode)?,
            (TakenBack::Write(text), mode) => {
                write_as(&file.path, text, mode.map_or(Access::AsItIs, Access::Mode))?;
            }
            (TakenBack::Delete, _) => delete(&file.path)?,
        }
    }
    for (file, _) in outcomes.iter().rev() {
        remove_folders(&file.made_folders);
    }
    Ok(())
}

/// The mode from before the connection, unless somebody has given the file another one since.
fn mode_to_restore(file: &FileUndo) -> Result<Option<Mode>, FileError> {
    let Some(before) = file.mode else { return Ok(None) };
    let now = mode(&file.path)?;
    Ok(now.is_none_or(|now| now == before & OWNER).then_some(before))
}

/// Removes the copies of a connection that was taken back, once no record names them any more.
pub fn forget(undo: &Undo) {
    remove_copies(undo.copies(), &[]);
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
