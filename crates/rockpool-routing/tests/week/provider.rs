//! The provider as it really is. The router learns of it by answers and questions only.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;
use rockpool_routing::{Class, Delivery, Reading, Source, Window};

use crate::calendar::{DAY, FRIDAY, HOUR, MINUTE, MONDAY, THURSDAY, TUESDAY, WEDNESDAY, WEEK, is_on, wall};
use crate::seeded_random::SeededRandom;

/// The three accounts, in pool order.
pub(crate) const SEATS: [Seat; 3] = [
    Seat { name: "pro", short: Some(10_000_000), weekly: 38_000_000, rate: 20, anchor: 3 * DAY + 9 * HOUR },
    Seat { name: "plus", short: Some(2_000_000), weekly: 7_000_000, rate: 10, anchor: 15 * HOUR },
    Seat { name: "team", short: None, weekly: 18_000_000, rate: 12, anchor: 5 * DAY + 3 * HOUR },
];

/// A prompt stays in the cache for so long without use.
const CACHE_LIFE: u64 = HOUR;
/// Now and then the provider begins a week ahead of time.
const EARLY_RESETS: [(&str, u64); 2] =
    [("plus", 2 * WEEK + WEDNESDAY + 15 * HOUR), ("team", 3 * WEEK + TUESDAY + 11 * HOUR)];

/// What is sold: work that may be done in five hours and in a week, in input tokens or their worth.
pub(crate) struct Seat {
    pub(crate) name: &'static str,
    short: Option<u64>,
    pub(crate) weekly: u64,
    /// Requests that may begin within a minute.
    rate: usize,
    /// When the first weekly window begins anew.
    anchor: u64,
}

/// What one request asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Work {
    /// The context that it goes on with.
    pub(crate) context: u64,
    pub(crate) input: u64,
    pub(crate) output: u64,
}

/// What the provider makes of an attempt.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    /// First output, end, and input tokens that were found in the cache.
    Serves { first: u64, ends: u64, cached: u64 },
    /// The class, when it is known, and how far the request had come.
    Fails { class: Class, at: u64, delivery: Delivery },
}

/// One account's true state.
pub(crate) struct Account {
    seat: &'static Seat,
    short_used: u64,
    short_ends: Option<u64>,
    weekly_used: u64,
    weekly_ends: u64,
    began: Vec<u64>,
    /// Length of each context that is in the cache, and when it was used.
    cache: BTreeMap<u64, (u64, u64)>,
    /// What was left at each weekly reset, in percent of the window, with the time.
    pub(crate) wasted: Vec<(u64, u64)>,
    early_reset: Option<u64>,
}

impl Account {
    pub(crate) fn all() -> Vec<Self> {
        let fresh = |seat: &'static Seat| Self {
            seat,
            short_used: 0,
            short_ends: None,
            weekly_used: 0,
            weekly_ends: seat.anchor,
            began: Vec::new(),
            cache: BTreeMap::new(),
            wasted: Vec::new(),
            early_reset: EARLY_RESETS.iter().find(|(name, _)| *name == seat.name).map(|(_, at)| *at),
        };
        SEATS.iter().map(fresh).collect()
    }

    /// Lets windows begin anew that are over.
    pub(crate) fn roll(&mut self, now: u64) {
        if self.short_ends.is_some_and(|ends| ends <= now) {
            (self.short_used, self.short_ends) = (0, None);
        }
        if let Some(early) = self.early_reset.take_if(|early| *early <= now) {
            (self.weekly_used, self.weekly_ends) = (0, early + WEEK);
        }
        while self.weekly_ends <= now {
            let left = self.seat.weekly.saturating_sub(self.weekly_used);
            self.wasted.push((self.weekly_ends, left * 100 / self.seat.weekly));
            (self.weekly_used, self.weekly_ends) = (0, self.weekly_ends + WEEK);
        }
    }

    /// When an account that has nothing left is back.
    fn exhausted_until(&self) -> Option<u64> {
        let short = self.short_ends.filter(|_| self.seat.short.is_some_and(|short| self.short_used >= short));
        let weekly = (self.weekly_used >= self.seat.weekly).then_some(self.weekly_ends);
        short.max(weekly)
    }

    /// Whether it would serve a request now.
    pub(crate) fn would_serve(&mut self, now: u64) -> bool {
        self.roll(now);
        self.exhausted_until().is_none() && !self.is_signed_out(now) && !self.is_down(now)
    }

    /// On Tuesday the first account cannot be reached for a while, on Thursday nobody.
    pub(crate) fn is_down(&self, now: u64) -> bool {
        let all = is_on(THURSDAY + 14 * HOUR..THURSDAY + 14 * HOUR + 20 * MINUTE, now);
        let one = is_on(TUESDAY + 10 * HOUR..TUESDAY + 10 * HOUR + 40 * MINUTE, now);
        all || (self.seat.name == "pro" && one)
    }

    /// The first account's login dies on Wednesday morning; somebody signs in again after lunch.
    pub(crate) fn is_signed_out(&self, now: u64) -> bool {
        let dead = is_on(WEDNESDAY + 9 * HOUR + 30 * MINUTE..WEDNESDAY + 13 * HOUR, now);
        self.seat.name == "pro" && dead
    }

    /// On Monday morning the provider takes few requests a minute of the first account.
    fn rate(&self, now: u64) -> usize {
        let hurried = is_on(MONDAY + 10 * HOUR..MONDAY + 11 * HOUR, now);
        if self.seat.name == "pro" && hurried { 2 } else { self.seat.rate }
    }

    /// Answers an attempt; `random` is that of this attempt.
    pub(crate) fn answer(&mut self, work: Work, now: u64, random: &mut SeededRandom) -> Answer {
        self.roll(now);
        if self.is_down(now) {
            return breakdown(now, random);
        }
        let refused = |class| Answer::Fails { class, at: now + 1, delivery: Delivery::Answered };
        if self.is_signed_out(now) {
            return refused(Class::Unauthorized);
        }
        if let Some(until) = self.exhausted_until() {
            return refused(Class::UsageLimit { resets_at: Some(wall(until)) });
        }
        self.began.retain(|began| began + MINUTE > now);
        if self.began.len() >= self.rate(now) {
            return refused(Class::RateLimited { retry_after: Some(Duration::from_secs(20)) });
        }
        self.began.push(now);
        let cached = match self.cache.get(&work.context) {
            Some((length, used)) if used + CACHE_LIFE > now => (*length).min(work.input),
            Some(_) | None => 0,
        };
        self.short_ends = self.short_ends.or(self.seat.short.map(|_| now + 5 * HOUR));
        let first = now + 1 + random.between(0, 4) + (work.input - cached) / 40_000;
        Answer::Serves { first, ends: first + 1 + work.output / 60, cached }
    }

    /// Takes what a request has cost.
    pub(crate) fn charge(&mut self, work: Work, cached: u64, now: u64) {
        self.roll(now);
        let cost = (work.input - cached) + cached / 10 + work.output * 4;
        self.short_used += cost;
        self.weekly_used += cost;
        self.cache.insert(work.context, (work.input + work.output, now));
        self.cache.retain(|_, (_, used)| *used + CACHE_LIFE > now);
    }

    /// What it says of its quota. For an hour on Friday the second account is of two minds.
    pub(crate) fn tell(&mut self, source: Source, now: u64) -> Reading {
        self.roll(now);
        let flapping = is_on(FRIDAY + 10 * HOUR..FRIDAY + 11 * HOUR, now);
        let other_mind = self.seat.name == "plus" && flapping && (now / 90) % 2 == 1;
        let mut windows = Vec::new();
        if let Some(short) = self.seat.short {
            let ends = self.short_ends.unwrap_or(now + 5 * HOUR);
            windows.push(window(self.short_used, short, 5 * HOUR, ends));
        }
        let mut weekly = window(self.weekly_used, self.seat.weekly, WEEK, self.weekly_ends);
        if other_mind {
            weekly.used_percent = (weekly.used_percent - 40.0).max(2.0);
            weekly.resets_at = weekly.resets_at.map(|at| at + SignedDuration::from_hours(26));
        }
        windows.push(weekly);
        let mut reading = Reading::new(wall(now), source, windows);
        if source == Source::Usage && !other_mind {
            let exhausted = self.exhausted_until().is_some();
            (reading.allowed, reading.limit_reached) = (Some(!exhausted), Some(exhausted));
        }
        reading
    }
}

/// Whole percent, as the provider rounds.
fn window(used: u64, of: u64, length: u64, ends: u64) -> Window {
    let percent = (used * 100 / of).min(100) as f64;
    Window::reported(percent, u32::try_from(length).ok(), Some(wall(ends))).expect("a window with a length")
}

/// A provider that is down fails in several ways.
fn breakdown(now: u64, random: &mut SeededRandom) -> Answer {
    let (at, delivery) = match random.between(0, 10) {
        0..6 => (now + 1, Delivery::Answered),
        6..9 => (now + 10, Delivery::NotSent),
        _ => (now + 20, Delivery::Unknown),
    };
    Answer::Fails { class: Class::FAILURE, at, delivery }
}
