//! A request on its way to an answer.

use std::collections::VecDeque;

use rockpool_routing::{
    AccountId, Class, ConversationKey, Obstacle, Readiness, Remedies, Selection, Skipped,
};

/// One turn of a lane.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) lane: usize,
    pub(crate) turn: usize,
    pub(crate) asked: u64,
    pub(crate) again: u32,
}

/// A request on its way through the candidates.
pub(crate) struct PendingRequest {
    pub(crate) request: Request,
    pub(crate) key: Option<ConversationKey>,
    pub(crate) selection: Selection,
    pub(crate) ahead: VecDeque<AccountId>,
    pub(crate) tried: Vec<(AccountId, Class)>,
    pub(crate) remedies: Remedies,
}

impl PendingRequest {
    /// Another request is finding out whether this account is back.
    pub(crate) fn passes_over(&mut self, account: AccountId, readiness: Readiness) {
        match readiness {
            Readiness::Blocked(blocked) => {
                self.selection.skipped.push(Skipped { account, obstacle: Obstacle::Account(blocked) })
            }
            Readiness::Active | Readiness::FallbackOnly => {}
        }
    }
}
