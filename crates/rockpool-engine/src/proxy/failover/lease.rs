//! One attempt's hold on an account.

use std::sync::Arc;

use rockpool_routing::{AccountId, Class, ConversationKey, Ticket};

use crate::core::Core;

/// One attempt's hold on an account, ended exactly once; dropped before its end, it was abandoned.
pub(crate) struct Lease {
    core: Arc<Core>,
    account: AccountId,
    conversation: Option<ConversationKey>,
    ticket: Option<Ticket>,
}

impl Lease {
    /// Takes hold; `None` where another request is finding out whether the account is back.
    pub(crate) fn begin(
        core: &Arc<Core>,
        account: AccountId,
        model: Option<&str>,
        conversation: Option<ConversationKey>,
    ) -> Option<Self> {
        let ticket = Some(core.routing.begin(account, model)?);
        Some(Self { core: Arc::clone(core), account, conversation, ticket })
    }

    pub(crate) fn account(&self) -> AccountId {
        self.account
    }

    /// Notes that the account's answer has begun: it serves again if it was in doubt, and the conversation
    /// is on it from now on.
    pub(crate) fn place(&self) {
        if let Some(ticket) = &self.ticket {
            self.core.routing.answered(ticket);
        }
        if let Some(conversation) = &self.conversation {
            self.core.place(conversation, self.account);
        }
    }

    /// Notes the input tokens of the account's answer, as far as they were counted.
    pub(crate) fn prompt_cached(&self, input: Option<u64>) {
        self.core.prompt_cached(self.conversation.as_ref(), self.account, input);
    }

    /// Tells the router how the attempt ended.
    pub(crate) fn finish(mut self, class: Class) {
        self.close(class);
    }

    fn close(&mut self, class: Class) {
        if let Some(ticket) = self.ticket.take() {
            self.core.attempt_ended(ticket, class);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.close(Class::Abandoned);
    }
}
