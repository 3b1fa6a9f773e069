//! What is shown for each situation.

use super::*;
use crate::test_situations::{Situation, situations};

#[test]
fn each_situation_has_its_level() {
    for situation in situations() {
        let Situation { name, level, .. } = &situation;
        let (router, accounts, now) = situation.router();
        assert_eq!(level_percent(&router, accounts.into_iter(), now), *level, "{name}");
    }
}

#[test]
fn the_least_that_is_left_of_a_pools_windows_is_its_level() {
    for situation in situations() {
        let (router, accounts, now) = situation.router();
        let least = window_levels(&router, &accounts, now).iter().map(|window| window.left_percent).min();
        assert_eq!(least, situation.level, "{}", situation.name);
    }
}

#[test]
fn each_situation_has_as_many_accounts_that_wait_for_a_person_as_it_says() {
    for situation in situations() {
        let (router, accounts, now) = situation.router();
        let states = accounts.iter().map(|account| router.state(*account, now).0);
        let waiting = states.filter(|state| Needs::of(*state).takes_a_person()).count();
        assert_eq!(waiting, situation.needing_person, "{}", situation.name);
    }
}

#[test]
fn a_state_that_needs_nothing_of_anybody_has_no_remedy_but_to_resume() {
    let states = [AccountState::Ready, AccountState::Paused];
    assert_eq!(states.map(Needs::of), [Needs::Nothing, Needs::Nothing]);
    assert_eq!(states.map(Remedy::of), [None, Some(Remedy::Resume)]);
}

#[test]
fn signing_in_again_cures_a_lost_workspace_and_no_refusal() {
    let cured = [AccountState::NeedsReauth, AccountState::SignInUncertain, AccountState::MissingWorkspace];
    assert!(cured.into_iter().all(|state| Needs::of(state) == Needs::SignIn));
    let others = [AccountState::Forbidden, AccountState::Billing, AccountState::Ready];
    assert!(others.into_iter().all(|state| Needs::of(state) != Needs::SignIn));
}
