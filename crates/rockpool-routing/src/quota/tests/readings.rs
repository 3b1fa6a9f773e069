//! Readings that follow each other, and what they leave unsaid.

use super::*;

#[test]
fn an_older_reading_never_replaces_a_newer_one() {
    let mut quota = Quota::default();
    quota.observe(reading(20, vec![window(40.0, 18_000, 100)]));
    quota.observe(reading(10, vec![window(90.0, 18_000, 100)]));
    assert_eq!(quota.headroom(at(21)), Some(60));
    quota.observe(reading(20, vec![window(50.0, 18_000, 100)]));
    assert_eq!(quota.headroom(at(21)), Some(50));
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
    assert!(matches!(quota.supply(at(15)), Supply::Exhausted { .. }));
    quota.served(at(16));
    assert_eq!(quota.supply(at(17)), Supply::Plenty);
}

#[test]
fn a_permission_given_while_something_was_left_does_not_vouch_for_a_window_exhausted_since() {
    let mut quota = Quota::default();
    let mut told = reading(10, vec![window(50.0, 18_000, 100)]);
    told.allowed = Some(true);
    quota.observe(told);
    quota.observe(Reading { source: Source::Headers, ..reading(11, vec![window(100.0, 18_000, 100)]) });
    assert_eq!(quota.supply(at(12)), Supply::Exhausted { until: Some(at(100)) });
}

#[test]
fn headers_without_windows_keep_the_windows_already_known() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(30.0, 18_000, 100)]));
    quota.observe(Reading { source: Source::Headers, ..reading(11, vec![]) });
    assert_eq!(quota.headroom(at(12)), Some(70));
}

#[test]
fn a_spending_limit_that_is_reached_blocks_unless_requests_are_allowed_all_the_same() {
    let spend = |reached| Spend {
        reached: Some(reached),
        limit: None,
        used: None,
        used_percent: None,
        resets_at: Some(at(500)),
    };
    let told = |reached, allowed| Reading {
        allowed,
        extras: Some(Extras { spend: Some(spend(reached)), ..Extras::default() }),
        ..reading(10, vec![])
    };
    let supply = |reading: Reading, wall| {
        let mut quota = Quota::default();
        quota.observe(reading);
        quota.supply(at(wall))
    };
    assert_eq!(supply(told(true, None), 11), Supply::Exhausted { until: Some(at(500)) });
    assert_eq!(supply(told(true, None), 500), Supply::Unknown);
    assert_eq!(supply(told(true, Some(true)), 11), Supply::Unknown);
    assert_eq!(supply(told(false, None), 11), Supply::Unknown);
}

#[test]
fn what_is_said_besides_the_windows_stays_until_the_provider_says_otherwise() {
    let mut quota = Quota::default();
    let extras = Extras { reset_credits: Some(2), ..Extras::default() };
    quota.observe(Reading { extras: Some(extras.clone()), ..reading(10, vec![]) });
    quota.observe(Reading { source: Source::Headers, ..reading(11, vec![window(5.0, 18_000, 900)]) });
    assert_eq!(quota.reading().unwrap().extras, Some(extras));
}

#[test]
fn a_plan_is_known_until_another_is_named() {
    let mut quota = Quota::default();
    let plan = |quota: &Quota| quota.reading().unwrap().plan.clone();
    quota.observe(Reading { plan: Some("plus".to_owned()), ..reading(10, vec![]) });
    quota.observe(reading(11, vec![]));
    assert_eq!(plan(&quota).as_deref(), Some("plus"));
    quota.observe(Reading { plan: Some("pro".to_owned()), ..reading(12, vec![]) });
    assert_eq!(plan(&quota).as_deref(), Some("pro"));
}

#[test]
fn a_usage_answer_without_windows_means_that_there_are_none() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(30.0, 18_000, 100)]));
    quota.observe(reading(11, vec![]));
    assert_eq!(quota.headroom(at(12)), None);
}

#[test]
fn an_account_that_is_not_allowed_is_out_until_its_next_reset() {
    let told = |windows, wall| {
        let mut quota = Quota::default();
        quota.observe(Reading { allowed: Some(false), ..reading(10, windows) });
        quota.supply(at(wall))
    };
    let two = || vec![window(40.0, 604_800, 900), window(10.0, 18_000, 300)];
    assert_eq!(told(two(), 299), Supply::Exhausted { until: Some(at(300)) });
    assert_eq!(told(two(), 300), Supply::Unknown);
    let exhausted = || vec![window(100.0, 604_800, 900), window(10.0, 18_000, 300)];
    assert_eq!(told(exhausted(), 300), Supply::Exhausted { until: Some(at(900)) });
    assert_eq!(told(vec![], 11), Supply::Exhausted { until: None });
}

#[test]
fn a_spending_limit_and_an_exhausted_window_end_with_the_later_of_them() {
    for (window_resets, until) in [(300, 500), (700, 700)] {
        let spend = Spend {
            reached: Some(true),
            limit: None,
            used: None,
            used_percent: None,
            resets_at: Some(at(500)),
        };
        let mut quota = Quota::default();
        quota.observe(Reading {
            extras: Some(Extras { spend: Some(spend), ..Extras::default() }),
            ..reading(10, vec![window(100.0, 18_000, window_resets)])
        });
        assert_eq!(quota.supply(at(11)), Supply::Exhausted { until: Some(at(until)) });
    }
}

#[test]
fn an_account_refused_for_its_spending_may_be_tried_when_that_begins_anew() {
    let spend =
        Spend { reached: Some(true), limit: None, used: None, used_percent: None, resets_at: Some(at(500)) };
    let mut quota = Quota::default();
    quota.observe(Reading {
        allowed: Some(false),
        extras: Some(Extras { spend: Some(spend), ..Extras::default() }),
        ..reading(10, vec![window(10.0, 604_800, 90_000)])
    });
    assert_eq!(quota.supply(at(499)), Supply::Exhausted { until: Some(at(500)) });
    assert_eq!(quota.supply(at(500)), Supply::Unknown);
}

#[test]
fn what_is_said_of_a_further_limit_is_all_in_its_reading() {
    let limit = ExtraLimit {
        name: "codex_bengalfox".to_owned(),
        title: None,
        windows: vec![window(30.0, 18_000, 9_000)],
        unmeasured: UnmeasuredWindow::reported(Some(604_800), None).into_iter().collect(),
        allowed: Some(false),
        limit_reached: Some(true),
    };
    let read = limit.reading(at(10));
    assert_eq!((read.allowed, read.limit_reached), (Some(false), Some(true)));
    assert_eq!((read.windows, read.unmeasured), (limit.windows.clone(), limit.unmeasured.clone()));
}
