//! What becomes of the logins in files.

use rockpool_engine::snapshot::{ImportFate, ImportRowView, ImportedRowView};

use super::accounts::wrapped;
use super::table::table;

/// A table, then the reason for each login that is not taken.
pub(crate) fn import_preview(rows: &[ImportRowView]) -> Vec<String> {
    let cells: Vec<[String; 6]> = rows.iter().map(cells).collect();
    let mut lines = table(["#", "LOGIN", "WORKSPACE", "PLAN", "FORMAT", "BECOMES"], &cells);
    for row in rows {
        if let Some(message) = &row.message {
            lines.extend(wrapped(&format!("{}: {message}", row.row + 1)));
        } else if row.access_token_only && row.fate.can_be_taken() {
            let end = row.ends_at.map(|end| format!(" on {end}")).unwrap_or_default();
            let text = "an access token alone: nobody can renew it, and it asks for a sign-in when it ends";
            lines.extend(wrapped(&format!("{}: {text}{end}.", row.row + 1)));
        } else if row.fate == ImportFate::Repairs && !row.recommended {
            let text = "this account works; --all leaves its login as it is.";
            lines.extend(wrapped(&format!("{}: {text}", row.row + 1)));
        }
    }
    lines
}

fn cells(row: &ImportRowView) -> [String; 6] {
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    [
        (row.row + 1).to_string(),
        or_dash(&row.email),
        or_dash(&row.workspace_id),
        or_dash(&row.plan),
        row.format.map_or_else(|| "-".to_owned(), |format| format.title().to_owned()),
        becomes(row.fate, row.account.as_deref()),
    ]
}

fn becomes(fate: ImportFate, account: Option<&str>) -> String {
    let account = account.unwrap_or("an account");
    match fate {
        ImportFate::NewAccount => format!("new: {account}"),
        ImportFate::OtherWorkspace => format!("new workspace: {account}"),
        ImportFate::Repairs => format!("repairs {account}"),
        ImportFate::AlreadyHere => format!("already {account}"),
        ImportFate::Duplicate => "twice in here".to_owned(),
        ImportFate::Spent => "used up".to_owned(),
        ImportFate::Ended => "over".to_owned(),
        ImportFate::Refused => "not taken".to_owned(),
    }
}

/// A line for each login that was chosen.
pub(crate) fn import_result(preview: &[ImportRowView], rows: &[ImportedRowView]) -> Vec<String> {
    let email = |row: usize| preview.iter().find(|known| known.row == row)?.email.clone();
    let mut lines = Vec::new();
    for row in rows {
        let who = email(row.row).map(|email| format!(" ({email})")).unwrap_or_default();
        let account = row.account.as_deref().unwrap_or("an account");
        let text = match (row.fate, &row.message) {
            (ImportFate::NewAccount | ImportFate::OtherWorkspace, _) => format!("Imported {account}{who}."),
            (ImportFate::Repairs, _) => format!("Repaired {account}{who}."),
            (fate, Some(message)) => format!("{}{who}: {}. {message}", row.row + 1, becomes(fate, None)),
            (fate, None) => format!("{}{who}: {}.", row.row + 1, becomes(fate, row.account.as_deref())),
        };
        lines.extend(wrapped(&text));
    }
    lines
}
