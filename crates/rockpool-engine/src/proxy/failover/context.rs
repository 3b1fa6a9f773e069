//! What does not change on a request's way over the accounts: who asks, what for, and what it is pinned to.

use std::sync::Arc;

use http::request::Parts;
use http::{HeaderMap, Method};
use rockpool_routing::{AccountId, Ask, ConversationKey, ConversationPin, PinKey, PinKind, Pool, TenantId};

use crate::core::Core;
use crate::provider::endpoints::Part;
use crate::provider::event::Audience;
use crate::provider::headers::TURN_STATE;
use crate::proxy::authenticate::Caller;
use crate::proxy::request::headers::{self, TurnState};
use crate::proxy::response::audience;
use crate::proxy::response::observer::Observer;
use crate::proxy::state::DataPlane;
use crate::proxy::websocket::http_only::Subject;

/// The tool's request as every attempt needs it: of one HTTP exchange, or of a WebSocket and all of its turns.
pub(crate) struct RequestContext {
    pub(crate) plane: Arc<DataPlane>,
    pub(crate) caller: Caller,
    pub(crate) method: Method,
    /// Path and query below the provider's backend, such as `codex/responses`.
    pub(crate) path: String,
    pub(crate) part: Part,
    /// As the tool sent them.
    pub(crate) headers: HeaderMap,
    pub(crate) audience: Audience,
    pub(crate) pool: Pool,
    pub(crate) conversation: Option<ConversationKey>,
    /// What the tool presents that one account has given: a turn's state, the id of an answer.
    pub(crate) pins: Vec<PinKey>,
    /// The account that gave the turn state which the tool repeats, as far as is known.
    pub(crate) turn_giver: Option<AccountId>,
}

/// What the tool's request names besides its headers.
#[derive(Default)]
pub(crate) struct Named<'a> {
    /// The conversation that it belongs to.
    pub(crate) conversation: Option<&'a str>,
    /// The answer that it continues.
    pub(crate) previous_response: Option<&'a str>,
}

impl RequestContext {
    /// `path` is below the provider's backend.
    pub(crate) fn new(
        plane: &Arc<DataPlane>,
        caller: Caller,
        head: Parts,
        path: &str,
        named: &Named<'_>,
    ) -> Self {
        let tenant = caller.client.tenant;
        let turn = turn_pin(tenant, &head.headers);
        let answer = named.previous_response.and_then(|id| PinKey::new(tenant, PinKind::Response, id));
        let given =
            |key: &PinKey| plane.core.routing.read(|router, now| router.pinned_account(key, now.wall));
        Self {
            plane: Arc::clone(plane),
            audience: audience::of(&head.uri, &head.headers, caller.client.key_kind),
            method: head.method,
            path: with_query(path, head.uri.query()),
            part: Part::of(path),
            headers: head.headers,
            pool: caller.registry.pool_for(&caller.client),
            conversation: named.conversation.and_then(|name| ConversationKey::new(tenant, name)),
            turn_giver: turn.as_ref().and_then(given),
            pins: turn.into_iter().chain(answer).collect(),
            caller,
        }
    }

    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.plane.core
    }

    /// What a request for `model` asks the router. Of a WebSocket each turn names its own.
    pub(crate) fn ask<'a>(&'a self, model: Option<&'a str>) -> Ask<'a> {
        let model = self.routed_model(model);
        Ask { pool: &self.pool, conversation: self.conversation.as_ref(), model, pins: &self.pins }
    }

    /// The model by which accounts are told apart. What is asked beside a conversation names models that the accounts'
    /// lists do not have, and an account that has no images lacks no model.
    pub(crate) fn routed_model<'a>(&self, named: Option<&'a str>) -> Option<&'a str> {
        match self.part {
            Part::Turn => named,
            Part::Aside => None,
        }
    }

    /// What is recorded of that: an aside is no step of a conversation, and where it goes is no move of it.
    pub(crate) fn recorded_ask<'a>(&'a self, model: Option<&'a str>) -> Ask<'a> {
        let ask = self.ask(model);
        match self.part {
            Part::Turn => ask,
            Part::Aside => Ask { conversation: None, ..ask },
        }
    }

    /// The conversation that the answer puts on its account.
    pub(crate) fn placed_conversation(&self) -> Option<ConversationKey> {
        match self.part {
            Part::Turn => self.conversation.clone(),
            Part::Aside => None,
        }
    }

    /// What a handshake belongs to, where turns are too large for a WebSocket.
    pub(crate) fn http_only_subject(&self) -> Subject {
        Subject::of(self.conversation.as_ref(), self.caller.client.id, &self.headers)
    }

    /// What watches the answer of `account`.
    pub(crate) fn observer(&self, account: AccountId) -> Observer {
        Observer::new(self.core(), account, self.audience)
    }

    /// What becomes of the turn state that the tool repeats, where `account` is asked and the conversation
    /// has this pin.
    pub(crate) fn turn_state(&self, account: AccountId, pin: Option<ConversationPin>) -> TurnState {
        headers::turn_state_for(account, self.turn_giver, pin, &self.pool)
    }
}

/// The turn in progress, whose state the tool repeats in a header.
fn turn_pin(tenant: TenantId, headers: &HeaderMap) -> Option<PinKey> {
    let state = headers.get(TURN_STATE)?.to_str().ok()?;
    PinKey::new(tenant, PinKind::Turn, state)
}

/// The path below the backend with the tool's own query.
fn with_query(path: &str, query: Option<&str>) -> String {
    match query {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    }
}
