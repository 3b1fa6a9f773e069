//! Quota against its naive reference, and what holds whatever a provider says.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::random_readings::{RandomReading, random_reading};
use super::reference::{Event, EventLog};
use super::{Quota, Supply};
use crate::test_random::{Random, random};

#[derive(Clone, Debug)]
enum Step {
    Tell(RandomReading),
    /// A refusal that names its reset so many seconds ahead.
    Refuse(Option<u32>),
    /// An answer to a request that began so many seconds ago.
    Serve(u16),
    Wait(u32),
}

fn step(random: &mut Random) -> Step {
    match random.below(10) {
        0..4 => Step::Tell(random_reading(random)),
        4 => Step::Refuse(random.pick(&[None, Some(60), Some(899), Some(900), Some(7_200), Some(400_000)])),
        5 => Step::Serve(random.pick(&[0, 1, 60, 1_000])),
        6..8 => Step::Wait(random.below(150) as u32),
        8 => Step::Wait(random.below(2_000) as u32),
        _ => Step::Wait(random.below(400_000) as u32),
    }
}

fn seconds(count: impl Into<i64>) -> SignedDuration {
    SignedDuration::from_secs(count.into())
}

/// A quota and its log, through the same events.
#[derive(Default)]
struct Twins {
    quota: Quota,
    log: EventLog,
}

impl Twins {
    fn apply(&mut self, event: Event) {
        match event.clone() {
            Event::Told(reading) => self.quota.observe(*reading),
            Event::Refused { at, until } => self.quota.refuse(at, until),
            Event::Served { began } => self.quota.served(began),
        }
        self.log.events.push(event);
    }

    fn agree(&self, wall: Timestamp) -> Result<(), TestCaseError> {
        let told = self.log.derived();
        prop_assert_eq!(self.quota.supply(wall), told.supply(wall));
        prop_assert_eq!(self.quota.headroom(wall), told.headroom(wall));
        prop_assert_eq!(self.quota.long_reset(wall), told.long_reset(wall));
        prop_assert_eq!(self.quota.reading(), told.known.as_ref());
        prop_assert_eq!(self.quota.unconfirmed(), told.unconfirmed());
        prop_assert_eq!(self.quota.flapping_since(wall), told.flapping_since(wall));
        Ok(())
    }
}

fn walk(
    steps: Vec<Step>,
    mut check: impl FnMut(&Twins, Timestamp) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    let mut wall = Timestamp::from_second(1_800_000_000).unwrap();
    let mut twins = Twins::default();
    for step in steps {
        match step {
            Step::Tell(random_reading) => twins.apply(Event::Told(Box::new(random_reading.at(wall)))),
            Step::Refuse(ahead) => {
                twins.apply(Event::Refused { at: wall, until: ahead.map(|ahead| wall + seconds(ahead)) });
            }
            Step::Serve(ago) => twins.apply(Event::Served { began: wall - seconds(ago) }),
            Step::Wait(passes) => wall += seconds(passes),
        }
        check(&twins, wall)?;
    }
    Ok(())
}

fn curable(step: Step) -> Step {
    match step {
        Step::Tell(random_reading) => Step::Tell(random_reading.curable()),
        Step::Refuse(_) | Step::Serve(_) | Step::Wait(_) => step,
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(random(step), 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn quota_is_what_its_story_tells(steps in steps()) {
        walk(steps, |twins, wall| twins.agree(wall))?;
    }

    #[test]
    fn what_contradicts_changes_nothing_until_it_is_confirmed(
        known in random(random_reading),
        contradicting in prop::collection::vec((0u32..60, random(random_reading)), 1..6),
    ) {
        let mut wall = Timestamp::from_second(1_800_000_000).unwrap();
        let mut quota = Quota::default();
        quota.observe(known.at(wall));
        let mut first_seen = None;
        for (passes, contradicting) in contradicting {
            wall += seconds(passes);
            let before = quota.supply(wall);
            quota.observe(contradicting.at(wall));
            let Some(unconfirmed) = quota.unconfirmed() else { break };
            let since = *first_seen.get_or_insert(unconfirmed.seen_at);
            prop_assert_eq!(quota.supply(wall), before);
            prop_assert!(wall.duration_since(since) < seconds(400), "it waits for ever");
        }
    }

    #[test]
    fn no_percentage_speaks_against_a_refusal(
        before in prop::collection::vec(random(random_reading), 0..3),
        ahead in prop::option::of(1u32..500_000),
        said in prop::collection::vec((0u32..4_000, random(random_reading)), 1..12),
    ) {
        let mut wall = Timestamp::from_second(1_800_000_000).unwrap();
        let mut quota = Quota::default();
        for random_reading in before {
            quota.observe(random_reading.at(wall));
        }
        let until = ahead.map(|ahead| wall + seconds(ahead));
        quota.refuse(wall, until);
        for (passes, random_reading) in said {
            wall += seconds(passes);
            if until.is_some_and(|until| until <= wall) {
                break;
            }
            quota.observe(random_reading.percentages().at(wall));
            let refused = match quota.supply(wall) {
                Supply::Exhausted { .. } | Supply::ProbeDue { .. } => true,
                Supply::Plenty | Supply::Unknown => false,
            };
            prop_assert!(refused, "{:?}", quota.supply(wall));
        }
    }

    #[test]
    fn whatever_was_said_time_cures_it_where_resets_are_named(steps in steps()) {
        let steps: Vec<_> = steps.into_iter().map(curable).collect();
        walk(steps, |twins, wall| {
            match twins.quota.supply(wall + seconds(8 * 86_400)) {
                Supply::Exhausted { until } => prop_assert!(false, "exhausted until {until:?}"),
                Supply::Plenty | Supply::Unknown | Supply::ProbeDue { .. } => {}
            }
            Ok(())
        })?;
    }

    #[test]
    fn at_the_time_that_is_named_there_is_something_to_try(steps in steps()) {
        let steps: Vec<_> = steps.into_iter().map(curable).collect();
        walk(steps, |twins, wall| {
            let Supply::Exhausted { until: Some(until) } = twins.quota.supply(wall) else { return Ok(()) };
            prop_assert!(until > wall);
            match twins.quota.supply(until) {
                Supply::Exhausted { until: later } => prop_assert!(false, "named {until}, and then {later:?}"),
                Supply::Plenty | Supply::Unknown | Supply::ProbeDue { .. } => {}
            }
            Ok(())
        })?;
    }
}
