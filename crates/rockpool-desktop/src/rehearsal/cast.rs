//! Who takes part in a rehearsal: three from the start, and more for whoever clicks "Add account".

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

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

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
        member("ben", "plus", "Ben (Plus)", both().used(62.0, 44.0).resetting_in(240, 2 * DAY), 4.0),
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
