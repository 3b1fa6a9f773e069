//! `rockpool account import`: take an `auth.json` over, or follow it.
//!
//! A refresh token can have one owner only: after a take-over the file must not be used by the Codex CLI
//! any more, so it is set aside, but only when the person says so.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rockpool_engine::api::requests::{AccountImport, ImportModeName};
use rockpool_engine::snapshot::AccountView;
use serde::Serialize;

use super::session::Session;
use crate::args::ImportArgs;
use crate::failure::Failure;

/// An `auth.json` has a few kilobytes.
const MOST_BYTES: u64 = 1024 * 1024;

/// What becomes of the file after a take-over.
#[derive(Clone, Copy)]
enum Aside {
    Unasked,
    Ask,
    Leave,
}

/// The engine's answer, and the file's new path where it was set aside.
#[derive(Serialize)]
struct Imported<'a> {
    #[serde(flatten)]
    account: &'a AccountView,
    set_aside: Option<String>,
}

pub(super) async fn run(session: &Session<'_>, import: ImportArgs) -> Result<(), Failure> {
    let path =
        std::path::absolute(&import.file).map_err(|source| Failure::file(&import.file, "found", source))?;
    let aside = match (import.follow, import.yes) {
        (true, _) => Aside::Leave,
        (false, true) => Aside::Unasked,
        (false, false) => Aside::Ask,
    };
    let auth_json = read(&path)?.into();
    let (mode, followed) = match aside {
        Aside::Leave => (ImportModeName::Follow, Some(text_of(&path)?.into())),
        Aside::Ask | Aside::Unasked => (ImportModeName::TakeOver, None),
    };
    let new = AccountImport { auth_json, name: Some(import.name), display_name: None, mode, path: followed };
    let account = session.client.import_account(&new).await?;
    let set_aside = settle(session, &account.name, &path, aside)?.map(|path| path.display().to_string());
    session.tell(&Imported { account: &account, set_aside: set_aside.clone() }, || {
        let mut lines = vec![format!("Imported {}.", account.name)];
        lines.extend(set_aside.map(|path| format!("The file is now {path}.")));
        lines
    })
}

/// The API speaks JSON, which has no way to write other names.
fn text_of(path: &Path) -> Result<&str, Failure> {
    let sentence = || format!("{} is not valid UTF-8; follow a file with another name", path.display());
    path.to_str().ok_or_else(|| Failure::Refused(sentence()))
}

fn read(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let refused = |source| Failure::file(path, "read", source);
    let read = File::open(path).map_err(refused)?.take(MOST_BYTES + 1).read_to_string(&mut text);
    read.map_err(refused)?;
    if text.len() as u64 > MOST_BYTES {
        let sentence = format!("{} is too large for an auth.json", path.display());
        return Err(Failure::Refused(sentence));
    }
    Ok(text)
}

/// Does with the file what was decided, and says what the person has to do where nothing was.
fn settle(
    session: &Session<'_>,
    account: &str,
    path: &Path,
    aside: Aside,
) -> Result<Option<PathBuf>, Failure> {
    let file = path.display();
    let wanted = match aside {
        Aside::Leave => return Ok(None),
        Aside::Unasked => Some(true),
        Aside::Ask => session.console.confirm(&format!(
            "Rockpool owns the login of {account} from now on, and the Codex CLI would lose it by using {file} \
             as well. Set that file aside?"
        )),
    };
    match wanted {
        Some(true) => set_aside(path).map(Some),
        Some(false) | None => {
            session.console.hint(&format!(
                "The Codex CLI must not go on using {file}: the login has one owner, which is Rockpool now. Move \
                 the file away (--yes does it at import), or import it with --follow instead."
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
