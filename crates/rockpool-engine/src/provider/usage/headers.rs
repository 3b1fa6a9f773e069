//! Reads the rate-limit headers of a response.
//!
//! # Policy
//!
//! `x-codex-primary-…` and `x-codex-secondary-…` speak of the limits that `x-codex-active-limit` names: mostly the
//! account's own, and those of single models where the request's model has any. Families of single models have
//! headers of their own beside them (`x-codex-<name>-primary-…`). An empty value is an absent one (recorded live
//! answers carry `x-codex-secondary-reset-at:` without a value), and a figure that is absent is not known.

use http::HeaderMap;
use jiff::Timestamp;
use rockpool_routing::{FamilyReading, LimitFamily, Reading, Source};

use super::limits::{LimitReadings, Windows};
use super::parse::{later, unix, whole_seconds};
use crate::provider::headers::{LimitHeaders, UNNAMED, stem};

/// What the headers of a response that arrived at `seen_at` say; `None` where they say nothing.
pub(crate) fn reading(headers: &HeaderMap, seen_at: Timestamp) -> Option<LimitReadings> {
    readings(&LimitHeaders::of(headers), seen_at, Source::Headers)
}

/// As [`reading`], for headers that arrived in another form.
pub(super) fn readings(headers: &LimitHeaders, seen_at: Timestamp, source: Source) -> Option<LimitReadings> {
    let active = headers.active();
    let reached = headers.get("x-codex-rate-limit-reached-type").map(|_| true);
    let unnamed = windows(headers, UNNAMED, seen_at);
    let mut families: Vec<LimitFamily> =
        headers.families().filter(|family| Some(*family) != active).collect();
    families.extend(active);
    let family = |family: LimitFamily| {
        let stem = stem(family);
        let mut windows = windows(headers, &stem, seen_at);
        let mut title = headers.get(&format!("{stem}-limit-name"));
        let mut limit_reached = None;
        if Some(family) == active {
            title = title.or(headers.get("x-codex-limit-name"));
            limit_reached = reached;
            if windows.is_empty() {
                windows.clone_from(&unnamed);
            }
        }
        let reading = Reading {
            unmeasured: windows.unmeasured,
            limit_reached,
            ..Reading::new(seen_at, source, windows.measured)
        };
        FamilyReading { family, title: title.map(str::to_owned), reading }
    };
    let families = families.into_iter().map(family).collect();
    let plan = headers.get("x-codex-plan-type").map(str::to_lowercase);
    let of_account = active.is_none() && !(unnamed.is_empty() && reached.is_none() && plan.is_none());
    let main = of_account.then(|| Reading {
        unmeasured: unnamed.unmeasured.clone(),
        plan,
        limit_reached: reached,
        ..Reading::new(seen_at, source, unnamed.measured.clone())
    });
    LimitReadings { main, families }.some()
}

fn windows(headers: &LimitHeaders, stem: &str, seen_at: Timestamp) -> Windows {
    let mut windows = Windows::default();
    for slot in ["primary", "secondary"] {
        let number = |field: &str| {
            let number: f64 = headers.get(&format!("{stem}-{slot}-{field}"))?.parse().ok()?;
            number.is_finite().then_some(number)
        };
        let length = number("window-minutes").and_then(|minutes| whole_seconds(minutes * 60.0));
        let resets_at = number("reset-at").and_then(unix).or_else(|| {
            let after = number("reset-after-seconds").filter(|after| *after > 0.0)?;
            later(seen_at, after)
        });
        windows.add(number("used-percent"), length, resets_at);
    }
    windows
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};
    use rockpool_routing::WindowKind;

    fn at() -> Timestamp {
        Timestamp::from_second(1_795_359_520).unwrap()
    }

    fn read_all(pairs: &[(&'static str, &'static str)]) -> Option<LimitReadings> {
        let headers: HeaderMap = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        reading(&headers, at())
    }

    /// What is said of the account's own limits.
    fn read(pairs: &[(&'static str, &'static str)]) -> Option<Reading> {
        read_all(pairs)?.main
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
    fn junk_says_nothing() {
        assert_eq!(read_all(&[("content-type", "text/event-stream")]), None);
        let junk = [("x-codex-primary-used-percent", "NaN"), ("x-codex-secondary-used-percent", "many")];
        assert_eq!(read_all(&junk), None);
    }

    #[test]
    fn headers_without_a_familys_name_speak_of_the_limit_that_is_active() {
        let readings = read_all(&[
            ("x-codex-active-limit", "codex_bengalfox"),
            ("x-codex-limit-name", "GPT-5.3-Codex-Spark"),
            ("x-codex-plan-type", "pro"),
            ("x-codex-primary-used-percent", "100"),
            ("x-codex-primary-window-minutes", "300"),
            ("x-codex-rate-limit-reached-type", "rate_limit_reached"),
        ])
        .unwrap();
        assert_eq!(readings.main, None, "of the account's own nothing was said");
        let family = &readings.families[0];
        assert_eq!(family.family.name(), "codex_bengalfox");
        assert_eq!(family.title.as_deref(), Some("GPT-5.3-Codex-Spark"));
        assert_eq!(
            (family.reading.windows[0].used_percent, family.reading.limit_reached),
            (100.0, Some(true))
        );
    }

    #[test]
    fn a_familys_own_headers_are_read_beside_the_accounts() {
        for active in ["codex", "premium"] {
            let readings = read_all(&[
                ("x-codex-active-limit", active),
                ("x-codex-primary-used-percent", "12"),
                ("x-codex-primary-window-minutes", "300"),
                ("x-codex-bengalfox-primary-used-percent", "70"),
                ("x-codex-bengalfox-primary-window-minutes", "300"),
                ("x-codex-bengalfox-limit-name", "GPT-5.3-Codex-Spark"),
            ])
            .unwrap();
            assert_eq!(readings.main.unwrap().windows[0].used_percent, 12.0, "{active}");
            assert_eq!(readings.families.len(), 1, "{active}");
            assert_eq!(readings.families[0].reading.windows[0].used_percent, 70.0, "{active}");
            assert_eq!(readings.families[0].title.as_deref(), Some("GPT-5.3-Codex-Spark"), "{active}");
        }
    }

    #[test]
    fn a_window_without_its_figure_is_there_and_not_known() {
        let reading =
            read(&[("x-codex-primary-used-percent", ""), ("x-codex-primary-window-minutes", "300")]).unwrap();
        assert!(reading.windows.is_empty());
        assert_eq!(reading.unmeasured[0].kind(), WindowKind::FiveHour);
    }
}
