//! Who takes part in a rehearsal: three from the start, and more for whoever clicks "Add account".

use std::time::Duration;

use rockpool_sim::{Cost, Person, SeatId, Windows};

/// A person and how the account is shown.
pub(crate) struct Member {
    /// As the simulator knows them.
    pub(crate) person: Person,
    /// What the account is called.
    pub(crate) display_name: &'static str,
}

impl Member {
    /// The seat in the one workspace.
    pub(crate) fn seat(&self) -> SeatId {
        self.person.first_seat()
    }
}

/// How many sign in by themselves.
pub(crate) const OPENING: usize = 3;

/// Which member is exhausted.
pub(crate) const SPENDER: usize = 1;
/// Which member loses the login.
pub(crate) const LOSER: usize = 2;

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

/// As the simulator starts with them; the spender's five hours end after `reset`. A provider that moves the end of a
/// window contradicts itself, so it stands from the beginning.
pub(crate) fn people(reset: Duration) -> Vec<Person> {
    let mut people: Vec<Person> = members().into_iter().map(|member| member.person).collect();
    for workspace in people.get_mut(SPENDER).into_iter().flat_map(|spender| &mut spender.workspaces) {
        workspace.windows = ending_in(workspace.windows.clone(), reset);
    }
    people
}

/// The same windows, of which the shorter one ends after `reset`.
pub(crate) fn ending_in(windows: Windows, reset: Duration) -> Windows {
    let week = windows.secondary.as_ref().map_or(0, |window| window.resets_in_seconds);
    windows.resetting_in((reset + Duration::from_millis(500)).as_secs().max(1), week)
}

/// All of them, in the order in which they come to the sign-in page.
pub(crate) fn members() -> Vec<Member> {
    let both = Windows::five_hours_and_weekly;
    vec![
        member(
            "ada",
            "pro",
            "Ada (Pro)",
            Windows::weekly_only().used(18.0, 0.0).resetting_in(4 * DAY, 0),
            0.3,
        ),
        member("ben", "plus", "Ben (Plus)", both().used(62.0, 44.0).resetting_in(HOUR, 2 * DAY), 2.5),
        member("cleo", "team", "Cleo (Team)", both().used(35.0, 57.0).resetting_in(3 * HOUR, 5 * DAY), 1.0),
        member("dora", "plus", "Dora (Plus)", both().used(5.0, 20.0), 0.5),
        member("emil", "pro", "Emil (Pro)", Windows::weekly_only().used(55.0, 0.0), 0.3),
    ]
}

fn member(name: &str, plan: &str, display_name: &'static str, windows: Windows, cost: f64) -> Member {
    let mut person = Person::named(name, plan, windows);
    for workspace in &mut person.workspaces {
        workspace.cost = Cost { primary: cost, secondary: cost / 5.0 };
    }
    Member { person, display_name }
}
