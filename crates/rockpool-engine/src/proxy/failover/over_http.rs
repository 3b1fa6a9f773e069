//! One HTTP request over the accounts of its pool: asks the drive, sends, and gives what came of it.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use rockpool_routing::{AccountId, Class, Selection};

use super::attempt::{self, ProviderReply, Tried};
use super::context::RequestContext;
use super::drive::{After, Drive, Step, WhenNoneLeft};
use super::lease::Lease;
use super::no_account;
use crate::provider::event::TokenUsage;
use crate::proxy::record::{Ending, OpenRecord};
use crate::proxy::request::payload::Payload;
use crate::proxy::response::error_response::ProxyError;
use crate::proxy::response::relay::Relay;

/// What the tool gets. All of it is noted, or notes itself when it ends.
pub(crate) enum HttpAnswer {
    /// A stream of events, as they come.
    Stream { account: AccountId, status: StatusCode, headers: HeaderMap, relay: Box<Relay> },
    /// A whole answer of the provider: an error, or one that is not a stream.
    Whole { status: StatusCode, headers: HeaderMap, body: Bytes },
    /// No account served it.
    Error(ProxyError),
}

/// Serves a request whose accounts were chosen.
pub(crate) async fn serve(
    context: Arc<RequestContext>,
    selection: &Selection,
    mut payload: Payload,
    record: OpenRecord,
) -> HttpAnswer {
    let mut drive = Drive::new(&context, &selection.candidates, selection.pin, WhenNoneLeft::Stop, record);
    let mut last: Option<Tried> = None;
    loop {
        let (lease, outgoing) = match drive.next(&mut payload) {
            Step::Send(lease, outgoing) => (lease, outgoing),
            Step::NoneLeft => return none_left(&context, drive.into_record(), last),
            Step::PinnedUnavailable(pinned) => {
                return pinned_unavailable(&context, drive.into_record(), pinned, last);
            }
        };
        let tried = attempt::send(&context, &outgoing).await;
        match drive.after(lease, &tried.outcome) {
            After::Answer(lease) => return answer(tried, lease, drive.into_record()),
            After::GoOn => last = Some(tried),
        }
    }
}

/// The answer of an attempt is the tool's.
fn answer(tried: Tried, lease: Lease, mut record: OpenRecord) -> HttpAnswer {
    let Tried { outcome, reply } = tried;
    let account = lease.account();
    let class = outcome.class;
    if class == Class::Success {
        lease.place();
    }
    match reply {
        ProviderReply::Stream { status, headers, started } => {
            record.committed(account);
            let sending = (outcome.since, outcome.sent);
            let relay = Box::new(Relay::new(*started, lease, record, status.as_u16(), sending));
            HttpAnswer::Stream { account, status, headers, relay }
        }
        ProviderReply::Whole { status, headers, body } => {
            record.tried(account, outcome.noted());
            record.committed(account);
            record.wrote(body.len());
            lease.finish(class);
            let (status_code, tokens) = (status.as_u16(), TokenUsage::default());
            record.finish(&Ending { class, status: status_code, account: Some(account), tokens });
            HttpAnswer::Whole { status, headers, body }
        }
        ProviderReply::Nothing(text) => {
            record.tried(account, outcome.noted());
            lease.finish(class);
            refused(record, class, ProxyError::Unreachable(text))
        }
    }
}

/// Only the conversation's own account could go on with it, and it cannot serve now.
fn pinned_unavailable(
    context: &RequestContext,
    mut record: OpenRecord,
    pinned: AccountId,
    last: Option<Tried>,
) -> HttpAnswer {
    record.pinned_unavailable(pinned);
    match no_account::error_for_pinned(context, record.model(), pinned) {
        Some(error) => refused(record, Class::FAILURE, error),
        None => none_left(context, record, last),
    }
}

/// No account served the request: says when one can, or hands the last answer on. A refused bearer is no
/// business of the tool's: the Codex CLI would spend its own refresh token on a 401.
fn none_left(context: &RequestContext, record: OpenRecord, last: Option<Tried>) -> HttpAnswer {
    let class = last.as_ref().map_or(Class::FAILURE, |tried| tried.outcome.class);
    if let Some(error) = no_account::error(context, record.model()) {
        return refused(record, class, error);
    }
    match last.map(|tried| tried.reply) {
        Some(ProviderReply::Whole { status, headers, body }) if status != StatusCode::UNAUTHORIZED => {
            record.unserved(class, status.as_u16());
            HttpAnswer::Whole { status, headers, body }
        }
        // Only an error came of it, which is its end.
        Some(ProviderReply::Stream { status, headers, started }) => {
            record.unserved(class, status.as_u16());
            HttpAnswer::Whole { status, headers, body: started.held }
        }
        Some(ProviderReply::Nothing(text)) => refused(record, class, ProxyError::Unreachable(text)),
        Some(ProviderReply::Whole { .. }) | None => {
            refused(record, class, ProxyError::Unreachable("no account's sign-in was accepted".to_owned()))
        }
    }
}

fn refused(record: OpenRecord, class: Class, error: ProxyError) -> HttpAnswer {
    record.unserved(class, error.status_code());
    HttpAnswer::Error(error)
}
