//! The router under random sequences of choices, outcomes, edits and time.

mod compare;
mod fairness;
mod steps;
mod world;

use jiff::SignedDuration;
use proptest::prelude::*;

use super::Outlook;
use crate::Readiness;
use steps::{Step, steps};
use world::{Checked, World};

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

fn walk(steps: &[Step], mut check: impl FnMut(&mut World) -> Checked) -> Checked {
    let mut world = World::new();
    for step in steps {
        world.take(step)?;
        check(&mut world)?;
    }
    Ok(())
}

/// The same with each reset named, so that no word of the provider's stands for ever.
fn curable(mut steps: Vec<Step>) -> Vec<Step> {
    for step in &mut steps {
        if let Step::Observe(_, random_reading) | Step::ObserveFamily(_, _, random_reading) = step {
            *random_reading = random_reading.clone().curable();
        }
    }
    steps
}

fn is_blocked(readiness: Readiness) -> bool {
    match readiness {
        Readiness::Blocked(_) => true,
        Readiness::Active | Readiness::FallbackOnly => false,
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_router_does_what_its_documents_say(steps in steps()) {
        walk(&steps, |world| world.agree())?;
    }

    #[test]
    fn time_cures_what_it_is_said_to_cure_and_when_it_is_said_to(steps in steps().prop_map(curable)) {
        walk(&steps, |world| {
            let far = world.at(world.now.wall + SignedDuration::from_hours(40 * 24));
            for account in world.present() {
                let person = world.derived(account).is_some_and(|derived| derived.needs_person(far.wall));
                prop_assert_eq!(is_blocked(world.router.readiness(account, far)), person);
            }
            let serves = |now| world.present().iter().any(|account| {
                !is_blocked(world.router.readiness(*account, now))
            });
            match world.router.outlook(world.present().into_iter(), world.now) {
                Outlook::Serving => prop_assert!(serves(world.now)),
                Outlook::Until(until) => {
                    prop_assert!(!serves(world.now) && until > world.now.wall);
                    prop_assert!(serves(world.at(until)), "it was to serve at {}", until);
                }
                Outlook::NeedsPerson => prop_assert!(!serves(far), "time cured it"),
            }
            world.knows_its_outlook()
        })?;
    }
}
