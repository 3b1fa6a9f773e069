//! The provider's header names, and what they speak of.

use serde_json::Value;

/// Sticky routing of the provider; belongs to the account that gave it.
pub(crate) const TURN_STATE: &str = "x-codex-turn-state";
/// The workspace that the bearer acts for.
pub(crate) const ACCOUNT_ID: &str = "chatgpt-account-id";

/// Whether a header, by its lower-case name, speaks of one account's cookies, models or limits, and so
/// would contradict what a tool knows of a pool.
pub(crate) fn speaks_of_one_account(name: &str) -> bool {
    if matches!(name, "set-cookie" | "x-models-etag") || name.starts_with("x-ratelimit-") {
        return true;
    }
    let Some(rest) = name.strip_prefix("x-codex-") else { return false };
    const LIMITS: [&str; 7] = [
        "used-percent",
        "window-minutes",
        "reset-at",
        "reset-after-seconds",
        "limit-percent",
        "limit-name",
        "limit-reached-type",
    ];
    LIMITS.iter().any(|suffix| rest.ends_with(suffix))
        || matches!(rest, "plan-type" | "active-limit")
        || rest.starts_with("credits-")
        || rest.starts_with("promo-")
}

/// A header that an event carries in its `headers` object, by its lower-case name. Recorded events write
/// the names in any case, and the values as text, numbers or one-element lists.
pub(super) fn in_event(event: &Value, name: &str) -> Option<String> {
    let headers = event.get("headers")?.as_object()?;
    let (_, value) = headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
    plain(value)
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(values) => values.first().and_then(plain),
        Value::Null | Value::Bool(_) | Value::Object(_) => None,
    }
}
