//! Random readings that look like a provider's: windows on steady anchors, now and then on others.

use jiff::{SignedDuration, Timestamp};

use super::{Extras, Reading, Source, Spend, UnmeasuredWindow, Window};
use crate::test_random::Random;

/// Where a window's reset lies.
#[derive(Clone, Copy, Debug)]
enum Anchor {
    /// On the grid that most readings name.
    Usual,
    /// On another grid, as in an early reset or from a provider of two minds.
    Other,
    /// One length from the moment of the reading, as in a window that has not begun.
    Floating,
    /// Not named.
    None,
}

/// A reading whose times are not fixed yet.
#[derive(Clone, Debug)]
pub(crate) struct RandomReading {
    short: Option<(Option<f64>, Anchor)>,
    long: Option<(Option<f64>, Anchor)>,
    allowed: Option<bool>,
    limit_reached: Option<bool>,
    source: Source,
    /// Whether a spending limit is reached, in readings that speak of one.
    spent: Option<bool>,
    /// How old it is when it arrives, in seconds.
    late: u8,
}

impl RandomReading {
    /// The reading as it arrives at `wall`.
    pub(crate) fn at(&self, wall: Timestamp) -> Reading {
        let seen_at = wall - SignedDuration::from_secs(self.late.into());
        let (mut windows, mut unmeasured) = (Vec::new(), Vec::new());
        for (window, length) in [(self.short, 18_000), (self.long, 604_800)] {
            let Some((used, anchor)) = window else { continue };
            let resets_at = reset(anchor, length, seen_at);
            match used {
                Some(used) => windows.extend(Window::reported(used, Some(length), resets_at)),
                None => unmeasured.extend(UnmeasuredWindow::reported(Some(length), resets_at)),
            }
        }
        let spend = self.spent.map(|reached| Spend {
            reached: Some(reached),
            limit: None,
            used: None,
            used_percent: None,
            resets_at: reset(Anchor::Usual, 86_400, seen_at),
        });
        Reading {
            allowed: self.allowed,
            limit_reached: self.limit_reached,
            extras: spend.map(|spend| Extras { spend: Some(spend), ..Extras::default() }),
            unmeasured,
            ..Reading::new(seen_at, self.source, windows)
        }
    }

    /// The same without a word on whether requests are taken.
    pub(crate) fn percentages(self) -> Self {
        Self { allowed: None, limit_reached: None, spent: None, ..self }
    }

    /// The same with every reset named, so that time cures whatever it says.
    pub(crate) fn curable(self) -> Self {
        let named = |window: Option<(Option<f64>, Anchor)>| match window {
            Some((used, Anchor::None)) => Some((used, Anchor::Usual)),
            Some(_) | None => window,
        };
        let long = named(self.long).or(Some((Some(20.0), Anchor::Usual)));
        Self { short: named(self.short), long, ..self }
    }
}

fn reset(anchor: Anchor, length: u32, seen_at: Timestamp) -> Option<Timestamp> {
    let length = i64::from(length);
    let next_on_grid = |shift: i64| {
        let second = seen_at.as_second();
        Timestamp::from_second(second - (second - shift).rem_euclid(length) + length).unwrap()
    };
    match anchor {
        Anchor::Usual => Some(next_on_grid(0)),
        Anchor::Other => Some(next_on_grid(length / 3)),
        Anchor::Floating => Some(seen_at + SignedDuration::from_secs(length)),
        Anchor::None => None,
    }
}

const USED: &[Option<f64>] = &[
    Some(0.0),
    Some(0.9),
    Some(1.0),
    Some(30.0),
    Some(34.0),
    Some(36.0),
    Some(50.0),
    Some(90.0),
    Some(99.4),
    Some(99.5),
    Some(100.0),
    None,
];
const ANCHORS: &[Anchor] =
    &[Anchor::Usual, Anchor::Usual, Anchor::Usual, Anchor::Other, Anchor::Floating, Anchor::None];
const SAYS: &[Option<bool>] = &[None, None, Some(true), Some(false)];

fn window(random: &mut Random) -> Option<(Option<f64>, Anchor)> {
    let there = random.below(5) > 0;
    there.then(|| (random.pick(USED), random.pick(ANCHORS)))
}

/// Any reading.
pub(crate) fn random_reading(random: &mut Random) -> RandomReading {
    RandomReading {
        short: window(random),
        long: window(random),
        allowed: random.pick(SAYS),
        limit_reached: random.pick(SAYS),
        source: random.pick(&[Source::Usage, Source::Headers, Source::Event]),
        spent: random.pick(&[None, None, None, Some(true), Some(false)]),
        late: random.pick(&[0, 0, 0, 5, 100]),
    }
}
