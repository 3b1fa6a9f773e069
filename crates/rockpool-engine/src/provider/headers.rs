//! The provider's header names, and what they speak of.

use std::collections::BTreeMap;

use http::HeaderMap;
use rockpool_routing::LimitFamily;
use serde_json::Value;

/// Sticky routing of the provider; belongs to the account that gave it.
pub(crate) const TURN_STATE: &str = "x-codex-turn-state";
/// The workspace that the bearer acts for.
pub(crate) const ACCOUNT_ID: &str = "chatgpt-account-id";

/// Announces the lite shape of a request, on HTTP.
pub(crate) const LITE: &str = "x-openai-internal-codex-responses-lite";
/// Sent by every client of Anthropic's API.
pub(crate) const ANTHROPIC_VERSION: &str = "anthropic-version";

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

/// What the headers of one answer say of limits: their values by lower-case name, empty ones left out.
pub(crate) struct LimitHeaders(BTreeMap<String, String>);

const PREFIX: &str = "x-codex-";

impl LimitHeaders {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let named = headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        Self::from_pairs(named.map(|(name, value)| (name.to_owned(), value.to_owned())))
    }

    /// Those that an event carries.
    pub(super) fn in_event(event: &Value) -> Self {
        let headers = event.get("headers").and_then(Value::as_object);
        let pairs = headers.into_iter().flatten();
        Self::from_pairs(pairs.filter_map(|(name, value)| Some((name.to_ascii_lowercase(), plain(value)?))))
    }

    fn from_pairs(pairs: impl Iterator<Item = (String, String)>) -> Self {
        let of_limits = pairs.filter(|(name, _)| name.starts_with(PREFIX));
        let trimmed = of_limits.map(|(name, value)| (name, value.trim().to_owned()));
        Self(trimmed.filter(|(_, value)| !value.is_empty()).collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The limits of single models that the answer was counted against: the headers without a family's name
    /// speak of those. `None` where it was counted against the account's own.
    pub(crate) fn active(&self) -> Option<LimitFamily> {
        let family = LimitFamily::named(self.get("x-codex-active-limit")?)?;
        let of_models = !MAIN_LIMITS.contains(&family.name())
            && (family.name().starts_with("codex_")
                || self.get("x-codex-limit-name").is_some()
                || self.families().any(|named| named == family));
        of_models.then_some(family)
    }

    /// The families that have figures under their own names.
    pub(super) fn families(&self) -> impl Iterator<Item = LimitFamily> {
        let named = self.0.keys().filter_map(|name| {
            let name = name.strip_prefix(PREFIX)?;
            let name = SLOTS.iter().find_map(|slot| name.strip_suffix(slot)?.strip_suffix('-'))?;
            LimitFamily::named(&format!("codex_{name}"))
        });
        named.collect::<std::collections::BTreeSet<_>>().into_iter()
    }
}

/// Names of the account's own limits, as recorded answers call them.
const MAIN_LIMITS: [&str; 2] = ["codex", "premium"];
/// How the names of headers end that tell how much of a family is used.
const SLOTS: [&str; 2] = ["primary-used-percent", "secondary-used-percent"];

/// How the names of a family's own headers begin.
pub(super) fn stem(family: LimitFamily) -> String {
    let name = family.name();
    format!("{PREFIX}{}", name.strip_prefix("codex_").unwrap_or(name).replace('_', "-"))
}

/// How the names of headers begin that name no family.
pub(super) const UNNAMED: &str = "x-codex";

/// Whether the limits that an answer calls by this name are the account's own.
pub(super) fn is_main(name: &str) -> bool {
    LimitFamily::named(name).is_none_or(|family| MAIN_LIMITS.contains(&family.name()))
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(values) => values.first().and_then(plain),
        Value::Null | Value::Bool(_) | Value::Object(_) => None,
    }
}
