//! Answers that must be the pool's own and not one account's: routing discovery, usage, settings, credits.

use http::{HeaderMap, HeaderValue, Response, header};
use jiff::Timestamp;
use rockpool_routing::{AccountId, Window, WindowKind};
use serde_json::{Value, json};

use super::authenticate::Caller;
use super::body::{ProxyBody, whole};
use super::headers::ACCOUNT_ID;
use crate::core::Core;

/// The Codex CLI 0.169.0 accepts a workspace only with an https origin; this one keeps its model
/// traffic where it is configured, because `openai_base_url` outranks it.
const ORIGIN: &str = "https://chatgpt.com";

fn json_response(value: &Value) -> Response<ProxyBody> {
    let mut response = Response::new(whole(value.to_string()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Routing discovery, for the workspace that the tool itself is signed in to.
pub(crate) fn accounts_check(core: &Core, caller: &Caller, headers: &HeaderMap) -> Response<ProxyBody> {
    let id = headers.get(ACCOUNT_ID).and_then(|value| value.to_str().ok()).unwrap_or("rockpool");
    let plan = pool_plan(core, caller);
    json_response(&json!({
        "accounts": [{
            "id": id,
            "account_id": id,
            "account_user_id": null,
            "account_user_role": "standard-user",
            "plan_type": plan,
            "structure": "personal",
            "name": null,
            "profile_picture_url": null,
            "workspace_backend_origin": ORIGIN,
            "account_routing_override": "NO_CONSTRAINT",
        }],
        "account_ordering": [id],
        "default_account_id": id,
    }))
}

/// No settings of any person: the tool falls back to its own.
pub(crate) fn settings() -> Response<ProxyBody> {
    json_response(&json!({}))
}

/// Reset credits belong to single accounts and are not spent through the pool.
pub(crate) fn reset_credits() -> Response<ProxyBody> {
    json_response(&json!({ "credits": [], "available_count": 0 }))
}

/// The pool's usage in the provider's shape: for each kind of window the mean over the accounts that
/// have one, and the earliest reset.
pub(crate) fn usage(core: &Core, caller: &Caller) -> Response<ProxyBody> {
    let pool = caller.registry.pool_for(&caller.client);
    let accounts: Vec<AccountId> = pool.accounts().collect();
    let now = core.clock.wall();
    let windows = windows_of(core, &accounts);
    let mut shown = [WindowKind::FiveHour, WindowKind::Weekly, WindowKind::Monthly]
        .into_iter()
        .filter_map(|kind| mean_window(&windows, kind, now));
    let (primary, secondary) = (shown.next(), shown.next());
    let reached = primary.iter().chain(&secondary).any(|window| window["used_percent"] == 100);
    json_response(&json!({
        "plan_type": pool_plan(core, caller),
        "rate_limit": {
            "allowed": !reached,
            "limit_reached": reached,
            "primary_window": primary,
            "secondary_window": secondary,
        },
        "code_review_rate_limit": null,
        "additional_rate_limits": null,
        "credits": { "has_credits": false, "unlimited": false, "balance": "0" },
        "spend_control": null,
        "rate_limit_reached_type": null,
        "rate_limit_reset_credits": { "available_count": 0 },
        "promo": null,
    }))
}

fn pool_plan(core: &Core, caller: &Caller) -> String {
    let account = caller.client.account;
    let read = core.routing.read(|router, _| router.quota(account)?.reading()?.plan.clone());
    read.or_else(|| caller.registry.account(account)?.plan.clone()).unwrap_or_else(|| "unknown".to_owned())
}

fn windows_of(core: &Core, accounts: &[AccountId]) -> Vec<Window> {
    core.routing.read(|router, _| {
        let readings = accounts.iter().filter_map(|account| router.quota(*account)?.reading());
        readings.flat_map(|reading| reading.windows.iter().cloned()).collect()
    })
}

/// One window for the whole pool; the client's types are strict, so all four fields are whole numbers.
fn mean_window(windows: &[Window], kind: WindowKind, now: Timestamp) -> Option<Value> {
    let same: Vec<&Window> = windows.iter().filter(|window| window.kind() == kind).collect();
    let first = same.first()?;
    let used: u32 = same.iter().map(|window| 100 - u32::from(window.remaining_percent(now))).sum();
    let count = same.len() as u32;
    let used_percent = (used + count / 2) / count;
    let reset = same.iter().filter_map(|window| window.resets_at).filter(|at| *at > now).min();
    let length = first.length_seconds.unwrap_or_default();
    let reset_at = reset.map_or(now.as_second() + i64::from(length), Timestamp::as_second);
    Some(json!({
        "used_percent": used_percent,
        "limit_window_seconds": length,
        "reset_after_seconds": (reset_at - now.as_second()).max(0),
        "reset_at": reset_at,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(used: f64, length: u32, resets: i64) -> Window {
        Window::reported(used, Some(length), Timestamp::from_second(resets).ok()).unwrap()
    }

    #[test]
    fn a_pools_window_is_the_mean_with_the_earliest_reset() {
        let now = Timestamp::from_second(1000).unwrap();
        let windows = [window(100.0, 18_000, 5000), window(25.0, 18_000, 3000), window(90.0, 604_800, 9000)];
        let shown = mean_window(&windows, WindowKind::FiveHour, now).unwrap();
        assert_eq!(shown["used_percent"], 63);
        assert_eq!((&shown["reset_at"], &shown["reset_after_seconds"]), (&json!(3000), &json!(2000)));
        assert_eq!(mean_window(&windows, WindowKind::Monthly, now), None);
    }
}
