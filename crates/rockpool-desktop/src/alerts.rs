//! Which changes deserve an alert, what it says and what a click on it does.
//!
//! # Policy
//!
//! Alerts are decided by comparing what was told with what the snapshot shows, so that a burst of events,
//! a missed one or the same one twice cannot tell anything twice. Each trouble of an account is told when
//! it begins and told to be over when it is, once each; one that passes by itself within
//! minutes (slowed down, out of reach) and one the person caused (paused) is not told at all, nor
//! does it end a trouble that was told before.
//!
//! - What needs a person is told at start too; what merely ran out before the start is not.
//! - A pool that runs dry speaks for its accounts that ran dry in the same moment, and so does one that
//!   comes back. Several accounts that run dry or come back in one moment share an alert.
//! - Sign-in alerts are never merged: each opens the sign-in of its own account.
//! - A vault that cannot be read speaks for all accounts behind it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rockpool_engine::snapshot::{AccountView, PoolView, Snapshot, VaultState};
use rockpool_routing::{AccountId, AccountState};

use crate::texts::Texts;
use crate::tray::menu::display_name;
use crate::tray::words;

/// The id that notification services give to a click on the alert itself (Desktop Notifications 1.2).
const CLICK: &str = "default";

/// One desktop notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// What it is about, in a few words.
    pub title: String,
    /// What happened and what can be done.
    pub body: String,
    /// How much it presses.
    pub urgency: Urgency,
    /// What a click on the alert itself does.
    pub click: AlertAction,
    /// Its buttons.
    pub buttons: Vec<Button>,
}

/// A button of an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// What it says.
    pub label: String,
    /// What it does.
    pub action: AlertAction,
}

/// How much an alert presses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// Good to know.
    Normal,
    /// Work stands still until somebody acts.
    Critical,
}

/// What a click on an alert asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlertAction {
    /// Open the window.
    OpenDashboard,
    /// Sign in to this account again.
    SignIn(AccountId),
}

impl Alert {
    /// Ids and labels for the desktop's notification service: the click on the alert itself, whose label is
    /// empty lest it be shown as a button, then the buttons.
    pub fn choices(&self) -> Vec<(String, &str)> {
        let click = (CLICK.to_owned(), "");
        let buttons = self.buttons.iter().enumerate();
        let buttons = buttons.map(|(place, button)| (place.to_string(), button.label.as_str()));
        std::iter::once(click).chain(buttons).collect()
    }

    /// What the choice with this id asks for; `None` for an id that means no choice, such as a closed alert.
    pub fn chosen(&self, id: &str) -> Option<&AlertAction> {
        if id == CLICK {
            return Some(&self.click);
        }
        let place: usize = id.parse().ok()?;
        self.buttons.get(place).map(|button| &button.action)
    }
}

/// What the person has been told and not yet told to be over.
#[derive(Debug, Default)]
pub struct Alerts {
    accounts: BTreeMap<AccountId, Trouble>,
    dry_pools: BTreeSet<String>,
    vault: Option<VaultState>,
    seen: Seen,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Seen {
    #[default]
    Nothing,
    Something,
}

/// A trouble of an account that is worth an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    SignIn,
    Uncertain,
    Workspace,
    Exhausted,
    Refused,
}

/// What an account's state means for alerts.
enum Meaning {
    Begins(Trouble),
    Over,
    Quiet,
    Forget,
}

fn meaning(state: AccountState) -> Meaning {
    match state {
        AccountState::NeedsReauth => Meaning::Begins(Trouble::SignIn),
        AccountState::SignInUncertain => Meaning::Begins(Trouble::Uncertain),
        AccountState::MissingWorkspace => Meaning::Begins(Trouble::Workspace),
        AccountState::Exhausted => Meaning::Begins(Trouble::Exhausted),
        AccountState::Forbidden | AccountState::Billing => Meaning::Begins(Trouble::Refused),
        AccountState::Ready => Meaning::Over,
        AccountState::RateLimited | AccountState::Unreachable | AccountState::VaultLocked => Meaning::Quiet,
        AccountState::Paused => Meaning::Forget,
    }
}

/// What is new since the last look.
#[derive(Default)]
struct News<'a> {
    begun: Vec<(&'a AccountView, Trouble)>,
    back: Vec<&'a AccountView>,
    dry: Vec<&'a PoolView>,
    refilled: Vec<&'a PoolView>,
}

impl Alerts {
    /// Compares `snapshot` with what was told; the alerts that are due, the most pressing first.
    pub fn due(&mut self, snapshot: &Snapshot, texts: &Texts, now: Timestamp) -> Vec<Alert> {
        let vault = self.vault_alert(snapshot, texts);
        let mut news = self.news(snapshot);
        if self.seen == Seen::Nothing {
            news.begun.retain(|(_, trouble)| *trouble != Trouble::Exhausted);
            news.dry.clear();
        }
        self.seen = Seen::Something;
        let spoken_for = |account: &AccountView, pools: &[&PoolView]| {
            account.pool.as_ref().is_some_and(|owner| pools.iter().any(|pool| pool.owner == *owner))
        };
        let sign_ins =
            news.begun.iter().filter_map(|(account, trouble)| trouble_alert(account, *trouble, texts));
        let dry = news.dry.iter().map(|pool| dry_alert(pool, snapshot, texts, now));
        let refilled = news.refilled.iter().map(|pool| refilled_alert(pool, snapshot, texts));
        let exhausted: Vec<&AccountView> = news
            .begun
            .iter()
            .filter(|(account, trouble)| *trouble == Trouble::Exhausted && !spoken_for(account, &news.dry))
            .map(|(account, _)| *account)
            .collect();
        let back: Vec<&AccountView> =
            news.back.iter().copied().filter(|account| !spoken_for(account, &news.refilled)).collect();
        vault
            .into_iter()
            .chain(sign_ins)
            .chain(dry)
            .chain(exhausted_alert(&exhausted, texts, now))
            .chain(refilled)
            .chain(back_alert(&back, texts))
            .collect()
    }

    fn news<'a>(&mut self, snapshot: &'a Snapshot) -> News<'a> {
        let mut news = News::default();
        let known: BTreeSet<AccountId> = snapshot.accounts.iter().map(|account| account.id).collect();
        self.accounts.retain(|id, _| known.contains(id));
        for account in &snapshot.accounts {
            match meaning(account.state) {
                Meaning::Begins(trouble) => {
                    if self.accounts.insert(account.id, trouble) != Some(trouble) {
                        news.begun.push((account, trouble));
                    }
                }
                Meaning::Over => {
                    if self.accounts.remove(&account.id).is_some() {
                        news.back.push(account);
                    }
                }
                Meaning::Quiet => {}
                Meaning::Forget => {
                    self.accounts.remove(&account.id);
                }
            }
        }
        self.dry_pools.retain(|owner| snapshot.pools.iter().any(|pool| pool.owner == *owner));
        for pool in &snapshot.pools {
            if pool.serving {
                if self.dry_pools.remove(&pool.owner) {
                    news.refilled.push(pool);
                }
            } else if is_dry(pool, snapshot) && self.dry_pools.insert(pool.owner.clone()) {
                news.dry.push(pool);
            }
        }
        news
    }

    fn vault_alert(&mut self, snapshot: &Snapshot, texts: &Texts) -> Option<Alert> {
        let state = snapshot.vault.state;
        let told = self.vault.replace(state).unwrap_or(VaultState::Ready);
        if told == state {
            return None;
        }
        let Some(title) = words::vault(texts, state) else {
            return Some(calm(texts.get("alert.vault_back"), texts.get("alert.vault_back_body").to_owned()));
        };
        let body = match state {
            VaultState::Ready | VaultState::Locked => "alert.vault_locked_body",
            VaultState::Missing => "alert.vault_missing_body",
            VaultState::Failed => "alert.vault_failed_body",
        };
        Some(Alert {
            title: title.to_owned(),
            body: texts.get(body).to_owned(),
            urgency: Urgency::Critical,
            click: AlertAction::OpenDashboard,
            buttons: vec![dashboard_button(texts)],
        })
    }
}

/// Whether the pool is dry for a while: not if an account is only slowed down or out of reach, if the
/// vault is to blame, or if all were paused by hand.
fn is_dry(pool: &PoolView, snapshot: &Snapshot) -> bool {
    let in_pool = |account: &&AccountView| account.pool.as_deref() == Some(pool.owner.as_str());
    let states = || snapshot.accounts.iter().filter(in_pool).map(|account| account.state);
    let passing = states().any(|state| match state {
        AccountState::RateLimited | AccountState::Unreachable | AccountState::VaultLocked => true,
        AccountState::Ready
        | AccountState::Paused
        | AccountState::Exhausted
        | AccountState::NeedsReauth
        | AccountState::SignInUncertain
        | AccountState::MissingWorkspace
        | AccountState::Forbidden
        | AccountState::Billing => false,
    });
    !passing && states().any(|state| state != AccountState::Paused)
}

/// A problem that the person ran into by a click, such as a sign-in that could not be started.
pub fn failure(detail: &str, texts: &Texts) -> Alert {
    calm(texts.get("alert.failed"), detail.to_owned())
}

fn calm(title: &str, body: String) -> Alert {
    Alert {
        title: title.to_owned(),
        body,
        urgency: Urgency::Normal,
        click: AlertAction::OpenDashboard,
        buttons: Vec::new(),
    }
}

fn dashboard_button(texts: &Texts) -> Button {
    Button { label: texts.get("tray.open_dashboard").to_owned(), action: AlertAction::OpenDashboard }
}

fn trouble_alert(account: &AccountView, trouble: Trouble, texts: &Texts) -> Option<Alert> {
    let (title, body) = match trouble {
        Trouble::Exhausted => return None,
        Trouble::Refused => {
            let name = [("name", account.display_name.as_str())];
            let title = texts.fill("alert.refused", &name);
            return Some(calm(&title, texts.fill("alert.refused_body", &name)));
        }
        Trouble::SignIn => ("alert.needs_sign_in", "alert.needs_sign_in_body"),
        Trouble::Uncertain => ("alert.uncertain", "alert.uncertain_body"),
        Trouble::Workspace => ("alert.missing_workspace", "alert.missing_workspace_body"),
    };
    let name = [("name", account.display_name.as_str())];
    let sign_in = AlertAction::SignIn(account.id);
    Some(Alert {
        title: texts.fill(title, &name),
        body: texts.fill(body, &name),
        urgency: Urgency::Critical,
        click: sign_in.clone(),
        buttons: vec![
            Button { label: texts.get("alert.sign_in").to_owned(), action: sign_in },
            dashboard_button(texts),
        ],
    })
}

fn names(accounts: &[&AccountView], texts: &Texts) -> String {
    let names: Vec<String> = accounts.iter().map(|account| account.display_name.clone()).collect();
    texts.list(&names)
}

fn exhausted_alert(accounts: &[&AccountView], texts: &Texts, now: Timestamp) -> Option<Alert> {
    if accounts.is_empty() {
        return None;
    }
    let title = texts.fill("alert.exhausted", &[("names", &names(accounts, texts))]);
    let body = return_line(accounts.iter().filter_map(|account| account.until).min(), texts, now);
    Some(Alert { buttons: vec![dashboard_button(texts)], ..calm(&title, body) })
}

fn return_line(until: Option<Timestamp>, texts: &Texts, now: Timestamp) -> String {
    match until {
        Some(at) => texts.fill("alert.next_reset", &[("time", &words::countdown(texts, now, at))]),
        None => texts.get("alert.reset_unknown").to_owned(),
    }
}

fn back_alert(accounts: &[&AccountView], texts: &Texts) -> Option<Alert> {
    if accounts.is_empty() {
        return None;
    }
    let title = texts.fill("alert.back", &[("names", &names(accounts, texts))]);
    Some(calm(&title, texts.get("alert.back_body").to_owned()))
}

fn dry_alert(pool: &PoolView, snapshot: &Snapshot, texts: &Texts, now: Timestamp) -> Alert {
    let owner = display_name(snapshot, &pool.owner);
    let title = texts.fill("alert.pool_dry", &[("owner", owner)]);
    let body = match pool.until {
        Some(_) => return_line(pool.until, texts, now),
        None => texts.get("alert.pool_dry_needs_person").to_owned(),
    };
    Alert { urgency: Urgency::Critical, buttons: vec![dashboard_button(texts)], ..calm(&title, body) }
}

fn refilled_alert(pool: &PoolView, snapshot: &Snapshot, texts: &Texts) -> Alert {
    let owner = display_name(snapshot, &pool.owner);
    calm(&texts.fill("alert.pool_back", &[("owner", owner)]), texts.get("alert.back_body").to_owned())
}

#[cfg(test)]
mod tests;
