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
    pub(crate) fn remember(self, answered: Answered) {
        let now = self.plane.core.clock.wall();
        let origin = Origin { account: self.account, conversation: self.conversation };
        self.plane.given_names.remember(self.tenant, &answered.given, &origin, now);
        let Continuable::After(mut items) = self.continuable else { return };
        let Some(id) = answered.id else { return };
        for (_, item) in &answered.items {
            if !items.is_empty() {
                items.push(',');
            }
            items.push_str(item);
        }
        let by_id = answered.items.into_iter().filter_map(|(id, item)| Some((id?, item))).collect();
        self.plane.continuations.keep(self.client, &Kept { id, items, by_id }, now);
    }
}
