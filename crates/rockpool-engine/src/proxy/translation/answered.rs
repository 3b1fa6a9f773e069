//! What is remembered of an answer, so that the next request of its conversation can go on from it.

use std::sync::Arc;

use rockpool_dialects::Answered;
use rockpool_routing::{AccountId, ClientId, TenantId};

use super::continuation::Kept;
use super::conversations::Origin;
use crate::proxy::state::DataPlane;

/// Whether the tool may continue an answer by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Continuable {
    No,
    /// It may; this is the input that the answer is to: JSON items without brackets.
    After(String),
}

/// Waits for the end of an answer.
pub(crate) struct WhenAnswered {
    pub(crate) plane: Arc<DataPlane>,
    pub(crate) tenant: TenantId,
    pub(crate) client: ClientId,
    pub(crate) account: AccountId,
    pub(crate) conversation: Option<String>,
    pub(crate) continuable: Continuable,
}

impl WhenAnswered {
    /// Remembers an answer that came to its end.
    pub(crate) fn remember(self, answered: &Answered<'_>) {
        let now = self.plane.core.clock.wall();
        let origin = Origin { account: self.account, conversation: self.conversation.clone() };
        self.plane.given_names.remember(self.tenant, &answered.given(), &origin, now);
        self.keep(answered);
    }

    /// Keeps an answer to go on from, where the tool may want to.
    pub(crate) fn keep(self, answered: &Answered<'_>) {
        let now = self.plane.core.clock.wall();
        let items = || answered.items.iter();
        let Continuable::After(before) = self.continuable else { return };
        let joined = answered.joined();
        let comma = if before.is_empty() || joined.is_empty() { "" } else { "," };
        let by_id = items().filter_map(|item| Some((item.id.clone()?, item.json.clone())));
        let kept = Kept {
            id: answered.id.to_owned(),
            items: format!("{before}{comma}{joined}"),
            by_id: by_id.collect(),
        };
        self.plane.continuations.keep(self.client, &kept, now);
    }
}
