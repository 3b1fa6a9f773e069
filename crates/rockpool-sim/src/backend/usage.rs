//! The quota as the provider tells it: usage JSON, response headers, WebSocket event, and the limit error.

use serde_json::{Value, json};

use crate::reply::Reply;
use crate::world::people::{SeatId, Workspace};
use crate::world::quota::{LiveWindow, Quota};
use crate::world::{Directory, Seat};

/// What the limit error says, whatever the transport.
pub(crate) const LIMIT_MESSAGE: &str = "The usage limit has been reached";

/// A seat's plan and quota at one moment.
pub(crate) struct QuotaStatus {
    plan: String,
    reset_credits: u32,
    quota: Quota,
    now: i64,
}

impl QuotaStatus {
    pub(crate) fn of(directory: &mut Directory, seat: &Seat, now: i64) -> Self {
        let quota = directory.quota(seat, now).clone();
        let Workspace { plan, reset_credits, .. } = directory.workspace(seat);
        Self { plan: plan.clone(), reset_credits: *reset_credits, quota, now }
    }

    pub(crate) fn is_exhausted(&self) -> bool {
        self.quota.exhausted_until().is_some()
    }

    /// `GET /wham/usage`.
    pub(crate) fn usage_json(&self, seat: &SeatId, email: &str) -> Value {
        let reached = self.is_exhausted();
        let rate_limit = if self.quota.primary.is_none() && self.quota.secondary.is_none() {
            Value::Null
        } else {
            json!({
                "allowed": !reached, "limit_reached": reached,
                "primary_window": self.quota.primary.as_ref().map(|window| self.window_json(window)),
                "secondary_window": self.quota.secondary.as_ref().map(|window| self.window_json(window)),
            })
        };
        json!({
            "user_id": seat.user_id, "account_id": seat.account_id, "email": email, "plan_type": self.plan,
            "rate_limit": rate_limit, "code_review_rate_limit": null, "additional_rate_limits": null,
            "credits": {"has_credits": false, "unlimited": false, "balance": "0", "approx_local_messages": [0, 0], "approx_cloud_messages": [0, 0]},
            "spend_control": null,
            "rate_limit_reached_type": reached.then(|| json!({"type": "rate_limit_reached"})),
            "rate_limit_reset_credits": {"available_count": self.reset_credits},
            "rate_limit_upsell": null, "promo": null,
        })
    }

    fn window_json(&self, window: &LiveWindow) -> Value {
        json!({
            "used_percent": window.used_percent(), "limit_window_seconds": window.length_seconds,
            "reset_after_seconds": window.resets_after(self.now), "reset_at": window.resets_at,
        })
    }

    /// The `x-codex-*` headers of a response.
    pub(crate) fn headers(&self) -> Vec<(String, String)> {
        let mut out = vec![
            ("x-codex-active-limit".to_owned(), "codex".to_owned()),
            ("x-codex-plan-type".to_owned(), self.plan.clone()),
        ];
        for (slot, window) in [("primary", &self.quota.primary), ("secondary", &self.quota.secondary)] {
            let [used, minutes, reset_at, reset_after] = match window {
                Some(window) => [
                    window.used_percent().to_string(),
                    (window.length_seconds / 60).to_string(),
                    window.resets_at.to_string(),
                    window.resets_after(self.now).to_string(),
                ],
                // As recorded from the live backend: no window is zero minutes and an empty reset time.
                None => ["0".to_owned(), "0".to_owned(), String::new(), "0".to_owned()],
            };
            out.push((format!("x-codex-{slot}-used-percent"), used));
            out.push((format!("x-codex-{slot}-window-minutes"), minutes));
            out.push((format!("x-codex-{slot}-reset-at"), reset_at));
            out.push((format!("x-codex-{slot}-reset-after-seconds"), reset_after));
        }
        out.push(("x-codex-primary-over-secondary-limit-percent".to_owned(), "0".to_owned()));
        out.push(("x-codex-credits-has-credits".to_owned(), "False".to_owned()));
        out.push(("x-codex-credits-unlimited".to_owned(), "False".to_owned()));
        out.push(("x-codex-credits-balance".to_owned(), "0".to_owned()));
        out
    }

    /// The `codex.rate_limits` frame of a WebSocket.
    pub(crate) fn event(&self) -> Value {
        let window = |window: &Option<LiveWindow>| {
            window.as_ref().map(|window| {
                json!({
                    "used_percent": window.used_percent(), "window_minutes": window.length_seconds / 60,
                    "reset_after_seconds": window.resets_after(self.now), "reset_at": window.resets_at,
                })
            })
        };
        json!({
            "type": "codex.rate_limits", "plan_type": self.plan,
            "rate_limits": {
                "allowed": !self.is_exhausted(), "limit_reached": self.is_exhausted(),
                "primary": window(&self.quota.primary), "secondary": window(&self.quota.secondary),
            },
            "code_review_rate_limits": null, "additional_rate_limits": null,
            "credits": {"has_credits": false, "unlimited": false, "balance": "0"}, "promo": null,
        })
    }

    /// 429 `usage_limit_reached`. Without an exhausted window (a script asked for it) the first reset is named.
    pub(crate) fn limit_reached(&self) -> Reply {
        let first_reset = [&self.quota.primary, &self.quota.secondary]
            .into_iter()
            .flatten()
            .map(|window| window.resets_at)
            .min();
        let resets_at = self.quota.exhausted_until().or(first_reset);
        let resets_in = resets_at.map(|at| (at - self.now).max(0));
        let body = json!({"error": {
            "type": "usage_limit_reached", "message": LIMIT_MESSAGE, "plan_type": self.plan,
            "resets_at": resets_at, "resets_in_seconds": resets_in, "eligible_promo": null,
        }});
        let reply = Reply::json(429, &body).with("x-codex-rate-limit-reached-type", "rate_limit_reached");
        self.headers().into_iter().fold(reply, |reply, (name, value)| reply.with(&name, value))
    }
}
