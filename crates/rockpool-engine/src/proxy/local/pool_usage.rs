//! Answers that must be the pool's own and not one account's: routing discovery, usage, settings, credits.

use http::{HeaderMap, HeaderValue, Response, header};
use jiff::Timestamp;
use rockpool_routing::{AccountId, Now, Outlook, Readiness, Router, Window, WindowKind};
use serde_json::{Value, json};

use crate::core::Core;
use crate::provider::headers::ACCOUNT_ID;
use crate::proxy::authenticate::Caller;
use crate::proxy::response::body::{ProxyBody, whole};

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

/// The pool's usage in the provider's shape. Whether it may be used is the router's word; the windows
/// are those of the accounts that can be used: for each kind the mean, and the earliest reset.
pub(crate) fn usage(core: &Core, caller: &Caller) -> Response<ProxyBody> {
    let pool = caller.registry.pool_for(&caller.client);
    let accounts: Vec<AccountId> = pool.accounts().collect();
    let rate_limit = core.routing.read(|router, now| rate_limit(router, &accounts, now));
    json_response(&json!({
        "plan_type": pool_plan(core, caller),
        "rate_limit": rate_limit,
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

fn rate_limit(router: &Router, accounts: &[AccountId], now: Now) -> Value {
    let outlook = router.outlook(accounts.iter().copied(), now);
    let (allowed, limit_reached, most) = match outlook {
        // A hundred would say that nothing goes any more.
        Outlook::Serving => (true, false, 99),
        Outlook::Until(_) => (false, true, 100),
        Outlook::NeedsPerson => (false, false, 100),
    };
    let windows = windows_of(router, accounts, now);
    let mut shown = [WindowKind::FiveHour, WindowKind::Weekly, WindowKind::Monthly]
        .into_iter()
        .filter_map(|kind| mean_window(&windows, kind, most, now.wall));
    json!({
        "allowed": allowed,
        "limit_reached": limit_reached,
        "primary_window": shown.next(),
        "secondary_window": shown.next(),
    })
}

/// The windows of the accounts that can be used; of all, where none can.
fn windows_of<'a>(router: &'a Router, accounts: &[AccountId], now: Now) -> Vec<&'a Window> {
    let usable = |account: &AccountId| match router.readiness(*account, now) {
        Readiness::Active | Readiness::FallbackOnly => true,
        Readiness::Blocked(_) => false,
    };
    let windows = |account: AccountId| Some(&router.quota(account)?.reading()?.windows);
    let of_usable: Vec<AccountId> = accounts.iter().copied().filter(usable).collect();
    let accounts = if of_usable.is_empty() { accounts } else { &of_usable };
    accounts.iter().filter_map(|account| windows(*account)).flatten().collect()
}

/// One window for the whole pool, of which `most` percent at most count as used; the client's types are
/// strict, so all four fields are whole numbers.
fn mean_window(windows: &[&Window], kind: WindowKind, most: u32, now: Timestamp) -> Option<Value> {
    let same: Vec<&Window> = windows.iter().copied().filter(|window| window.kind() == kind).collect();
    let first = same.first()?;
    let used: u32 = same.iter().map(|window| 100 - u32::from(window.remaining_percent(now))).sum();
    let count = same.len() as u32;
    let used_percent = ((used + count / 2) / count).min(most);
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
    use rockpool_routing::account::Activation;
    use rockpool_routing::{Reading, Source};

    use super::*;
    use crate::host::clock::Clock;

    fn window(used: f64, length: u32, resets: i64) -> Window {
        Window::reported(used, Some(length), Timestamp::from_second(resets).ok()).unwrap()
    }

    #[test]
    fn a_pools_window_is_the_mean_with_the_earliest_reset() {
        let now = Timestamp::from_second(1000).unwrap();
        let windows = [window(100.0, 18_000, 5000), window(25.0, 18_000, 3000), window(90.0, 604_800, 9000)];
        let windows: Vec<&Window> = windows.iter().collect();
        let shown = mean_window(&windows, WindowKind::FiveHour, 99, now).unwrap();
        assert_eq!(shown["used_percent"], 63);
        assert_eq!((&shown["reset_at"], &shown["reset_after_seconds"]), (&json!(3000), &json!(2000)));
        assert_eq!(mean_window(&windows, WindowKind::Monthly, 99, now), None);
    }
    fn account(number: u128) -> AccountId {
        AccountId(uuid::Uuid::from_u128(number))
    }

    /// A router with one account for each percentage that is used of its window of five hours.
    fn router(used: &[f64], allowed: Option<bool>, now: Now) -> Router {
        let mut router = Router::default();
        for (number, used) in (1..).zip(used) {
            router.add_account(account(number));
            let windows = vec![window(*used, 18_000, now.wall.as_second() + 600)];
            let reading = Reading { allowed, ..Reading::new(now.wall, Source::Usage, windows) };
            router.observe(account(number), reading);
        }
        router
    }

    #[test]
    fn a_pool_that_serves_is_allowed_and_never_used_up_whatever_the_others_are() {
        let now = Clock::system().now();
        let accounts = [account(1), account(2), account(3)];
        let one_left = router(&[100.0, 99.6, 40.0], None, now);
        let shown = rate_limit(&one_left, &accounts, now);
        assert_eq!((&shown["allowed"], &shown["limit_reached"]), (&json!(true), &json!(false)));
        assert_eq!(shown["primary_window"]["used_percent"], 40, "used-up accounts do not count");

        let nearly = router(&[100.0, 99.0], Some(true), now);
        let shown = rate_limit(&nearly, &accounts[..2], now);
        assert_eq!((&shown["allowed"], &shown["primary_window"]["used_percent"]), (&json!(true), &json!(99)));
    }

    #[test]
    fn a_pool_that_cannot_serve_says_whether_time_cures_it() {
        let now = Clock::system().now();
        let mut router = router(&[100.0, 20.0], None, now);
        router.set_activation(account(2), Activation::Paused);
        let shown = rate_limit(&router, &[account(1), account(2)], now);
        assert_eq!((&shown["allowed"], &shown["limit_reached"]), (&json!(false), &json!(true)));
        assert_eq!(shown["primary_window"]["used_percent"], 60, "of all, where none can be used");
        let shown = rate_limit(&router, &[account(2)], now);
        assert_eq!((&shown["allowed"], &shown["limit_reached"]), (&json!(false), &json!(false)));
    }
}
