//! Whether a sign-in is begun, and how long ended ones are remembered.

use jiff::Timestamp;
use rockpool_routing::{SignInId, TenantId};

use super::flow::{Flow, Purpose};
use crate::model::sign_in::{OpenBrowser, SignInCaller, SignInMethod};

/// Sign-ins that may be pending at once, over all tenants.
pub(super) const PENDING_LIMIT: usize = 32;
/// Ended sign-ins that are remembered at most, over all tenants.
pub(super) const ENDED_LIMIT: usize = 64;

/// A sign-in to be started.
#[derive(Clone, Debug)]
pub(crate) struct SignInStart {
    pub(crate) purpose: Purpose,
    pub(crate) method: SignInMethod,
    pub(crate) open: OpenBrowser,
    /// Who starts it; nobody in particular has a new one each time.
    pub(crate) caller: Option<SignInCaller>,
}

/// Whether a start begins something new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    New,
    /// The caller's sign-in of this id is pending.
    Pending(SignInId),
    /// Too many are pending.
    Full,
}

/// Whether `start` begins something new, as things stand.
pub(super) fn admit(flows: &[Flow], tenant: TenantId, start: &SignInStart) -> Admission {
    let same = |flow: &&Flow| {
        let asked = (&flow.purpose, flow.way.method(), &flow.caller);
        flow.pending() && flow.tenant == tenant && asked == (&start.purpose, start.method, &start.caller)
    };
    match start.caller.as_ref().and_then(|_| flows.iter().find(same)) {
        Some(flow) => Admission::Pending(flow.id),
        None if flows.iter().filter(|flow| flow.pending()).count() >= PENDING_LIMIT => Admission::Full,
        None => Admission::New,
    }
}

/// Forgets what ended long ago, and of the rest the oldest beyond what is kept.
pub(super) fn forget_ended(flows: &mut Vec<Flow>, now: Timestamp) {
    flows.retain(|flow| flow.remembered(now));
    let mut surplus = flows.iter().filter(|flow| !flow.pending()).count().saturating_sub(ENDED_LIMIT);
    flows.retain(|flow| {
        let goes = surplus > 0 && !flow.pending();
        surplus -= usize::from(goes);
        !goes
    });
}
