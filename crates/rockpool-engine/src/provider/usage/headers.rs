//! Reads the rate-limit headers of a response.
//!
//! # Policy
//!
//! Only the main family counts: `x-codex-primary-…` and `x-codex-secondary-…`. Families of single
//! models (`x-codex-<name>-primary-…`) are left alone. An empty value is an absent one (recorded live
//! answers carry `x-codex-secondary-reset-at:` without a value).

use http::HeaderMap;
use jiff::Timestamp;
use rockpool_routing::{Reading, Source, Window};

use super::parse::{later, unix, whole_seconds};

/// What the headers of a response that arrived at `seen_at` say; `None` where they say nothing.
pub(crate) fn reading(headers: &HeaderMap, seen_at: Timestamp) -> Option<Reading> {
    let value = |name: &str| headers.get(name)?.to_str().ok().map(str::to_owned);
    from_lookup(&value, seen_at, Source::Headers)
}

/// As [`reading`], for headers that arrive in another form; `lookup` gets lower-case names.
pub(super) fn from_lookup(
    lookup: &dyn Fn(&str) -> Option<String>,
    seen_at: Timestamp,
    source: Source,
) -> Option<Reading> {
    let value =
        |name: &str| lookup(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let windows: Vec<Window> =
        ["primary", "secondary"].iter().filter_map(|slot| window(&value, slot, seen_at)).collect();
    let reached = value("x-codex-rate-limit-reached-type").map(|_| true);
    let plan = value("x-codex-plan-type").map(|plan| plan.to_lowercase());
    if windows.is_empty() && reached.is_none() && plan.is_none() {
        return None;
    }
    Some(Reading { seen_at, source, windows, plan, allowed: None, limit_reached: reached, extras: None })
}

fn window(value: &dyn Fn(&str) -> Option<String>, slot: &str, seen_at: Timestamp) -> Option<Window> {
    let number = |field: &str| {
        let number: f64 = value(&format!("x-codex-{slot}-{field}"))?.parse().ok()?;
        number.is_finite().then_some(number)
    };
    let used = number("used-percent")?;
    let length = number("window-minutes").and_then(|minutes| whole_seconds(minutes * 60.0));
    let resets_at = number("reset-at").and_then(unix).or_else(|| {
        let after = number("reset-after-seconds").filter(|after| *after > 0.0)?;
        later(seen_at, after)
    });
    Window::reported(used, length, resets_at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};
    use rockpool_routing::WindowKind;

    fn at() -> Timestamp {
        Timestamp::from_second(1_795_359_520).unwrap()
    }

    fn read(pairs: &[(&'static str, &'static str)]) -> Option<Reading> {
        let headers: HeaderMap = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        reading(&headers, at())
    }

    #[test]
    fn a_recorded_set_with_a_weekly_primary_and_an_empty_secondary_is_one_weekly_window() {
        let reading = read(&[
            ("x-codex-active-limit", "codex"),
            ("x-codex-plan-type", "Pro"),
            ("x-codex-primary-used-percent", "22"),
            ("x-codex-primary-window-minutes", "10080"),
            ("x-codex-primary-reset-at", "1795659531"),
            ("x-codex-secondary-used-percent", "0"),
            ("x-codex-secondary-window-minutes", "0"),
            ("x-codex-secondary-reset-at", ""),
            ("x-codex-secondary-reset-after-seconds", "0"),
        ])
        .unwrap();
        assert_eq!(reading.windows.len(), 1);
        assert_eq!(reading.windows[0].kind(), WindowKind::Weekly);
        assert_eq!(reading.plan.as_deref(), Some("pro"));
        assert_eq!((reading.source, reading.limit_reached), (Source::Headers, None));
    }

    #[test]
    fn a_reset_that_is_only_counted_down_is_computed() {
        let reading = read(&[
            ("x-codex-primary-used-percent", "99.6"),
            ("x-codex-primary-window-minutes", "300"),
            ("x-codex-primary-reset-after-seconds", "60"),
            ("x-codex-rate-limit-reached-type", "rate_limit_reached"),
        ])
        .unwrap();
        assert_eq!(reading.windows[0].resets_at, Timestamp::from_second(1_795_359_580).ok());
        assert_eq!(reading.limit_reached, Some(true));
    }

    #[test]
    fn other_families_and_junk_say_nothing() {
        assert_eq!(read(&[("content-type", "text/event-stream")]), None);
        assert_eq!(
            read(&[
                ("x-codex-bengalfox-primary-used-percent", "70"),
                ("x-codex-primary-used-percent", "NaN"),
                ("x-codex-secondary-used-percent", "many"),
            ]),
            None
        );
    }
}
