//! What the provider said is left of an account, and when it comes back.
//!
//! # Policy
//!
//! Windows are told apart by their length, never by the slot they arrive in: the provider moves the
//! weekly window between "primary" and "secondary" (recorded live answers of 2026). A window without
//! length, use and reset is a placeholder and is dropped. `allowed` and `limit_reached` are separate
//! facts: an account over its limit may still be allowed (credits), so only `allowed = false`, or a
//! used-up window nobody vouches for, blocks it. A usage-limit answer to a real request outranks every
//! percentage until its reset passes or a newer reading explicitly allows the account.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Used percentages from here on count as nothing left, as the provider's own client rounds.
const USED_UP_PERCENT: f64 = 99.5;

/// Which of the usual lengths a window has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowKind {
    /// About five hours.
    FiveHour,
    /// About seven days.
    Weekly,
    /// About thirty days.
    Monthly,
    /// Any other length, or none given.
    Other,
}

/// One quota window as the provider reports it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Share of the window that is used, 0 to 100.
    pub used_percent: f64,
    /// Length in seconds, where the provider names one.
    pub length_seconds: Option<u32>,
    /// When the window starts afresh.
    pub resets_at: Option<Timestamp>,
}

impl Window {
    /// Makes a window, clamping the percentage to 0–100; `None` for a placeholder that says nothing.
    pub fn reported(
        used_percent: f64,
        length_seconds: Option<u32>,
        resets_at: Option<Timestamp>,
    ) -> Option<Self> {
        let length_seconds = length_seconds.filter(|seconds| *seconds > 0);
        let used_percent = if used_percent.is_finite() { used_percent.clamp(0.0, 100.0) } else { 0.0 };
        if used_percent == 0.0 && length_seconds.is_none() && resets_at.is_none() {
            return None;
        }
        Some(Self { used_percent, length_seconds, resets_at })
    }

    /// The kind that the window's length gives it.
    pub fn kind(&self) -> WindowKind {
        const HOUR: u32 = 3600;
        const DAY: u32 = 24 * HOUR;
        match self.length_seconds {
            Some(seconds) if (4 * HOUR..=6 * HOUR).contains(&seconds) => WindowKind::FiveHour,
            Some(seconds) if (6 * DAY..=8 * DAY).contains(&seconds) => WindowKind::Weekly,
            Some(seconds) if (27 * DAY..=32 * DAY).contains(&seconds) => WindowKind::Monthly,
            Some(_) | None => WindowKind::Other,
        }
    }

    /// Whole percent that is left at `wall`; a window whose reset has passed is full again.
    pub fn remaining_percent(&self, wall: Timestamp) -> u8 {
        if self.resets_at.is_some_and(|at| at <= wall) {
            return 100;
        }
        if self.used_percent >= USED_UP_PERCENT {
            return 0;
        }
        let left = (100.0 - self.used_percent).round().clamp(0.0, 100.0);
        left as u8
    }
}

/// Where a reading came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The usage API, asked by us.
    Usage,
    /// Rate-limit headers of a response.
    Headers,
    /// A `codex.rate_limits` event inside a response.
    Event,
}

/// Everything one answer of the provider said about an account's quota.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// When the answer arrived.
    pub seen_at: Timestamp,
    /// Which answer it was.
    pub source: Source,
    /// The windows, in the provider's order, placeholders left out.
    pub windows: Vec<Window>,
    /// The plan, lower case, where the answer names it.
    pub plan: Option<String>,
    /// Whether the provider says that requests are allowed.
    pub allowed: Option<bool>,
    /// Whether the provider says that a limit is reached.
    pub limit_reached: Option<bool>,
    /// What else it said; `None` where the answer speaks of windows only.
    #[serde(default)]
    pub beside: Option<Beside>,
}

/// What the provider says of an account's quota beside the main windows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Beside {
    /// Limits of single models or features; they block nothing else.
    pub extra: Vec<ExtraLimit>,
    /// Bought credits.
    pub credits: Option<Credits>,
    /// A spending limit that the workspace has set.
    pub spend: Option<Spend>,
    /// Resets that were granted and can be redeemed at the provider.
    pub reset_credits: Option<u32>,
}

/// A limit beside the main ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExtraLimit {
    /// The provider's name for it, such as `codex_bengalfox`, or the name shown to people.
    pub name: String,
    /// Its windows, placeholders left out.
    pub windows: Vec<Window>,
    /// Whether the provider says that requests under it are allowed.
    pub allowed: Option<bool>,
    /// Whether the provider says that it is reached.
    pub limit_reached: Option<bool>,
}

/// Bought credits, from which requests beyond the windows are paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credits {
    /// Whether there are any.
    pub has_credits: bool,
    /// Whether they are without limit.
    pub unlimited: bool,
    /// What is left, in the provider's own words.
    pub balance: Option<String>,
}

/// A spending limit of a workspace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spend {
    /// Whether it is reached: requests are refused then.
    pub reached: bool,
    /// The limit, in the provider's own words.
    pub limit: Option<String>,
    /// What is spent, in the provider's own words.
    pub used: Option<String>,
    /// 0 to 100.
    pub used_percent: Option<f64>,
    /// When it starts afresh.
    pub resets_at: Option<Timestamp>,
}

impl Reading {
    /// A reading of windows that says nothing else.
    pub fn new(seen_at: Timestamp, source: Source, windows: Vec<Window>) -> Self {
        Self { seen_at, source, windows, plan: None, allowed: None, limit_reached: None, beside: None }
    }

    /// What `allowed` still says beside a newer reading that does not speak of it. A permission that
    /// was given while there was something left says nothing about a window that was used up since.
    fn standing_permission(&self) -> Option<bool> {
        let used_up = self.windows.iter().any(|window| window.used_percent >= USED_UP_PERCENT);
        self.allowed.filter(|allowed| !allowed || used_up)
    }
}

/// The effect of quota on routing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Supply {
    /// Every window has something left.
    Plenty,
    /// Nothing is known, or a used-up window of an account that is still allowed.
    Unknown,
    /// Nothing left; `until` is when the last used-up window resets, where known.
    Gone {
        /// When it comes back.
        until: Option<Timestamp>,
    },
}

/// What is known about one account's quota.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quota {
    reading: Option<Reading>,
    refused: Option<Refusal>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Refusal {
    at: Timestamp,
    until: Option<Timestamp>,
}

/// How long a usage-limit answer without a reset time keeps an account out.
const REFUSAL_WITHOUT_RESET: SignedDuration = SignedDuration::from_mins(15);

impl Quota {
    /// The newest reading, if any.
    pub fn reading(&self) -> Option<&Reading> {
        self.reading.as_ref()
    }

    /// Takes a reading; an older one than the present is ignored, and a plan or an `allowed` that the
    /// new one does not name stays as it was known.
    pub fn observe(&mut self, mut reading: Reading) {
        let lifted = reading.allowed == Some(true)
            || (reading.allowed.is_none() && reading.limit_reached == Some(false));
        if let Some(known) = &self.reading {
            if reading.seen_at < known.seen_at {
                return;
            }
            if reading.plan.is_none() {
                reading.plan.clone_from(&known.plan);
            }
            reading.allowed = reading.allowed.or(known.standing_permission());
            if reading.windows.is_empty() && reading.source != Source::Usage {
                reading.windows.clone_from(&known.windows);
            }
        }
        if lifted && self.refused.is_some_and(|refusal| reading.seen_at > refusal.at) {
            self.refused = None;
        }
        self.reading = Some(reading);
    }

    /// Notes that a request was refused for a used-up limit.
    pub fn refuse(&mut self, at: Timestamp, resets_at: Option<Timestamp>) {
        self.refused = Some(Refusal { at, until: resets_at });
    }

    /// Notes that a request which began at `began` was served: what was refused before then is lifted.
    pub fn served(&mut self, began: Timestamp) {
        if self.refused.is_some_and(|refusal| refusal.at <= began) {
            self.refused = None;
        }
        if let Some(reading) = self.reading.as_mut().filter(|reading| reading.seen_at <= began)
            && reading.allowed == Some(false)
        {
            reading.allowed = None;
        }
    }

    /// What quota means for routing at `wall`.
    pub fn supply(&self, wall: Timestamp) -> Supply {
        if let Some(refusal) = self.refused {
            let until = refusal.until.unwrap_or(refusal.at + REFUSAL_WITHOUT_RESET);
            if wall < until {
                return Supply::Gone { until: Some(until) };
            }
        }
        let Some(reading) = &self.reading else { return Supply::Unknown };
        let gone: Vec<&Window> =
            reading.windows.iter().filter(|window| window.remaining_percent(wall) == 0).collect();
        let until = gone.iter().filter_map(|window| window.resets_at).max();
        let refused_until_next_reset = reading.allowed == Some(false);
        if refused_until_next_reset {
            let next = until.or_else(|| reading.windows.iter().filter_map(|window| window.resets_at).min());
            return match next {
                Some(at) if at <= wall => Supply::Unknown,
                Some(_) | None => Supply::Gone { until: next },
            };
        }
        if !gone.is_empty() {
            return match reading.allowed {
                Some(true) => Supply::Unknown,
                Some(false) | None => Supply::Gone { until },
            };
        }
        if reading.windows.is_empty() { Supply::Unknown } else { Supply::Plenty }
    }

    /// The smallest remaining percentage over all windows; `None` where no window is known.
    pub fn headroom(&self, wall: Timestamp) -> Option<u8> {
        if let Supply::Gone { .. } = self.supply(wall) {
            return Some(0);
        }
        self.reading.as_ref()?.windows.iter().map(|window| window.remaining_percent(wall)).min()
    }
}

#[cfg(test)]
mod tests;
