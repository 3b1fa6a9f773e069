//! The quota as the provider tells it: usage JSON, response headers, WebSocket event, and the limit error.

use serde_json::{Value, json};

use crate::reply::Reply;
use crate::world::people::{SeatId, Workspace};
use crate::world::quota::{LiveModelLimit, LiveWindow, Quota};
use crate::world::{Directory, Seat};

/// What the limit error says, whatever the transport.
pub(crate) const LIMIT_MESSAGE: &str = "The usage limit has been reached";

/// A seat's plan and quota at one moment.
pub(crate) struct QuotaStatus {
    plan: String,
    reset_credits: u32,
    quota: Quota,
    model_limits: Vec<LiveModelLimit>,
    /// The one of the limits that the answer is counted against; `None` for the account's own.
    active: Option<usize>,
    now: i64,
}

impl QuotaStatus {
    pub(crate) fn of(directory: &mut Directory, seat: &Seat, now: i64) -> Self {
        let quota = directory.quota(seat, now).clone();
        let model_limits = directory.model_limits(seat, now).to_vec();
        let Workspace { plan, reset_credits, .. } = directory.workspace(seat);
        Self { plan: plan.clone(), reset_credits: *reset_credits, quota, model_limits, active: None, now }
    }

    /// The same for an answer of `model`.
    pub(crate) fn for_model(self, model: &str) -> Self {
        Self { active: self.model_limits.iter().position(|limit| limit.is_for(model)), ..self }
    }

    fn active_limit(&self) -> Option<&LiveModelLimit> {
        self.active.and_then(|index| self.model_limits.get(index))
    }

    /// The quota that the answer is counted against.
    fn counted(&self) -> &Quota {
        self.active_limit().map_or(&self.quota, |limit| &limit.quota)
    }

    pub(crate) fn is_exhausted(&self) -> bool {
        self.counted().exhausted_until().is_some()
    }

    /// `GET /wham/usage`.
    pub(crate) fn usage_json(&self, seat: &SeatId, email: &str) -> Value {
        let reached = self.quota.exhausted_until().is_some();
        let rate_limit = self.limit_json(&self.quota);
        let listed: Vec<Value> = self
            .model_limits
            .iter()
            .map(|limit| {
                json!({
                    "limit_name": limit.title, "metered_feature": limit.name,
                    "rate_limit": self.limit_json(&limit.quota),
                })
            })
            .collect();
        let additional = if listed.is_empty() { Value::Null } else { Value::from(listed) };
        json!({
            "user_id": seat.user_id, "account_id": seat.account_id, "email": email, "plan_type": self.plan,
            "rate_limit": rate_limit, "code_review_rate_limit": null, "additional_rate_limits": additional,
            "credits": {"has_credits": false, "unlimited": false, "balance": "0", "approx_local_messages": [0, 0], "approx_cloud_messages": [0, 0]},
            "spend_control": null,
            "rate_limit_reached_type": reached.then(|| json!({"type": "rate_limit_reached"})),
            "rate_limit_reset_credits": {"available_count": self.reset_credits},
            "rate_limit_upsell": null, "promo": null,
        })
    }

    fn limit_json(&self, quota: &Quota) -> Value {
        if quota.primary.is_none() && quota.secondary.is_none() {
            return Value::Null;
        }
        let reached = quota.exhausted_until().is_some();
        json!({
            "allowed": !reached, "limit_reached": reached,
            "primary_window": quota.primary.as_ref().map(|window| self.window_json(window)),
            "secondary_window": quota.secondary.as_ref().map(|window| self.window_json(window)),
        })
    }

    fn window_json(&self, window: &LiveWindow) -> Value {
        json!({
            "used_percent": window.used_percent(), "limit_window_seconds": window.length_seconds,
            "reset_after_seconds": window.resets_after(self.now), "reset_at": window.resets_at,
        })
    }

    /// The `x-codex-*` headers of a response. Those without a name speak of the limit that is active.
    pub(crate) fn headers(&self) -> Vec<(String, String)> {
        let active = self.active_limit();
        let mut out = vec![
            (
                "x-codex-active-limit".to_owned(),
                active.map_or_else(|| "codex".to_owned(), |limit| limit.name.clone()),
            ),
            ("x-codex-plan-type".to_owned(), self.plan.clone()),
        ];
        if let Some(limit) = active {
            out.push(("x-codex-limit-name".to_owned(), limit.title.clone()));
        }
        out.extend(self.window_headers("x-codex", self.counted()));
        for limit in &self.model_limits {
            let stem = format!("x-{}", limit.name.replace('_', "-"));
            out.push((format!("{stem}-limit-name"), limit.title.clone()));
            out.extend(self.window_headers(&stem, &limit.quota));
        }
        out.push(("x-codex-primary-over-secondary-limit-percent".to_owned(), "0".to_owned()));
        out.push(("x-codex-credits-has-credits".to_owned(), "False".to_owned()));
        out.push(("x-codex-credits-unlimited".to_owned(), "False".to_owned()));
        out.push(("x-codex-credits-balance".to_owned(), "0".to_owned()));
        out
    }

    fn window_headers(&self, stem: &str, quota: &Quota) -> Vec<(String, String)> {
        let mut out = Vec::new();
        for (slot, window) in [("primary", &quota.primary), ("secondary", &quota.secondary)] {
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
            out.push((format!("{stem}-{slot}-used-percent"), used));
            out.push((format!("{stem}-{slot}-window-minutes"), minutes));
            out.push((format!("{stem}-{slot}-reset-at"), reset_at));
            out.push((format!("{stem}-{slot}-reset-after-seconds"), reset_after));
        }
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
        let counted = self.counted();
        let mut event = json!({
            "type": "codex.rate_limits", "plan_type": self.plan,
            "rate_limits": {
                "allowed": !self.is_exhausted(), "limit_reached": self.is_exhausted(),
                "primary": window(&counted.primary), "secondary": window(&counted.secondary),
            },
            "code_review_rate_limits": null, "additional_rate_limits": null,
            "credits": {"has_credits": false, "unlimited": false, "balance": "0"}, "promo": null,
        });
        if let Some(limit) = self.active_limit() {
            event["metered_limit_name"] = limit.name.as_str().into();
            event["limit_name"] = limit.title.as_str().into();
        }
        event
    }

    /// 429 `usage_limit_reached`. Without an exhausted window (a script asked for it) the first reset is named.
    pub(crate) fn limit_reached(&self) -> Reply {
        let counted = self.counted();
        let first_reset =
            [&counted.primary, &counted.secondary].into_iter().flatten().map(|window| window.resets_at).min();
        let resets_at = counted.exhausted_until().or(first_reset);
        let resets_in = resets_at.map(|at| (at - self.now).max(0));
        let body = json!({"error": {
            "type": "usage_limit_reached", "message": LIMIT_MESSAGE, "plan_type": self.plan,
            "resets_at": resets_at, "resets_in_seconds": resets_in, "eligible_promo": null,
        }});
        let reply = Reply::json(429, &body).with("x-codex-rate-limit-reached-type", "rate_limit_reached");
        self.headers().into_iter().fold(reply, |reply, (name, value)| reply.with(&name, value))
    }
}
