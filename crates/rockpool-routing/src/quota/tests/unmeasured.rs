//! Windows whose figures an answer does not tell.

use super::*;

fn untold(seen: i64, windows: &[(u32, i64)]) -> Reading {
    let unmeasured =
        |(length, resets): &(u32, i64)| UnmeasuredWindow::reported(Some(*length), Some(at(*resets))).unwrap();
    Reading {
        allowed: Some(true),
        unmeasured: windows.iter().map(unmeasured).collect(),
        ..reading(seen, vec![])
    }
}

#[test]
fn an_account_of_which_no_figure_is_told_has_unknown_quota() {
    let mut quota = Quota::default();
    quota.observe(untold(10, &[(18_000, 7200), (604_800, 400_000)]));
    assert_eq!((quota.supply(at(11)), quota.headroom(at(11))), (Supply::Unknown, None));
    assert_eq!(quota.long_reset(at(11)), None, "nobody knows what is lost then");
}

#[test]
fn one_figure_that_is_missing_leaves_open_what_is_left() {
    let mut quota = Quota::default();
    let told = vec![window(20.0, 604_800, 400_000)];
    quota.observe(Reading { windows: told, ..untold(10, &[(18_000, 7200)]) });
    assert_eq!((quota.supply(at(11)), quota.headroom(at(11))), (Supply::Unknown, None));
}

#[test]
fn the_last_figure_stands_with_its_age_until_its_window_starts_afresh() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(70.0, 18_000, 7200)]));
    for seen in [100, 300, 900] {
        quota.observe(untold(seen, &[(18_000, 7200)]));
        let known = &quota.reading().unwrap().windows[0];
        assert_eq!((known.used_percent, known.measured_at), (70.0, Some(at(10))), "{seen}");
        assert_eq!((quota.headroom(at(seen)), quota.supply(at(seen))), (Some(30), Supply::Plenty));
        assert_eq!(quota.flapping_since(at(seen)), None);
    }
    quota.observe(untold(7300, &[(18_000, 25_200)]));
    assert_eq!((quota.headroom(at(7301)), quota.supply(at(7301))), (None, Supply::Unknown));
}

#[test]
fn a_used_up_window_stays_used_up_when_its_figure_is_not_told() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(100.0, 18_000, 7200)]));
    quota.observe(Reading { allowed: None, ..untold(300, &[(18_000, 7200)]) });
    assert_eq!(quota.supply(at(301)), Supply::Exhausted { until: Some(at(7200)) });
}

#[test]
fn a_figure_that_is_told_again_has_no_age_of_its_own() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(70.0, 18_000, 7200)]));
    quota.observe(untold(100, &[(18_000, 7200)]));
    quota.observe(reading(200, vec![window(71.0, 18_000, 7200)]));
    assert_eq!(quota.reading().unwrap().windows[0].measured_at, None);
}

#[test]
fn a_window_of_which_nothing_is_said_is_none_and_one_fact_is_enough() {
    let reported = |length, resets: Option<i64>| UnmeasuredWindow::reported(length, resets.map(at));
    assert_eq!(reported(None, None), None);
    assert_eq!(reported(Some(0), None), None, "a length of nothing is a placeholder");
    assert_eq!(reported(Some(1), None).unwrap().length_seconds, Some(1));
    assert_eq!(reported(Some(0), Some(60)).unwrap().length_seconds, None);
}

#[test]
fn at_its_reset_a_figure_stands_no_more() {
    for (seen, stands) in [(7199, true), (7200, false)] {
        let mut quota = Quota::default();
        quota.observe(reading(10, vec![window(70.0, 18_000, 7200)]));
        quota.observe(untold(seen, &[(18_000, 7200)]));
        assert_eq!(!quota.reading().unwrap().windows.is_empty(), stands, "{seen}");
    }
}
