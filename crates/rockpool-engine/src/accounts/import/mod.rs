//! Reads files that hold logins, whoever wrote them: bytes in, one entry for each login out.
//!
//! Pure but for [`file`]. An entry that is no usable login says what it is and what to do, and never repeats
//! any of the file's text but the names of its fields.
//!
//! Sources: the files that the Codex CLI 0.169, opencode, CLIProxyAPI, sub2api and codex-lb write, and the
//! code with which the last three read them back (all public, 2026-09).

mod encoding;
pub(crate) mod file;
mod formats;
mod login_file;
#[cfg(test)]
mod tests;

pub(crate) use formats::PERSONAL_PREFIX;
pub(crate) use login_file::{Entry, LoginFile, Refusal, Said, Unusable};

use serde_json::Value;

/// Largest file that is read; real ones are about 6 kB for each login.
pub(crate) const FILE_LIMIT: usize = 1 << 20;
/// Most logins that are read of one file.
const MOST_ENTRIES: usize = 200;

/// The logins in a file, in its order; one entry at least.
pub(crate) fn read(bytes: &[u8]) -> Vec<Entry> {
    read_whole(bytes).unwrap_or_else(|refusal| vec![Err(Unusable::of_file(refusal))])
}

fn read_whole(bytes: &[u8]) -> Result<Vec<Entry>, Refusal> {
    if bytes.len() > FILE_LIMIT {
        return Err(Refusal::TooLarge);
    }
    let text = encoding::text(bytes)?;
    let text = text.trim();
    let entries = match serde_json::from_str::<Value>(text) {
        Ok(value) => formats::entries(&value),
        Err(error) => formats::bare(text).map(|entry| vec![entry]).ok_or_else(|| broken(text, &error))?,
    };
    match entries.len() {
        0 => Err(Refusal::Unknown("an empty list".to_owned())),
        1..=MOST_ENTRIES => Ok(entries),
        _ => Err(Refusal::TooMany),
    }
}

fn broken(text: &str, error: &serde_json::Error) -> Refusal {
    if text.is_empty() {
        return Refusal::Empty;
    }
    Refusal::NotJson { line: error.line(), column: error.column() }
}
