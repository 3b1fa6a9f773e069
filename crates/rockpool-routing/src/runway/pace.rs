//! How long the rest of one window lasts: its record as a curve, read in three ways.

use jiff::{SignedDuration, Timestamp};

use super::cycle::Cycle;

/// Windows of which less than this is used say nothing: 0 to 100.
pub const SILENT_BELOW_PERCENT: f64 = 3.0;
const MINUTE: f64 = 60.0;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;
/// Windows from this length on live through nights.
const LONG: f64 = 2.0 * DAY;
/// Windows from this length on live through weekends.
const VERY_LONG: f64 = 14.0 * DAY;
/// Assumed of a window that says neither its length nor when it resets.
const USUAL_LENGTH: f64 = 5.0 * HOUR;
/// Fewer samples say nothing of a pace.
const FEWEST_SAMPLES: usize = 3;

/// What can be said of a window's pace.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Judgement {
    /// So little is used that it does not matter.
    Little,
    /// The record is too short.
    Unknown,
    /// So long it lasts, were it never reset.
    Judged(Lasts),
    Exhausted,
}

/// How long the rest of a window lasts; `None` for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lasts {
    pub(super) fast: Option<SignedDuration>,
    pub(super) best: Option<SignedDuration>,
    pub(super) slow: Option<SignedDuration>,
}

/// Judges a window by its present cycle, whose reset is still to come.
pub(super) fn judge(cycle: &Cycle, now: Timestamp) -> Judgement {
    let used = cycle.window.used_percent;
    if used < SILENT_BELOW_PERCENT {
        return Judgement::Little;
    }
    if cycle.window.remaining_percent(now) == 0 {
        return Judgement::Exhausted;
    }
    let length = length(cycle, now);
    let (Some(first), Some(last)) = (cycle.seen.first(), cycle.seen.last()) else {
        return Judgement::Unknown;
    };
    let spans = last.at.duration_since(first.at).as_secs_f64();
    if cycle.seen.len() < FEWEST_SAMPLES || spans < (length / 30.0).min(3.0 * HOUR) {
        return Judgement::Unknown;
    }
    let curve = Curve::of(cycle, now);
    let left = 100.0 - used;
    let mut answers = [
        curve.as_of_late(left, (length / 30.0).min(HOUR)),
        curve.again(left, stretch(length, curve.span())),
        curve.on_the_whole(left, if length < LONG { MINUTE } else { DAY }),
    ];
    answers.sort_by(|a, b| a.unwrap_or(f64::INFINITY).total_cmp(&b.unwrap_or(f64::INFINITY)));
    let [fast, best, slow] = answers.map(|seconds| SignedDuration::try_from_secs_f64(seconds?).ok());
    Judgement::Judged(Lasts { fast, best, slow })
}

/// Percent per second that were burnt of late: in the stretch that would be repeated. Other than a judgement
/// this can be told of a window that is exhausted.
pub(super) fn of_late(cycle: &Cycle, now: Timestamp) -> f64 {
    if cycle.seen.len() < FEWEST_SAMPLES {
        return 0.0;
    }
    let curve = Curve::of(cycle, now);
    let stretch = stretch(length(cycle, now), curve.span()).max(MINUTE);
    curve.burnt(stretch) / stretch
}

/// Seconds of the window's length; for one that does not name it, at least the time to its reset.
fn length(cycle: &Cycle, now: Timestamp) -> f64 {
    let named = cycle.window.length_seconds.map(f64::from);
    let to_reset = cycle.window.resets_at.map(|at| at.duration_since(now).as_secs_f64());
    named.or(to_reset.map(|seconds| seconds.max(USUAL_LENGTH))).unwrap_or(USUAL_LENGTH)
}

/// Seconds of the stretch that is repeated, in a window of `length` seconds of which `span` are recorded.
fn stretch(length: f64, span: f64) -> f64 {
    if length < LONG {
        (length / 10.0).min(span)
    } else if length >= VERY_LONG && span >= 7.0 * DAY {
        7.0 * DAY
    } else {
        DAY
    }
}

/// Use over time, never falling: seconds before now, and percent used.
struct Curve {
    points: Vec<(f64, f64)>,
}

impl Curve {
    fn of(cycle: &Cycle, now: Timestamp) -> Self {
        let ago = |at: Timestamp| now.duration_since(at).as_secs_f64();
        let mut points: Vec<(f64, f64)> = cycle.seen.iter().map(|seen| (ago(seen.at), seen.used)).collect();
        // The lower word counts for all that came before it.
        let mut ceiling = f64::INFINITY;
        for point in points.iter_mut().rev() {
            ceiling = ceiling.min(point.1);
            point.1 = ceiling;
        }
        let start = cycle.start().map(ago);
        if let Some(start) = start.filter(|start| points.first().is_some_and(|first| *start > first.0)) {
            points.insert(0, (start, 0.0));
        }
        Self { points }
    }

    /// Seconds that are recorded.
    fn span(&self) -> f64 {
        self.points.first().map_or(0.0, |point| point.0)
    }

    /// Percent burnt in the last so many seconds.
    fn burnt(&self, seconds: f64) -> f64 {
        self.used(0.0) - self.used(seconds)
    }

    /// Percent used so many seconds ago. Before the record: as much as at its beginning. After its last
    /// point: as much as there.
    fn used(&self, ago: f64) -> f64 {
        let after = self.points.partition_point(|point| point.0 > ago);
        let (Some(newer), true) = (self.points.get(after), after > 0) else {
            return self.points.get(after).or(self.points.last()).map_or(0.0, |point| point.1);
        };
        let older = self.points[after - 1];
        let share = (older.0 - ago) / (older.0 - newer.0);
        older.1 + share * (newer.1 - older.1)
    }

    /// Seconds until `left` percent are burnt when the coming time is as the same time before now was.
    /// The pace is measured over `shortest` seconds at least.
    fn as_of_late(&self, left: f64, shortest: f64) -> Option<f64> {
        let near = self.burnt(shortest);
        if near >= left {
            return Some(shortest * left / near);
        }
        let mut before = (shortest, near);
        for point in self.points.iter().rev().filter(|point| point.0 > shortest) {
            let burnt = self.used(0.0) - point.1;
            if burnt >= left {
                let share = (left - before.1) / (burnt - before.1);
                return Some(before.0 + share * (point.0 - before.0));
            }
            before = (point.0, burnt);
        }
        at_pace(left, before.1, before.0)
    }

    /// Seconds until `left` percent are burnt when the last `stretch` seconds come again and again.
    fn again(&self, left: f64, stretch: f64) -> Option<f64> {
        let each = self.burnt(stretch);
        if each <= 0.0 {
            return None;
        }
        let whole = (left / each).ceil() - 1.0;
        let rest = left - whole * each;
        let begins_at = self.used(stretch);
        let mut before = (stretch, begins_at);
        let inside = self.points.iter().filter(|point| point.0 < stretch).copied();
        for point in inside.chain([(0.0, self.used(0.0))]) {
            let burnt = point.1 - begins_at;
            if burnt >= rest && point.1 > before.1 {
                let share = (begins_at + rest - before.1) / (point.1 - before.1);
                return Some(whole * stretch + stretch - (before.0 + share * (point.0 - before.0)));
            }
            before = point;
        }
        Some((whole + 1.0) * stretch)
    }

    /// Seconds until `left` percent are burnt at the average of the record, spread over `least` seconds at
    /// least.
    fn on_the_whole(&self, left: f64, least: f64) -> Option<f64> {
        at_pace(left, self.burnt(self.span()), self.span().max(least))
    }
}

fn at_pace(left: f64, burnt: f64, seconds: f64) -> Option<f64> {
    (burnt > 0.0 && seconds > 0.0).then(|| left * seconds / burnt)
}
