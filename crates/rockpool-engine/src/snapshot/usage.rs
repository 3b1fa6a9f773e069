//! Tokens over a time, and what they would have cost at the prices of the API.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::prices::PriceSource;

/// What requests are put together by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UsageBy {
    /// What the tool calls itself.
    #[default]
    Tool,
    /// The account that answered.
    Account,
    /// The client whose key the tool has.
    Client,
    /// The model that was asked for.
    Model,
    /// The day of arrival, in the zone of the machine that the engine runs on.
    Day,
}

impl UsageBy {
    /// As the API calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Account => "account",
            Self::Client => "client",
            Self::Model => "model",
            Self::Day => "day",
        }
    }
}

/// Tokens of the requests that are recorded, put together. Records are kept for a time and up to a number only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UsageView {
    pub by: UsageBy,
    /// Requests that arrived from here on
    #[schema(value_type = String, format = "date-time")]
    pub from: Timestamp,
    /// and before this.
    #[schema(value_type = String, format = "date-time")]
    pub to: Timestamp,
    /// Arrival of the oldest request that is still recorded: where it is later than `from`, earlier requests may be
    /// missing. Absent where there is none.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub recorded_since: Option<Timestamp>,
    /// The largest first; days newest first.
    pub rows: Vec<UsageRowView>,
    pub total: UsageSums,
    pub prices: PriceSourceView,
}

/// The requests that have something in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UsageRowView {
    /// What they have in common: a name, or a day as in `2026-07-09`. Absent where that is not known.
    pub key: Option<String>,
    pub sums: UsageSums,
}

/// What requests came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UsageSums {
    pub requests: u64,
    /// Of these, requests whose tokens the provider counted.
    pub counted: u64,
    pub input_tokens: u64,
    /// Of the input tokens, from the prompt cache.
    pub cached_tokens: u64,
    /// Of the input tokens, written to the prompt cache, where the provider counts them.
    pub cache_write_tokens: u64,
    pub output_tokens: u64,
    /// Of the output tokens, for reasoning.
    pub reasoning_tokens: u64,
    /// Of the counted requests, those whose model has a price.
    pub priced: u64,
    /// What the tokens of these would have cost at the API's standard prices, in millionths of a US dollar: no bill,
    /// for accounts are paid by the month. Absent where none of them has a price.
    pub at_api_prices_micro_usd: Option<u64>,
}

/// Where the prices come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PriceSourceView {
    /// The published package that lists them.
    pub package: String,
    pub version: String,
    /// The day on which its data was taken over, as in `2026-07-09`.
    pub date: String,
}

impl From<PriceSource> for PriceSourceView {
    fn from(source: PriceSource) -> Self {
        let PriceSource { package, version, taken } = source;
        Self { package: package.to_owned(), version: version.to_owned(), date: taken.to_string() }
    }
}
