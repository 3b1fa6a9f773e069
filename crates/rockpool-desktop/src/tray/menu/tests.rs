//! Menus compared as values.

use rockpool_engine::snapshot::{VaultKind, VaultState};
use rockpool_routing::AccountState;

use super::*;
use crate::fixture::{account, account_id, client, now, pool, put, sign_in, snapshot};
use crate::text::language::Language;

fn english(snapshot: &Snapshot) -> Menu {
    menu(snapshot, &Texts::load(Language::En), now())
}

/// The menu as it reads, a submenu's entries indented, what can be clicked followed by its id.
fn read(entries: &[Entry]) -> Vec<String> {
    let line = |entry: &Entry| match entry {
        Entry::Note(text) => vec![format!("({text})")],
        Entry::Item { action, label } => vec![format!("{label} -> {action}")],
        Entry::Choice { action, label, chosen: Chosen::Yes } => vec![format!("* {label} -> {action}")],
        Entry::Choice { action, label, chosen: Chosen::No } => vec![format!("- {label} -> {action}")],
        Entry::Submenu { label, entries } => {
            let inner = read(entries).into_iter().map(|line| format!("  {line}"));
            std::iter::once(label.clone()).chain(inner).collect()
        }
        Entry::Separator => vec!["---".to_owned()],
    };
    entries.iter().flat_map(line).collect()
}

#[test]
fn without_accounts_the_menu_offers_to_add_one() {
    let menu = english(&snapshot(vec![]));
    assert_eq!(
        read(&menu.entries),
        [
            "(No account yet)",
            "---",
            "Add account… -> add-account",
            "---",
            "Open dashboard -> open-dashboard",
            "Copy endpoint -> copy-endpoint",
            "---",
            "Quit -> quit",
        ]
    );
}

#[test]
fn accounts_pools_and_repairs_have_a_line_each() {
    let ada = account(1, "ada").left(54, 39).pool("ada");
    let ben = account(2, "ben").left(0, 72).state(AccountState::Exhausted).until(134).pool("ada");
    let cleo = account(3, "cleo").state(AccountState::NeedsReauth).pool("ada");
    let mut view = snapshot(vec![ada.view(), ben.view(), cleo.view()]);
    view.accounts[0].display_name = "Ada & co".to_owned();
    view.pools = vec![pool("ada", &["ben", "cleo"])];
    let third = account_id(3);
    assert_eq!(
        read(&english(&view).entries),
        [
            "Ada & co: 5h 54% · weekly 39% · ready · resets in 2 h 14 min -> open-dashboard".to_owned(),
            "ben: 5h 0% · weekly 72% · exhausted · back in 2 h 14 min -> open-dashboard".to_owned(),
            "cleo: sign-in needed -> open-dashboard".to_owned(),
            "---".to_owned(),
            "Pool of Ada & co: in turn".to_owned(),
            "  - owner first -> strategy/primary_first/ada".to_owned(),
            "  * in turn -> strategy/round_robin/ada".to_owned(),
            "  - in list order -> strategy/priority_order/ada".to_owned(),
            "  - most left first -> strategy/most_headroom/ada".to_owned(),
            "  - soonest reset first -> strategy/soonest_reset/ada".to_owned(),
            "---".to_owned(),
            "Add account… -> add-account".to_owned(),
            format!("Sign in again: cleo -> sign-in-again/{third}"),
            "---".to_owned(),
            "Open dashboard -> open-dashboard".to_owned(),
            "Copy endpoint -> copy-endpoint".to_owned(),
            "---".to_owned(),
            "Quit -> quit".to_owned(),
        ]
    );
}

#[test]
fn while_a_tool_is_connected_quitting_offers_to_let_it_go() {
    let mut view = snapshot(vec![]);
    for (tool, expected) in [(None, 1), (Some("codex"), 2)] {
        view.clients = vec![client(tool)];
        let lines = read(&english(&view).entries);
        let ends: Vec<_> = lines.rsplit(|line| line == "---").next().unwrap().to_vec();
        let all = ["Disconnect tools and quit -> disconnect-and-quit", "Quit -> quit"];
        assert_eq!(ends, all[2 - expected..]);
    }
}

#[test]
fn signing_in_again_is_offered_where_it_is_the_cure_and_nowhere_else() {
    let offered = |state| {
        let menu = english(&snapshot(vec![account(3, "cleo").state(state).view()]));
        read(&menu.entries).iter().any(|line| line.starts_with("Sign in again: cleo"))
    };
    for state in [AccountState::NeedsReauth, AccountState::SignInUncertain, AccountState::MissingWorkspace] {
        assert!(offered(state), "{state:?}");
    }
    for state in [AccountState::Ready, AccountState::Forbidden, AccountState::Billing] {
        assert!(!offered(state), "{state:?}");
    }
}

#[test]
fn a_pending_sign_in_shows_that_it_waits_and_can_be_cancelled() {
    let cleo = account(3, "cleo").state(AccountState::NeedsReauth).view();
    let mut view = snapshot(vec![cleo]);
    view.sign_ins = vec![sign_in(8, None), sign_in(9, Some("cleo"))];
    let lines = read(&english(&view).entries);
    let (first, second) = (view.sign_ins[0].id, view.sign_ins[1].id);
    assert_eq!(
        lines[2..6],
        [
            "Waiting for the browser… (open again) -> add-account".to_owned(),
            format!("Cancel sign-in -> cancel-sign-in/{first}"),
            format!("Waiting for the browser: cleo… (open again) -> sign-in-again/{}", account_id(3)),
            format!("Cancel sign-in: cleo -> cancel-sign-in/{second}"),
        ]
    );
}

#[test]
fn a_sign_in_that_has_ended_leaves_the_menu_as_it_was() {
    let mut view = snapshot(vec![]);
    let before = english(&view);
    view.sign_ins = vec![SignInView { state: SignInState::Cancelled, ..sign_in(8, None) }];
    assert_eq!(english(&view), before);
}

#[test]
fn a_code_that_waits_to_be_entered_leaves_the_menu_as_it_was() {
    let mut view = snapshot(vec![]);
    let before = english(&view);
    let code = Some("ABCD-12345".to_owned());
    view.sign_ins = vec![SignInView { method: SignInMethod::Device, user_code: code, ..sign_in(8, None) }];
    assert_eq!(english(&view), before);
}

#[test]
fn rehearsal_comes_first_and_a_locked_vault_follows() {
    let mut view = snapshot(vec![]);
    view.mode = ModeView::Rehearsal;
    view.vault.state = VaultState::Locked;
    let lines = read(&english(&view).entries);
    assert_eq!(lines[0], "(Rehearsal: simulated accounts only)");
    assert_eq!(lines[1], "The keychain is locked -> open-dashboard");
    view.vault.kind = VaultKind::File;
    let lines = read(&english(&view).entries);
    assert_eq!(lines[1], "The file with the sign-ins does not work -> open-dashboard");
}

#[test]
fn every_action_is_read_back_from_its_id() {
    let actions = [
        MenuAction::OpenDashboard,
        MenuAction::AddAccount,
        MenuAction::CancelSignIn(sign_in(7, None).id),
        MenuAction::SignInAgain(account_id(4)),
        MenuAction::SetStrategy { owner: "codex-pro-1".to_owned(), strategy: Strategy::PriorityOrder },
        MenuAction::CopyEndpoint,
        MenuAction::DisconnectAndQuit,
        MenuAction::Quit,
    ];
    for action in actions {
        assert_eq!(action.to_string().parse(), Ok(action));
    }
    for junk in ["", "quit/now", "strategy/fastest/ada", "sign-in-again/ada", "strategy"] {
        assert_eq!(junk.parse::<MenuAction>(), Err(UnknownEntry), "{junk}");
    }
}

#[test]
fn every_language_builds_the_same_actions() {
    let mut view = snapshot(vec![account(3, "cleo").left(5, 5).state(AccountState::NeedsReauth).view()]);
    view.pools = vec![pool("cleo", &[])];
    let actions = |language| {
        let menu = menu(&view, &Texts::load(language), now());
        let lines = read(&menu.entries);
        lines.iter().filter_map(|line| Some(line.split_once(" -> ")?.1.to_owned())).collect::<Vec<_>>()
    };
    for language in Language::ALL {
        assert_eq!(actions(language), actions(Language::En), "{}", language.tag());
    }
}

#[test]
fn a_menu_keeps_its_shape_while_only_the_words_of_its_items_change() {
    let mut view = snapshot(vec![account(1, "ada").left(54, 39).view()]);
    view.pools = vec![pool("ada", &[])];
    let before = english(&view);
    view.accounts[0].remaining_percent = Some(1);
    view.accounts[0].windows.clear();
    let after = english(&view);
    assert_ne!(before, after);
    assert!(before.has_shape_of(&after));
    view.pools[0].strategy = Strategy::PriorityOrder;
    assert!(!after.has_shape_of(&english(&view)), "the submenu has another name");
    let before = english(&view);
    put(&mut view.accounts[0], AccountState::NeedsReauth);
    assert!(!before.has_shape_of(&english(&view)));
}
