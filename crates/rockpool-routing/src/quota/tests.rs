//! Readings, windows and refusals against the rules of quota.

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn reading(seen: i64, windows: Vec<Window>) -> Reading {
    Reading::new(at(seen), Source::Usage, windows)
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
    let mut lifted = reading(15, vec![window(30.0, 18_000, 100)]);
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

    let mut quota = Quota::default();
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

#[test]
fn a_refusal_whose_reset_is_far_off_is_doubted_after_fifteen_minutes() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(30.0, 604_800, 90_000)]));
    quota.refuse(at(20), Some(at(80_000)));
    let probe = 20 + 15 * 60;
    assert_eq!(quota.supply(at(probe - 1)), Supply::Gone { until: Some(at(80_000)) });
    assert_eq!(quota.probe_at(at(30)), Some(at(probe)));
    assert_eq!(quota.supply(at(probe)), Supply::Doubtful { until: Some(at(80_000)) });
    quota.refuse(at(probe), Some(at(80_000)));
    assert_eq!(quota.supply(at(probe + 1)), Supply::Gone { until: Some(at(80_000)) });
    quota.served(at(probe));
    assert_eq!(quota.supply(at(probe + 1)), Supply::Plenty);
}

#[test]
fn a_refusal_that_the_providers_own_figures_confirm_is_not_doubted() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(100.0, 604_800, 90_000)]));
    quota.refuse(at(20), Some(at(80_000)));
    assert_eq!(quota.supply(at(2_000)), Supply::Gone { until: Some(at(90_000)) });
    assert_eq!(quota.probe_at(at(30)), None);
}

#[test]
fn what_comes_back_is_named_by_whichever_of_refusal_and_figures_holds_longer() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(100.0, 18_000, 5_000)]));
    quota.refuse(at(20), Some(at(7_000)));
    assert_eq!(quota.supply(at(30)), Supply::Gone { until: Some(at(7_000)) });
    quota.refuse(at(40), Some(at(3_000)));
    assert_eq!(quota.supply(at(50)), Supply::Gone { until: Some(at(5_000)) });
    quota.refuse(at(60), None);
    assert_eq!(quota.supply(at(70)), Supply::Gone { until: Some(at(5_000)) });
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
fn a_refusal_without_a_reset_is_doubted_and_never_simply_forgotten() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(30.0, 604_800, 90_000)]));
    quota.refuse(at(20), None);
    assert_eq!(quota.supply(at(21)), Supply::Gone { until: Some(at(920)) });
    assert_eq!(quota.supply(at(920)), Supply::Doubtful { until: None });
    assert_eq!(quota.headroom(at(920)), Some(70));
}

/// The two states of September 2026: 39 % used with one reset, 3 % with another.
fn one_state(seen: i64) -> Reading {
    reading(seen, vec![window(39.0, 604_800, 500_000)])
}

fn other_state(seen: i64) -> Reading {
    reading(seen, vec![window(3.0, 604_800, 420_000)])
}

#[test]
fn a_provider_that_contradicts_itself_is_kept_in_both_states_and_changes_nothing() {
    let mut quota = Quota::default();
    quota.observe(one_state(10));
    for turn in 0..10 {
        quota.observe(other_state(20 + 60 * turn));
        assert_eq!(quota.reading(), Some(&one_state(if turn == 0 { 10 } else { 60 * turn })));
        assert_eq!(quota.contender(), Some(&other_state(20 + 60 * turn)));
        assert_eq!(quota.flapping_since(at(21 + 60 * turn)), Some(at(20)));
        quota.observe(one_state(60 * (turn + 1)));
        assert_eq!(quota.contender(), None);
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
    assert_eq!((quota.headroom(at(140)), quota.contender()), (Some(97), None));
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
    assert_eq!((quota.headroom(at(501)), quota.contender()), (Some(98), None));
}

#[test]
fn a_spending_limit_that_is_reached_blocks_unless_requests_are_allowed_all_the_same() {
    let spend =
        |reached| Spend { reached, limit: None, used: None, used_percent: None, resets_at: Some(at(500)) };
    let told = |reached, allowed| Reading {
        allowed,
        beside: Some(Beside { spend: Some(spend(reached)), ..Beside::default() }),
        ..reading(10, vec![])
    };
    let supply = |reading: Reading, wall| {
        let mut quota = Quota::default();
        quota.observe(reading);
        quota.supply(at(wall))
    };
    assert_eq!(supply(told(true, None), 11), Supply::Gone { until: Some(at(500)) });
    assert_eq!(supply(told(true, None), 500), Supply::Unknown);
    assert_eq!(supply(told(true, Some(true)), 11), Supply::Unknown);
    assert_eq!(supply(told(false, None), 11), Supply::Unknown);
}

#[test]
fn what_is_said_beside_the_windows_stays_until_the_provider_says_otherwise() {
    let mut quota = Quota::default();
    let beside = Beside { reset_credits: Some(2), ..Beside::default() };
    quota.observe(Reading { beside: Some(beside.clone()), ..reading(10, vec![]) });
    quota.observe(Reading { source: Source::Headers, ..reading(11, vec![window(5.0, 18_000, 900)]) });
    assert_eq!(quota.reading().unwrap().beside, Some(beside));
}

#[test]
fn the_long_reset_is_that_of_the_longest_window_still_running() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(5.0, 18_000, 900), window(5.0, 604_800, 400)]));
    assert_eq!(quota.long_reset(at(11)), Some(at(400)));
    assert_eq!(quota.long_reset(at(400)), Some(at(900)));
    assert_eq!(quota.long_reset(at(900)), None);
}
