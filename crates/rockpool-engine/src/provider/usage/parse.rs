//! Reads the usage API's JSON, tolerantly.
//!
//! # Policy
//!
//! Every field may be null, absent, a float or a number in quotes: plans differ, and a field that is
//! missing must not cost the rest. A figure that is not there is not known, and never zero. Only an answer that is no JSON object at all is an error.

use jiff::{SignedDuration, Timestamp};
use rockpool_routing::{Credits, ExtraLimit, Extras, FamilyReading, LimitFamily, Reading, Source, Spend};
use serde_json::Value;
use thiserror::Error;

use super::limits::Windows;

/// Everything of interest in one answer of the usage API.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct UsageReport {
    pub reading: Reading,
    /// The login's e-mail, where named.
    pub email: Option<String>,
    /// The provider's id of the person, where named.
    pub user_id: Option<String>,
    /// The workspace that was asked for, where named.
    pub workspace_id: Option<String>,
}

/// The answer is no usage report.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the usage answer is not a JSON object")]
pub(crate) struct NotUsage;

/// Reads an answer of `GET …/wham/usage` that arrived at `seen_at`.
///
/// # Errors
/// When `body` is not a JSON object.
pub(crate) fn parse(body: &[u8], seen_at: Timestamp) -> Result<UsageReport, NotUsage> {
    let answer: Value = serde_json::from_slice(body).map_err(|_| NotUsage)?;
    if !answer.is_object() {
        return Err(NotUsage);
    }
    let user_id = text(&answer["user_id"]);
    // Old answers name the person here too.
    let workspace_id = text(&answer["account_id"]).filter(|id| Some(id) != user_id.as_ref());
    let main = Limits::read(&answer["rate_limit"], seen_at);
    let mut extra = extra_limits(&answer["additional_rate_limits"], seen_at);
    extra.extend(named("code_review", None, &answer["code_review_rate_limit"], seen_at));
    Ok(UsageReport {
        reading: Reading {
            seen_at,
            source: Source::Usage,
            windows: main.windows.measured,
            unmeasured: main.windows.unmeasured,
            plan: plan(&answer["plan_type"]),
            allowed: main.allowed,
            limit_reached: main.limit_reached,
            extras: Some(Extras {
                limits: extra,
                credits: credits(&answer["credits"]),
                spend: spend(&answer["spend_control"], seen_at),
                reset_credits: count(&answer["rate_limit_reset_credits"]["available_count"]),
            }),
        },
        email: text(&answer["email"]),
        user_id,
        workspace_id,
    })
}

/// The facts of one family of limits, in either spelling of the provider.
pub(super) struct Limits {
    pub(super) windows: Windows,
    pub(super) allowed: Option<bool>,
    pub(super) limit_reached: Option<bool>,
}

impl Limits {
    /// Reads `{allowed, limit_reached, primary[_window], secondary[_window]}`.
    pub(super) fn read(limits: &Value, seen_at: Timestamp) -> Self {
        let slots = ["primary_window", "primary", "secondary_window", "secondary"];
        let mut windows = Windows::default();
        for slot in slots {
            add_window(&mut windows, &limits[slot], seen_at);
        }
        Self {
            windows,
            allowed: limits["allowed"].as_bool(),
            limit_reached: limits["limit_reached"].as_bool(),
        }
    }
}

/// The limits of single models, as the usage API and events list them.
pub(super) fn extra_limits(list: &Value, seen_at: Timestamp) -> Vec<ExtraLimit> {
    match list {
        Value::Array(entries) => entries.iter().filter_map(|entry| listed(entry, seen_at)).collect(),
        Value::Object(entries) => {
            entries.iter().filter_map(|(name, limits)| named(name, None, limits, seen_at)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

fn listed(entry: &Value, seen_at: Timestamp) -> Option<ExtraLimit> {
    let title = text(&entry["limit_name"]);
    let name = text(&entry["metered_feature"]).or_else(|| title.clone())?;
    named(&name, title, &entry["rate_limit"], seen_at)
}

fn named(name: &str, title: Option<String>, limits: &Value, seen_at: Timestamp) -> Option<ExtraLimit> {
    if !limits.is_object() {
        return None;
    }
    let Limits { windows, allowed, limit_reached } = Limits::read(limits, seen_at);
    let Windows { measured, unmeasured } = windows;
    Some(ExtraLimit { name: name.to_owned(), title, windows: measured, unmeasured, allowed, limit_reached })
}

/// The same limit as a reading of its family's own.
pub(super) fn family_reading(limit: ExtraLimit, seen_at: Timestamp, source: Source) -> Option<FamilyReading> {
    let ExtraLimit { name, title, windows, unmeasured, allowed, limit_reached } = limit;
    let reading = Reading { unmeasured, allowed, limit_reached, ..Reading::new(seen_at, source, windows) };
    Some(FamilyReading { family: LimitFamily::named(&name)?, title, reading })
}

/// Bought credits; also read off events and headers.
pub(super) fn credits(value: &Value) -> Option<Credits> {
    value.is_object().then(|| Credits {
        has_credits: value["has_credits"].as_bool(),
        unlimited: value["unlimited"].as_bool(),
        balance: amount(&value["balance"]),
    })
}

fn spend(value: &Value, seen_at: Timestamp) -> Option<Spend> {
    if !value.is_object() {
        return None;
    }
    let limit = &value["individual_limit"];
    let resets_at = number(&limit["reset_at"]).and_then(unix).or_else(|| {
        let after = number(&limit["reset_after_seconds"]).filter(|after| *after > 0.0)?;
        later(seen_at, after)
    });
    Some(Spend {
        reached: value["reached"].as_bool(),
        limit: amount(&limit["limit"]),
        used: amount(&limit["used"]),
        used_percent: number(&limit["used_percent"]).map(|percent| percent.clamp(0.0, 100.0)),
        resets_at,
    })
}

/// An amount in the provider's own words: it sends text, and has sent numbers.
fn amount(value: &Value) -> Option<String> {
    text(value).or_else(|| value.as_number().map(ToString::to_string))
}

fn count(value: &Value) -> Option<u32> {
    number(value).filter(|count| *count >= 0.0 && *count <= f64::from(u32::MAX)).map(|count| count as u32)
}

fn add_window(windows: &mut Windows, slot: &Value, seen_at: Timestamp) {
    if !slot.is_object() {
        return;
    }
    let length = number(&slot["limit_window_seconds"])
        .or_else(|| number(&slot["window_minutes"]).map(|minutes| minutes * 60.0));
    let length = length.and_then(whole_seconds);
    let resets_at = number(&slot["reset_at"]).and_then(unix);
    // A placeholder counts down from nothing: without a length, "resets in 0 s" says nothing either.
    let resets_at = resets_at.or_else(|| {
        let after = number(&slot["reset_after_seconds"]).filter(|after| *after > 0.0)?;
        later(seen_at, after)
    });
    windows.add(number(&slot["used_percent"]), length, resets_at);
}

/// A number, or a number in quotes.
pub(super) fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    number.filter(|number: &f64| number.is_finite())
}

/// Seconds since 1970 as a point in time; `None` for 0 and for what no calendar holds.
pub(super) fn unix(seconds: f64) -> Option<Timestamp> {
    if seconds <= 0.0 {
        return None;
    }
    Timestamp::from_second(seconds as i64).ok()
}

/// `seconds` after `seen_at`; `None` where that lies outside the calendar.
pub(super) fn later(seen_at: Timestamp, seconds: f64) -> Option<Timestamp> {
    seen_at.checked_add(SignedDuration::from_secs(seconds as i64)).ok()
}

/// A positive length in whole seconds; `None` for 0, negatives and nonsense.
pub(super) fn whole_seconds(seconds: f64) -> Option<u32> {
    if seconds < 1.0 || seconds > f64::from(u32::MAX) { None } else { Some(seconds as u32) }
}

/// The plan in lower case; `None` where there is none.
pub(super) fn plan(value: &Value) -> Option<String> {
    text(value).map(|plan| plan.to_lowercase())
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rockpool_routing::WindowKind;

    fn at() -> Timestamp {
        Timestamp::from_second(1_795_359_520).unwrap()
    }

    fn read(json: &str) -> UsageReport {
        parse(json.as_bytes(), at()).unwrap()
    }

    #[test]
    fn a_five_hour_and_a_weekly_window_are_read_with_their_resets() {
        let report = read(
            r#"{"user_id":"user-1","account_id":"ws-1","email":"a@b.test","plan_type":"Plus",
                "rate_limit":{"allowed":true,"limit_reached":false,
                  "primary_window":{"used_percent":37,"limit_window_seconds":18000,"reset_after_seconds":7200,"reset_at":1795366720},
                  "secondary_window":{"used_percent":61.5,"limit_window_seconds":604800,"reset_after_seconds":300000}}}"#,
        );
        let windows = &report.reading.windows;
        assert_eq!(windows[0].kind(), WindowKind::FiveHour);
        assert_eq!(windows[0].resets_at, Timestamp::from_second(1_795_366_720).ok());
        assert_eq!(windows[1].kind(), WindowKind::Weekly);
        assert_eq!(windows[1].used_percent, 61.5);
        assert_eq!(windows[1].resets_at, Timestamp::from_second(1_795_659_520).ok());
        assert_eq!(report.reading.plan.as_deref(), Some("plus"));
        assert_eq!(report.reading.allowed, Some(true));
        assert_eq!(report.reading.limit_reached, Some(false));
        assert_eq!(report.email.as_deref(), Some("a@b.test"));
    }

    #[test]
    fn a_weekly_window_in_the_first_slot_is_still_weekly() {
        let report = read(
            r#"{"plan_type":"prolite","rate_limit":{"allowed":true,"limit_reached":true,
                "primary_window":{"used_percent":100,"limit_window_seconds":604800,"reset_at":1795659531},"secondary_window":null}}"#,
        );
        assert_eq!(report.reading.windows.len(), 1);
        assert_eq!(report.reading.windows[0].kind(), WindowKind::Weekly);
        assert_eq!((report.reading.allowed, report.reading.limit_reached), (Some(true), Some(true)));
    }

    #[test]
    fn everything_may_be_null_absent_or_of_another_type() {
        for json in [
            "{}",
            r#"{"plan_type":null,"rate_limit":null,"additional_rate_limits":null,"credits":null}"#,
            r#"{"plan_type":7,"rate_limit":[],"additional_rate_limits":"no"}"#,
            r#"{"rate_limit":{"primary_window":{},"secondary_window":"x","allowed":"yes"}}"#,
            r#"{"rate_limit":{"primary_window":{"used_percent":1e999,"reset_at":-4}}}"#,
        ] {
            let Ok(report) = parse(json.as_bytes(), at()) else {
                assert!(json.contains("1e999"), "{json}");
                continue;
            };
            assert!(report.reading.windows.is_empty() && report.reading.unmeasured.is_empty(), "{json}");
            assert_eq!(report.reading.allowed, None, "{json}");
        }
    }

    #[test]
    fn placeholder_windows_are_dropped_and_numbers_in_quotes_are_read() {
        let report = read(
            r#"{"rate_limit":{
                "primary_window":{"used_percent":"22.5","limit_window_seconds":"604800","reset_at":"1795659531"},
                "secondary_window":{"used_percent":0,"limit_window_seconds":0,"reset_after_seconds":0,"reset_at":0}}}"#,
        );
        assert_eq!(report.reading.windows.len(), 1);
        assert_eq!(report.reading.windows[0].used_percent, 22.5);
    }

    #[test]
    fn limits_of_single_features_are_kept_apart_by_name() {
        let report = read(
            r#"{"plan_type":"pro","rate_limit":{"allowed":true},
                "code_review_rate_limit":{"allowed":true,"primary_window":{"used_percent":1,"limit_window_seconds":604800}},
                "additional_rate_limits":[{"limit_name":"GPT-5.3-Codex-Spark","metered_feature":"codex_bengalfox",
                  "rate_limit":{"allowed":false,"limit_reached":true,"primary_window":{"used_percent":70,"limit_window_seconds":18000}}},
                  {"rate_limit":{}}]}"#,
        );
        assert!(report.reading.windows.is_empty());
        let extra = report.reading.extras.unwrap().limits;
        let names: Vec<_> = extra.iter().map(|limit| limit.name.as_str()).collect();
        assert_eq!(names, ["codex_bengalfox", "code_review"]);
        assert_eq!(extra[0].title.as_deref(), Some("GPT-5.3-Codex-Spark"));
        assert_eq!(extra[0].limit_reached, Some(true));
        assert_eq!(extra[0].windows[0].used_percent, 70.0);
    }

    #[test]
    fn credits_a_spending_limit_and_granted_resets_are_read_in_the_providers_words() {
        let report = read(
            r#"{"plan_type":"team","credits":{"has_credits":true,"unlimited":false,"balance":"12.50"},
                "spend_control":{"reached":false,"individual_limit":{"source":"user","limit":"100.00","used":25,
                  "remaining":"75.00","used_percent":25,"reset_after_seconds":1000,"reset_at":1795360525}},
                "rate_limit_reset_credits":{"available_count":2}}"#,
        );
        let extras = report.reading.extras.unwrap();
        assert_eq!(extras.credits.unwrap().balance.as_deref(), Some("12.50"));
        let spend = extras.spend.unwrap();
        assert_eq!((spend.limit.as_deref(), spend.used.as_deref()), (Some("100.00"), Some("25")));
        assert_eq!(spend.resets_at, Timestamp::from_second(1_795_360_525).ok());
        assert_eq!(extras.reset_credits, Some(2));
    }

    #[test]
    fn a_figure_that_is_missing_is_not_known_and_not_zero() {
        let report = read(
            r#"{"plan_type":"plus","rate_limit":{"allowed":true,"limit_reached":false,
                "primary_window":{"used_percent":null,"limit_window_seconds":18000,"reset_after_seconds":7200},
                "secondary_window":{"limit_window_seconds":604800,"reset_at":1795659531}},
                "additional_rate_limits":[{"limit_name":"Spark","rate_limit":{"primary_window":{"limit_window_seconds":18000}}}],
                "credits":{"balance":"3"},"spend_control":{"individual_limit":{"limit":"9"}}}"#,
        );
        assert!(report.reading.windows.is_empty());
        let kinds: Vec<_> = report.reading.unmeasured.iter().map(|window| window.kind()).collect();
        assert_eq!(kinds, [WindowKind::FiveHour, WindowKind::Weekly]);
        let extras = report.reading.extras.unwrap();
        assert_eq!((extras.limits[0].windows.len(), extras.limits[0].unmeasured.len()), (0, 1));
        let credits = extras.credits.unwrap();
        assert_eq!((credits.has_credits, credits.unlimited), (None, None));
        assert_eq!(extras.spend.unwrap().reached, None);
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for body in ["", "[]", "null", "<html>", "\"x\""] {
            assert_eq!(parse(body.as_bytes(), at()), Err(NotUsage), "{body}");
        }
    }
}
