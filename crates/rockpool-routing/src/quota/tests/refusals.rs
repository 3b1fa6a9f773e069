//! Refused requests, and what lifts a refusal.

use super::*;

#[test]
fn a_refused_request_outranks_percentages_until_reset_or_explicit_permission() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(30.0, 18_000, 100)]));
    quota.refuse(at(11), Some(at(80)));
    assert_eq!(quota.supply(at(12)), Supply::Exhausted { until: Some(at(80)) });
    quota.observe(reading(13, vec![window(30.0, 18_000, 100)]));
    assert_eq!(quota.supply(at(14)), Supply::Exhausted { until: Some(at(80)) });
    let mut lifted = reading(15, vec![window(30.0, 18_000, 100)]);
    lifted.allowed = Some(true);
    quota.observe(lifted);
    assert_eq!(quota.supply(at(16)), Supply::Plenty);
    quota.refuse(at(17), Some(at(80)));
    assert_eq!(quota.supply(at(80)), Supply::Plenty);
}

#[test]
fn a_request_that_began_before_the_refusal_does_not_lift_it() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(30.0, 18_000, 100)]));
    quota.refuse(at(20), Some(at(80)));
    quota.served(at(15));
    assert_eq!(quota.supply(at(21)), Supply::Exhausted { until: Some(at(80)) });
    quota.served(at(25));
    assert_eq!(quota.supply(at(26)), Supply::Plenty);
}

#[test]
fn a_refusal_whose_reset_is_far_off_is_probed_after_fifteen_minutes() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(30.0, 604_800, 90_000)]));
    quota.refuse(at(20), Some(at(80_000)));
    let probe = 20 + 15 * 60;
    assert_eq!(quota.supply(at(probe - 1)), Supply::Exhausted { until: Some(at(80_000)) });
    assert_eq!(quota.probe_at(at(30)), Some(at(probe)));
    assert_eq!(quota.supply(at(probe)), Supply::ProbeDue { until: Some(at(80_000)) });
    quota.refuse(at(probe), Some(at(80_000)));
    assert_eq!(quota.supply(at(probe + 1)), Supply::Exhausted { until: Some(at(80_000)) });
    quota.served(at(probe));
    assert_eq!(quota.supply(at(probe + 1)), Supply::Plenty);
}

#[test]
fn a_refusal_that_the_providers_own_figures_confirm_is_not_probed() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(100.0, 604_800, 90_000)]));
    quota.refuse(at(20), Some(at(80_000)));
    assert_eq!(quota.supply(at(2_000)), Supply::Exhausted { until: Some(at(90_000)) });
    assert_eq!(quota.probe_at(at(30)), None);
}

#[test]
fn what_comes_back_is_named_by_whichever_of_refusal_and_figures_holds_longer() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(100.0, 18_000, 5_000)]));
    quota.refuse(at(20), Some(at(7_000)));
    assert_eq!(quota.supply(at(30)), Supply::Exhausted { until: Some(at(7_000)) });
    quota.refuse(at(40), Some(at(3_000)));
    assert_eq!(quota.supply(at(50)), Supply::Exhausted { until: Some(at(5_000)) });
    quota.refuse(at(60), None);
    assert_eq!(quota.supply(at(70)), Supply::Exhausted { until: Some(at(5_000)) });
}

#[test]
fn a_refusal_without_a_reset_is_probed_and_never_simply_forgotten() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(30.0, 604_800, 90_000)]));
    quota.refuse(at(20), None);
    assert_eq!(quota.supply(at(21)), Supply::Exhausted { until: Some(at(920)) });
    assert_eq!(quota.supply(at(920)), Supply::ProbeDue { until: None });
    assert_eq!(quota.headroom(at(920)), Some(70));
}

#[test]
fn only_a_newer_word_that_requests_are_taken_lifts_a_refusal() {
    let lifted = |seen, allowed, limit_reached| {
        let mut quota = Quota::default();
        quota.observe(reading(10, vec![window(30.0, 18_000, 9_000)]));
        quota.refuse(at(20), Some(at(8_000)));
        quota.observe(Reading { allowed, limit_reached, ..reading(seen, vec![window(30.0, 18_000, 9_000)]) });
        quota.supply(at(30)) == Supply::Plenty
    };
    assert!(lifted(21, Some(true), None));
    assert!(lifted(21, Some(true), Some(true)));
    assert!(lifted(21, None, Some(false)));
    assert!(!lifted(21, Some(false), Some(false)));
    assert!(!lifted(21, None, Some(true)));
    assert!(!lifted(21, None, None));
    assert!(!lifted(20, Some(true), None));
}

#[test]
fn a_request_that_was_served_outweighs_an_older_word_that_none_are() {
    let served = |began| {
        let mut quota = Quota::default();
        quota.observe(Reading { allowed: Some(false), ..reading(20, vec![window(30.0, 18_000, 9_000)]) });
        quota.served(at(began));
        quota.supply(at(30))
    };
    assert_eq!(served(20), Supply::Plenty);
    assert_eq!(served(19), Supply::Exhausted { until: Some(at(9_000)) });
    let mut quota = Quota::default();
    quota.observe(Reading { allowed: Some(true), ..reading(20, vec![window(100.0, 18_000, 9_000)]) });
    quota.served(at(21));
    assert_eq!(quota.supply(at(30)), Supply::Unknown);
}

#[test]
fn a_refusal_whose_reset_is_near_is_over_then_and_not_before() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![window(30.0, 18_000, 9_000)]));
    quota.refuse(at(20), Some(at(500)));
    assert_eq!(quota.probe_at(at(30)), Some(at(500)));
    assert_eq!(quota.supply(at(499)), Supply::Exhausted { until: Some(at(500)) });
    assert_eq!((quota.supply(at(500)), quota.probe_at(at(500))), (Supply::Plenty, None));
}

#[test]
fn beside_figures_that_name_no_end_only_the_refusals_own_reset_is_known() {
    let mut quota = Quota::default();
    quota.observe(reading(10, vec![Window::reported(100.0, Some(18_000), None).unwrap()]));
    quota.refuse(at(20), None);
    assert_eq!(quota.supply(at(30)), Supply::Exhausted { until: None });
    quota.refuse(at(20), Some(at(8_000)));
    assert_eq!(quota.supply(at(30)), Supply::Exhausted { until: Some(at(8_000)) });
}
