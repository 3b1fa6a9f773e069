//! Reads quota out of events: `codex.rate_limits`, and the headers inside an error frame.

use jiff::Timestamp;
use rockpool_routing::{Reading, Source};
use serde_json::Value;

use super::headers::from_lookup;
use super::parse::{Limits, plan};
use crate::provider::headers;

/// The name of the main family of limits.
const MAIN_LIMIT: &str = "codex";

/// What a `codex.rate_limits` event that arrived at `seen_at` says about the main limits; `None` for any
/// other event, and for one about another family.
pub(crate) fn reading(event: &Value, seen_at: Timestamp) -> Option<Reading> {
    if event["type"].as_str() != Some("codex.rate_limits") {
        return None;
    }
    let family = ["metered_limit_name", "limit_id", "limit_name"].iter().find_map(|key| event[*key].as_str());
    if family.is_some_and(|family| family != MAIN_LIMIT) {
        return None;
    }
    let Limits { windows, allowed, limit_reached } = Limits::read(&event["rate_limits"], seen_at);
    let plan = plan(&event["plan_type"]);
    if windows.is_empty() && allowed.is_none() && limit_reached.is_none() && plan.is_none() {
        return None;
    }
    Some(Reading { seen_at, source: Source::Event, windows, plan, allowed, limit_reached, extras: None })
}

/// What the headers inside an error event say.
pub(crate) fn error_reading(event: &Value, seen_at: Timestamp) -> Option<Reading> {
    from_lookup(&|name| headers::in_event(event, name), seen_at, Source::Event)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rockpool_routing::WindowKind;
    use serde_json::json;

    fn at() -> Timestamp {
        Timestamp::from_second(1_795_359_520).unwrap()
    }

    #[test]
    fn a_recorded_event_is_read_by_length_and_its_null_slots_are_passed_over() {
        let event = json!({"type":"codex.rate_limits","plan_type":"plus","rate_limits":{"allowed":true,"limit_reached":false,
            "primary":{"used_percent":12,"window_minutes":10080,"reset_after_seconds":604_739,"reset_at":1_787_329_759},"secondary":null},
            "code_review_rate_limits":null,"additional_rate_limits":null,
            "credits":{"has_credits":false,"unlimited":false,"balance":"0"},"promo":null});
        let reading = reading(&event, at()).unwrap();
        assert_eq!(reading.windows.len(), 1);
        assert_eq!(reading.windows[0].kind(), WindowKind::Weekly);
        assert_eq!(reading.source, Source::Event);
        assert_eq!(reading.allowed, Some(true));
    }

    #[test]
    fn other_events_and_other_families_say_nothing() {
        assert_eq!(reading(&json!({"type":"response.created"}), at()), None);
        assert_eq!(reading(&json!({"type":"codex.rate_limits","rate_limits":null}), at()), None);
        let spark = json!({"type":"codex.rate_limits","metered_limit_name":"codex_bengalfox",
            "rate_limits":{"primary":{"used_percent":100,"window_minutes":300}}});
        assert_eq!(reading(&spark, at()), None);
    }

    #[test]
    fn an_error_frames_headers_are_read_whatever_their_case() {
        let frame = json!({"type":"error","status_code":429,"error":{"type":"usage_limit_reached"},
            "headers":{"X-Codex-Active-Limit":"premium","X-Codex-Primary-Used-Percent":"100",
                "X-Codex-Primary-Window-Minutes":300,"x-codex-primary-reset-at":["1795366720"]}});
        let reading = error_reading(&frame, at()).unwrap();
        assert_eq!(reading.windows[0].kind(), WindowKind::FiveHour);
        assert_eq!(reading.windows[0].resets_at, Timestamp::from_second(1_795_366_720).ok());
        assert_eq!(error_reading(&json!({"type":"error"}), at()), None);
    }
}
