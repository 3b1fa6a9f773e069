//! Random things that happen to a router.

use std::time::Duration;

use proptest::prelude::*;

use crate::account::{Activation, CredentialState};
use crate::quota::random_readings::{RandomReading, random_reading};
use crate::router::tests::later;
use crate::test_random::{Random, random};
use crate::{Class, Conversations, LimitFamily, Now, Standing, Strategy as Policy};

/// One of the attempts under way.
#[derive(Clone, Copy, Debug)]
pub(super) enum Which {
    Newest,
    Nth(u8),
}

/// A class whose times are not fixed yet.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome {
    Plain(Class),
    /// An exhausted limit that resets so many seconds from now.
    Exhausted(u32),
    /// The same for a limit of single models.
    ModelExhausted(u8, Option<u32>),
}

impl Outcome {
    pub(super) fn at(self, now: Now) -> Class {
        match self {
            Self::Plain(class) => class,
            Self::Exhausted(ahead) => Class::UsageLimit { resets_at: Some(later(now, ahead.into()).wall) },
            Self::ModelExhausted(number, ahead) => {
                let resets_at = ahead.map(|ahead| later(now, ahead.into()).wall);
                Class::ModelLimit { family: family(number), resets_at }
            }
        }
    }
}

/// One thing that happens; accounts are named by their place.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Wait(u32),
    /// A request that names a conversation and pins, and whether its first candidate serves it at once.
    Choose {
        conversation: Option<u8>,
        pins: Vec<u8>,
        model: Option<u8>,
        served: bool,
    },
    /// For a model, where it names one.
    Begin(u8, Option<u8>),
    Answer(Which),
    End(Which, Outcome),
    /// Begun and ended within the same second.
    BeginAndEnd(u8, Option<u8>, Outcome),
    Observe(u8, RandomReading),
    /// What an answer said of a family of limits.
    ObserveFamily(u8, u8, RandomReading),
    Activation(u8, Activation),
    Credentials(u8, CredentialState),
    Stands(u8, Standing),
    Place(u8, u8),
    Pin(u8, u8),
    /// An account is removed and another one added.
    Replace(u8),
    Pool {
        strategy: Policy,
        conversations: Conversations,
        order: Vec<u8>,
    },
    Seed(u32),
}

pub(super) fn model_name(number: u8) -> String {
    format!("model-{number}")
}

pub(super) fn family(number: u8) -> LimitFamily {
    LimitFamily::named(&format!("codex_{number}")).unwrap()
}

/// The name that people are shown of a family; the first is named after a model.
pub(super) fn title(number: u8) -> Option<String> {
    (number == 0).then(|| "Model-0".to_owned())
}

fn model(random: &mut Random) -> Option<u8> {
    random.pick(&[None, Some(0), Some(0), Some(1)])
}

/// Most happens to the same few: what goes wrong comes together there.
fn place(random: &mut Random) -> u8 {
    random.pick(&[0, 0, 0, 0, 1, 1, 2, 3])
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
    Outcome::Exhausted(300),
    Outcome::Exhausted(20_000),
    Outcome::Plain(Class::UsageLimit { resets_at: None }),
    Outcome::ModelExhausted(0, Some(300)),
    Outcome::ModelExhausted(1, Some(20_000)),
    Outcome::ModelExhausted(1, None),
    Outcome::Plain(Class::Success),
    Outcome::Plain(Class::Success),
    Outcome::Plain(Class::Rejected),
    Outcome::Plain(Class::Unauthorized),
    Outcome::Plain(Class::Unsuitable),
    Outcome::Plain(Class::Unsuitable),
    Outcome::Plain(Class::ForeignCiphertext),
    Outcome::Plain(Class::Abandoned),
    Outcome::Plain(Class::MissingWorkspace),
    Outcome::Plain(Class::Forbidden),
    Outcome::Plain(Class::Billing),
];

fn which(random: &mut Random) -> Which {
    match random.below(2) {
        0 => Which::Newest,
        _ => Which::Nth(random.below(8) as u8),
    }
}

fn wait(random: &mut Random) -> Step {
    let longest = random.pick(&[20, 20, 20, 1_000, 1_000, 1_000, 20_000, 20_000, 700_000]);
    Step::Wait(random.below(longest) as u32)
}

fn choose(random: &mut Random) -> Step {
    Step::Choose {
        conversation: random.pick(&[None, None, None, Some(0), Some(1), Some(2)]),
        pins: random.pick(&[None, Some(0), Some(1)]).into_iter().collect(),
        model: model(random),
        served: random.below(2) == 1,
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

fn edit(random: &mut Random) -> Step {
    let place = place(random);
    match random.below(8) {
        0 => Step::Activation(place, random.pick(&[Activation::Active, Activation::Paused])),
        1 => Step::Credentials(place, random.pick(CREDENTIALS)),
        2 => Step::Stands(place, random.pick(STANDINGS)),
        3 => Step::Replace(place),
        4 => Step::Seed(random.below(9) as u32),
        _ => Step::Pool {
            strategy: random.pick(&Policy::ALL),
            conversations: random.pick(&[Conversations::Stay, Conversations::Rotate]),
            order: (0..random.below(5)).map(|_| random.below(4) as u8).collect(),
        },
    }
}

fn step(random: &mut Random) -> Step {
    match random.below(30) {
        0..5 => wait(random),
        5..11 => choose(random),
        11..13 => Step::Begin(place(random), model(random)),
        13..15 => Step::Answer(which(random)),
        15..17 => Step::End(which(random), random.pick(OUTCOMES)),
        17..22 => Step::BeginAndEnd(place(random), model(random), random.pick(OUTCOMES)),
        22..24 => Step::Observe(place(random), random_reading(random)),
        24 => Step::ObserveFamily(place(random), random.below(2) as u8, random_reading(random)),
        25 => Step::Place(random.below(3) as u8, place(random)),
        26 => Step::Pin(random.below(2) as u8, place(random)),
        _ => edit(random),
    }
}

/// Many things that happen, one after the other.
pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(random(step), 1..40)
}
