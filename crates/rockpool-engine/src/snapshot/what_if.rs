//! Recorded requests, placed anew under other rules.

use jiff::Timestamp;
use rockpool_routing::Strategy;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::names;

/// What a pool's recorded requests would have done under each strategy, side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WhatIfView {
    /// Slug of the pool's owner.
    pub owner: String,
    /// Arrival of the first request that is replayed.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub from: Option<Timestamp>,
    /// Arrival of the last.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub to: Option<Timestamp>,
    /// Requests that are replayed.
    pub requests: u32,
    /// Conversations among them.
    pub conversations: u32,
    /// Slugs of the accounts that are left out of the scenarios.
    pub without: Vec<String>,
    /// What happened.
    pub recorded: ScenarioView,
    /// One for each strategy.
    pub scenarios: Vec<ScenarioView>,
    /// What had to be assumed: `burn_guessed` where an account's use per token is taken from the others,
    /// `no_token_counts` where answers carried none, `history_short` where less than a day is recorded.
    pub assumptions: Vec<String>,
}

/// One course of events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ScenarioView {
    /// The strategy; absent for what happened.
    #[schema(value_type = Option<names::Strategy>)]
    pub strategy: Option<Strategy>,
    /// Per account, owner first.
    pub accounts: Vec<ScenarioAccountView>,
    /// Times that a conversation changed its account, and with it its prompt cache.
    pub cache_breaks: u32,
    /// Input tokens that had to be read anew for it; an estimate.
    pub cached_tokens_lost: u64,
    /// Requests that no account could serve.
    pub unserved: u32,
    /// Seconds in which no account could serve.
    pub dry_seconds: u64,
}

/// One account in a course of events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ScenarioAccountView {
    /// Slug of the account.
    pub account: String,
    /// Requests that it served.
    pub requests: u32,
    /// When it was exhausted.
    pub dry: Vec<DrySpanView>,
}

/// A time in which an account was exhausted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DrySpanView {
    #[schema(value_type = String, format = "date-time")]
    pub from: Timestamp,
    #[schema(value_type = String, format = "date-time")]
    pub to: Timestamp,
}
