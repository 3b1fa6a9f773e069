//! From a tool's files to what they shall be, with the way back as a comment.

use std::path::{Path, PathBuf};

use crate::connection::{Connection, KeyKind};
use crate::diff;
use crate::error::PlanError;
use crate::format::{Fault, Format, Raw};
use crate::mask::masked;
use crate::places::{Surroundings, Texts};
use crate::readable::Readable;
use crate::recipe::{Entry, FileRecipe, Rule, Todo, codex_key_kind, recipe};
use crate::tool::Tool;
use crate::undo::{Before, Choice, Digest, EntryUndo, FileUndo, Role, TakenBack, Undo, take_back};
use crate::value::Value;

/// One file's part. Its texts may hold secrets, so it does not print; [`Change::diff`] is what is shown.
pub struct Change {
    pub path: PathBuf,
    pub format: Format,
    before: Option<String>,
    base: Option<String>,
    after: Option<String>,
    entries: Vec<EntryUndo>,
    notes: Vec<String>,
    holds_key: bool,
    readable: Readable,
}

impl Change {
    /// What is in the file now; `None` where there is none.
    pub fn before(&self) -> Option<&str> {
        self.before.as_deref()
    }

    /// What an undo goes back to: as before, but without what an earlier connection put in.
    pub fn base(&self) -> Option<&str> {
        self.base.as_deref()
    }

    /// `None` where the file shall go.
    pub fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    pub fn is_change(&self) -> bool {
        self.before != self.after
    }

    /// Something of ours is in the file afterwards.
    pub(crate) fn is_ours(&self) -> bool {
        !self.entries.is_empty()
    }

    /// The key of the connection is in the file afterwards.
    pub(crate) fn holds_key(&self) -> bool {
        self.holds_key
    }

    /// As shown: unified, secrets masked.
    pub fn diff(&self) -> String {
        diff::shown(
            &self.path.display().to_string(),
            self.format,
            self.before(),
            self.after(),
            &self.readable,
        )
    }

    /// As if there had been no file.
    #[cfg(test)]
    pub(crate) fn diff_from_nothing(&self) -> String {
        diff::shown("", self.format, None, self.after(), &self.readable)
    }

    /// What has to be kept to take it back; `None` where nothing of ours is in the file.
    pub fn record(&self, before: Before, made_folders: Vec<PathBuf>) -> Option<FileUndo> {
        let after = Digest::of(self.after.as_deref()?);
        (!self.entries.is_empty()).then(|| FileUndo {
            path: self.path.clone(),
            format: self.format,
            before,
            after,
            entries: self.entries.clone(),
            notes: self.notes.clone(),
            made_folders,
            mode: None,
            replaced: None,
        })
    }
}

pub struct Plan {
    pub tool: Tool,
    pub changes: Vec<Change>,
    pub todo: Vec<Todo>,
}

impl Plan {
    /// Everything is as it shall be.
    pub fn is_empty(&self) -> bool {
        !self.changes.iter().any(Change::is_change)
    }

    pub fn diff(&self) -> String {
        self.changes.iter().filter(|change| change.is_change()).map(Change::diff).collect()
    }
}

/// The kind of key that this tool takes as it is set up now.
pub fn key_kind(tool: Tool, at: &Surroundings, texts: &Texts) -> KeyKind {
    match tool {
        Tool::CodexCli => codex_key_kind(at, texts),
        Tool::OpenCode
        | Tool::ClaudeCode
        | Tool::Continue
        | Tool::Cline
        | Tool::Aider
        | Tool::Zed
        | Tool::CopilotCli
        | Tool::QwenCode
        | Tool::Pi
        | Tool::Llm => KeyKind::Bearer,
    }
}

/// # Errors
/// Where a file cannot be read or changed safely, or the connection lacks what the tool needs.
pub fn plan(tool: Tool, to: &Connection, at: &Surroundings, texts: &Texts) -> Result<Plan, PlanError> {
    planned(tool, to, at, texts, texts.clone())
}

/// A plan for a tool that was connected before, such as with another port or key: an undo of it goes back to what was there
/// before the first. `befores` are the texts that the record's copies hold.
///
/// # Errors
/// As [`plan`], and where the earlier connection cannot be taken back.
pub fn plan_again(
    to: &Connection,
    at: &Surroundings,
    texts: &Texts,
    undo: &Undo,
    befores: &Texts,
) -> Result<Plan, PlanError> {
    let mut bases = texts.clone();
    for file in &undo.files {
        let current = texts.get(&file.path).map(String::as_str);
        let before = befores.get(&file.path).map(String::as_str);
        match take_back(file, before, current, Choice::TakeBack)? {
            TakenBack::Untouched => {}
            TakenBack::Write(text) => {
                bases.insert(file.path.clone(), text);
            }
            TakenBack::Delete => {
                bases.remove(&file.path);
            }
        }
    }
    let mut plan = planned(undo.tool, to, at, texts, bases.clone())?;
    for file in &undo.files {
        if plan.changes.iter().any(|change| change.path == file.path) {
            continue;
        }
        let base = bases.get(&file.path).cloned();
        plan.changes.push(Change {
            path: file.path.clone(),
            format: file.format,
            before: texts.get(&file.path).cloned(),
            base: base.clone(),
            after: base,
            entries: Vec::new(),
            notes: Vec::new(),
            holds_key: false,
            readable: Readable::default(),
        });
    }
    for change in &mut plan.changes {
        if let (Some(file), Some(before)) = (undo.file(&change.path), &change.before) {
            let fault = |fault| PlanError::File { path: change.path.clone(), fault };
            let tree = change.format.tree(before).map_err(fault)?;
            change.readable.allow_at(&tree, file.entries.iter().map(|entry| &entry.at));
        }
    }
    Ok(plan)
}

fn planned(
    tool: Tool,
    to: &Connection,
    at: &Surroundings,
    texts: &Texts,
    mut bases: Texts,
) -> Result<Plan, PlanError> {
    let recipe = recipe(tool, to, at, &bases)?;
    let change = |file: FileRecipe| {
        let base = bases.remove(&file.path);
        let before = texts.get(&file.path).cloned();
        let path = file.path.clone();
        changed(tool, to, file, before, base).map_err(|fault| PlanError::File { path, fault })
    };
    let changes = recipe.files.into_iter().map(change).collect::<Result<_, _>>()?;
    Ok(Plan { tool, changes, todo: recipe.todo })
}

fn changed(
    tool: Tool,
    to: &Connection,
    file: FileRecipe,
    before: Option<String>,
    base: Option<String>,
) -> Result<Change, Fault> {
    let FileRecipe { path, format, entries } = file;
    let mut text = base.clone().unwrap_or_default();
    let tree = format.tree(&text)?;
    let entries: Vec<_> = entries.into_iter().filter(|entry| is_needed(entry, &tree)).collect();
    let mut notes = Vec::new();
    for entry in &entries {
        notes.extend(was(format, &text, entry)?);
    }
    match format {
        // A new member goes in front of the others.
        Format::Json | Format::Jsonc => put_all(format, &mut text, entries.iter().rev())?,
        Format::Toml | Format::Yaml => put_all(format, &mut text, entries.iter())?,
    }
    let notes = noted(tool, to, format, &path, &entries, notes);
    if !notes.is_empty() {
        text = format.note(&text, &notes, entries.first().map(|entry| &entry.at))?;
    }
    let ours = |entry: Entry| {
        let role = match entry.rule {
            Rule::Always | Rule::IfPresent => Role::Setting,
            Rule::IfAbsent => Role::Companion,
        };
        EntryUndo { ours: entry.value.digest(), at: entry.at, role }
    };
    let after = if entries.is_empty() { base.clone() } else { Some(text) };
    let mut readable = Readable::default();
    entries.iter().for_each(|entry| readable.allow_ours(&entry.value, to.key()));
    let there = format.tree(before.as_deref().unwrap_or_default())?;
    readable.allow_at(&there, entries.iter().map(|entry| &entry.at));
    let holds_key = after.as_ref().is_some_and(|text| text.contains(to.key()));
    let entries = entries.into_iter().map(ours).collect();
    Ok(Change { path, format, before, base, after, entries, notes, holds_key, readable })
}

fn put_all<'a>(
    format: Format,
    text: &mut String,
    entries: impl Iterator<Item = &'a Entry>,
) -> Result<(), Fault> {
    for entry in entries {
        *text = format.put(text, &entry.at, &entry.value)?;
    }
    Ok(())
}

fn is_needed(entry: &Entry, tree: &Value) -> bool {
    match (entry.rule, tree.get(&entry.at.0)) {
        (Rule::Always, None) | (Rule::IfAbsent, None) => true,
        (Rule::Always | Rule::IfPresent, Some(there)) => there.canonical() != entry.value.canonical(),
        (Rule::IfAbsent, Some(_)) | (Rule::IfPresent, None) => false,
    }
}

/// The earlier value as a comment, where it is short and no secret.
fn was(format: Format, text: &str, entry: &Entry) -> Result<Option<String>, Fault> {
    let raw = match format.raw(text, &entry.at)? {
        Some(Raw::Value(raw)) if !raw.is_empty() && !raw.contains('\n') => raw,
        Some(Raw::Value(_) | Raw::Lines(_)) | None => return Ok(None),
    };
    let line = format!("Rockpool: before, {} was {raw}", entry.at);
    let is_secret = masked(&format!("{} = {raw}", entry.at)) != format!("{} = {raw}", entry.at);
    Ok((!is_secret).then_some(line))
}

/// The way back, for a person who finds the file and no Rockpool.
fn noted(
    tool: Tool,
    to: &Connection,
    format: Format,
    path: &Path,
    entries: &[Entry],
    was: Vec<String>,
) -> Vec<String> {
    let Some(sign) = format.comment().filter(|_| !entries.is_empty()) else { return Vec::new() };
    let names: Vec<_> = entries.iter().map(|entry| entry.at.to_string()).collect();
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    let (name, id, origin, names) = (tool.name(), tool.id(), &to.origin, names.join(", "));
    let lines = [
        format!("Rockpool: {name} uses {origin} through these settings of {file}: {names}."),
        format!(
            "Rockpool: to go back, run \"rockpool disconnect {id}\", or delete them and these lines by hand."
        ),
    ];
    lines.into_iter().chain(was).map(|line| format!("{sign} {line}")).collect()
}
