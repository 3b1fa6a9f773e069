//! Accounts: state, what is left, and what a person has to do.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rockpool_engine::snapshot::{AccountView, Needs, RenewedBy, RoleView, WindowView};
use rockpool_routing::WindowKind;

use super::WIDTH;
use super::table::table;
use super::time::{ago, left, runway};

/// A table, then a line for each account that needs something.
pub(crate) fn accounts(accounts: &[AccountView], now: Timestamp) -> Vec<String> {
    if accounts.is_empty() {
        return vec!["No account yet; `rockpool account add` signs in to the first.".to_owned()];
    }
    let rows: Vec<[String; 6]> = accounts.iter().map(|account| row(account, now)).collect();
    let mut lines = table(["ACCOUNT", "STATE", "LEFT", "LASTS", "PLAN", "POOL"], &rows);
    lines.extend(twins(accounts));
    for account in accounts {
        if account.login.renewed_by == RenewedBy::Nobody && account.needs != Needs::SignIn {
            let end = account.login.ends_at.map_or_else(|| "some day".to_owned(), |end| left(end, now));
            lines.extend(wrapped(&format!(
                "{}: its login is an access token alone, which ends {end}; sign in before then.",
                account.name
            )));
        }
        if let Some(since) = account.flapping_since {
            let since = ago(Some(since), now);
            lines.extend(wrapped(&format!(
                "{}: the provider contradicts itself about the quota (first {since}); routing goes by what is confirmed.",
                account.name
            )));
        }
        for limit in account.extra_limits.iter().filter(|limit| limit.limit_reached == Some(true)) {
            let title = limit.title.as_ref().unwrap_or(&limit.name);
            let back = limit.until.map(|until| format!(" ({})", left(until, now))).unwrap_or_default();
            lines.extend(wrapped(&format!(
                "{}: the limit of {title} is reached{back}; other models go on.",
                account.name
            )));
        }
        if let Some(remedy) = account.remedy {
            let needed = needed(account.needs).map(|needed| format!(" needs {needed}")).unwrap_or_default();
            lines.extend(wrapped(&format!("{}{needed}: {}", account.name, remedy.sentence())));
        }
    }
    lines
}

/// A line for each e-mail that has several accounts: only their workspaces tell them apart, and the table has no
/// room for those.
fn twins(accounts: &[AccountView]) -> Vec<String> {
    let mut by_email: BTreeMap<&str, Vec<&AccountView>> = BTreeMap::new();
    for account in accounts {
        by_email.entry(account.email.as_deref().unwrap_or_default()).or_default().push(account);
    }
    let several = by_email.into_iter().filter(|(email, accounts)| !email.is_empty() && accounts.len() > 1);
    let one = |account: &&AccountView| format!("{} in workspace {}", account.name, account.workspace_id);
    several
        .flat_map(|(email, accounts)| {
            let seats: Vec<String> = accounts.iter().map(one).collect();
            wrapped(&format!("{email} has {} accounts: {}.", accounts.len(), seats.join(", ")))
        })
        .collect()
}

fn row(account: &AccountView, now: Timestamp) -> [String; 6] {
    let state = match account.until {
        Some(until) => format!("{} ({})", account.state.name(), left(until, now)),
        None => account.state.name().to_owned(),
    };
    let pool = match (account.role, &account.pool) {
        (RoleView::Owner, _) => "owner".to_owned(),
        (RoleView::Member, Some(owner)) => format!("of {owner}"),
        (RoleView::Member | RoleView::Single, _) => "-".to_owned(),
    };
    let plan = account.plan.clone().unwrap_or_else(|| "-".to_owned());
    [account.name.clone(), state, windows(account, now), runway(&account.runway, now), plan, pool]
}

/// What has to happen before the account serves as it should.
fn needed(needs: Needs) -> Option<&'static str> {
    match needs {
        Needs::Nothing => None,
        Needs::Time => Some("time"),
        Needs::SignIn => Some("a sign-in"),
        Needs::Payment => Some("payment"),
        Needs::Person => Some("a person"),
        Needs::Unlock => Some("its vault"),
    }
}

/// What is left of each window, shortest first: `5h 65 %, week 20 %`. A figure that newer answers did not tell
/// comes with its age.
fn windows(account: &AccountView, now: Timestamp) -> String {
    if account.windows.is_empty() {
        return "-".to_owned();
    }
    let one = |window: &WindowView| {
        let name = name(window.kind);
        match (window.remaining_percent, window.measured_at) {
            (Some(left), None) => format!("{name} {left} %"),
            (Some(left), Some(seen)) => format!("{name} {left} % ({})", ago(Some(seen), now)),
            (None, _) => format!("{name} not known"),
        }
    };
    account.windows.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn name(kind: WindowKind) -> &'static str {
    match kind {
        WindowKind::FiveHour => "5h",
        WindowKind::Weekly => "week",
        WindowKind::Monthly => "month",
        WindowKind::Other => "other",
    }
}

/// Breaks a sentence at blanks; lines after the first are set in.
pub(super) fn wrapped(sentence: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in sentence.split_whitespace() {
        let line = lines.last().map_or("", String::as_str);
        let full = !line.trim().is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH;
        if full {
            lines.push(" ".to_owned());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_remedy_is_broken_at_blanks() {
        let lines = wrapped(&format!("codex-pro-1: {}", "word ".repeat(40)));
        assert!(lines.len() > 2);
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH), "{lines:?}");
        assert!(lines[1].starts_with("  word"), "{lines:?}");
    }
}
