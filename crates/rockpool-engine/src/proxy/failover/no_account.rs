//! Says why no account of a pool can serve, and what cures it.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rockpool_routing::{AccountId, AccountState, ModelReason, Obstacle, Outlook, Pool};

use super::context::RequestContext;
use crate::proxy::response::error_response::ProxyError;
use crate::snapshot::Remedy;

/// Why a pool cannot serve now.
struct Trouble {
    /// When time cures it; absent where a person has to act.
    until: Option<Timestamp>,
    now: Timestamp,
    zone: TimeZone,
    plan: Option<String>,
    /// Each account with its state and remedy.
    detail: String,
}

impl Trouble {
    /// The trouble of a pool with requests for `model`; `None` where it can serve them.
    fn of(context: &RequestContext, model: Option<&str>, pool: &Pool) -> Option<Self> {
        let (core, caller) = (context.core(), &context.caller);
        let (registry, model) = (core.registry.get(), context.routed_model(model));
        core.routing.read(|router, now| {
            let until = match router.outlook_for(pool.accounts(), model, now) {
                Outlook::Serving => return None,
                Outlook::Until(until) => Some(until),
                Outlook::NeedsPerson => None,
            };
            let accounts = pool.accounts();
            // Accounts in the same trouble are named together, and the sentence is said once.
            let mut troubles: Vec<(String, Vec<String>)> = Vec::new();
            for account in accounts {
                let words = match router.obstacle(account, model, now) {
                    Some(Obstacle::Model(block)) => model_words(block.reason),
                    Some(Obstacle::Account(_)) | None => state_words(router.state(account, now).0),
                };
                let name = registry.name_of(account);
                match troubles.iter_mut().find(|(known, _)| *known == words) {
                    Some((_, names)) => names.push(name),
                    None => troubles.push((words, vec![name])),
                }
            }
            let states = troubles.iter().map(|(words, names)| format!("{} {words}", names.join(", ")));
            let detail = states.collect::<Vec<_>>().join(" ");
            let plan = registry.account(caller.client.account).and_then(|account| account.plan.clone());
            let zone = core.clock.zone();
            Some(Self { until, now: now.wall, zone, plan, detail })
        })
    }

    fn into_error(self, detail: String, needs_person: String) -> ProxyError {
        match self.until {
            Some(until) => {
                ProxyError::Wait { until, now: self.now, zone: self.zone, plan: self.plan, detail }
            }
            None => ProxyError::NoUsableAccount(needs_person),
        }
    }
}

/// The error for a pool that cannot serve requests for `model` now; `None` where it can.
pub(crate) fn error(context: &RequestContext, model: Option<&str>) -> Option<ProxyError> {
    let trouble = Trouble::of(context, model, &context.pool)?;
    let detail = trouble.detail.clone();
    let needs_person = format!("No account can serve this request. {detail}");
    Some(trouble.into_error(detail, needs_person))
}

/// The error for a conversation that only `pinned` can continue, and cannot now; `None` where it can.
pub(crate) fn error_for_pinned(
    context: &RequestContext,
    model: Option<&str>,
    pinned: AccountId,
) -> Option<ProxyError> {
    let registry = context.core().registry.get();
    let tenant = context.caller.client.tenant;
    let Some(row) = registry.account(pinned).filter(|row| row.tenant == tenant) else {
        return Some(ProxyError::NoUsableAccount(format!(
            "Only the account that has compacted this conversation can continue it, and that was removed. {ANEW}"
        )));
    };
    if !context.pool.accounts().any(|account| account == pinned) {
        return Some(ProxyError::NoUsableAccount(format!(
            "Only “{}” can continue this conversation, and it is not in this pool any more. Put it back, or: {ANEW}",
            row.name
        )));
    }
    let trouble = Trouble::of(context, model, &Pool::single(pinned))?;
    let detail = format!("Only “{}” can continue this conversation. {} {ANEW}", row.name, trouble.detail);
    Some(trouble.into_error(detail.clone(), detail))
}

const ANEW: &str = "A new conversation can begin at once on another account.";

/// A state, and its remedy.
fn state_words(state: AccountState) -> String {
    let remedy = Remedy::of(state).map_or("It serves again.", Remedy::sentence);
    format!("({}): {remedy}", state.name())
}

fn model_words(reason: ModelReason) -> String {
    let sentence = match reason {
        ModelReason::LimitReached => {
            "The limit of this model is reached; it comes back at its reset, and other models go on."
        }
        ModelReason::Unsuitable => "It does not have this model.",
    };
    format!("({}): {sentence}", reason.name())
}
