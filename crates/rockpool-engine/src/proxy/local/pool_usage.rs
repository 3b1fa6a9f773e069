//! Answers that must be the pool's own and not one account's: routing discovery, usage, settings, credits.

use http::{HeaderMap, HeaderValue, Response, header};
use jiff::Timestamp;
use rockpool_routing::{AccountId, Now, Outlook, Router};
use serde_json::{Value, json};

use crate::core::Core;
use crate::provider::headers::ACCOUNT_ID;
use crate::proxy::authenticate::Caller;
use crate::proxy::response::body::{ProxyBody, whole};
use crate::snapshot::{WindowLevel, window_levels};

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

/// No settings of any person, and nothing that they have to set up: the tool falls back to what it has.
pub(crate) fn nothing_set() -> Response<ProxyBody> {
    json_response(&json!({}))
}

/// Reset credits belong to single accounts and are not spent through the pool.
pub(crate) fn reset_credits() -> Response<ProxyBody> {
    json_response(&json!({ "credits": [], "available_count": 0 }))
}

/// The pool's usage in the provider's shape. Whether it may be used is the router's word; what is used of its
/// windows follows from the level that tray and window show.
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
    // An account whose probe is due counts as serving, unlike in the window: only a tool's request can probe it.
    let outlook = router.outlook(accounts.iter().copied(), now);
    let (allowed, limit_reached, most_used) = match outlook {
        // A hundred would say that nothing goes any more.
        Outlook::Serving => (true, false, 99),
        Outlook::Until(_) => (false, true, 100),
        Outlook::NeedsPerson => (false, false, 100),
    };
    let windows = window_levels(router, accounts, now);
    let mut shown = windows.iter().map(|window| as_reported(window, most_used, now.wall));
    json!({
        "allowed": allowed,
        "limit_reached": limit_reached,
        "primary_window": shown.next(),
        "secondary_window": shown.next(),
    })
}

/// One window for the whole pool, of which `most_used` percent at most count as used; the client's types are
/// strict, so all four fields are whole numbers.
fn as_reported(window: &WindowLevel, most_used: u8, now: Timestamp) -> Value {
    let after_its_length = now.as_second() + i64::from(window.length_seconds);
    let reset_at = window.resets_at.map_or(after_its_length, Timestamp::as_second);
    json!({
        "used_percent": (100 - window.left_percent).min(most_used),
        "limit_window_seconds": window.length_seconds,
        "reset_after_seconds": (reset_at - now.as_second()).max(0),
        "reset_at": reset_at,
    })
}

#[cfg(test)]
mod tests {
    use rockpool_routing::account::{Activation, CredentialState};
    use rockpool_routing::{Reading, Source, Window};

    use super::*;
    use crate::host::clock::Clock;
    use crate::test_situations::situations;

    fn account(number: u128) -> AccountId {
        AccountId(uuid::Uuid::from_u128(number))
    }

    fn window(used: f64, length: u32, now: Now, resets_after: i64) -> Window {
        let resets_at = Timestamp::from_second(now.wall.as_second() + resets_after).ok();
        Window::reported(used, Some(length), resets_at).unwrap()
    }

    fn observe(router: &mut Router, number: u128, allowed: Option<bool>, windows: Vec<Window>, now: Now) {
        router.add_account(account(number));
        let reading = Reading { allowed, ..Reading::new(now.wall, Source::Usage, windows) };
        router.observe(account(number), reading);
    }

    /// A router with one account for each percentage that is used of its window of five hours.
    fn router(used: &[f64], allowed: Option<bool>, now: Now) -> Router {
        let mut router = Router::default();
        for (number, used) in (1..).zip(used) {
            observe(&mut router, number, allowed, vec![window(*used, 18_000, now, 600)], now);
        }
        router
    }

    #[test]
    fn a_tool_is_told_the_level_that_tray_and_window_show() {
        for situation in situations() {
            let (router, accounts, now) = situation.router();
            let shown = rate_limit(&router, &accounts, now);
            let windows = [&shown["primary_window"], &shown["secondary_window"]];
            let used: Vec<u64> =
                windows.iter().filter_map(|window| window["used_percent"].as_u64()).collect();
            assert_eq!(used, situation.used, "{}", situation.name);
        }
    }

    #[test]
    fn a_pools_window_is_the_mean_with_the_earliest_reset_that_time_alone_brings() {
        let now = Clock::system().now();
        let mut router = Router::default();
        let five_hours = |used, resets| window(used, 18_000, now, resets);
        observe(&mut router, 1, None, vec![five_hours(100.0, 4000)], now);
        observe(&mut router, 2, None, vec![five_hours(26.0, 2000), window(10.0, 604_800, now, 8000)], now);
        observe(&mut router, 3, None, vec![five_hours(10.0, 1000)], now);
        router.set_credentials(account(3), CredentialState::NeedsReauth);
        let shown = rate_limit(&router, &[account(1), account(2)], now)["primary_window"].take();
        assert_eq!(shown["used_percent"], 63);
        let reset_at = now.wall.as_second() + 2000;
        assert_eq!((&shown["reset_at"], &shown["reset_after_seconds"]), (&json!(reset_at), &json!(2000)));
        assert_eq!(shown["limit_window_seconds"], 18_000);
        let with_dead_login = rate_limit(&router, &[1, 2, 3].map(account), now);
        assert_eq!(with_dead_login["primary_window"]["reset_at"], reset_at);
        let without_a_week = rate_limit(&router, &[account(1)], now);
        assert_eq!(without_a_week["secondary_window"], Value::Null);
    }

    #[test]
    fn a_pool_that_serves_is_allowed_and_never_used_up_whatever_the_others_are() {
        let now = Clock::system().now();
        let accounts = [account(1), account(2), account(3)];
        let one_left = router(&[100.0, 99.6, 40.0], None, now);
        let shown = rate_limit(&one_left, &accounts, now);
        assert_eq!((&shown["allowed"], &shown["limit_reached"]), (&json!(true), &json!(false)));
        assert_eq!(shown["primary_window"]["used_percent"], 80, "exhausted accounts have nothing to give");

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
        assert_eq!(shown["primary_window"]["used_percent"], 100, "a paused account does not count");
        let shown = rate_limit(&router, &[account(2)], now);
        assert_eq!((&shown["allowed"], &shown["limit_reached"]), (&json!(false), &json!(false)));
    }
}
