//! One request as it is recorded: from its end through memory and database to what is shown of it.
//!
//! # Names of that time
//!
//! A record says what its client and its accounts were called when the request came. That stays true after
//! a rename and readable after a removal, when an id leads nowhere. Only what forecasts, sums and replays ask
//! for later by its present identity is held as an id too: the tenant, the client, and the account that
//! answered.
//!
//! # Words
//!
//! The database and the management API call each value by the same word, which is the one that routing
//! gives it. Words are never changed: older databases hold them.

mod words;

use jiff::Timestamp;
use rockpool_routing::runway::Tokens;
use rockpool_routing::{AccountId, ClientId, RequestId, Strategy, TenantId};
use serde::{Deserialize, Serialize};

pub use words::{Delivery, MoveReason, OutcomeClass, Placement, Transport};

/// So many requests are shown where nobody asks for a number: the newest ones.
pub(crate) const SHOWN: u32 = 50;

/// One finished request; bodies are never recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestRecord {
    pub(crate) id: RequestId,
    pub(crate) tenant: TenantId,
    pub(crate) at: Timestamp,
    /// Absent where no client was recognised.
    pub(crate) client_id: Option<ClientId>,
    pub(crate) client: String,
    /// What the tool calls itself.
    pub(crate) tool: Option<String>,
    /// The account that answered, if one did.
    pub(crate) account: Option<ServingAccount>,
    /// The account that was to be tried first.
    pub(crate) first_account: Option<String>,
    /// Model that the tool asked for.
    pub(crate) model: Option<String>,
    pub(crate) transport: Transport,
    /// Of the last attempt, or of what went wrong instead of one.
    pub(crate) outcome: OutcomeClass,
    /// Status that the tool saw.
    pub(crate) status: u16,
    /// Why the first candidate came first.
    pub(crate) placement: Option<Placement>,
    /// In the order in which they were made.
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) skipped: Vec<SkippedAccount>,
    /// Milliseconds to the first output byte downstream.
    pub(crate) first_byte_ms: Option<u64>,
    pub(crate) duration_ms: u64,
    /// Input tokens, where the provider counted them.
    pub(crate) input_tokens: Option<u64>,
    /// Of these, from the prompt cache.
    pub(crate) cached_tokens: Option<u64>,
    /// Of the input tokens, written to the prompt cache.
    pub(crate) cache_write_tokens: Option<u64>,
    pub(crate) output_tokens: Option<u64>,
    /// Of the output tokens.
    pub(crate) reasoning_tokens: Option<u64>,
    pub(crate) why: Why,
}

impl RequestRecord {
    /// Tokens as forecasts count them; what the provider did not count is 0.
    pub(crate) fn tokens(&self) -> Tokens {
        Tokens {
            input: self.input_tokens.unwrap_or_default(),
            cached: self.cached_tokens.unwrap_or_default(),
            output: self.output_tokens.unwrap_or_default(),
        }
    }

    pub(crate) fn usage(&self) -> TokenUsage {
        TokenUsage {
            input: self.input_tokens,
            cached: self.cached_tokens,
            cache_write: self.cache_write_tokens,
            output: self.output_tokens,
            reasoning: self.reasoning_tokens,
        }
    }

    /// What moving its conversation cost, and what was perhaps billed for nothing.
    pub(crate) fn move_costs(&self) -> MoveCosts {
        let (count, cached_tokens_lost) = match &self.why.affinity {
            AffinityOutcome::Moved { cached_tokens_lost, .. } => (1, cached_tokens_lost.unwrap_or_default()),
            AffinityOutcome::None
            | AffinityOutcome::New
            | AffinityOutcome::Kept
            | AffinityOutcome::Pinned { .. } => (0, 0),
        };
        MoveCosts { count, cached_tokens_lost, maybe_billed_twice: self.why.maybe_billed_twice }
    }
}

/// Token counts of an answer, each where the provider gave it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TokenUsage {
    pub(crate) input: Option<u64>,
    /// Of the input, read from the prompt cache.
    pub(crate) cached: Option<u64>,
    /// Of the input, written to the prompt cache.
    pub(crate) cache_write: Option<u64>,
    pub(crate) output: Option<u64>,
    /// Of the output.
    pub(crate) reasoning: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServingAccount {
    pub(crate) id: AccountId,
    pub(crate) name: String,
}

// The names of the fields below are those of the JSON in the database.

/// One try on one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attempt {
    pub(crate) account: String,
    pub(crate) class: OutcomeClass,
    /// Status of the provider's answer, where there was one.
    pub(crate) status: Option<u16>,
    /// Milliseconds to the outcome.
    pub(crate) ms: u64,
    #[serde(default)]
    pub(crate) delivery: Delivery,
}

/// An account that was passed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SkippedAccount {
    pub(crate) account: String,
    pub(crate) reason: MoveReason,
    /// When time alone was to cure it, if known.
    #[serde(default)]
    pub(crate) until: Option<Timestamp>,
}

/// What the choice went by. Empty for a request that was refused before there was a choice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Why {
    pub(crate) strategy: Option<Strategy>,
    /// In the order in which they were to be tried.
    pub(crate) candidates: Vec<CandidateAccount>,
    /// Eight hexadecimal digits that tell conversations apart; never the tool's own name for it.
    pub(crate) conversation: Option<String>,
    pub(crate) affinity: AffinityOutcome,
    /// Attempts that broke off after the request may have been worked on, and were made again: each may
    /// have been billed beside the one that answered.
    pub(crate) maybe_billed_twice: u32,
    /// Size of the request body as the tool sent it.
    pub(crate) request_bytes: u64,
    /// Size of the answer as the tool got it.
    pub(crate) response_bytes: u64,
}

/// An account that was to be tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CandidateAccount {
    pub(crate) account: String,
    /// Why it stood where it did.
    pub(crate) placement: Placement,
}

/// What became of a conversation's pin to its account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum AffinityOutcome {
    /// The request names no conversation.
    #[default]
    None,
    /// Its first request.
    New,
    /// It stayed where it was.
    Kept,
    /// It went on, on another account.
    Moved {
        /// Where it was.
        from: String,
        reason: MoveReason,
        /// Input tokens that the old account's prompt cache held and the new one's did not; an estimate.
        cached_tokens_lost: Option<u64>,
    },
    /// It can be continued by its own account only, which could not serve it.
    #[serde(rename = "bound")]
    Pinned {
        /// Where it is.
        from: String,
        reason: MoveReason,
    },
}

/// What moving conversations between accounts cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MoveCosts {
    /// Conversations that moved.
    pub(crate) count: u32,
    /// Input tokens that had to be read anew; an estimate.
    pub(crate) cached_tokens_lost: u64,
    /// Attempts that may have been billed beside the one that answered.
    pub(crate) maybe_billed_twice: u32,
}

impl MoveCosts {
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            count: self.count.saturating_add(other.count),
            cached_tokens_lost: self.cached_tokens_lost.saturating_add(other.cached_tokens_lost),
            maybe_billed_twice: self.maybe_billed_twice.saturating_add(other.maybe_billed_twice),
        }
    }
}
