//! Turns a snapshot into the icon's water level and mark.
//!
//! # Policy
//!
//! The level is the headroom of everything together: the mean, over the accounts that are not paused, of
//! the smallest remaining percentage of each. A mean moves with every account, where a minimum would
//! show an empty pool as soon as one of five runs dry. An account that cannot serve until a person acts,
//! or that is exhausted, adds nothing: its quota is not to be had. One that is only slowed down or out of
//! reach counts with what it has, since that passes by itself. Accounts whose quota was never seen are left out.

use rockpool_engine::snapshot::{AccountView, Snapshot, VaultState};
use rockpool_routing::AccountState;

use super::icon::{IconState, Mark, Water};

/// Levels are drawn in steps of this many percent, so that the icon does not change with each request.
const STEP: u8 = 4;

/// What the icon shows for `snapshot`.
pub fn icon_state(snapshot: &Snapshot) -> IconState {
    IconState { water: water(&snapshot.accounts), mark: mark(snapshot) }
}

fn water(accounts: &[AccountView]) -> Water {
    let in_use: Vec<&AccountView> =
        accounts.iter().filter(|account| account.state != AccountState::Paused).collect();
    if in_use.is_empty() {
        return Water::NoAccount;
    }
    let shares: Vec<u32> = in_use.iter().filter_map(|account| share(account)).collect();
    let Ok(count @ 1..) = u32::try_from(shares.len()) else { return Water::Unknown };
    let mean = (shares.iter().sum::<u32>() + count / 2) / count;
    let mean = u8::try_from(mean.min(100)).unwrap_or(100);
    Water::Level(stepped(mean))
}

/// What the account adds to the pool, in percent; `None` where nothing is known.
fn share(account: &AccountView) -> Option<u32> {
    match account.state {
        AccountState::Exhausted
        | AccountState::NeedsReauth
        | AccountState::MissingWorkspace
        | AccountState::Forbidden
        | AccountState::Billing
        | AccountState::VaultLocked
        | AccountState::Paused => Some(0),
        AccountState::Ready
        | AccountState::RateLimited
        | AccountState::SignInUncertain
        | AccountState::Unreachable => account.remaining_percent.map(u32::from),
    }
}

/// Rounds to the step, keeping "nothing" and "something" apart.
fn stepped(percent: u8) -> u8 {
    match percent {
        0 => 0,
        1..STEP => STEP,
        _ => (percent + STEP / 2) / STEP * STEP,
    }
}

fn mark(snapshot: &Snapshot) -> Mark {
    let trouble = snapshot.vault.state != VaultState::Ready
        || snapshot.accounts.iter().any(|account| needs_a_person(account.state));
    if trouble { Mark::Warning } else { Mark::None }
}

/// Whether the state stays until somebody does something about it.
pub(crate) fn needs_a_person(state: AccountState) -> bool {
    match state {
        AccountState::NeedsReauth
        | AccountState::SignInUncertain
        | AccountState::MissingWorkspace
        | AccountState::Forbidden
        | AccountState::Billing
        | AccountState::VaultLocked => true,
        AccountState::Ready
        | AccountState::Paused
        | AccountState::Exhausted
        | AccountState::RateLimited
        | AccountState::Unreachable => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{account, snapshot};

    fn level(accounts: Vec<AccountView>) -> Water {
        icon_state(&snapshot(accounts)).water
    }

    #[test]
    fn the_level_is_the_mean_of_what_can_be_had() {
        let ada = account(1, "ada").left(80, 60);
        let ben = account(2, "ben").left(20, 90);
        assert_eq!(level(vec![ada.clone().view(), ben.clone().view()]), Water::Level(40));
        for state in [AccountState::NeedsReauth, AccountState::MissingWorkspace] {
            let dead = ben.clone().state(state);
            assert_eq!(level(vec![ada.clone().view(), dead.view()]), Water::Level(32), "{state:?}");
        }
    }

    #[test]
    fn a_paused_account_and_an_unknown_quota_do_not_count() {
        let ada = account(1, "ada").left(80, 80).view();
        let paused = account(2, "ben").left(10, 10).state(AccountState::Paused).view();
        let unknown = account(3, "cleo").view();
        assert_eq!(level(vec![ada, paused.clone(), unknown.clone()]), Water::Level(80));
        assert_eq!(level(vec![unknown]), Water::Unknown);
        assert_eq!(level(vec![paused]), Water::NoAccount);
        assert_eq!(level(vec![]), Water::NoAccount);
    }

    #[test]
    fn a_last_drop_is_not_drawn_as_nothing() {
        assert_eq!(level(vec![account(1, "ada").left(1, 50).view()]), Water::Level(4));
        assert_eq!(level(vec![account(1, "ada").left(0, 50).view()]), Water::Level(0));
    }

    #[test]
    fn trouble_that_needs_a_person_is_marked_and_passing_faults_are_not() {
        let one = |state| snapshot(vec![account(1, "ada").state(state).view()]);
        assert_eq!(icon_state(&one(AccountState::NeedsReauth)).mark, Mark::Warning);
        assert_eq!(icon_state(&one(AccountState::SignInUncertain)).mark, Mark::Warning);
        assert_eq!(icon_state(&one(AccountState::MissingWorkspace)).mark, Mark::Warning);
        assert_eq!(icon_state(&one(AccountState::RateLimited)).mark, Mark::None);
        let mut locked = one(AccountState::Ready);
        locked.vault.state = VaultState::Locked;
        assert_eq!(icon_state(&locked).mark, Mark::Warning);
    }
}
