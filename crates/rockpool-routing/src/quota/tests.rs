//! Readings, windows and refusals against the rules of quota.

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn reading(seen: i64, windows: Vec<Window>) -> Reading {
    Reading {
        seen_at: at(seen),
        source: Source::Usage,
        windows,
        plan: None,
        allowed: None,
        limit_reached: None,
        beside: None,
    }
}

fn window(used: f64, length: u32, resets: i64) -> Window {
    Window::reported(used, Some(length), Some(at(resets))).unwrap()
}

#[test]
fn a_window_is_named_by_its_length_whatever_slot_it_came_in() {
    assert_eq!(window(1.0, 18_000, 9).kind(), WindowKind::FiveHour);
    assert_eq!(window(1.0, 604_800, 9).kind(), WindowKind::Weekly);
    assert_eq!(window(1.0, 2_592_000, 9).kind(), WindowKind::Monthly);
    assert_eq!(window(1.0, 86_400, 9).kind(), WindowKind::Other);
}

#[test]
fn a_placeholder_window_is_dropped() {
    assert_eq!(Window::reported(0.0, Some(0), None), None);
    assert!(Window::reported(0.0, Some(0), Some(at(5))).is_some());
}

#[test]
fn headroom_is_the_smallest_remaining_and_a_passed_reset_refills_a_window() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(70.0, 18_000, 100), window(20.0, 604_800, 1000)]));
    assert_eq!(quota.headroom(at(50)), Some(30));
    assert_eq!(quota.headroom(at(100)), Some(80));
}

#[test]
fn used_up_from_99_and_a_half_percent_on() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(99.4, 18_000, 100)]));
    assert_eq!(quota.supply(at(11)), Supply::Plenty);
    quota.observe(reading(12, vec![window(99.5, 18_000, 100)]));
    assert_eq!(quota.supply(at(13)), Supply::Gone { until: Some(at(100)) });
}

#[test]
fn it_comes_back_only_when_the_last_used_up_window_resets() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(100.0, 18_000, 100), window(100.0, 604_800, 900)]));
    assert_eq!(quota.supply(at(200)), Supply::Gone { until: Some(at(900)) });
    assert_eq!(quota.supply(at(900)), Supply::Plenty);
}

#[test]
fn an_older_reading_never_replaces_a_newer_one() {
    let mut quota = Quota::default();
    quota.observe(reading(20, vec![window(40.0, 18_000, 100)]));
    quota.observe(reading(10, vec![window(90.0, 18_000, 100)]));
    assert_eq!(quota.headroom(at(21)), Some(60));
}

#[test]
fn an_account_over_its_limit_that_is_still_allowed_is_not_blocked() {
    let mut quota = Quota::default();
    let mut told = reading(10, vec![window(100.0, 604_800, 900)]);
    told.allowed = Some(true);
    told.limit_reached = Some(true);
    quota.observe(told);
    assert_eq!(quota.supply(at(11)), Supply::Unknown);
}

#[test]
fn a_refused_request_outranks_percentages_until_reset_or_explicit_permission() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(30.0, 18_000, 100)]));
    quota.refuse(at(11), Some(at(80)));
    assert_eq!(quota.supply(at(12)), Supply::Gone { until: Some(at(80)) });
    quota.observe(reading(13, vec![window(30.0, 18_000, 100)]));
    assert_eq!(quota.supply(at(14)), Supply::Gone { until: Some(at(80)) });
    let mut lifted = reading(15, vec![window(1.0, 18_000, 100)]);
    lifted.allowed = Some(true);
    quota.observe(lifted);
    assert_eq!(quota.supply(at(16)), Supply::Plenty);
    quota.refuse(at(17), Some(at(80)));
    assert_eq!(quota.supply(at(80)), Supply::Plenty);
}

#[test]
fn what_a_reading_does_not_say_stays_as_it_was_known() {
    let mut quota = Quota::default();
    let mut told = reading(10, vec![window(100.0, 604_800, 900)]);
    told.allowed = Some(true);
    quota.observe(told);
    quota.observe(Reading { source: Source::Headers, ..reading(11, vec![window(100.0, 604_800, 900)]) });
    assert_eq!(quota.supply(at(12)), Supply::Unknown);
    let mut refused = reading(13, vec![window(40.0, 604_800, 900)]);
    refused.allowed = Some(false);
    quota.observe(refused);
    quota.observe(Reading { source: Source::Headers, ..reading(14, vec![window(40.0, 604_800, 900)]) });
    assert!(matches!(quota.supply(at(15)), Supply::Gone { .. }));
    quota.served(at(16));
    assert_eq!(quota.supply(at(17)), Supply::Plenty);
}

#[test]
fn a_permission_given_while_something_was_left_does_not_vouch_for_a_window_used_up_since() {
    let mut quota = Quota::default();
    let mut told = reading(10, vec![window(50.0, 18_000, 100)]);
    told.allowed = Some(true);
    quota.observe(told);
    quota.observe(Reading { source: Source::Headers, ..reading(11, vec![window(100.0, 18_000, 100)]) });
    assert_eq!(quota.supply(at(12)), Supply::Gone { until: Some(at(100)) });
}

#[test]
fn a_request_that_began_before_the_refusal_does_not_lift_it() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(30.0, 18_000, 100)]));
    quota.refuse(at(20), Some(at(80)));
    quota.served(at(15));
    assert_eq!(quota.supply(at(21)), Supply::Gone { until: Some(at(80)) });
    quota.served(at(25));
    assert_eq!(quota.supply(at(26)), Supply::Plenty);
}

#[test]
fn headers_without_windows_keep_the_windows_already_known() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(30.0, 18_000, 100)]));
    quota.observe(Reading { source: Source::Headers, ..reading(11, vec![]) });
    assert_eq!(quota.headroom(at(12)), Some(70));
}
