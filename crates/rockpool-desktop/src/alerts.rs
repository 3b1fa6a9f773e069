//! Which changes deserve an alert, what it says and what a click on it does.
//!
//! # Policy
//!
//! Alerts are decided by comparing what was told with what the snapshot shows, so that a burst of events,
//! a missed one or the same one twice cannot tell anything twice. Each trouble of an account is told when
//! it begins and told to be over when it is, once each; one that passes by itself within
//! minutes (slowed down, unreachable) and one the person caused (paused) is not told at all, nor
//! does it end a trouble that was told before.
//!
//! - What needs a person is told at start too; what was merely exhausted before the start is not.
//! - A pool that is exhausted speaks for its accounts that were exhausted in the same moment, and so does one that
//!   comes back. Several accounts that are exhausted or come back in one moment share an alert.
//! - Sign-in alerts are never merged: each opens the sign-in of its own account.
//! - A vault that cannot be read speaks for all accounts behind it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rockpool_engine::snapshot::{AccountView, PoolView, Remedy, Snapshot, VaultKind, VaultState};
use rockpool_routing::AccountId;

use crate::text::catalogue::Texts;
use crate::text::names;
use crate::tray::menu::display_name;

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
    exhausted_pools: BTreeSet<String>,
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

/// What there is to do about an account, as far as alerts go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Begins(Trouble),
    Over,
    Quiet,
    Forget,
}

fn meaning(account: &AccountView) -> Meaning {
    let Some(remedy) = account.remedy else { return Meaning::Over };
    match remedy {
        Remedy::SignIn => Meaning::Begins(Trouble::SignIn),
        Remedy::SignInSoon => Meaning::Begins(Trouble::Uncertain),
        Remedy::PickWorkspace => Meaning::Begins(Trouble::Workspace),
        Remedy::WaitForReset => Meaning::Begins(Trouble::Exhausted),
        Remedy::AskProvider | Remedy::CheckBilling => Meaning::Begins(Trouble::Refused),
        Remedy::WaitAMoment | Remedy::WaitForRetry | Remedy::UnlockKeychain => Meaning::Quiet,
        Remedy::Resume => Meaning::Forget,
    }
}

/// What is new since the last look.
#[derive(Default)]
struct News<'a> {
    begun: Vec<(&'a AccountView, Trouble)>,
    back: Vec<&'a AccountView>,
    exhausted_pools: Vec<&'a PoolView>,
    pools_back: Vec<&'a PoolView>,
}

impl Alerts {
    /// Compares `snapshot` with what was told; the alerts that are due, the most pressing first.
    pub fn due(&mut self, snapshot: &Snapshot, texts: &Texts, now: Timestamp) -> Vec<Alert> {
        let vault = self.vault_alert(snapshot, texts);
        let mut news = self.news(snapshot);
        if self.seen == Seen::Nothing {
            news.begun.retain(|(_, trouble)| *trouble != Trouble::Exhausted);
            news.exhausted_pools.clear();
        }
        self.seen = Seen::Something;
        let spoken_for = |account: &AccountView, pools: &[&PoolView]| {
            account.pool.as_ref().is_some_and(|owner| pools.iter().any(|pool| pool.owner == *owner))
        };
        let sign_ins =
            news.begun.iter().filter_map(|(account, trouble)| trouble_alert(account, *trouble, texts));
        let exhausted_pools =
            news.exhausted_pools.iter().map(|pool| exhausted_pool_alert(pool, snapshot, texts, now));
        let pools_back = news.pools_back.iter().map(|pool| pool_back_alert(pool, snapshot, texts));
        let exhausted: Vec<&AccountView> = news
            .begun
            .iter()
            .filter(|(account, trouble)| {
                *trouble == Trouble::Exhausted && !spoken_for(account, &news.exhausted_pools)
            })
            .map(|(account, _)| *account)
            .collect();
        let back: Vec<&AccountView> =
            news.back.iter().copied().filter(|account| !spoken_for(account, &news.pools_back)).collect();
        vault
            .into_iter()
            .chain(sign_ins)
            .chain(exhausted_pools)
            .chain(exhausted_alert(&exhausted, texts, now))
            .chain(pools_back)
            .chain(back_alert(&back, texts))
            .collect()
    }

    fn news<'a>(&mut self, snapshot: &'a Snapshot) -> News<'a> {
        let mut news = News::default();
        let known: BTreeSet<AccountId> = snapshot.accounts.iter().map(|account| account.id).collect();
        self.accounts.retain(|id, _| known.contains(id));
        for account in &snapshot.accounts {
            match meaning(account) {
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
        self.exhausted_pools.retain(|owner| snapshot.pools.iter().any(|pool| pool.owner == *owner));
        for pool in &snapshot.pools {
            if pool.serving {
                if self.exhausted_pools.remove(&pool.owner) {
                    news.pools_back.push(pool);
                }
            } else if is_exhausted(pool, snapshot) && self.exhausted_pools.insert(pool.owner.clone()) {
                news.exhausted_pools.push(pool);
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
        let Some(title) = names::vault(texts, &snapshot.vault) else {
            let back = match snapshot.vault.kind {
                VaultKind::Keychain | VaultKind::Memory => "alert.vault_back",
                VaultKind::File => "alert.vault_file_back",
            };
            return Some(calm(texts.get(back), texts.get("alert.vault_back_body").to_owned()));
        };
        let body = match (state, snapshot.vault.kind) {
            (_, VaultKind::File) | (VaultState::Failed, _) => "alert.vault_failed_body",
            (VaultState::Ready | VaultState::Locked, _) => "alert.vault_locked_body",
            (VaultState::Missing, _) => "alert.vault_missing_body",
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

/// Whether the pool cannot serve for a while: not if an account is only slowed down or unreachable, if the
/// vault is to blame, or if all were paused by hand.
fn is_exhausted(pool: &PoolView, snapshot: &Snapshot) -> bool {
    let in_pool = |account: &&AccountView| account.pool.as_deref() == Some(pool.owner.as_str());
    let meanings = || snapshot.accounts.iter().filter(in_pool).map(meaning);
    let passes = meanings().any(|meaning| meaning == Meaning::Quiet);
    !passes && meanings().any(|meaning| meaning != Meaning::Forget)
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
        Some(at) => texts.fill("alert.next_reset", &[("time", &names::countdown(texts, now, at))]),
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

fn exhausted_pool_alert(pool: &PoolView, snapshot: &Snapshot, texts: &Texts, now: Timestamp) -> Alert {
    let owner = [("owner", display_name(snapshot, &pool.owner))];
    let (title, body) = match pool.until {
        Some(_) => (texts.fill("alert.pool_exhausted", &owner), return_line(pool.until, texts, now)),
        None => {
            let body = texts.get("alert.pool_needs_person").to_owned();
            (texts.fill("alert.pool_not_serving", &owner), body)
        }
    };
    Alert { urgency: Urgency::Critical, buttons: vec![dashboard_button(texts)], ..calm(&title, body) }
}

fn pool_back_alert(pool: &PoolView, snapshot: &Snapshot, texts: &Texts) -> Alert {
    let owner = display_name(snapshot, &pool.owner);
    calm(&texts.fill("alert.pool_back", &[("owner", owner)]), texts.get("alert.back_body").to_owned())
}

#[cfg(test)]
mod tests;
