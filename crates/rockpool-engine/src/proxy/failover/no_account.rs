//! Says why no account of a pool can serve, and what cures it.

use jiff::Timestamp;
use rockpool_routing::{AccountId, AccountState, Outlook, Pool};

use crate::core::Core;
use crate::proxy::authenticate::Caller;
use crate::proxy::response::error_response::ProxyError;
use crate::snapshot::Remedy;

/// Why a pool cannot serve now.
struct Trouble {
    /// When time cures it; absent where a person has to act.
    until: Option<Timestamp>,
    now: Timestamp,
    plan: Option<String>,
    /// Each account with its state and remedy.
    detail: String,
}

impl Trouble {
    /// The trouble of a pool; `None` for one that can serve.
    fn of(core: &Core, caller: &Caller, pool: &Pool) -> Option<Self> {
        let registry = core.registry.get();
        core.routing.read(|router, now| {
            let until = match router.outlook(pool.accounts(), now) {
                Outlook::Serving => return None,
                Outlook::Until(until) => Some(until),
                Outlook::NeedsPerson => None,
            };
            let states: Vec<(String, AccountState)> = pool
                .accounts()
                .map(|account| (registry.name_of(account), router.state(account, now).0))
                .collect();
            let plan = registry.account(caller.client.account).and_then(|account| account.plan.clone());
            Some(Self { until, now: now.wall, plan, detail: sentence(&states) })
        })
    }

    fn into_error(self, detail: String, needs_person: String) -> ProxyError {
        match self.until {
            Some(until) => ProxyError::Wait { until, now: self.now, plan: self.plan, detail },
            None => ProxyError::NoUsableAccount(needs_person),
        }
    }
}

/// The error for a pool that cannot serve now; `None` for one that can.
pub(crate) fn error(core: &Core, caller: &Caller, pool: &Pool) -> Option<ProxyError> {
    let trouble = Trouble::of(core, caller, pool)?;
    let detail = trouble.detail.clone();
    let needs_person = format!("No account can serve this request. {detail}");
    Some(trouble.into_error(detail, needs_person))
}

/// The error for a conversation that only `pinned` can continue, and cannot now; `None` where it can.
pub(crate) fn error_for_pinned(
    core: &Core,
    caller: &Caller,
    pinned: AccountId,
    pool: &Pool,
) -> Option<ProxyError> {
    let registry = core.registry.get();
    let Some(row) = registry.account(pinned).filter(|row| row.tenant == caller.client.tenant) else {
        return Some(ProxyError::NoUsableAccount(format!(
            "Only the account that has compacted this conversation can continue it, and that was removed. {ANEW}"
        )));
    };
    if !pool.accounts().any(|account| account == pinned) {
        return Some(ProxyError::NoUsableAccount(format!(
            "Only “{}” can continue this conversation, and it is not in this pool any more. Put it back, or: {ANEW}",
            row.name
        )));
    }
    let trouble = Trouble::of(core, caller, &Pool::single(pinned))?;
    let detail = format!("Only “{}” can continue this conversation. {} {ANEW}", row.name, trouble.detail);
    Some(trouble.into_error(detail.clone(), detail))
}

const ANEW: &str = "A new conversation can begin at once on another account.";

/// Each account with its state and remedy.
fn sentence(states: &[(String, AccountState)]) -> String {
    let parts: Vec<String> = states
        .iter()
        .map(|(name, state)| {
            let remedy = Remedy::of(*state).map_or("It serves again.", Remedy::sentence);
            format!("{name} ({}): {remedy}", state.name())
        })
        .collect();
    parts.join(" ")
}
