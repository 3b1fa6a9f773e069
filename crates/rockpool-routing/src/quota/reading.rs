//! What one answer of the provider says about an account's quota.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Resets that are farther apart than this are not the same.
pub(super) const ANCHOR_TOLERANCE: SignedDuration = SignedDuration::from_mins(15);
/// Used percentages from here on count as nothing left, as the provider's own client rounds.
pub(super) const EXHAUSTED_PERCENT: f64 = 99.5;

/// Which of the usual lengths a window has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowKind {
    /// Four to six hours.
    FiveHour,
    /// Six to eight days.
    Weekly,
    /// 27 to 32 days.
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
    /// When the figure was seen, where that is longer ago than the reading that it stands in: later answers
    /// did not tell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured_at: Option<Timestamp>,
}

/// A window of which an answer says when it resets or how long it is, and not how much of it is used.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnmeasuredWindow {
    /// Length in seconds, where the provider names one.
    pub length_seconds: Option<u32>,
    /// When the window starts afresh.
    pub resets_at: Option<Timestamp>,
}

impl UnmeasuredWindow {
    /// `None` for a placeholder that says nothing.
    pub fn reported(length_seconds: Option<u32>, resets_at: Option<Timestamp>) -> Option<Self> {
        let length_seconds = length_seconds.filter(|seconds| *seconds > 0);
        (length_seconds.is_some() || resets_at.is_some()).then_some(Self { length_seconds, resets_at })
    }

    /// The kind that the window's length gives it.
    pub fn kind(&self) -> WindowKind {
        kind_of(self.length_seconds)
    }

    /// Whether a figure that was known of `window` still stands for this one at `wall`: it is the same window,
    /// and has not started afresh since.
    fn continues(&self, window: &Window, wall: Timestamp) -> bool {
        let running = window.resets_at.is_none_or(|at| at > wall);
        let same_reset = match (window.resets_at, self.resets_at) {
            (Some(before), Some(after)) => before.duration_since(after).abs() <= ANCHOR_TOLERANCE,
            (None, _) | (_, None) => true,
        };
        running && same_reset && are_twins(window.length_seconds, self.length_seconds)
    }
}

impl Window {
    /// Makes a window, clamping the percentage to 0–100; `None` for a placeholder that says nothing, and for
    /// a percentage that is no number.
    pub fn reported(
        used_percent: f64,
        length_seconds: Option<u32>,
        resets_at: Option<Timestamp>,
    ) -> Option<Self> {
        let length_seconds = length_seconds.filter(|seconds| *seconds > 0);
        if !used_percent.is_finite() {
            return None;
        }
        let used_percent = used_percent.clamp(0.0, 100.0);
        if used_percent == 0.0 && length_seconds.is_none() && resets_at.is_none() {
            return None;
        }
        Some(Self { used_percent, length_seconds, resets_at, measured_at: None })
    }

    /// The kind that the window's length gives it.
    pub fn kind(&self) -> WindowKind {
        kind_of(self.length_seconds)
    }

    /// Whether both are the same window in two readings: of one kind, and where that says nothing, of one
    /// length.
    pub fn is_twin_of(&self, other: &Self) -> bool {
        are_twins(self.length_seconds, other.length_seconds)
    }

    /// The same figure in a later reading that does not tell it; `seen_at` is when this reading was seen.
    fn carried(&self, seen_at: Timestamp) -> Self {
        Self { measured_at: Some(self.measured_at.unwrap_or(seen_at)), ..self.clone() }
    }

    /// Whole percent that is left at `wall`; a window whose reset has passed is full again.
    pub fn remaining_percent(&self, wall: Timestamp) -> u8 {
        if self.resets_at.is_some_and(|at| at <= wall) {
            return 100;
        }
        if self.used_percent >= EXHAUSTED_PERCENT {
            return 0;
        }
        let left = (100.0 - self.used_percent).round().clamp(0.0, 100.0);
        left as u8
    }
}

fn kind_of(length_seconds: Option<u32>) -> WindowKind {
    const HOUR: u32 = 3600;
    const DAY: u32 = 24 * HOUR;
    match length_seconds {
        Some(seconds) if (4 * HOUR..=6 * HOUR).contains(&seconds) => WindowKind::FiveHour,
        Some(seconds) if (6 * DAY..=8 * DAY).contains(&seconds) => WindowKind::Weekly,
        Some(seconds) if (27 * DAY..=32 * DAY).contains(&seconds) => WindowKind::Monthly,
        Some(_) | None => WindowKind::Other,
    }
}

fn are_twins(length: Option<u32>, other: Option<u32>) -> bool {
    match kind_of(length) {
        WindowKind::Other => length == other,
        kind @ (WindowKind::FiveHour | WindowKind::Weekly | WindowKind::Monthly) => kind_of(other) == kind,
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
    /// Windows of which no figure is known: neither did this answer tell it, nor does an older one stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmeasured: Vec<UnmeasuredWindow>,
    /// The plan, lower case, where the answer names it.
    pub plan: Option<String>,
    /// Whether the provider says that requests are allowed.
    pub allowed: Option<bool>,
    /// Whether the provider says that a limit is reached.
    pub limit_reached: Option<bool>,
    /// What else it said; `None` where the answer speaks of windows only. In the database since before it had
    /// this name.
    #[serde(default, rename = "beside")]
    pub extras: Option<Extras>,
}

/// What the provider says of an account's quota besides the main windows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Extras {
    /// Limits of single models or features; they block nothing else.
    #[serde(rename = "extra")]
    pub limits: Vec<ExtraLimit>,
    pub credits: Option<Credits>,
    /// A spending limit that the workspace has set.
    pub spend: Option<Spend>,
    /// Resets that were granted and can be redeemed at the provider.
    pub reset_credits: Option<u32>,
}

/// A limit besides the main ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExtraLimit {
    /// The provider's name for it, such as `codex_bengalfox`, or the name shown to people.
    pub name: String,
    /// The name shown to people, such as `GPT-5.3-Codex-Spark`, where the provider gives one beside it.
    #[serde(default)]
    pub title: Option<String>,
    /// Its windows, placeholders left out.
    pub windows: Vec<Window>,
    /// Its windows of which no figure is told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmeasured: Vec<UnmeasuredWindow>,
    /// Whether the provider says that requests under it are allowed.
    pub allowed: Option<bool>,
    /// Whether the provider says that it is reached.
    pub limit_reached: Option<bool>,
}

/// Bought credits, from which requests beyond the windows are paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credits {
    /// Whether there are any, where the provider says so.
    pub has_credits: Option<bool>,
    /// Whether they are without limit, where the provider says so.
    pub unlimited: Option<bool>,
    /// What is left, in the provider's own words.
    pub balance: Option<String>,
}

/// A spending limit of a workspace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spend {
    /// Whether it is reached, where the provider says so: requests are refused then.
    pub reached: Option<bool>,
    /// The limit, in the provider's own words.
    pub limit: Option<String>,
    /// What is spent, in the provider's own words.
    pub used: Option<String>,
    /// Percent, 0 to 100.
    pub used_percent: Option<f64>,
    /// When it starts afresh.
    pub resets_at: Option<Timestamp>,
}

impl Reading {
    /// A reading of windows that says nothing else.
    pub fn new(seen_at: Timestamp, source: Source, windows: Vec<Window>) -> Self {
        Self {
            seen_at,
            source,
            windows,
            unmeasured: Vec::new(),
            plan: None,
            allowed: None,
            limit_reached: None,
            extras: None,
        }
    }

    /// What `allowed` still says beside a newer reading that does not speak of it. A permission that
    /// was given while there was something left says nothing about a window that was exhausted since.
    pub(super) fn standing_permission(&self) -> Option<bool> {
        let exhausted = self.windows.iter().any(|window| window.used_percent >= EXHAUSTED_PERCENT);
        self.allowed.filter(|allowed| !allowed || exhausted)
    }

    /// Whether it shows that requests are taken again after a refusal.
    pub(super) fn lifts_refusals(&self) -> bool {
        self.allowed == Some(true) || (self.allowed.is_none() && self.limit_reached == Some(false))
    }

    /// Fills in what an older reading said and this one does not speak of.
    pub(super) fn complete_from(&mut self, known: &Self) {
        if self.plan.is_none() {
            self.plan.clone_from(&known.plan);
        }
        self.allowed = self.allowed.or(known.standing_permission());
        if self.extras.is_none() {
            self.extras.clone_from(&known.extras);
        }
        if self.windows.is_empty() && self.unmeasured.is_empty() && self.source != Source::Usage {
            self.windows = known.windows.iter().map(|window| window.carried(known.seen_at)).collect();
            self.unmeasured.clone_from(&known.unmeasured);
        }
        let seen_at = self.seen_at;
        for window in std::mem::take(&mut self.unmeasured) {
            match known.windows.iter().find(|figure| window.continues(figure, seen_at)) {
                Some(figure) => self.windows.push(figure.carried(known.seen_at)),
                None => self.unmeasured.push(window),
            }
        }
    }
}

impl ExtraLimit {
    /// The same as a reading of its own.
    pub(crate) fn reading(&self, seen_at: Timestamp) -> Reading {
        Reading {
            unmeasured: self.unmeasured.clone(),
            allowed: self.allowed,
            limit_reached: self.limit_reached,
            ..Reading::new(seen_at, Source::Usage, self.windows.clone())
        }
    }
}
