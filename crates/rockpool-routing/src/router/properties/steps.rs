//! Random things that happen to a router.

use std::time::Duration;

use proptest::prelude::*;

use crate::account::{CredentialState, Wish};
use crate::quota::sketch::{Sketch, sketch};
use crate::router::tests::later;
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

fn one_of<T: Clone + std::fmt::Debug + 'static>(choices: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(choices)
}

/// Most happens to the same few: troubles meet there.
fn place() -> impl Strategy<Value = u8> {
    one_of(&[0, 0, 0, 0, 1, 1, 2, 3])
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

fn outcome() -> impl Strategy<Value = Outcome> {
    one_of(OUTCOMES)
}

fn which() -> impl Strategy<Value = Which> {
    prop_oneof![Just(Which::Newest), (0u8..8).prop_map(Which::Nth)]
}

fn wait() -> impl Strategy<Value = Step> {
    prop_oneof![3 => 0u32..20, 3 => 0u32..1_000, 2 => 0u32..20_000, 1 => 0u32..700_000].prop_map(Step::Wait)
}

fn choose() -> impl Strategy<Value = Step> {
    let conversation = prop::option::of(0u8..3);
    let ties = prop::collection::vec(0u8..2, 0..2);
    (conversation, ties, any::<bool>()).prop_map(|(conversation, ties, served)| Step::Choose {
        conversation,
        ties,
        served,
    })
}

fn edit() -> impl Strategy<Value = Step> {
    let credentials = one_of(&[
        CredentialState::Usable,
        CredentialState::Usable,
        CredentialState::UncertainServing,
        CredentialState::UncertainSpent,
        CredentialState::NeedsReauth,
        CredentialState::VaultLocked,
    ]);
    let standing =
        one_of(&[Standing::Good, Standing::MissingWorkspace, Standing::Forbidden, Standing::Billing]);
    let conversations = one_of(&[Conversations::Stay, Conversations::Rotate]);
    let order = prop::collection::vec(place(), 0..5);
    prop_oneof![
        1 => (place(), one_of(&[Wish::Active, Wish::Paused])).prop_map(|(place, wish)| Step::Wish(place, wish)),
        1 => (place(), credentials).prop_map(|(place, state)| Step::Credentials(place, state)),
        1 => (place(), standing).prop_map(|(place, standing)| Step::Stands(place, standing)),
        1 => place().prop_map(Step::Replace),
        3 => (one_of(&Policy::ALL), conversations, order).prop_map(|(strategy, conversations, order)| {
            Step::Pool { strategy, conversations, order }
        }),
        1 => (0u32..9).prop_map(Step::Seed),
    ]
}

/// Anything that can happen.
pub(super) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => wait(),
        6 => choose(),
        2 => place().prop_map(Step::Begin),
        2 => which().prop_map(Step::Answer),
        2 => (which(), outcome()).prop_map(|(which, outcome)| Step::Settle(which, outcome)),
        5 => (place(), outcome()).prop_map(|(place, outcome)| Step::Meet(place, outcome)),
        3 => (place(), sketch()).prop_map(|(place, sketch)| Step::Observe(place, sketch)),
        1 => (0u8..3, place()).prop_map(|(name, place)| Step::Place(name, place)),
        1 => (0u8..2, place()).prop_map(|(name, place)| Step::Bind(name, place)),
        3 => edit(),
    ]
}

/// Many things, one after the other; every account is known to have quota at first.
pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 1..40)
}
