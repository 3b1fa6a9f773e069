//! What is shown of an account's quota beside its windows, and how long it will last.

use jiff::Timestamp;
use rockpool_routing::{Source, WindowKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::names;

/// One quota window as shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WindowView {
    /// By length: `five_hour`, `weekly`, `monthly`, `other`.
    #[schema(value_type = names::WindowKind)]
    pub kind: WindowKind,
    /// Length in seconds, where known.
    pub length_seconds: Option<u32>,
    /// 0 to 100; absent where the provider names the window and not how much of it is used.
    pub used_percent: Option<f64>,
    /// Whole percent left, 0 to 100; absent as above.
    pub remaining_percent: Option<u8>,
    /// When it starts afresh.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub resets_at: Option<Timestamp>,
    /// When the figures were seen, where that is longer ago than the quota: newer answers did not tell them.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "date-time")]
    pub measured_at: Option<Timestamp>,
    /// What the provider says otherwise, while that is not confirmed; routing goes by the figures above.
    pub contested: Option<ContestedView>,
}

/// The other figures of a window about which the provider contradicts itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ContestedView {
    /// 0 to 100.
    pub used_percent: f64,
    /// When it starts afresh.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub resets_at: Option<Timestamp>,
    /// When this was seen.
    #[schema(value_type = String, format = "date-time")]
    pub seen_at: Timestamp,
    /// How it was seen.
    #[schema(value_type = names::Source)]
    pub source: Source,
}

/// A limit of a single model or feature; it blocks nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ExtraLimitView {
    /// The provider's name for it, such as `codex_bengalfox`.
    pub name: String,
    /// The name shown to people, where the provider gives one.
    #[serde(default)]
    pub title: Option<String>,
    pub windows: Vec<WindowView>,
    /// Whether the provider says that requests under it are allowed.
    pub allowed: Option<bool>,
    /// Whether it is reached: the provider says so, or has refused a request for it.
    pub limit_reached: Option<bool>,
    /// When it comes back, for one that is reached, where known.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "date-time")]
    pub until: Option<Timestamp>,
}

/// Bought credits, from which requests beyond the windows are paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreditsView {
    /// Whether there are any, where the provider says so.
    pub has_credits: Option<bool>,
    /// Whether they are without limit, where the provider says so.
    pub unlimited: Option<bool>,
    /// What is left, in the provider's own words.
    pub balance: Option<String>,
}

/// A spending limit that the workspace has set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SpendView {
    /// Whether it is reached, where the provider says so.
    pub reached: Option<bool>,
    /// The limit, in the provider's own words.
    pub limit: Option<String>,
    /// What is spent, in the provider's own words.
    pub used: Option<String>,
    /// 0 to 100.
    pub used_percent: Option<f64>,
    /// When it starts afresh.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub resets_at: Option<Timestamp>,
}

/// How long quota will last at the present pace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunwayView {
    /// What can be said.
    pub outlook: RunwayOutlook,
    /// The window that runs out first; absent for a pool and where nothing runs out.
    #[schema(value_type = Option<names::WindowKind>)]
    pub window: Option<WindowKind>,
    /// Best estimate of when nothing is left.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub dry_at: Option<Timestamp>,
    /// Nothing may be left from here on, at the fastest pace seen lately.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub earliest: Option<Timestamp>,
    /// At the slowest pace seen lately; absent where that would last until the reset.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub latest: Option<Timestamp>,
    /// When capacity comes back after that.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub returns_at: Option<Timestamp>,
}

/// What can be said of a runway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunwayOutlook {
    /// Too little was used, or too little is known, to say anything.
    #[default]
    Silent,
    /// At this pace it lasts until its reset.
    Lasts,
    /// At this pace it is exhausted before its reset.
    RunsDry,
    /// Nothing is left now.
    Dry,
}
