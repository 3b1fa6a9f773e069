//! A provider that contradicts itself.

use super::*;

/// The two states of September 2026: 39 % used with one reset, 3 % with another.
fn one_state(seen: i64) -> Reading {
    reading(seen, vec![window(39.0, 604_800, 500_000)])
}

fn other_state(seen: i64) -> Reading {
    reading(seen, vec![window(3.0, 604_800, 420_000)])
}

#[test]
fn a_provider_that_took_a_contradiction_back_days_ago_is_not_said_to_flap_since_then() {
    let mut quota = Quota::default();
    for day in [0, 2 * 86_400] {
        quota.observe(one_state(day + 10));
        quota.observe(other_state(day + 20));
        quota.observe(one_state(day + 30));
    }
    assert_eq!(quota.flapping_since(at(2 * 86_400 + 40)), Some(at(2 * 86_400 + 20)));
}

#[test]
fn a_provider_that_contradicts_itself_is_kept_in_both_states_and_changes_nothing() {
    let mut quota = Quota::default();
    quota.observe(one_state(10));
    for turn in 0..10 {
        quota.observe(other_state(20 + 60 * turn));
        assert_eq!(quota.reading(), Some(&one_state(if turn == 0 { 10 } else { 60 * turn })));
        assert_eq!(quota.unconfirmed(), Some(&other_state(20 + 60 * turn)));
        assert_eq!(quota.flapping_since(at(21 + 60 * turn)), Some(at(20)));
        quota.observe(one_state(60 * (turn + 1)));
        assert_eq!(quota.unconfirmed(), None);
    }
    assert_eq!(quota.headroom(at(700)), Some(61));
    assert_eq!(quota.flapping_since(at(600 + 1799)), Some(at(20)));
    assert_eq!(quota.flapping_since(at(600 + 1800)), None);
}

#[test]
fn an_early_reset_is_believed_once_it_has_stood_for_two_minutes() {
    let mut quota = Quota::default();
    quota.observe(one_state(10));
    quota.observe(other_state(20));
    quota.observe(other_state(139));
    assert_eq!(quota.headroom(at(139)), Some(61));
    quota.observe(other_state(140));
    assert_eq!((quota.headroom(at(140)), quota.unconfirmed()), (Some(97), None));
    assert_eq!(quota.flapping_since(at(140)), None);
}

#[test]
fn a_third_state_begins_the_wait_anew() {
    let mut quota = Quota::default();
    quota.observe(one_state(10));
    quota.observe(other_state(20));
    quota.observe(reading(130, vec![window(15.0, 604_800, 300_000)]));
    quota.observe(reading(141, vec![window(15.0, 604_800, 300_000)]));
    assert_eq!(quota.headroom(at(141)), Some(61));
}

#[test]
fn use_that_grows_resets_that_pass_and_readings_an_hour_apart_are_no_contradiction() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(20.0, 18_000, 300)]));
    quota.observe(reading(20, vec![window(90.0, 18_000, 310)]));
    assert_eq!(quota.headroom(at(21)), Some(10));
    quota.observe(reading(400, vec![window(1.0, 18_000, 18_400)]));
    assert_eq!(quota.headroom(at(401)), Some(99));
    quota.observe(reading(4_400, vec![window(0.0, 18_000, 9_000)]));
    assert_eq!((quota.headroom(at(4_401)), quota.flapping_since(at(4_401))), (Some(100), None));
}

#[test]
fn a_window_that_the_provider_no_longer_mentions_is_dropped_at_once() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(100.0, 18_000, 300), window(5.0, 604_800, 9_000)]));
    quota.observe(reading(20, vec![window(5.0, 604_800, 9_000)]));
    assert_eq!(quota.supply(at(21)), Supply::Plenty);
}

#[test]
fn a_window_that_has_hardly_begun_may_move_its_reset() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(0.0, 18_000, 18_010)]));
    quota.observe(reading(500, vec![window(2.0, 18_000, 19_500)]));
    assert_eq!((quota.headroom(at(501)), quota.unconfirmed()), (Some(98), None));
}

/// Whether a second reading so many seconds after the first has to wait for a confirmation.
fn waits(first: Window, seconds: i64, second: Window) -> bool {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![first]));
    quota.observe(reading(10 + seconds, vec![second]));
    quota.unconfirmed().is_some()
}

#[test]
fn use_may_fall_by_five_points_and_not_by_more() {
    assert!(!waits(window(40.0, 604_800, 90_000), 60, window(35.0, 604_800, 90_000)));
    assert!(waits(window(40.0, 604_800, 90_000), 60, window(34.9, 604_800, 90_000)));
    assert!(!waits(window(40.0, 604_800, 90_000), 60, window(99.0, 604_800, 90_000)));
}

#[test]
fn a_reset_may_move_by_a_quarter_of_an_hour_and_not_by_more() {
    for direction in [1, -1] {
        let moved = |seconds: i64| window(40.0, 604_800, 90_000 + direction * seconds);
        assert!(!waits(window(40.0, 604_800, 90_000), 60, moved(900)));
        assert!(waits(window(40.0, 604_800, 90_000), 60, moved(901)));
    }
}

#[test]
fn a_reset_floats_while_less_than_a_percent_is_used_before_or_after() {
    let reset = |used, at| window(used, 604_800, at);
    assert!(!waits(reset(0.9, 90_000), 60, reset(1.0, 95_000)));
    assert!(!waits(reset(1.0, 90_000), 60, reset(0.9, 95_000)));
    assert!(waits(reset(1.0, 90_000), 60, reset(1.0, 95_000)));
}

#[test]
fn use_that_falls_when_its_reset_has_passed_contradicts_nothing() {
    assert!(waits(window(40.0, 18_000, 71), 60, window(3.0, 18_000, 18_070)));
    assert!(!waits(window(40.0, 18_000, 70), 60, window(3.0, 18_000, 18_070)));
}

#[test]
fn a_reset_that_is_not_named_contradicts_none() {
    let unnamed = || Window::reported(40.0, Some(604_800), None).unwrap();
    assert!(!waits(unnamed(), 60, window(40.0, 604_800, 90_000)));
    assert!(!waits(window(40.0, 604_800, 90_000), 60, unnamed()));
    assert!(waits(unnamed(), 60, Window { used_percent: 1.0, ..unnamed() }));
}

#[test]
fn readings_ten_minutes_apart_can_contradict_each_other_and_later_ones_are_news() {
    assert!(waits(window(40.0, 604_800, 90_000), 600, window(3.0, 604_800, 90_000)));
    assert!(!waits(window(40.0, 604_800, 90_000), 601, window(3.0, 604_800, 90_000)));
}

#[test]
fn a_window_is_compared_with_the_one_of_its_kind() {
    assert!(waits(window(40.0, 604_800, 90_000), 60, window(3.0, 604_000, 90_000)));
    assert!(!waits(window(40.0, 604_800, 90_000), 60, window(3.0, 18_000, 90_000)));
    assert!(waits(window(40.0, 86_400, 90_000), 60, window(3.0, 86_400, 90_000)));
    assert!(!waits(window(40.0, 86_400, 90_000), 60, window(3.0, 43_200, 90_000)));
}

#[test]
fn once_a_contradiction_is_known_no_reading_is_too_late_for_it() {
    let mut quota = Quota::default();
    quota.observe(one_state(10));
    quota.observe(other_state(20));
    quota.observe(one_state(30));
    quota.observe(other_state(1_500));
    assert_eq!((quota.headroom(at(1_500)), quota.flapping_since(at(1_500))), (Some(61), Some(at(20))));
    quota.observe(other_state(1_620));
    assert_eq!((quota.headroom(at(1_620)), quota.unconfirmed()), (Some(97), None));
}

#[test]
fn the_mark_of_a_provider_that_took_it_back_stays_for_half_an_hour() {
    let mut quota = Quota::default();
    quota.observe(one_state(10));
    assert_eq!(quota.flapping_since(at(10)), None);
    quota.observe(other_state(20));
    quota.observe(one_state(30));
    assert_eq!(quota.flapping_since(at(1_829)), Some(at(20)));
    assert_eq!(quota.flapping_since(at(1_830)), None);
}
