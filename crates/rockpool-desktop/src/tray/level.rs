//! Turns a snapshot into the icon's water level and mark.

use rockpool_engine::snapshot::{Snapshot, VaultState};
use rockpool_routing::AccountState;

use super::icon::{IconState, Mark, Water};

/// Levels are drawn in steps of this many percent, so that the icon does not change with each request.
const STEP: u8 = 4;

/// What the icon shows for `snapshot`.
pub fn icon_state(snapshot: &Snapshot) -> IconState {
    IconState { water: water(snapshot), mark: mark(snapshot) }
}

fn water(snapshot: &Snapshot) -> Water {
    let in_use = snapshot.accounts.iter().any(|account| account.state != AccountState::Paused);
    match snapshot.level_percent {
        Some(percent) => Water::Level(stepped(percent)),
        None if in_use => Water::Unknown,
        None => Water::NoAccount,
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
    let trouble = snapshot.vault.state != VaultState::Ready || snapshot.needing_person > 0;
    if trouble { Mark::Warning } else { Mark::None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{account, situations, snapshot};

    #[test]
    fn the_water_is_the_level_of_each_situation() {
        for situation in situations() {
            let shown = icon_state(&situation.snapshot()).water;
            match (shown, situation.level) {
                (Water::Level(water), Some(level)) => {
                    assert!(water.abs_diff(level) <= STEP, "{}: {water} for {level}", situation.name);
                    assert_eq!(water == 0, level == 0, "{}", situation.name);
                }
                (Water::Unknown, None) => assert_eq!(situation.name, "no quota was seen yet"),
                (Water::NoAccount, None) => assert!(
                    ["all are paused", "there is no account"].contains(&situation.name.as_str()),
                    "{}",
                    situation.name
                ),
                (shown, level) => panic!("{}: {shown:?} for {level:?}", situation.name),
            }
        }
    }

    #[test]
    fn the_level_is_drawn_in_steps() {
        let water = |level_percent| {
            let accounts = vec![account(1, "ada").left(80, 60).view()];
            icon_state(&Snapshot { level_percent, ..snapshot(accounts) }).water
        };
        assert_eq!(water(Some(40)), Water::Level(40));
        assert_eq!(water(Some(30)), Water::Level(32));
        assert_eq!(water(None), Water::Unknown);
    }

    #[test]
    fn a_last_drop_is_not_drawn_as_nothing() {
        let level = |level_percent| icon_state(&Snapshot { level_percent, ..snapshot(vec![]) }).water;
        assert_eq!(level(Some(1)), Water::Level(4));
        assert_eq!(level(Some(0)), Water::Level(0));
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
        for situation in situations() {
            let marked = icon_state(&situation.snapshot()).mark == Mark::Warning;
            assert_eq!(marked, situation.needing_person > 0, "{}", situation.name);
        }
    }
}
