//! What a request asks of the router, and the accounts that it may try.

use crate::account::Obstacle;
use crate::affinity::{AffinityOutcome, ConversationPin, MoveReason, PinKey};
use crate::{AccountId, Class, ConversationKey, Pool};

/// Why a candidate stands where it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// The conversation is pinned there.
    Conversation,
    /// A turn in progress, or an answer that is continued, is pinned there.
    Turn,
    /// The strategy put it there.
    Strategy,
    /// Nothing better is left: its quota is unknown or it failed lately.
    Fallback,
}

impl Placement {
    /// The name in activity records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Conversation => "conversation",
            Self::Turn => "turn",
            Self::Strategy => "strategy",
            Self::Fallback => "fallback",
        }
    }
}

/// An account that may be tried, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub account: AccountId,
    pub placement: Placement,
}

/// An account that was passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skipped {
    pub account: AccountId,
    pub obstacle: Obstacle,
}

/// A request that looks for an account.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The accounts that may serve it.
    pub pool: &'a Pool,
    /// The conversation that it belongs to, where it names one.
    pub conversation: Option<&'a ConversationKey>,
    /// The model that it asks for, where it names one.
    pub model: Option<&'a str>,
    /// What it presents that one account has given; the first that is known counts.
    pub pins: &'a [PinKey],
}

impl<'a> Ask<'a> {
    /// A request that names nothing.
    pub fn any(pool: &'a Pool) -> Self {
        Self { pool, conversation: None, model: None, pins: &[] }
    }

    /// A request of a conversation.
    pub fn of(pool: &'a Pool, conversation: &'a ConversationKey) -> Self {
        Self { conversation: Some(conversation), ..Self::any(pool) }
    }

    /// The same request, for a model.
    pub fn for_model(self, model: Option<&'a str>) -> Self {
        Self { model, ..self }
    }
}

/// The outcome of a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Where the conversation is pinned, in the pool or not, eligible or not.
    pub pin: Option<ConversationPin>,
    /// Accounts to try, best first.
    pub candidates: Vec<Candidate>,
    /// Accounts passed over, in pool order.
    pub skipped: Vec<Skipped>,
}

impl Selection {
    /// What became of the conversation's pin once `served` has answered, after `tried` in this order.
    pub fn affinity_outcome(
        &self,
        ask: &Ask<'_>,
        tried: &[(AccountId, Class)],
        served: AccountId,
    ) -> AffinityOutcome {
        if ask.conversation.is_none() {
            return AffinityOutcome::None;
        }
        let Some(pin) = self.pin else { return AffinityOutcome::New };
        if pin.account == served {
            return AffinityOutcome::Kept;
        }
        AffinityOutcome::Moved { from: pin.account, reason: self.why_left(pin.account, ask.pool, tried) }
    }

    /// Why a conversation that is pinned to `pinned` did not go on there.
    pub fn why_left(&self, pinned: AccountId, pool: &Pool, tried: &[(AccountId, Class)]) -> MoveReason {
        if !pool.accounts().any(|account| account == pinned) {
            return MoveReason::LeftPool;
        }
        if let Some(skipped) = self.skipped.iter().find(|skipped| skipped.account == pinned) {
            return match skipped.obstacle {
                Obstacle::Account(blocked) => MoveReason::State(blocked.state),
                Obstacle::Model(block) => MoveReason::Model(block.reason),
            };
        }
        let failed = tried.iter().rev().find(|(account, _)| *account == pinned);
        failed.map_or(MoveReason::Rotation, |(_, class)| MoveReason::Failed(*class))
    }
}
