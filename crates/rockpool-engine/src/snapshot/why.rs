//! One request as recorded, and why it went where it did.

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use rockpool_routing::Strategy;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::names;
use crate::model::activity::{
    AffinityOutcome, Attempt, CandidateAccount, Delivery, MoveReason, OutcomeClass, Placement, RequestRecord,
    SkippedAccount, Transport, Why,
};
use crate::prices::{self, Money};

/// One request as recorded; bodies are never stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ActivityView {
    #[schema(value_type = String, format = "uuid")]
    pub id: rockpool_routing::RequestId,
    /// When it arrived.
    #[schema(value_type = String, format = "date-time")]
    pub at: Timestamp,
    /// Name of the client.
    pub client: String,
    /// What the tool calls itself, by its `user-agent`.
    #[serde(default)]
    pub tool: Option<String>,
    /// Slug of the account that answered, if one did.
    pub account: Option<String>,
    /// Slug of the account that was tried first.
    pub first_account: Option<String>,
    /// Model that the tool asked for.
    pub model: Option<String>,
    /// How it arrived.
    pub transport: Transport,
    /// `success`, or the class of the last failure.
    pub outcome: OutcomeClass,
    /// Status that the tool saw.
    pub status: u16,
    /// Why the first candidate came first.
    pub placement: Option<Placement>,
    /// Each try, in order.
    pub attempts: Vec<AttemptView>,
    /// Accounts that were passed over, with their states.
    pub skipped: Vec<SkippedView>,
    /// Milliseconds to the first output byte downstream.
    pub first_byte_ms: Option<u64>,
    /// Milliseconds to the end.
    pub duration_ms: u64,
    /// Input tokens, where the provider counted them.
    pub input_tokens: Option<u64>,
    /// Of these, from the prompt cache.
    pub cached_tokens: Option<u64>,
    /// Of the input tokens, written to the prompt cache.
    #[serde(default)]
    pub cache_write_tokens: Option<u64>,
    pub output_tokens: Option<u64>,
    /// Of the output tokens, for reasoning.
    #[serde(default)]
    pub reasoning_tokens: Option<u64>,
    /// What these tokens would have cost at the API's standard prices, in millionths of a US dollar: no bill, for an
    /// account is paid by the month. Absent where the model has no price or the provider counted nothing.
    #[serde(default)]
    pub at_api_prices_micro_usd: Option<u64>,
    /// What the choice went by.
    #[serde(default)]
    pub why: WhyView,
}

/// One try on one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AttemptView {
    /// Slug of the account.
    pub account: String,
    /// How it ended.
    pub class: OutcomeClass,
    /// Status of the provider's answer, where there was one.
    pub status: Option<u16>,
    /// Milliseconds to the outcome.
    pub ms: u64,
    /// Whether the request had reached the provider when the attempt ended.
    #[serde(default)]
    pub delivery: Delivery,
}

/// An account that was passed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SkippedView {
    /// Slug of the account.
    pub account: String,
    /// Its state then, or why it was not asked for the model.
    pub reason: MoveReason,
    /// When time alone was to cure it, if known.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "date-time")]
    pub until: Option<Timestamp>,
}

/// What a choice went by. Empty for a request that was refused before there was a choice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct WhyView {
    /// The strategy in force.
    #[schema(value_type = Option<names::Strategy>)]
    pub strategy: Option<Strategy>,
    /// The accounts in the order in which they were to be tried.
    pub candidates: Vec<CandidateView>,
    /// Eight hexadecimal digits that tell conversations apart; never the tool's own name for it.
    pub conversation: Option<String>,
    /// What became of the conversation's pin to its account.
    pub affinity: AffinityView,
    /// Attempts that broke off after the request may have been worked on, and were made again: each may
    /// have been billed beside the one that answered.
    pub maybe_billed_twice: u32,
    /// Size of the request body as the tool sent it.
    pub request_bytes: u64,
    /// Size of the answer as the tool got it.
    pub response_bytes: u64,
}

/// An account that was to be tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CandidateView {
    /// Slug of the account.
    pub account: String,
    /// Why it stood where it did.
    pub placement: Placement,
}

/// What became of a conversation's pin to its account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct AffinityView {
    /// In a word.
    pub kind: AffinityKind,
    /// Slug of the account that it was on, for one that moved or could not.
    pub from: Option<String>,
    /// Why it moved or could not go on.
    pub reason: Option<MoveReason>,
    /// Input tokens that the old account's prompt cache held and the new one's did not; an estimate.
    pub cached_tokens_lost: Option<u64>,
}

/// What became of a conversation's pin to its account, in a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AffinityKind {
    /// The request names no conversation.
    #[default]
    None,
    /// Its first request.
    New,
    /// It stayed where it was.
    Kept,
    /// It went on, on another account.
    Moved,
    /// It can be continued by its own account only, which could not serve it.
    Bound,
}

impl From<&RequestRecord> for ActivityView {
    fn from(record: &RequestRecord) -> Self {
        Self {
            id: record.id,
            at: record.at,
            client: record.client.clone(),
            tool: record.tool.clone(),
            account: record.account.as_ref().map(|account| account.name.clone()),
            first_account: record.first_account.clone(),
            model: record.model.clone(),
            transport: record.transport,
            outcome: record.outcome,
            status: record.status,
            placement: record.placement,
            attempts: record.attempts.iter().map(AttemptView::from).collect(),
            skipped: record.skipped.iter().map(SkippedView::from).collect(),
            first_byte_ms: record.first_byte_ms,
            duration_ms: record.duration_ms,
            input_tokens: record.input_tokens,
            cached_tokens: record.cached_tokens,
            cache_write_tokens: record.cache_write_tokens,
            output_tokens: record.output_tokens,
            reasoning_tokens: record.reasoning_tokens,
            at_api_prices_micro_usd: prices::cost_of(record).map(Money::micro_usd),
            why: WhyView::from(&record.why),
        }
    }
}

impl From<&Attempt> for AttemptView {
    fn from(attempt: &Attempt) -> Self {
        Self {
            account: attempt.account.clone(),
            class: attempt.class,
            status: attempt.status,
            ms: attempt.ms,
            delivery: attempt.delivery,
        }
    }
}

impl From<&SkippedAccount> for SkippedView {
    fn from(skipped: &SkippedAccount) -> Self {
        Self { account: skipped.account.clone(), reason: skipped.reason, until: skipped.until }
    }
}

impl From<&Why> for WhyView {
    fn from(why: &Why) -> Self {
        Self {
            strategy: why.strategy,
            candidates: why.candidates.iter().map(CandidateView::from).collect(),
            conversation: why.conversation.clone(),
            affinity: AffinityView::from(&why.affinity),
            maybe_billed_twice: why.maybe_billed_twice,
            request_bytes: why.request_bytes,
            response_bytes: why.response_bytes,
        }
    }
}

impl From<&CandidateAccount> for CandidateView {
    fn from(candidate: &CandidateAccount) -> Self {
        Self { account: candidate.account.clone(), placement: candidate.placement }
    }
}

impl From<&AffinityOutcome> for AffinityView {
    fn from(outcome: &AffinityOutcome) -> Self {
        let plain = |kind| Self { kind, ..Self::default() };
        match outcome {
            AffinityOutcome::None => plain(AffinityKind::None),
            AffinityOutcome::New => plain(AffinityKind::New),
            AffinityOutcome::Kept => plain(AffinityKind::Kept),
            AffinityOutcome::Moved { from, reason, cached_tokens_lost } => Self {
                kind: AffinityKind::Moved,
                from: Some(from.clone()),
                reason: Some(*reason),
                cached_tokens_lost: *cached_tokens_lost,
            },
            AffinityOutcome::Pinned { from, reason } => Self {
                kind: AffinityKind::Bound,
                from: Some(from.clone()),
                reason: Some(*reason),
                cached_tokens_lost: None,
            },
        }
    }
}
