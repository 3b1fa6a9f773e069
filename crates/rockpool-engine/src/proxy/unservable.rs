//! Says why no account of a pool can serve, and what cures it.

use rockpool_routing::{AccountId, AccountState, Outlook, Pool};

use super::authenticate::Caller;
use super::rescue::ProxyError;
use crate::core::Core;
use crate::remedy;

/// The error for a pool that cannot serve now; `None` for one that can.
pub(crate) fn error(core: &Core, caller: &Caller, pool: &Pool) -> Option<ProxyError> {
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
        let detail = sentence(&states);
        let plan = registry.account(caller.client.account).and_then(|account| account.plan.clone());
        Some(match until {
            Some(until) => ProxyError::Wait { until, now: now.wall, plan, detail },
            None => ProxyError::NoUsableAccount(format!("No account can serve this request. {detail}")),
        })
    })
}

/// The error for a conversation that only `home` can continue, and `home` cannot now; `None` where it can.
pub(crate) fn bound(core: &Core, caller: &Caller, home: AccountId, pool: &Pool) -> Option<ProxyError> {
    let registry = core.registry.get();
    let Some(row) = registry.account(home).filter(|row| row.tenant == caller.client.tenant) else {
        return Some(ProxyError::NoUsableAccount(format!(
            "Only the account that has compacted this conversation can continue it, and that was removed. {ANEW}"
        )));
    };
    if !pool.accounts().any(|account| account == home) {
        return Some(ProxyError::NoUsableAccount(format!(
            "Only “{}” can continue this conversation, and it is not in this pool any more. Put it back, or: {ANEW}",
            row.name
        )));
    }
    let only = |detail: &str| format!("Only “{}” can continue this conversation. {detail} {ANEW}", row.name);
    match error(core, caller, &Pool::single(home))? {
        ProxyError::Wait { until, now, plan, detail } => {
            Some(ProxyError::Wait { until, now, plan, detail: only(&detail) })
        }
        ProxyError::NoUsableAccount(detail) => Some(ProxyError::NoUsableAccount(only(&detail))),
        other => Some(other),
    }
}

const ANEW: &str = "A new conversation can begin at once on another account.";

/// Each account with its state and remedy.
fn sentence(states: &[(String, AccountState)]) -> String {
    let parts: Vec<String> = states
        .iter()
        .map(|(name, state)| {
            let remedy = remedy::of(*state).unwrap_or("It serves again.");
            format!("{name} ({}): {remedy}", state.name())
        })
        .collect();
    parts.join(" ")
}
