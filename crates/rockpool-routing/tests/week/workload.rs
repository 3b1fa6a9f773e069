//! The workload: eight clients with their habits, drawn once from a seed and the same under every strategy.

use crate::calendar::{DAY, END, HOUR, MINUTE};
use crate::seeded_random::SeededRandom;

/// A conversation's first input: instructions, tools and the question.
const FIRST_INPUT: (u64, u64) = (9_000, 16_000);
/// A context is compacted from here on.
const FULL: u64 = 180_000;
const COMPACTED: u64 = 20_000;

/// One request of a lane.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    /// Seconds after the answer before it.
    pub(crate) pause: u64,
    pub(crate) input: u64,
    pub(crate) output: u64,
}

/// Requests that follow each other and share a context. Sub-agents are lanes of their own under the name of
/// the conversation that they help.
#[derive(Clone, Debug)]
pub(crate) struct Lane {
    pub(crate) begins: u64,
    /// The conversation that its requests name.
    pub(crate) conversation: Option<String>,
    pub(crate) turns: Vec<Turn>,
}

/// What everybody does in all weeks.
pub(crate) fn plan(seed: u64) -> Vec<Lane> {
    let mut lanes = Vec::new();
    for developer in 0..4 {
        let mut random = SeededRandom::of(&[seed, developer]);
        for day in workdays() {
            for _ in 0..random.between(2, 6) {
                let begins = day + office_hour(&mut random);
                talk(&mut lanes, &mut random, begins, 40);
            }
        }
    }
    night_owl(&mut lanes, &mut SeededRandom::of(&[seed, 4]));
    reviewer(&mut lanes, &mut SeededRandom::of(&[seed, 5]));
    night_job(&mut lanes, &mut SeededRandom::of(&[seed, 6]));
    casual(&mut lanes, &mut SeededRandom::of(&[seed, 7]));
    lanes
}

fn workdays() -> impl Iterator<Item = u64> {
    days().filter(|day| day / DAY % 7 < 5)
}

fn days() -> impl Iterator<Item = u64> {
    (0..END / DAY).map(|day| day * DAY)
}

/// Between nine and half past five, not at lunch.
fn office_hour(random: &mut SeededRandom) -> u64 {
    let morning = random.percent(45);
    if morning {
        random.between(9 * HOUR, 12 * HOUR)
    } else {
        random.between(13 * HOUR, 17 * HOUR + 30 * MINUTE)
    }
}

/// A conversation of about so many requests: the agent works for a while, then a person reads.
fn talk(lanes: &mut Vec<Lane>, random: &mut SeededRandom, begins: u64, about: u64) {
    let conversation = Some(format!("talk {}", lanes.len()));
    let length = random.between(about / 4, about * 7 / 4);
    let turns = turns(random, length, FIRST_INPUT);
    if random.percent(25) {
        let ahead = turns[..turns.len() / 3].iter().map(|turn| turn.pause + 20).sum::<u64>();
        for _ in 0..random.between(2, 4) {
            let length = random.between(4, 14);
            lanes.push(Lane {
                begins: begins + ahead,
                conversation: conversation.clone(),
                turns: self::turns(random, length, (5_000, 9_000)),
            });
        }
    }
    lanes.push(Lane { begins, conversation, turns });
}

fn turns(random: &mut SeededRandom, length: u64, first_input: (u64, u64)) -> Vec<Turn> {
    let mut input = random.between(first_input.0, first_input.1);
    let mut turns = Vec::new();
    for n in 0..length {
        let person_reads = n > 0 && random.percent(12);
        let pause = if person_reads { random.between(60, 900) } else { random.between(1, 12) };
        let output = random.between(100, 1_800);
        turns.push(Turn { pause, input, output });
        input += output + random.between(300, 5_000);
        if input > FULL {
            input = COMPACTED;
        }
    }
    turns
}

/// Works from eight in the evening, every day.
fn night_owl(lanes: &mut Vec<Lane>, random: &mut SeededRandom) {
    for day in days() {
        for _ in 0..random.between(1, 4) {
            let begins = day + random.between(20 * HOUR, 24 * HOUR);
            talk(lanes, random, begins, 40);
        }
    }
}

/// Looks at every push: eight to fifteen requests at once that know nothing of each other.
fn reviewer(lanes: &mut Vec<Lane>, random: &mut SeededRandom) {
    for day in workdays() {
        for _ in 0..random.between(3, 7) {
            let begins = day + office_hour(random);
            for _ in 0..random.between(8, 16) {
                alone(lanes, random, begins, 1);
            }
        }
    }
}

/// Four lanes of single requests from two in the morning.
fn night_job(lanes: &mut Vec<Lane>, random: &mut SeededRandom) {
    for day in days() {
        for _ in 0..4 {
            alone(lanes, random, day + 2 * HOUR, 20);
        }
    }
}

/// A question now and then.
fn casual(lanes: &mut Vec<Lane>, random: &mut SeededRandom) {
    for day in days() {
        let begins = day + random.between(8 * HOUR, 22 * HOUR);
        talk(lanes, random, begins, 6);
    }
}

/// Requests without a conversation, one after the other.
fn alone(lanes: &mut Vec<Lane>, random: &mut SeededRandom, begins: u64, requests: u64) {
    let single = |_| Turn { pause: random.between(1, 5), input: random.between(4_000, 30_000), output: 900 };
    lanes.push(Lane { begins, conversation: None, turns: (0..requests).map(single).collect() });
}
