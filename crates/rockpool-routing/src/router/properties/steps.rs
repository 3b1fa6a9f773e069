//! Random things that happen to a router.

use std::time::Duration;

use proptest::prelude::*;

use crate::account::{CredentialState, Wish};
use crate::quota::sketch::{Sketch, sketch};
use crate::router::tests::later;
use crate::throw::{Throw, thrown};
use crate::{Class, Conversations, Now, Standing, Strategy as Policy};

/// One of the open attempts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Which {
    Newest,
    Nth(u8),
}

/// A class whose times are not fixed yet.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome {
    Plain(Class),
    /// A used-up limit that resets so many seconds from now.
    UsedUp(u32),
}

impl Outcome {
    pub(super) fn at(self, now: Now) -> Class {
        match self {
            Self::Plain(class) => class,
            Self::UsedUp(ahead) => Class::UsageLimit { resets_at: Some(later(now, ahead.into()).wall) },
        }
    }
}

/// One thing that happens; accounts are named by their place.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Wait(u32),
    /// A request that names a conversation and ties, and whether its first candidate serves it at once.
    Choose {
        conversation: Option<u8>,
        ties: Vec<u8>,
        served: bool,
    },
    Begin(u8),
    Answer(Which),
    Settle(Which, Outcome),
    /// Begun and ended within the same second.
    Meet(u8, Outcome),
    Observe(u8, Sketch),
    Wish(u8, Wish),
    Credentials(u8, CredentialState),
    Stands(u8, Standing),
    Place(u8, u8),
    Bind(u8, u8),
    /// An account is removed and another one added.
    Replace(u8),
    Pool {
        strategy: Policy,
        conversations: Conversations,
        order: Vec<u8>,
    },
    Seed(u32),
}

/// Most happens to the same few: troubles meet there.
fn place(throw: &mut Throw) -> u8 {
    throw.pick(&[0, 0, 0, 0, 1, 1, 2, 3])
}

const fn slow(seconds: u64) -> Outcome {
    Outcome::Plain(Class::RateLimited { retry_after: Some(Duration::from_secs(seconds)) })
}

const fn fail(seconds: u64) -> Outcome {
    Outcome::Plain(Class::Failure { retry_after: Some(Duration::from_secs(seconds)) })
}

const FAILURE: Outcome = Outcome::Plain(Class::FAILURE);

/// The likelier, the more often it is listed.
const OUTCOMES: &[Outcome] = &[
    FAILURE,
    FAILURE,
    FAILURE,
    FAILURE,
    fail(20),
    fail(100_000),
    Outcome::Plain(Class::RateLimited { retry_after: None }),
    Outcome::Plain(Class::RateLimited { retry_after: None }),
    slow(0),
    slow(90),
    slow(100_000),
    Outcome::UsedUp(300),
    Outcome::UsedUp(20_000),
    Outcome::Plain(Class::UsageLimit { resets_at: None }),
    Outcome::Plain(Class::Success),
    Outcome::Plain(Class::Success),
    Outcome::Plain(Class::Rejected),
    Outcome::Plain(Class::Unauthorized),
    Outcome::Plain(Class::Unsuitable),
    Outcome::Plain(Class::ForeignCiphertext),
    Outcome::Plain(Class::Abandoned),
    Outcome::Plain(Class::MissingWorkspace),
    Outcome::Plain(Class::Forbidden),
    Outcome::Plain(Class::Billing),
];

fn which(throw: &mut Throw) -> Which {
    match throw.below(2) {
        0 => Which::Newest,
        _ => Which::Nth(throw.below(8) as u8),
    }
}

fn wait(throw: &mut Throw) -> Step {
    let longest = throw.pick(&[20, 20, 20, 1_000, 1_000, 1_000, 20_000, 20_000, 700_000]);
    Step::Wait(throw.below(longest) as u32)
}

fn choose(throw: &mut Throw) -> Step {
    Step::Choose {
        conversation: throw.pick(&[None, None, None, Some(0), Some(1), Some(2)]),
        ties: throw.pick(&[None, Some(0), Some(1)]).into_iter().collect(),
        served: throw.below(2) == 1,
    }
}

const CREDENTIALS: &[CredentialState] = &[
    CredentialState::Usable,
    CredentialState::Usable,
    CredentialState::UncertainServing,
    CredentialState::UncertainSpent,
    CredentialState::NeedsReauth,
    CredentialState::VaultLocked,
];
const STANDINGS: &[Standing] =
    &[Standing::Good, Standing::MissingWorkspace, Standing::Forbidden, Standing::Billing];

fn edit(throw: &mut Throw) -> Step {
    let place = place(throw);
    match throw.below(8) {
        0 => Step::Wish(place, throw.pick(&[Wish::Active, Wish::Paused])),
        1 => Step::Credentials(place, throw.pick(CREDENTIALS)),
        2 => Step::Stands(place, throw.pick(STANDINGS)),
        3 => Step::Replace(place),
        4 => Step::Seed(throw.below(9) as u32),
        _ => Step::Pool {
            strategy: throw.pick(&Policy::ALL),
            conversations: throw.pick(&[Conversations::Stay, Conversations::Rotate]),
            order: (0..throw.below(5)).map(|_| throw.below(4) as u8).collect(),
        },
    }
}

fn step(throw: &mut Throw) -> Step {
    match throw.below(30) {
        0..5 => wait(throw),
        5..11 => choose(throw),
        11..13 => Step::Begin(place(throw)),
        13..15 => Step::Answer(which(throw)),
        15..17 => Step::Settle(which(throw), throw.pick(OUTCOMES)),
        17..22 => Step::Meet(place(throw), throw.pick(OUTCOMES)),
        22..25 => Step::Observe(place(throw), sketch(throw)),
        25 => Step::Place(throw.below(3) as u8, place(throw)),
        26 => Step::Bind(throw.below(2) as u8, place(throw)),
        _ => edit(throw),
    }
}

/// Many things that happen, one after the other.
pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(thrown(step), 1..40)
}
