//! Windows: what is left, and until when.

use super::*;

#[test]
fn a_window_is_named_by_its_length_whatever_slot_it_came_in() {
    let kinds = [
        (14_399, WindowKind::Other),
        (14_400, WindowKind::FiveHour),
        (18_000, WindowKind::FiveHour),
        (21_600, WindowKind::FiveHour),
        (21_601, WindowKind::Other),
        (86_400, WindowKind::Other),
        (518_399, WindowKind::Other),
        (518_400, WindowKind::Weekly),
        (604_800, WindowKind::Weekly),
        (691_200, WindowKind::Weekly),
        (691_201, WindowKind::Other),
        (2_332_799, WindowKind::Other),
        (2_332_800, WindowKind::Monthly),
        (2_628_000, WindowKind::Monthly),
        (2_764_800, WindowKind::Monthly),
        (2_764_801, WindowKind::Other),
    ];
    for (length, kind) in kinds {
        assert_eq!(window(1.0, length, 9).kind(), kind, "{length}");
    }
    assert_eq!(Window::reported(1.0, None, Some(at(9))).unwrap().kind(), WindowKind::Other);
}

#[test]
fn a_placeholder_window_is_dropped_and_whatever_says_something_is_not() {
    assert_eq!(Window::reported(0.0, None, None), None);
    assert_eq!(Window::reported(0.0, Some(0), None), None);
    assert_eq!(Window::reported(f64::NAN, Some(0), None), None);
    assert!(Window::reported(0.0, Some(0), Some(at(5))).is_some());
    assert!(Window::reported(0.0, Some(1), None).is_some());
    assert!(Window::reported(0.1, None, None).is_some());
}

#[test]
fn a_share_is_a_number_between_nothing_and_all_and_an_empty_length_is_none() {
    let used = |percent| Window::reported(percent, Some(18_000), None).unwrap().used_percent;
    assert_eq!([used(-3.0), used(40.5), used(130.0)], [0.0, 40.5, 100.0]);
    for no_number in [f64::INFINITY, f64::NAN] {
        assert_eq!(Window::reported(no_number, Some(18_000), None), None);
    }
    assert_eq!(Window::reported(1.0, Some(0), None).unwrap().length_seconds, None);
}

#[test]
fn what_is_left_is_rounded_to_whole_percent_until_the_reset() {
    let left = |used, wall| window(used, 18_000, 100).remaining_percent(at(wall));
    assert_eq!([left(0.0, 1), left(0.6, 1), left(89.4, 1), left(99.4, 1)], [100, 99, 11, 1]);
    assert_eq!([left(99.5, 99), left(99.5, 100)], [0, 100]);
    assert_eq!(Window::reported(30.0, None, None).unwrap().remaining_percent(at(9_999)), 70);
}

#[test]
fn nothing_is_known_before_the_first_reading() {
    let quota = Quota::default();
    assert_eq!((quota.supply(at(1)), quota.headroom(at(1))), (Supply::Unknown, None));
    assert_eq!((quota.long_reset(at(1)), quota.probe_at(at(1))), (None, None));
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![]));
    assert_eq!((quota.supply(at(11)), quota.headroom(at(11))), (Supply::Unknown, None));
}

#[test]
fn headroom_is_the_smallest_remaining_and_a_passed_reset_refills_a_window() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(70.0, 18_000, 100), window(20.0, 604_800, 1000)]));
    assert_eq!(quota.headroom(at(50)), Some(30));
    assert_eq!(quota.headroom(at(100)), Some(80));
}

#[test]
fn exhausted_from_99_and_a_half_percent_on() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(99.4, 18_000, 100)]));
    assert_eq!(quota.supply(at(11)), Supply::Plenty);
    quota.observe(reading(12, vec![window(99.5, 18_000, 100)]));
    assert_eq!(quota.supply(at(13)), Supply::Exhausted { until: Some(at(100)) });
}

#[test]
fn it_comes_back_only_when_the_last_exhausted_window_resets() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(100.0, 18_000, 100), window(100.0, 604_800, 900)]));
    assert_eq!(quota.supply(at(200)), Supply::Exhausted { until: Some(at(900)) });
    assert_eq!(quota.supply(at(900)), Supply::Plenty);
}

#[test]
fn the_long_reset_is_that_of_the_longest_window_still_running() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(5.0, 18_000, 900), window(5.0, 604_800, 400)]));
    assert_eq!(quota.long_reset(at(11)), Some(at(400)));
    assert_eq!(quota.long_reset(at(400)), Some(at(900)));
    assert_eq!(quota.long_reset(at(900)), None);
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![Window::reported(5.0, Some(18_000), None).unwrap()]));
    assert_eq!(quota.long_reset(at(11)), None);
}
