//! Which changes deserve an alert, once each.

use rockpool_routing::AccountState;

use super::*;
use crate::fixture::{Account, account, account_id, in_minutes, now, pool, snapshot};
use crate::text::language::Language;

/// One person's session: what is told, look after look.
struct Session(Alerts, Texts);

impl Session {
    /// A session that has seen `first`.
    fn after(first: &Snapshot) -> Self {
        let mut session = Self(Alerts::default(), Texts::load(Language::En));
        session.look(first);
        session
    }

    fn look(&mut self, snapshot: &Snapshot) -> Vec<Alert> {
        self.0.due(snapshot, &self.1, now())
    }

    fn titles(&mut self, snapshot: &Snapshot) -> Vec<String> {
        self.look(snapshot).into_iter().map(|alert| alert.title).collect()
    }
}

fn ada() -> Account {
    account(1, "ada").left(50, 50).pool("ada")
}

fn ben() -> Account {
    account(2, "ben").left(50, 50).pool("ada")
}

/// Ada and Ben in one pool that serves as long as one of them is ready.
fn pooled(ada: Account, ben: Account) -> Snapshot {
    let mut snapshot = snapshot(vec![ada.view(), ben.view()]);
    let ready = snapshot.accounts.iter().any(|account| account.state == AccountState::Ready);
    let until = snapshot.accounts.iter().filter_map(|account| account.until).min();
    snapshot.pools = vec![PoolView { serving: ready, until, ..pool("ada", &["ben"]) }];
    snapshot
}

#[test]
fn an_account_that_needs_sign_in_is_told_once_and_its_click_signs_in_to_it() {
    let mut session = Session::after(&pooled(ada(), ben()));
    let dead = pooled(ada(), ben().state(AccountState::NeedsReauth));
    let alerts = session.look(&dead);
    assert_eq!(alerts.len(), 1);
    assert_eq!(alerts[0].title, "ben needs you to sign in again");
    assert_eq!(alerts[0].urgency, Urgency::Critical);
    assert_eq!(alerts[0].click, AlertAction::SignIn(account_id(2)));
    assert_eq!(alerts[0].buttons[0].action, AlertAction::SignIn(account_id(2)));
    assert_eq!(session.look(&dead), []);
    assert_eq!(session.titles(&pooled(ada(), ben())), ["ben is back"]);
    assert_eq!(session.titles(&dead), ["ben needs you to sign in again"]);
}

#[test]
fn an_account_without_its_workspace_is_told_with_the_sign_in_that_cures_it() {
    let mut session = Session::after(&pooled(ada(), ben()));
    let lost = pooled(ada(), ben().state(AccountState::MissingWorkspace));
    let alerts = session.look(&lost);
    assert_eq!(alerts.len(), 1);
    assert_eq!(alerts[0].title, "ben has lost its workspace");
    assert_eq!(alerts[0].urgency, Urgency::Critical);
    assert_eq!(alerts[0].click, AlertAction::SignIn(account_id(2)));
    assert_eq!(session.look(&lost), []);
    assert_eq!(session.titles(&pooled(ada(), ben())), ["ben is back"]);
}

#[test]
fn an_exhausted_account_is_told_with_its_reset_and_told_when_it_is_back() {
    let mut session = Session::after(&pooled(ada(), ben()));
    let alerts = session.look(&pooled(ada(), ben().state(AccountState::Exhausted).until(134)));
    assert_eq!(alerts.len(), 1);
    assert_eq!(
        (alerts[0].title.as_str(), alerts[0].body.as_str()),
        ("ben is exhausted", "Back in 2 h 14 min.")
    );
    assert_eq!(alerts[0].click, AlertAction::OpenDashboard);
    assert_eq!(session.titles(&pooled(ada(), ben())), ["ben is back"]);
}

#[test]
fn faults_that_pass_by_themselves_and_pauses_are_not_told() {
    let mut session = Session::after(&pooled(ada(), ben()));
    for state in [AccountState::RateLimited, AccountState::Unreachable, AccountState::Paused] {
        assert_eq!(session.look(&pooled(ada(), ben().state(state))), []);
        assert_eq!(session.look(&pooled(ada(), ben())), []);
    }
    assert_eq!(
        session
            .look(&pooled(ada().state(AccountState::RateLimited), ben().state(AccountState::Exhausted)))
            .len(),
        1
    );
}

#[test]
fn a_passing_fault_in_between_does_not_tell_a_trouble_twice() {
    let mut session = Session::after(&pooled(ada(), ben()));
    let exhausted = pooled(ada(), ben().state(AccountState::Exhausted));
    assert_eq!(session.look(&exhausted).len(), 1);
    assert_eq!(session.look(&pooled(ada(), ben().state(AccountState::Unreachable))), []);
    assert_eq!(session.look(&exhausted), []);
}

#[test]
fn an_exhausted_pool_speaks_for_its_accounts_and_names_its_next_reset() {
    let mut session = Session::after(&pooled(ada().state(AccountState::Exhausted).until(300), ben()));
    let gone = |account: Account, minutes| account.state(AccountState::Exhausted).until(minutes);
    let exhausted = pooled(gone(ada(), 300), gone(ben(), 60));
    let alerts = session.look(&exhausted);
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    assert_eq!(alerts[0].title, "The pool of ada is exhausted");
    assert_eq!(alerts[0].body, "Back in 1 h 0 min.");
    assert_eq!(session.look(&exhausted), []);
    assert_eq!(session.titles(&pooled(gone(ada(), 240), ben())), ["The pool of ada is back"]);
}

#[test]
fn a_pool_that_only_waits_a_moment_is_not_called_exhausted() {
    let mut session = Session::after(&pooled(ada(), ben()));
    let moment = pooled(ada().state(AccountState::RateLimited), ben().state(AccountState::Unreachable));
    assert_eq!(session.look(&moment), []);
    let paused = pooled(ada().state(AccountState::Paused), ben().state(AccountState::Paused));
    assert_eq!(session.look(&paused), []);
}

#[test]
fn several_accounts_in_one_moment_share_an_alert() {
    let loose =
        |state| snapshot(vec![account(1, "ada").state(state).view(), account(2, "ben").state(state).view()]);
    let mut session = Session::after(&loose(AccountState::Ready));
    assert_eq!(session.titles(&loose(AccountState::Exhausted)), ["ada, ben is exhausted"]);
    assert_eq!(session.titles(&loose(AccountState::Ready)), ["ada, ben is back"]);
    assert_eq!(session.titles(&loose(AccountState::NeedsReauth)).len(), 2);
}

#[test]
fn at_start_only_what_needs_a_person_is_told() {
    let gone = ada().state(AccountState::Exhausted).until(60);
    let mut session = Session(Alerts::default(), Texts::load(Language::En));
    let first = pooled(gone, ben().state(AccountState::SignInUncertain));
    assert_eq!(session.titles(&first), ["ben should be signed in to again"]);
    assert_eq!(
        session.titles(&pooled(ada(), ben().state(AccountState::SignInUncertain))),
        ["The pool of ada is back"]
    );
}

#[test]
fn a_locked_vault_is_told_once_for_all_and_once_when_it_is_back() {
    let mut session = Session::after(&pooled(ada(), ben()));
    let mut locked = pooled(ada().state(AccountState::VaultLocked), ben().state(AccountState::VaultLocked));
    locked.vault.state = VaultState::Locked;
    assert_eq!(session.titles(&locked), ["The keychain is locked"]);
    assert_eq!(session.look(&locked), []);
    assert_eq!(session.titles(&pooled(ada(), ben())), ["The keychain is usable again"]);
}

#[test]
fn a_file_of_logins_that_fails_is_never_called_a_keychain() {
    let mut session = Session::after(&pooled(ada(), ben()));
    for state in [VaultState::Failed, VaultState::Locked] {
        let mut failed = pooled(ada(), ben());
        (failed.vault.kind, failed.vault.state) = (VaultKind::File, state);
        let alerts = session.look(&failed);
        assert_eq!(alerts[0].title, "The file with the sign-ins does not work");
        assert!(
            !alerts[0].body.contains("eychain") && !alerts[0].body.contains("nlock"),
            "{}",
            alerts[0].body
        );
    }
    let mut back = pooled(ada(), ben());
    back.vault.kind = VaultKind::File;
    assert_eq!(session.titles(&back), ["The file with the sign-ins is usable again"]);
}

#[test]
fn an_account_that_was_removed_and_added_again_starts_afresh() {
    let mut session = Session::after(&pooled(ada(), ben().state(AccountState::NeedsReauth)));
    assert_eq!(session.look(&snapshot(vec![ada().view()])), []);
    assert_eq!(session.look(&pooled(ada(), ben())), []);
}

#[test]
fn a_reset_that_is_unknown_is_said_to_be_so() {
    let mut session = Session::after(&pooled(ada(), ben()));
    let alerts = session.look(&pooled(ada(), ben().state(AccountState::Exhausted)));
    assert_eq!(alerts[0].body, "The provider did not say when it comes back.");
    assert!(in_minutes(0) == now());
}

#[test]
fn a_choice_is_found_by_its_id_and_a_closed_alert_is_none() {
    let mut session = Session::after(&pooled(ada(), ben()));
    let alerts = session.look(&pooled(ada(), ben().state(AccountState::NeedsReauth)));
    let alert = &alerts[0];
    let labels: Vec<&str> = alert.choices().into_iter().map(|(_, label)| label).collect();
    assert_eq!(labels, ["", "Sign in", "Open dashboard"]);
    let actions: Vec<_> = alert.choices().iter().map(|(id, _)| alert.chosen(id).cloned()).collect();
    let sign_in = Some(AlertAction::SignIn(account_id(2)));
    assert_eq!(actions, [sign_in.clone(), sign_in, Some(AlertAction::OpenDashboard)]);
    assert_eq!(alert.chosen("__closed"), None);
    assert_eq!(alert.chosen("7"), None);
}
