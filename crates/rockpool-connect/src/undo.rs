//! What is kept of a change, and how it is taken back.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::format::{Fault, Format};
use crate::path::EntryPath;
use crate::text;
use crate::tool::Tool;
use crate::value::{Value, hex};

/// SHA-256, in hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest(String);

impl Digest {
    pub fn of(text: &str) -> Self {
        Self(hex(&Sha256::digest(text.as_bytes())))
    }

    /// Enough of it for the name of a file.
    pub(crate) fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

/// What a file was before the first connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Before {
    Absent,
    /// What was in it is in a copy, not in the record: it may hold secrets.
    Copy {
        path: PathBuf,
        digest: Digest,
    },
}

impl Before {
    pub(crate) fn copy(&self) -> Option<&Path> {
        match self {
            Self::Absent => None,
            Self::Copy { path, .. } => Some(path),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    /// Leads the tool to the endpoint.
    Setting,
    /// Only there because the file needs it, and the tool may keep it up to date by itself: never a conflict.
    Companion,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EntryUndo {
    pub(crate) at: EntryPath,
    pub(crate) role: Role,
    /// Of the value that was put there, whatever its layout.
    pub(crate) ours: String,
}

/// What has to be kept to take one file's change back. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileUndo {
    pub path: PathBuf,
    pub format: Format,
    pub before: Before,
    pub(crate) after: Digest,
    pub(crate) entries: Vec<EntryUndo>,
    /// Comment lines, with their sign.
    pub(crate) notes: Vec<String>,
    /// The outermost first.
    pub made_folders: Vec<PathBuf>,
    /// Where the change took it from others than the owner, who may not read keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mode: Option<u32>,
    /// The file with an earlier connection still in it, until the one that takes its place is complete. That one's settings are
    /// then among the entries as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) replaced: Option<Digest>,
}

impl FileUndo {
    /// Leads back from this connection and from the one whose place it takes, whichever the file has.
    pub(crate) fn in_place_of(mut self, old: Self, replaced: Option<Digest>) -> Self {
        let entries = old.entries.into_iter().filter(|entry| !self.entries.contains(entry));
        let entries: Vec<_> = entries.collect();
        self.entries.extend(entries);
        self.notes.extend(old.notes);
        Self { replaced, ..self }
    }

    /// Each once, even where two connections have a value of their own for it.
    fn places(&self) -> Vec<(&EntryPath, Role)> {
        let mut places: Vec<(&EntryPath, Role)> = Vec::new();
        for EntryUndo { at, role, .. } in &self.entries {
            if !places.iter().any(|(known, _)| *known == at) {
                places.push((at, *role));
            }
        }
        places
    }

    fn is_ours(&self, at: &EntryPath, now: Option<&Value>) -> bool {
        let Some(digest) = now.map(Value::digest) else { return false };
        self.entries.iter().any(|entry| entry.at == *at && entry.ours == digest)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    pub tool: Tool,
    pub files: Vec<FileUndo>,
    /// Copies that no file goes back to, and that go with the record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) spare: Vec<PathBuf>,
}

impl Undo {
    /// Of a connection that has changed nothing yet.
    pub fn new(tool: Tool) -> Self {
        Self { tool, files: Vec::new(), spare: Vec::new() }
    }

    pub(crate) fn file(&self, path: &Path) -> Option<&FileUndo> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Where the copies are.
    pub fn copies(&self) -> Vec<&Path> {
        let named = self.files.iter().filter_map(|file| file.before.copy());
        named.chain(self.spare.iter().map(PathBuf::as_path)).collect()
    }
}

/// How much of a connection a file still has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Every setting of ours is as it was put.
    Connected,
    /// These are not.
    Edited(Vec<EntryPath>),
    /// None is.
    Gone,
}

/// # Errors
/// Where the text cannot be read.
pub fn standing(file: &FileUndo, current: Option<&str>) -> Result<Standing, UndoError> {
    let fault = |fault| UndoError::File { path: file.path.clone(), fault };
    let tree = file.format.tree(current.unwrap_or_default()).map_err(fault)?;
    let places = file.places().into_iter();
    let settings: Vec<_> = places.filter(|(_, role)| *role == Role::Setting).map(|(at, _)| at).collect();
    let is_edited = |at: &&&EntryPath| !file.is_ours(at, tree.get(&at.0));
    let edited: Vec<_> = settings.iter().filter(is_edited).map(|at| (*at).clone()).collect();
    Ok(match edited.len() {
        0 => Standing::Connected,
        all if all == settings.len() => Standing::Gone,
        _ => Standing::Edited(edited),
    })
}

/// What becomes of settings of ours that somebody has edited since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Refuse with [`Conflict`] where there are any.
    Ask,
    /// As they are now.
    Keep,
    /// As they were before the connection.
    TakeBack,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    pub path: PathBuf,
    pub entries: Vec<EntryPath>,
}

#[derive(Clone, PartialEq, Eq)]
pub enum TakenBack {
    /// Nothing of ours is there any more.
    Untouched,
    Write(String),
    /// There was no file before.
    Delete,
}

#[derive(Debug, Error)]
pub enum UndoError {
    #[error("“{}” has been edited where Rockpool had changed it: {}. Keep these settings, or take them back", .0.path.display(), list(&.0.entries))]
    Conflict(Conflict),
    #[error("“{}” is gone, and with it what was in it before Rockpool changed it. Keep it so, or take that back", .0.display())]
    Missing(PathBuf),
    #[error("“{}” cannot be taken back: {fault}. Correct it, or take the settings out by hand", path.display())]
    File { path: PathBuf, fault: Fault },
    #[error("the copy of “{}” from before is missing or has been changed. Take the settings out by hand", path.display())]
    Copy { path: PathBuf },
}

fn list(entries: &[EntryPath]) -> String {
    entries.iter().map(EntryPath::to_string).collect::<Vec<_>>().join(", ")
}

/// Takes back one file's change. `before` is what the record's copy holds.
///
/// # Errors
/// Where settings of ours were edited, or a person's file is gone, and the choice is to ask; where a text cannot be read or changed safely; where the copy
/// is not what the record says.
pub fn take_back(
    file: &FileUndo,
    before: Option<&str>,
    current: Option<&str>,
    choice: Choice,
) -> Result<TakenBack, UndoError> {
    let copy = match (&file.before, before) {
        (Before::Absent, _) => Ok(None),
        (Before::Copy { digest, .. }, Some(before)) if Digest::of(before) == *digest => Ok(Some(before)),
        (Before::Copy { .. }, Some(_) | None) => Err(UndoError::Copy { path: file.path.clone() }),
    };
    let Some(current) = current else { return missing(file, copy.ok().flatten(), choice) };
    let before = copy?;
    let digest = Digest::of(current);
    if digest == file.after || file.replaced.as_ref() == Some(&digest) {
        return Ok(before.map_or(TakenBack::Delete, |before| TakenBack::Write(before.to_owned())));
    }
    let fault = |fault| UndoError::File { path: file.path.clone(), fault };
    let merged = merge(file, before.unwrap_or_default(), current, choice).map_err(fault)?;
    let text = match merged {
        Merged::Text(text) => text,
        Merged::Conflict(entries) => {
            return Err(UndoError::Conflict(Conflict { path: file.path.clone(), entries }));
        }
    };
    let says_nothing = text::without_bom(&text)
        .1
        .chars()
        .all(|character| "{}[]".contains(character) || character.is_whitespace());
    Ok(match (before, says_nothing) {
        (None, true) => TakenBack::Delete,
        _ if text == current => TakenBack::Untouched,
        _ => TakenBack::Write(text),
    })
}

/// The copy may be the only one that is left of a person's file.
fn missing(file: &FileUndo, copy: Option<&str>, choice: Choice) -> Result<TakenBack, UndoError> {
    match (copy, choice) {
        (None, _) | (Some(_), Choice::Keep) => Ok(TakenBack::Untouched),
        (Some(_), Choice::Ask) => Err(UndoError::Missing(file.path.clone())),
        (Some(copy), Choice::TakeBack) => Ok(TakenBack::Write(copy.to_owned())),
    }
}

enum Merged {
    Text(String),
    Conflict(Vec<EntryPath>),
}

fn merge(file: &FileUndo, before: &str, current: &str, choice: Choice) -> Result<Merged, Fault> {
    let format = file.format;
    let tree = format.tree(current)?;
    let old = format.tree(before)?;
    let mut conflicts = Vec::new();
    let mut text = current.to_owned();
    for (at, role) in file.places() {
        let (now, was) = (tree.get(&at.0), old.get(&at.0));
        let is_back = match (now, was) {
            (None, None) => true,
            (Some(now), Some(was)) => now.canonical() == was.canonical(),
            (None, Some(_)) | (Some(_), None) => false,
        };
        if is_back {
            continue;
        }
        let is_ours = file.is_ours(at, now);
        // What we put it into goes, and would be left without what it belongs to.
        let goes_with_ours = at.ancestors().next().is_some_and(|above| old.get(&above.0).is_none());
        match (is_ours, role, choice) {
            (true, _, _) | (false, Role::Setting, Choice::TakeBack) => {
                text = restored(format, &text, before, at, was)?;
            }
            (false, Role::Companion, _) if goes_with_ours => text = restored(format, &text, before, at, was)?,
            (false, Role::Companion, _) | (false, Role::Setting, Choice::Keep) => {}
            (false, Role::Setting, Choice::Ask) => conflicts.push(at.clone()),
        }
    }
    if !conflicts.is_empty() {
        return Ok(Merged::Conflict(conflicts));
    }
    for at in file.entries.iter().flat_map(|entry| entry.at.ancestors()) {
        let is_left_empty = format.tree(&text)?.get(&at.0).is_some_and(Value::is_empty_container);
        if is_left_empty && old.get(&at.0).is_none() {
            text = format.take(&text, &at)?;
        }
    }
    without_notes(format, text, &file.notes).map(Merged::Text)
}

fn restored(
    format: Format,
    text: &str,
    before: &str,
    at: &EntryPath,
    was: Option<&Value>,
) -> Result<String, Fault> {
    match (format.raw(before, at)?, was) {
        (Some(raw), Some(was)) => format.put_raw(text, at, &raw, was),
        (Some(_), None) | (None, _) => format.take(text, at),
    }
}

/// A line inside a text of several lines may look like a note; then the notes stay.
fn without_notes(format: Format, text: String, notes: &[String]) -> Result<String, Fault> {
    let (bom, body) = text::without_bom(&text);
    let without = [bom, &text::without_lines(body, notes)].concat();
    let says_the_same = format.tree(&without)?.canonical() == format.tree(&text)?.canonical();
    Ok(if says_the_same { without } else { text })
}
