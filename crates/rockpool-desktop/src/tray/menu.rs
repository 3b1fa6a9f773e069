//! What the tray menu says, and what each entry does.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use rockpool_engine::snapshot::{
    AccountView, ModeView, Needs, PoolView, SignInMethod, SignInState, SignInView, Snapshot,
};
use rockpool_routing::{AccountId, SignInId, Strategy};

use crate::text::catalogue::Texts;
use crate::text::names;

/// A menu, top to bottom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Menu {
    /// The entries, top to bottom.
    pub entries: Vec<Entry>,
}

impl Menu {
    /// Whether `other` differs in the words and ticks of its items only, so that a menu which is open can stay so.
    pub fn has_shape_of(&self, other: &Self) -> bool {
        same_shape(&self.entries, &other.entries)
    }
}

fn same_shape(these: &[Entry], those: &[Entry]) -> bool {
    let same = |(this, that): (&Entry, &Entry)| match (this, that) {
        (Entry::Note(_), Entry::Note(_)) | (Entry::Separator, Entry::Separator) => true,
        (Entry::Item { action: this, .. }, Entry::Item { action: that, .. })
        | (Entry::Choice { action: this, .. }, Entry::Choice { action: that, .. }) => this == that,
        // The panel does not hear of a submenu's new name (libdbusmenu-gtk 18.10, tested).
        (Entry::Submenu { label: this, entries: these }, Entry::Submenu { label: that, entries: those }) => {
            this == that && same_shape(these, those)
        }
        (
            Entry::Note(_)
            | Entry::Separator
            | Entry::Item { .. }
            | Entry::Choice { .. }
            | Entry::Submenu { .. },
            _,
        ) => false,
    };
    these.len() == those.len() && these.iter().zip(those).all(same)
}

/// One entry of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Text that cannot be clicked.
    Note(String),
    /// Text that does something.
    Item {
        /// What it does.
        action: MenuAction,
        /// What it says.
        label: String,
    },
    /// One of several, of which one is chosen.
    Choice {
        /// What choosing it does.
        action: MenuAction,
        /// What it says.
        label: String,
        /// Whether it is the chosen one.
        chosen: Chosen,
    },
    /// A menu of its own.
    Submenu {
        /// What it says.
        label: String,
        entries: Vec<Entry>,
    },
    /// A line between groups.
    Separator,
}

/// Whether a choice is the present one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    Yes,
    /// It is not.
    No,
}

/// What a click in the menu asks for. Its text form is the entry's id: an old menu that is clicked
/// after a new one was set still does what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MenuAction {
    /// Open the window.
    OpenDashboard,
    /// Sign in to a new account, or open the browser again for the sign-in that waits.
    AddAccount,
    /// Give a pending sign-in up.
    CancelSignIn(SignInId),
    /// Sign in to this account again.
    SignInAgain(AccountId),
    /// Give the pool of `owner` another strategy.
    SetStrategy {
        /// Slug of the pool's owner.
        owner: String,
        strategy: Strategy,
    },
    /// Put the endpoint's address into the clipboard.
    CopyEndpoint,
    /// Disconnect all tools, then end the app.
    DisconnectAndQuit,
    /// End the app.
    Quit,
}

impl fmt::Display for MenuAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpenDashboard => f.write_str("open-dashboard"),
            Self::AddAccount => f.write_str("add-account"),
            Self::CancelSignIn(id) => write!(f, "cancel-sign-in/{id}"),
            Self::SignInAgain(id) => write!(f, "sign-in-again/{id}"),
            Self::SetStrategy { owner, strategy } => write!(f, "strategy/{}/{owner}", strategy.name()),
            Self::CopyEndpoint => f.write_str("copy-endpoint"),
            Self::DisconnectAndQuit => f.write_str("disconnect-and-quit"),
            Self::Quit => f.write_str("quit"),
        }
    }
}

/// An id that no entry has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownEntry;

impl FromStr for MenuAction {
    type Err = UnknownEntry;

    fn from_str(id: &str) -> Result<Self, UnknownEntry> {
        let mut parts = id.splitn(3, '/');
        match (parts.next(), parts.next(), parts.next()) {
            (Some("open-dashboard"), None, None) => Ok(Self::OpenDashboard),
            (Some("add-account"), None, None) => Ok(Self::AddAccount),
            (Some("copy-endpoint"), None, None) => Ok(Self::CopyEndpoint),
            (Some("disconnect-and-quit"), None, None) => Ok(Self::DisconnectAndQuit),
            (Some("quit"), None, None) => Ok(Self::Quit),
            (Some("cancel-sign-in"), Some(id), None) => {
                id.parse().map(Self::CancelSignIn).map_err(|_| UnknownEntry)
            }
            (Some("sign-in-again"), Some(id), None) => {
                id.parse().map(Self::SignInAgain).map_err(|_| UnknownEntry)
            }
            (Some("strategy"), Some(strategy), Some(owner)) => {
                let strategy = strategy.parse().map_err(|_| UnknownEntry)?;
                Ok(Self::SetStrategy { owner: owner.to_owned(), strategy })
            }
            (_, _, _) => Err(UnknownEntry),
        }
    }
}

/// The menu for `snapshot` at `now`.
pub fn menu(snapshot: &Snapshot, texts: &Texts, now: Timestamp) -> Menu {
    let groups = [
        notices(snapshot, texts),
        accounts(snapshot, texts, now),
        pools(snapshot, texts),
        sign_ins(snapshot, texts),
        vec![
            item(MenuAction::OpenDashboard, texts.get("tray.open_dashboard")),
            item(MenuAction::CopyEndpoint, texts.get("tray.copy_endpoint")),
        ],
        ends(snapshot, texts),
    ];
    let filled: Vec<Vec<Entry>> = groups.into_iter().filter(|group| !group.is_empty()).collect();
    Menu { entries: filled.join(&Entry::Separator) }
}

/// The menu while the engine has not answered yet.
pub fn starting(texts: &Texts) -> Menu {
    let entries = vec![
        Entry::Note(texts.get("tray.starting").to_owned()),
        Entry::Separator,
        item(MenuAction::OpenDashboard, texts.get("tray.open_dashboard")),
        item(MenuAction::Quit, texts.get("tray.quit")),
    ];
    Menu { entries }
}

/// Tools that are connected fail while nobody serves, so going back to what they had is offered.
fn ends(snapshot: &Snapshot, texts: &Texts) -> Vec<Entry> {
    let quit = item(MenuAction::Quit, texts.get("tray.quit"));
    match snapshot.clients.iter().any(|client| client.tool.is_some()) {
        true => {
            vec![item(MenuAction::DisconnectAndQuit, texts.get("tray.disconnect_and_quit")), quit]
        }
        false => vec![quit],
    }
}

fn item(action: MenuAction, label: impl Into<String>) -> Entry {
    Entry::Item { action, label: label.into() }
}

fn notices(snapshot: &Snapshot, texts: &Texts) -> Vec<Entry> {
    let rehearsal = match snapshot.mode {
        ModeView::Rehearsal => Some(texts.get("tray.rehearsal")),
        ModeView::Normal => None,
    };
    let vault = names::vault(texts, &snapshot.vault);
    let note = |text: &str| Entry::Note(text.to_owned());
    rehearsal.map(note).into_iter().chain(vault.map(|text| item(MenuAction::OpenDashboard, text))).collect()
}

fn accounts(snapshot: &Snapshot, texts: &Texts, now: Timestamp) -> Vec<Entry> {
    if snapshot.accounts.is_empty() {
        return vec![Entry::Note(texts.get("tray.no_accounts").to_owned())];
    }
    snapshot
        .accounts
        .iter()
        .map(|account| item(MenuAction::OpenDashboard, account_line(account, texts, now)))
        .collect()
}

/// Such as "Work: 5h 54% · weekly 39% · ready · resets in 2 h 14 min".
fn account_line(account: &AccountView, texts: &Texts, now: Timestamp) -> String {
    let windows = account.windows.iter().map(|window| names::window(texts, window));
    let state = names::state(texts, account.state).to_owned();
    let countdown = names::account_countdown(texts, now, account);
    let facts: Vec<String> = windows.chain([state]).chain(countdown).collect();
    let facts = facts.join(" · ");
    texts.fill("tray.account", &[("name", &account.display_name), ("facts", &facts)])
}

fn pools(snapshot: &Snapshot, texts: &Texts) -> Vec<Entry> {
    snapshot.pools.iter().map(|pool| pool_line(pool, snapshot, texts)).collect()
}

fn pool_line(pool: &PoolView, snapshot: &Snapshot, texts: &Texts) -> Entry {
    let owner = display_name(snapshot, &pool.owner);
    let strategy = names::strategy(texts, pool.strategy);
    let label = texts.fill("tray.pool", &[("owner", owner), ("strategy", strategy)]);
    let choice = |strategy: Strategy| Entry::Choice {
        action: MenuAction::SetStrategy { owner: pool.owner.clone(), strategy },
        label: names::strategy(texts, strategy).to_owned(),
        chosen: if strategy == pool.strategy { Chosen::Yes } else { Chosen::No },
    };
    Entry::Submenu { label, entries: Strategy::ALL.into_iter().map(choice).collect() }
}

/// What the person calls the account with this slug; the slug itself for one that is not there.
pub(crate) fn display_name<'a>(snapshot: &'a Snapshot, name: &'a str) -> &'a str {
    let found = snapshot.accounts.iter().find(|account| account.name == name);
    found.map_or(name, |account| &account.display_name)
}

fn sign_ins(snapshot: &Snapshot, texts: &Texts) -> Vec<Entry> {
    let adding = pending(snapshot, None);
    let add = match adding {
        None => vec![item(MenuAction::AddAccount, texts.get("tray.add_account"))],
        Some(sign_in) => vec![
            item(MenuAction::AddAccount, waiting(sign_in, texts)),
            item(MenuAction::CancelSignIn(sign_in.id), texts.get("tray.cancel_sign_in")),
        ],
    };
    let repairs = snapshot.accounts.iter().flat_map(|account| repair(account, snapshot, texts));
    add.into_iter().chain(repairs).collect()
}

fn repair(account: &AccountView, snapshot: &Snapshot, texts: &Texts) -> Vec<Entry> {
    let name = [("name", account.display_name.as_str())];
    let again = MenuAction::SignInAgain(account.id);
    match pending(snapshot, Some(&account.name)) {
        Some(sign_in) => vec![
            item(again, texts.fill("tray.sign_in_again_waiting", &name)),
            item(MenuAction::CancelSignIn(sign_in.id), texts.fill("tray.cancel_sign_in_of", &name)),
        ],
        None if account.needs == Needs::SignIn => {
            vec![item(again, texts.fill("tray.sign_in_again", &name))]
        }
        None => Vec::new(),
    }
}

fn waiting(sign_in: &SignInView, texts: &Texts) -> String {
    let key = match sign_in.state {
        SignInState::Exchanging => "tray.sign_in_finishing",
        SignInState::Waiting
        | SignInState::Done
        | SignInState::Failed
        | SignInState::Cancelled
        | SignInState::TimedOut => "tray.sign_in_waiting",
    };
    texts.get(key).to_owned()
}

/// The sign-in under way through a browser for this account, or for a new one. A device code is shown in the window,
/// and there is nothing for the tray to open again.
fn pending<'a>(snapshot: &'a Snapshot, account: Option<&str>) -> Option<&'a SignInView> {
    snapshot.sign_ins.iter().find(|sign_in| {
        let under_way = matches!(sign_in.state, SignInState::Waiting | SignInState::Exchanging);
        let through_browser = sign_in.method == SignInMethod::Browser;
        under_way && through_browser && sign_in.account.as_deref() == account
    })
}

#[cfg(test)]
mod tests;
