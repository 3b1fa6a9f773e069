//! One request over HTTP: chooses, tries, fails over, and hands an answer on.

use std::sync::Arc;

use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use rockpool_routing::{
    AccountId, Ask, Class, ConversationKey, Home, Pool, Readiness, Selection, TenantId, TieKey, TieKind,
};

use super::authenticate::Caller;
use super::failover::attempt;
use super::failover::attempt::{Credentials, Lease, Outgoing, Reply, Tried};
use super::failover::candidates::{Next, Walk};
use super::failover::no_account;
use super::record::{Ending, Record, Transport};
use super::request::body;
use super::request::body::Body64;
use super::request::facts;
use super::request::headers;
use super::request::payload::{Belief, Payload};
use super::response::body::{ProxyBody, whole};
use super::response::error_response::ProxyError;
use super::response::relay::Relay;
use crate::core::Core;
use crate::provider::event::Tokens;

/// One request on its way through the candidates.
pub(crate) struct Exchange {
    core: Arc<Core>,
    caller: Caller,
    method: Method,
    path: String,
    headers: HeaderMap,
    payload: Payload,
    pool: Pool,
    conversation: Option<ConversationKey>,
    home: Option<Home>,
    /// The account that gave the turn state which the tool repeats, as far as is known.
    turn: Option<AccountId>,
}

/// Serves a request that goes to the provider; `path` is below its backend.
pub(crate) async fn serve(
    core: &Arc<Core>,
    caller: Caller,
    request: Request<Incoming>,
    path: String,
) -> Response<ProxyBody> {
    let (head, incoming) = request.into_parts();
    let path = with_query(path, head.uri.query());
    let read = read(core, &head.headers, incoming).await;
    let (kept, payload, facts) = match read {
        Ok(parts) => parts,
        Err(error) => return refused(core, &caller, &error),
    };
    let mut record = Record::open(core, &caller, Transport::Http, facts.model);
    record.read(kept.bytes.len());
    let pool = caller.registry.pool_for(&caller.client);
    let tenant = caller.client.tenant;
    let conversation = facts.conversation.as_deref().and_then(|name| ConversationKey::new(tenant, name));
    let turn = turn_tie(tenant, &head.headers);
    let answer = facts.previous_response.as_deref();
    let answer = answer.and_then(|id| TieKey::new(tenant, TieKind::Response, id));
    let ties: Vec<TieKey> = turn.clone().into_iter().chain(answer).collect();
    let ask = Ask { pool: &pool, conversation: conversation.as_ref(), ties: &ties };
    let selection = core.routing.choose(&ask);
    record.chosen(&ask, &selection);
    let exchange = Exchange {
        core: Arc::clone(core),
        caller,
        method: head.method,
        path,
        headers: head.headers,
        payload,
        pool,
        conversation,
        home: selection.home,
        turn: turn.and_then(|key| core.routing.read(|router, now| router.tied(&key, now.wall))),
    };
    let response = exchange.run(&selection, record).await;
    drop(kept);
    response
}

/// The tie of a turn in progress, whose state the tool repeats in a header.
pub(crate) fn turn_tie(tenant: TenantId, headers: &HeaderMap) -> Option<TieKey> {
    let state = headers.get(headers::TURN_STATE)?.to_str().ok()?;
    TieKey::new(tenant, TieKind::Turn, state)
}

/// The path below the backend with the tool's own query.
pub(crate) fn with_query(path: String, query: Option<&str>) -> String {
    match query {
        Some(query) => format!("{path}?{query}"),
        None => path,
    }
}

async fn read(
    core: &Core,
    headers: &HeaderMap,
    incoming: Incoming,
) -> Result<(Body64, Payload, facts::Facts), ProxyError> {
    let encoding = body::encoding(headers)?;
    let kept = body::read(incoming, &core.budget).await?;
    let facts = facts::learn(headers, encoding, &kept.bytes)?;
    let payload = Payload::new(kept.bytes.clone(), encoding);
    Ok((kept, payload, facts))
}

/// A request that could not be understood leaves a record too.
fn refused(core: &Arc<Core>, caller: &Caller, error: &ProxyError) -> Response<ProxyBody> {
    Record::open(core, caller, Transport::Http, None).unserved(Class::Rejected, error.status_code());
    error.response()
}

impl Exchange {
    async fn run(mut self, selection: &Selection, mut record: Record) -> Response<ProxyBody> {
        let mut walk = Walk::new(selection);
        let mut credentials = Credentials::Present;
        let mut belief = Belief::ByHome;
        let mut last: Option<Tried> = None;
        while let Some(account) = walk.current() {
            let Ok(body) = self.payload.for_relation(belief.relation(self.home, account)) else {
                match self.home.map(|home| walk.prefer(home.account)) {
                    Some(Next::Account(_)) => continue,
                    Some(Next::Return | Next::Refresh | Next::Strip | Next::NoneLeft) | None => {
                        return self.stay(record, last);
                    }
                }
            };
            let Some(lease) = Lease::begin(&self.core, account, self.conversation.clone()) else {
                self.pass_over(account, &mut record);
                walk.advance();
                continue;
            };
            let outgoing = Outgoing {
                method: self.method.clone(),
                path: &self.path,
                headers: &self.headers,
                body,
                turn_state: headers::turn_state_for(account, self.turn, self.home, &self.pool),
            };
            let tried = attempt::send(&self.core, &self.caller, account, credentials, &outgoing).await;
            let next = walk.after(tried.class, tried.delivery, tried.bearer);
            if next == Next::Return {
                return self.hand_on(tried, lease, record);
            }
            record.tried(account, tried.noted());
            lease.settle(tried.class);
            if next.leaves_refused(tried.class, tried.bearer) {
                self.core.distrust(account);
            }
            credentials = Credentials::after(next, tried.bearer);
            belief = match next {
                Next::Strip => Belief::Stripped,
                Next::Account(_) | Next::NoneLeft if tried.class == Class::ForeignCiphertext => {
                    Belief::MadeElsewhere
                }
                Next::Refresh | Next::Account(_) | Next::NoneLeft | Next::Return => belief,
            };
            last = Some(tried);
        }
        self.give_up(record, last)
    }

    /// Another request is finding out whether this account is back.
    fn pass_over(&self, account: AccountId, record: &mut Record) {
        match self.core.routing.read(|router, now| router.readiness(account, now)) {
            Readiness::Blocked(blocked) => record.skipped(account, blocked),
            Readiness::Active | Readiness::FallbackOnly => {}
        }
    }

    fn hand_on(self, tried: Tried, lease: Lease, mut record: Record) -> Response<ProxyBody> {
        let (account, noted) = (lease.account(), tried.noted());
        match tried.reply {
            Reply::Stream { status, headers, peeked } => {
                if tried.class == Class::Success {
                    lease.place();
                }
                record.committed(account);
                let relay = Relay::new(*peeked, lease, record, status.as_u16(), tried.since);
                reply(status, &headers, relay.boxed_unsync())
            }
            Reply::Whole { status, headers, body } => {
                if tried.class == Class::Success {
                    lease.place();
                }
                record.tried(account, noted);
                record.committed(account);
                record.wrote(body.len());
                lease.settle(tried.class);
                let ending = Ending {
                    class: tried.class,
                    status: status.as_u16(),
                    account: Some(account),
                    tokens: Tokens::default(),
                };
                record.finish(&ending);
                reply(status, &headers, whole(body))
            }
            Reply::Nothing(text) => {
                record.tried(account, noted);
                lease.settle(tried.class);
                self.fail(record, tried.class, &ProxyError::Unreachable(text))
            }
        }
    }

    /// The conversation is bound to its account, which cannot serve it now.
    fn stay(self, mut record: Record, last: Option<Tried>) -> Response<ProxyBody> {
        let Some(home) = self.home else { return self.give_up(record, last) };
        record.bound(home.account);
        match no_account::bound(&self.core, &self.caller, home.account, &self.pool) {
            Some(error) => self.fail(record, Class::FAILURE, &error),
            None => self.give_up(record, last),
        }
    }

    /// No account served the request: says when one can, or hands the last answer on.
    fn give_up(self, record: Record, last: Option<Tried>) -> Response<ProxyBody> {
        let class = last.as_ref().map_or(Class::FAILURE, |tried| tried.class);
        if let Some(error) = no_account::error(&self.core, &self.caller, &self.pool) {
            return self.fail(record, class, &error);
        }
        match last.map(|tried| tried.reply) {
            Some(Reply::Whole { status, headers, body }) if status != StatusCode::UNAUTHORIZED => {
                record.unserved(class, status.as_u16());
                reply(status, &headers, whole(body))
            }
            Some(Reply::Stream { status, headers, peeked }) if !peeked.held.is_empty() => {
                record.unserved(class, status.as_u16());
                reply(status, &headers, whole(peeked.held))
            }
            Some(Reply::Nothing(text)) => self.fail(record, class, &ProxyError::Unreachable(text)),
            Some(Reply::Whole { .. }) | None => {
                let text = "no account's sign-in was accepted".to_owned();
                self.fail(record, class, &ProxyError::Unreachable(text))
            }
            Some(Reply::Stream { .. }) => {
                let text = "its answer broke off before it began".to_owned();
                self.fail(record, class, &ProxyError::Unreachable(text))
            }
        }
    }

    fn fail(&self, record: Record, class: Class, error: &ProxyError) -> Response<ProxyBody> {
        record.unserved(class, error.status_code());
        error.response()
    }
}

fn reply(status: StatusCode, headers: &HeaderMap, body: ProxyBody) -> Response<ProxyBody> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers::downstream(headers);
    response
}
