//! Quota against its naive model, and what holds whatever a provider says.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::model::{Event, Story};
use super::sketch::{Sketch, sketch};
use super::{Quota, Supply};
use crate::throw::{Throw, thrown};

#[derive(Clone, Debug)]
enum Step {
    Tell(Sketch),
    /// A refusal that names its reset so many seconds ahead.
    Refuse(Option<u32>),
    /// An answer to a request that began so many seconds ago.
    Serve(u16),
    Wait(u32),
}

fn step(throw: &mut Throw) -> Step {
    match throw.below(10) {
        0..4 => Step::Tell(sketch(throw)),
        4 => Step::Refuse(throw.pick(&[None, Some(60), Some(899), Some(900), Some(7_200), Some(400_000)])),
        5 => Step::Serve(throw.pick(&[0, 1, 60, 1_000])),
        6..8 => Step::Wait(throw.below(150) as u32),
        8 => Step::Wait(throw.below(2_000) as u32),
        _ => Step::Wait(throw.below(400_000) as u32),
    }
}

fn seconds(count: impl Into<i64>) -> SignedDuration {
    SignedDuration::from_secs(count.into())
}

/// A quota and its story, through the same events.
#[derive(Default)]
struct Twins {
    quota: Quota,
    story: Story,
}

impl Twins {
    fn meet(&mut self, event: Event) {
        match event.clone() {
            Event::Told(reading) => self.quota.observe(reading),
            Event::Refused { at, until } => self.quota.refuse(at, until),
            Event::Served { began } => self.quota.served(began),
        }
        self.story.events.push(event);
    }

    fn agree(&self, wall: Timestamp) -> Result<(), TestCaseError> {
        let told = self.story.sum();
        prop_assert_eq!(self.quota.supply(wall), told.supply(wall));
        prop_assert_eq!(self.quota.headroom(wall), told.headroom(wall));
        prop_assert_eq!(self.quota.long_reset(wall), told.long_reset(wall));
        prop_assert_eq!(self.quota.reading(), told.known.as_ref());
        prop_assert_eq!(self.quota.contender(), told.contender());
        prop_assert_eq!(self.quota.flapping_since(wall), told.flapping_since(wall));
        Ok(())
    }
}

fn walk(
    steps: Vec<Step>,
    mut look: impl FnMut(&Twins, Timestamp) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    let mut wall = Timestamp::from_second(1_800_000_000).unwrap();
    let mut twins = Twins::default();
    for step in steps {
        match step {
            Step::Tell(sketch) => twins.meet(Event::Told(sketch.at(wall))),
            Step::Refuse(ahead) => {
                twins.meet(Event::Refused { at: wall, until: ahead.map(|ahead| wall + seconds(ahead)) });
            }
            Step::Serve(ago) => twins.meet(Event::Served { began: wall - seconds(ago) }),
            Step::Wait(passes) => wall += seconds(passes),
        }
        look(&twins, wall)?;
    }
    Ok(())
}

fn curable(step: Step) -> Step {
    match step {
        Step::Tell(sketch) => Step::Tell(sketch.curable()),
        Step::Refuse(_) | Step::Serve(_) | Step::Wait(_) => step,
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(thrown(step), 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn quota_is_what_its_story_tells(steps in steps()) {
        walk(steps, |twins, wall| twins.agree(wall))?;
    }

    #[test]
    fn what_contradicts_changes_nothing_until_it_is_confirmed(
        known in thrown(sketch),
        doubted in prop::collection::vec((0u32..60, thrown(sketch)), 1..6),
    ) {
        let mut wall = Timestamp::from_second(1_800_000_000).unwrap();
        let mut quota = Quota::default();
        quota.observe(known.at(wall));
        let mut first_doubt = None;
        for (passes, doubted) in doubted {
            wall += seconds(passes);
            let before = quota.supply(wall);
            quota.observe(doubted.at(wall));
            let Some(contender) = quota.contender() else { break };
            let since = *first_doubt.get_or_insert(contender.seen_at);
            prop_assert_eq!(quota.supply(wall), before);
            prop_assert!(wall.duration_since(since) < seconds(400), "it waits for ever");
        }
    }

    #[test]
    fn no_percentage_speaks_against_a_refusal(
        before in prop::collection::vec(thrown(sketch), 0..3),
        ahead in prop::option::of(1u32..500_000),
        said in prop::collection::vec((0u32..4_000, thrown(sketch)), 1..12),
    ) {
        let mut wall = Timestamp::from_second(1_800_000_000).unwrap();
        let mut quota = Quota::default();
        for sketch in before {
            quota.observe(sketch.at(wall));
        }
        let until = ahead.map(|ahead| wall + seconds(ahead));
        quota.refuse(wall, until);
        for (passes, sketch) in said {
            wall += seconds(passes);
            if until.is_some_and(|until| until <= wall) {
                break;
            }
            quota.observe(sketch.percentages().at(wall));
            let refused = match quota.supply(wall) {
                Supply::Gone { .. } | Supply::Doubtful { .. } => true,
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
                Supply::Gone { until } => prop_assert!(false, "gone until {until:?}"),
                Supply::Plenty | Supply::Unknown | Supply::Doubtful { .. } => {}
            }
            Ok(())
        })?;
    }

    #[test]
    fn at_the_time_that_is_named_there_is_something_to_try(steps in steps()) {
        let steps: Vec<_> = steps.into_iter().map(curable).collect();
        walk(steps, |twins, wall| {
            let Supply::Gone { until: Some(until) } = twins.quota.supply(wall) else { return Ok(()) };
            prop_assert!(until > wall);
            match twins.quota.supply(until) {
                Supply::Gone { until: later } => prop_assert!(false, "named {until}, and then {later:?}"),
                Supply::Plenty | Supply::Unknown | Supply::Doubtful { .. } => {}
            }
            Ok(())
        })?;
    }
}
