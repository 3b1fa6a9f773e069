//! Reads quota out of events: `codex.rate_limits`, and the headers inside an error frame.

use jiff::Timestamp;
use rockpool_routing::{ExtraLimit, Reading, Source};
use serde_json::Value;

use super::headers::readings;
use super::limits::LimitReadings;
use super::parse::{Limits, extra_limits, family_reading, plan};
use crate::provider::headers::{LimitHeaders, is_main};

/// What a `codex.rate_limits` event that arrived at `seen_at` says; `None` for any other event, and for one that
/// says nothing.
pub(crate) fn reading(event: &Value, seen_at: Timestamp) -> Option<LimitReadings> {
    if event["type"].as_str() != Some("codex.rate_limits") {
        return None;
    }
    let named = ["metered_limit_name", "limit_id", "limit_name"].iter().find_map(|key| event[*key].as_str());
    let Limits { windows, allowed, limit_reached } = Limits::read(&event["rate_limits"], seen_at);
    let plan = plan(&event["plan_type"]);
    let silent = windows.is_empty() && allowed.is_none() && limit_reached.is_none();
    let mut extra = extra_limits(&event["additional_rate_limits"], seen_at);
    let mut main = None;
    match named.filter(|name| !is_main(name)) {
        Some(name) if !silent => extra.push(ExtraLimit {
            name: name.to_owned(),
            title: event["limit_name"].as_str().map(str::to_owned),
            windows: windows.measured,
            unmeasured: windows.unmeasured,
            allowed,
            limit_reached,
        }),
        None if !silent || plan.is_some() => {
            main = Some(Reading {
                unmeasured: windows.unmeasured,
                plan,
                allowed,
                limit_reached,
                ..Reading::new(seen_at, Source::Event, windows.measured)
            });
        }
        Some(_) | None => {}
    }
    let families =
        extra.into_iter().filter_map(|limit| family_reading(limit, seen_at, Source::Event)).collect();
    LimitReadings { main, families }.some()
}

/// What the headers inside an error event say.
pub(crate) fn error_reading(event: &Value, seen_at: Timestamp) -> Option<LimitReadings> {
    readings(&LimitHeaders::in_event(event), seen_at, Source::Event)
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
        let reading = reading(&event, at()).unwrap().main.unwrap();
        assert_eq!(reading.windows.len(), 1);
        assert_eq!(reading.windows[0].kind(), WindowKind::Weekly);
        assert_eq!(reading.source, Source::Event);
        assert_eq!(reading.allowed, Some(true));
    }

    #[test]
    fn other_events_say_nothing_and_another_familys_speaks_of_that_alone() {
        assert_eq!(reading(&json!({"type":"response.created"}), at()), None);
        assert_eq!(reading(&json!({"type":"codex.rate_limits","rate_limits":null}), at()), None);
        let spark = json!({"type":"codex.rate_limits","metered_limit_name":"codex_bengalfox",
            "rate_limits":{"primary":{"used_percent":100,"window_minutes":300}}});
        let told = reading(&spark, at()).unwrap();
        assert_eq!(told.main, None);
        assert_eq!(told.families[0].family.name(), "codex_bengalfox");
        assert_eq!(told.families[0].reading.windows[0].used_percent, 100.0);
    }

    #[test]
    fn an_error_frames_headers_are_read_whatever_their_case() {
        let frame = json!({"type":"error","status_code":429,"error":{"type":"usage_limit_reached"},
            "headers":{"X-Codex-Active-Limit":"premium","X-Codex-Primary-Used-Percent":"100",
                "X-Codex-Primary-Window-Minutes":300,"x-codex-primary-reset-at":["1795366720"]}});
        let reading = error_reading(&frame, at()).unwrap().main.unwrap();
        assert_eq!(reading.windows[0].kind(), WindowKind::FiveHour);
        assert_eq!(reading.windows[0].resets_at, Timestamp::from_second(1_795_366_720).ok());
        assert_eq!(error_reading(&json!({"type":"error"}), at()), None);
    }
}
