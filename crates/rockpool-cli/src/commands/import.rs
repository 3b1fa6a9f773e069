//! `rockpool account import`: take the logins of a file over, or follow it.
//!
//! A refresh token can have one owner only: after a take-over the file must not be used by its tool any more, so it
//! is set aside, but only when the person says so.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rockpool_engine::api::requests::{
    AccountImport, ImportChoice, ImportFile, ImportFiles, ImportModeName, ImportSelection,
};
use rockpool_engine::snapshot::{
    AccountView, ImportFate, ImportPreview, ImportResult, ImportRowView, ImportedRowView,
};
use serde::Serialize;

use super::session::Session;
use crate::args::ImportArgs;
use crate::failure::Failure;
use crate::show;

/// The engine reads files of 1 MiB.
const MOST_BYTES: u64 = 1024 * 1024;

/// What becomes of the file after a take-over.
#[derive(Clone, Copy)]
enum Aside {
    Unasked,
    Ask,
    Leave,
}

/// Whose file it is.
#[derive(Clone, Copy)]
enum Owner {
    CodexCli,
    ItsTool,
}

/// The engine's answer, and the file's new path where it was set aside.
#[derive(Serialize)]
struct Imported<'a, T> {
    #[serde(flatten)]
    answer: &'a T,
    set_aside: Option<String>,
}

/// Scripts that give a name, or follow, mean the one login of a Codex CLI's file; everybody else sees the table of
/// what the files hold.
pub(super) async fn run(session: &Session<'_>, import: ImportArgs) -> Result<(), Failure> {
    match (import.files.as_slice(), &import.name, import.follow) {
        ([file], Some(_), _) | ([file], None, true) => one(session, file, &import).await,
        (_, None, false) => many(session, &import).await,
        (_, _, _) => {
            let sentence = "--name and --follow speak of one login; give one file with them";
            Err(Failure::Refused(sentence.to_owned()))
        }
    }
}

async fn one(session: &Session<'_>, file: &Path, import: &ImportArgs) -> Result<(), Failure> {
    let path = absolute(file)?;
    let mut new = AccountImport::of_bytes(import.name.clone(), read(&path)?);
    let aside = aside(import);
    if import.follow {
        new.mode = ImportModeName::Follow;
        new.path = Some(text_of(&path)?.into());
    }
    let account: AccountView = session.client.import_account(&new).await?;
    let moved = settle(session, &account.name, &path, Owner::CodexCli, aside)?;
    let set_aside = moved.map(|path| path.display().to_string());
    session.tell(&Imported { answer: &account, set_aside: set_aside.clone() }, || {
        let mut lines = vec![format!("Imported {}.", account.name)];
        lines.extend(set_aside.map(moved_to));
        lines
    })
}

fn moved_to(path: String) -> String {
    format!("The file is now {path}.")
}

/// Shows what would become of each login, and takes the ones that were asked for.
async fn many(session: &Session<'_>, import: &ImportArgs) -> Result<(), Failure> {
    let paths = import.files.iter().map(|file| absolute(file)).collect::<Result<Vec<PathBuf>, Failure>>()?;
    let mut files = Vec::new();
    for path in &paths {
        files.push(ImportFile::of_bytes(Some(path.display().to_string()), read(path)?));
    }
    let preview = session.client.preview_import(&ImportFiles { files: files.clone() }).await?;
    let takeable: Vec<&ImportRowView> = preview.rows.iter().filter(|row| row.recommended).collect();
    let single = preview.rows.len() == 1 && !takeable.is_empty();
    if import.preview || !(import.all || single) {
        session.tell(&preview, || show::import_preview(&preview.rows))?;
        return if import.preview { Ok(()) } else { Err(Failure::Refused(nothing_taken(&preview))) };
    }
    let rows: Vec<ImportChoice> = takeable.iter().copied().map(choice).collect();
    let result: ImportResult = if rows.is_empty() {
        ImportResult { rows: Vec::new() }
    } else {
        session.client.import_logins(&ImportSelection { files, rows }).await?
    };
    let moved = settle_all(session, &paths, &preview, &result, aside(import))?;
    let set_aside = (!moved.is_empty()).then(|| moved.join(", "));
    session.tell(&Imported { answer: &result, set_aside: set_aside.clone() }, || {
        let mut lines = show::import_result(&preview.rows, &result.rows);
        lines.extend(moved.iter().cloned().map(moved_to));
        lines
    })?;
    let failed = result.rows.iter().filter(|row| !row.fate.can_be_taken()).count();
    match (result.rows.len(), failed) {
        (0, _) => Err(Failure::Refused("there was nothing to import; the table says why".to_owned())),
        (_, 0) => Ok(()),
        (_, failed) => Err(Failure::Refused(format!("{failed} of the logins could not be imported"))),
    }
}

fn choice(row: &ImportRowView) -> ImportChoice {
    let name = match row.fate {
        ImportFate::NewAccount | ImportFate::OtherWorkspace => row.account.clone(),
        ImportFate::Repairs
        | ImportFate::AlreadyHere
        | ImportFate::Duplicate
        | ImportFate::Spent
        | ImportFate::Ended
        | ImportFate::Refused => None,
    };
    ImportChoice { row: row.row, name, display_name: None }
}

fn nothing_taken(preview: &ImportPreview) -> String {
    if let [row] = preview.rows.as_slice()
        && let Some(message) = &row.message
    {
        return message.clone();
    }
    match preview.rows.iter().filter(|row| row.recommended).count() {
        0 => "there is nothing to import; the table says why".to_owned(),
        count => format!("nothing was imported yet; --all takes {count} of these logins over"),
    }
}

fn aside(import: &ImportArgs) -> Aside {
    match (import.follow, import.yes) {
        (true, _) => Aside::Leave,
        (false, true) => Aside::Unasked,
        (false, false) => Aside::Ask,
    }
}

fn absolute(file: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(file).map_err(|source| Failure::file(file, "found", source))
}

/// The API speaks JSON, which has no way to write other names.
fn text_of(path: &Path) -> Result<&str, Failure> {
    let sentence = || format!("{} is not valid UTF-8; follow a file with another name", path.display());
    path.to_str().ok_or_else(|| Failure::Refused(sentence()))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let refused = |source| Failure::file(path, "read", source);
    let read = File::open(path).map_err(refused)?.take(MOST_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(refused)?;
    if bytes.len() as u64 > MOST_BYTES {
        let sentence = format!("{} is too large for a file of logins", path.display());
        return Err(Failure::Refused(sentence));
    }
    Ok(bytes)
}

/// Each file of which a refresh token was taken over.
fn settle_all(
    session: &Session<'_>,
    paths: &[PathBuf],
    preview: &ImportPreview,
    result: &ImportResult,
    aside: Aside,
) -> Result<Vec<String>, Failure> {
    let mut moved = Vec::new();
    for path in paths {
        let file = path.display().to_string();
        let of_file = |done: &&ImportedRowView| {
            let row = preview.rows.iter().find(|row| row.row == done.row);
            done.fate.can_be_taken()
                && row.is_some_and(|row| row.file.as_ref() == Some(&file) && !row.access_token_only)
        };
        let taken: Vec<&str> =
            result.rows.iter().filter(of_file).filter_map(|done| done.account.as_deref()).collect();
        if !taken.is_empty() {
            let new = settle(session, &taken.join(", "), path, Owner::ItsTool, aside)?;
            moved.extend(new.map(|path| path.display().to_string()));
        }
    }
    Ok(moved)
}

/// Does with the file what was decided, and says what the person has to do where nothing was.
fn settle(
    session: &Session<'_>,
    accounts: &str,
    path: &Path,
    owner: Owner,
    aside: Aside,
) -> Result<Option<PathBuf>, Failure> {
    let file = path.display();
    let tool = match owner {
        Owner::CodexCli => "the Codex CLI",
        Owner::ItsTool => "the tool that wrote it",
    };
    let wanted = match aside {
        Aside::Leave => return Ok(None),
        Aside::Unasked => Some(true),
        Aside::Ask => session.console.confirm(&format!(
            "Rockpool owns the login of {accounts} from now on, and {tool} would lose it by using {file} as well. \
             Set that file aside?"
        )),
    };
    match wanted {
        Some(true) => set_aside(path).map(Some),
        Some(false) | None => {
            session.console.hint(&format!(
                "{}{} must not go on using {file}: a login has one owner, which is Rockpool now. Move the file away \
                 (--yes does it at import), or import it with --follow instead.",
                tool[..1].to_uppercase(),
                &tool[1..],
            ));
            Ok(None)
        }
    }
}

/// Moves the file to the first free name beside it. It still holds the old tokens, hence not a copy.
fn set_aside(path: &Path) -> Result<PathBuf, Failure> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".taken-over");
    let mut target = path.with_file_name(&name);
    let mut number = 1;
    while target.exists() {
        number += 1;
        let mut numbered = name.clone();
        numbered.push(format!("-{number}"));
        target = path.with_file_name(numbered);
    }
    std::fs::rename(path, &target).map_err(|source| Failure::file(path, "set aside", source))?;
    Ok(target)
}
