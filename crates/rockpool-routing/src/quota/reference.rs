//! Quota written naively: all that happened to an account is read again for every question.

use jiff::{SignedDuration, Timestamp};

use super::{Reading, Source, Supply, Window, WindowKind};

/// What happened, oldest first.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// The provider said something.
    Told(Box<Reading>),
    /// It refused a request for an exhausted limit.
    Refused { at: Timestamp, until: Option<Timestamp> },
    /// It served a request that began then.
    Served { began: Timestamp },
}

#[derive(Clone, Debug, Default)]
pub(crate) struct EventLog {
    pub(crate) events: Vec<Event>,
}

/// What a log has come to.
#[derive(Default)]
pub(crate) struct Derived {
    /// The reading that counts.
    pub(crate) known: Option<Reading>,
    /// Readings that contradict the known one and agree with each other.
    waiting: Vec<Reading>,
    /// When contradictions began and when they were taken back.
    taken_back: Vec<(Timestamp, Timestamp)>,
    refusal: Option<(Timestamp, Option<Timestamp>)>,
}

fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

impl EventLog {
    /// What it has come to.
    pub(crate) fn derived(&self) -> Derived {
        let mut derived = Derived::default();
        for event in &self.events {
            derived.apply(event);
        }
        derived
    }
}

impl Derived {
    /// Goes on with the log.
    pub(crate) fn apply(&mut self, event: &Event) {
        match event {
            Event::Told(reading) => self.told((**reading).clone()),
            Event::Refused { at, until } => self.refusal = Some((*at, *until)),
            Event::Served { began } => self.served(*began),
        }
    }

    /// The newest reading that does not count yet.
    pub(crate) fn unconfirmed(&self) -> Option<&Reading> {
        self.waiting.last()
    }

    /// What quota means for routing.
    pub(crate) fn supply(&self, wall: Timestamp) -> Supply {
        let figures = self.known.as_ref().map_or(Supply::Unknown, |reading| figures(reading, wall));
        let Some((at, until)) = self.refusal.filter(|(_, until)| until.is_none_or(|until| until > wall))
        else {
            return figures;
        };
        let quarter = at + minutes(15);
        let probe = until.map_or(quarter, |until| until.min(quarter));
        match figures {
            Supply::Exhausted { until: Some(told) } => {
                Supply::Exhausted { until: Some(told.max(until.unwrap_or(probe))) }
            }
            // Nobody knows when the figures change.
            Supply::Exhausted { until: None } => Supply::Exhausted { until },
            Supply::Plenty | Supply::Unknown | Supply::ProbeDue { .. } if wall < probe => {
                Supply::Exhausted { until: Some(until.unwrap_or(probe)) }
            }
            Supply::Plenty | Supply::Unknown | Supply::ProbeDue { .. } => Supply::ProbeDue { until },
        }
    }

    /// Percent left in the tightest window.
    pub(crate) fn headroom(&self, wall: Timestamp) -> Option<u8> {
        if let Supply::Exhausted { .. } = self.supply(wall) {
            return Some(0);
        }
        let mut left: Vec<u8> = self.measured()?.windows.iter().map(|window| left_of(window, wall)).collect();
        left.sort_unstable();
        left.first().copied()
    }

    /// When the longest running window starts afresh.
    pub(crate) fn long_reset(&self, wall: Timestamp) -> Option<Timestamp> {
        let mut longest: Option<(Option<u32>, Timestamp)> = None;
        for window in &self.measured()?.windows {
            let Some(resets_at) = window.resets_at.filter(|at| *at > wall) else { continue };
            if longest.is_none_or(|(length, _)| window.length_seconds >= length) {
                longest = Some((window.length_seconds, resets_at));
            }
        }
        longest.map(|(_, resets_at)| resets_at)
    }

    /// The reading that counts, where it has a figure for each window.
    fn measured(&self) -> Option<&Reading> {
        self.known.as_ref().filter(|known| known.unmeasured.is_empty())
    }

    fn told(&mut self, mut new: Reading) {
        let permits = match (new.allowed, new.limit_reached) {
            (Some(allowed), _) => allowed,
            (None, reached) => reached == Some(false),
        };
        if let Some(known) = &self.known {
            if new.seen_at < known.seen_at {
                return;
            }
            new = completed(new, known);
            let age = new.seen_at.duration_since(known.seen_at);
            let watched = !self.waiting.is_empty() || self.flapping_since(new.seen_at).is_some();
            if contradict(known, &new) && (age <= minutes(10) || watched) {
                if self.waiting.last().is_some_and(|last| contradict(last, &new)) {
                    self.waiting.clear();
                }
                self.waiting.push(new.clone());
                if new.seen_at.duration_since(self.waiting[0].seen_at) < minutes(2) {
                    return;
                }
            } else if let Some(first) = self.waiting.first() {
                let since = self.flapping_since(new.seen_at).unwrap_or(first.seen_at);
                self.taken_back.push((since, new.seen_at));
            }
            self.waiting.clear();
        }
        if permits && self.refusal.is_some_and(|(at, _)| new.seen_at > at) {
            self.refusal = None;
        }
        self.known = Some(new);
    }

    fn served(&mut self, began: Timestamp) {
        if self.refusal.is_some_and(|(at, _)| at <= began) {
            self.refusal = None;
        }
        if let Some(known) = &mut self.known
            && known.seen_at <= began
            && known.allowed == Some(false)
        {
            known.allowed = None;
        }
    }

    /// Since when the provider contradicts itself.
    pub(crate) fn flapping_since(&self, wall: Timestamp) -> Option<Timestamp> {
        let lately = self.taken_back.iter().rev().find(|(_, last)| wall.duration_since(*last) < minutes(30));
        lately.map(|(since, _)| *since).or(self.waiting.first().map(|first| first.seen_at))
    }
}

/// A reading together with what was said before and it does not speak of.
fn completed(mut new: Reading, known: &Reading) -> Reading {
    let permission_stands = match known.allowed {
        Some(true) => known.windows.iter().any(|window| window.used_percent >= 99.5),
        Some(false) | None => true,
    };
    if new.allowed.is_none() && permission_stands {
        new.allowed = known.allowed;
    }
    new.plan = new.plan.or(known.plan.clone());
    new.extras = new.extras.or(known.extras.clone());
    let aged = |window: &Window| {
        let measured_at = Some(window.measured_at.unwrap_or(known.seen_at));
        Window { measured_at, ..window.clone() }
    };
    let names_no_window = new.windows.is_empty() && new.unmeasured.is_empty();
    if names_no_window && new.source != Source::Usage {
        new.windows = known.windows.iter().map(aged).collect();
        new.unmeasured = known.unmeasured.clone();
    }
    let (mut figures, mut without) = (Vec::new(), Vec::new());
    for window in &new.unmeasured {
        let as_if_measured =
            Window::reported(1.0, window.length_seconds, window.resets_at).expect("it has a figure");
        let last = known.windows.iter().find(|last| {
            let over = last.resets_at.is_some_and(|at| at <= new.seen_at);
            let moved = match (last.resets_at, window.resets_at) {
                (Some(old), Some(new)) => (old.as_second() - new.as_second()).abs() > 15 * 60,
                (None, _) | (_, None) => false,
            };
            last.is_twin_of(&as_if_measured) && !over && !moved
        });
        match last {
            Some(last) => figures.push(aged(last)),
            None => without.push(*window),
        }
    }
    new.windows.extend(figures);
    new.unmeasured = without;
    new
}

/// Whether two readings cannot both be true, one after the other.
fn contradict(before: &Reading, after: &Reading) -> bool {
    for old in &before.windows {
        if old.resets_at.is_some_and(|at| at <= after.seen_at) {
            continue;
        }
        let same = |new: &&Window| match old.kind() {
            WindowKind::Other => new.length_seconds == old.length_seconds,
            kind @ (WindowKind::FiveHour | WindowKind::Weekly | WindowKind::Monthly) => new.kind() == kind,
        };
        let Some(new) = after.windows.iter().find(same) else { continue };
        let given_back = new.used_percent < old.used_percent - 5.0;
        let both_begun = old.used_percent >= 1.0 && new.used_percent >= 1.0;
        let apart = match (old.resets_at, new.resets_at) {
            (Some(old), Some(new)) => (old.as_second() - new.as_second()).abs() > 15 * 60,
            (None, _) | (_, None) => false,
        };
        if given_back || (both_begun && apart) {
            return true;
        }
    }
    false
}

fn left_of(window: &Window, wall: Timestamp) -> u8 {
    match window.resets_at {
        Some(at) if at <= wall => 100,
        Some(_) | None if window.used_percent >= 99.5 => 0,
        Some(_) | None => (100.0 - window.used_percent).round() as u8,
    }
}

/// What a reading says by itself.
fn figures(reading: &Reading, wall: Timestamp) -> Supply {
    let exhausted: Vec<_> = reading.windows.iter().filter(|window| left_of(window, wall) == 0).collect();
    let last_reset = exhausted.iter().filter_map(|window| window.resets_at).max();
    let spend = reading.extras.as_ref().and_then(|extras| extras.spend.clone());
    let spend = spend.filter(|spend| spend.reached == Some(true));
    let spend_reset = spend.as_ref().and_then(|spend| spend.resets_at);
    let unpaid = spend.filter(|_| spend_reset.is_none_or(|at| at > wall));
    match (reading.allowed, unpaid, exhausted.is_empty()) {
        (Some(true), _, false) => Supply::Unknown,
        (Some(false) | None, Some(_), _) => Supply::Exhausted { until: spend_reset.max(last_reset) },
        (None, None, false) => Supply::Exhausted { until: last_reset },
        (Some(false), None, _) => {
            let resets = reading.windows.iter().map(|window| window.resets_at).chain([spend_reset]);
            let resets = resets.chain(reading.unmeasured.iter().map(|window| window.resets_at));
            let first_reset = resets.flatten().min();
            match last_reset.or(first_reset) {
                Some(at) if at <= wall => Supply::Unknown,
                until => Supply::Exhausted { until },
            }
        }
        (Some(true), _, true) | (None, None, true)
            if reading.windows.is_empty() || !reading.unmeasured.is_empty() =>
        {
            Supply::Unknown
        }
        (Some(true), _, true) | (None, None, true) => Supply::Plenty,
    }
}
