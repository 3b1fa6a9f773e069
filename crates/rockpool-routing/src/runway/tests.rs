//! Forecasts of accounts and pools, one sentence each.

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::{Window, WindowKind};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn five_hour(used: f64, resets: i64) -> Window {
    Window::reported(used, Some(18_000), Some(at(resets))).unwrap()
}

fn weekly(used: f64, resets: i64) -> Window {
    Window::reported(used, Some(604_800), Some(at(resets))).unwrap()
}

fn sample(second: i64, windows: Vec<Window>) -> Sample {
    Sample { at: at(second), windows }
}

/// Samples of one window each `step` seconds from `from` to `to`, of which `used` says how much is used.
fn record(
    window: fn(f64, i64) -> Window,
    resets: i64,
    (from, to, step): (i64, i64, i64),
    used: impl Fn(i64) -> f64,
) -> Vec<Sample> {
    let times = (0..=(to - from) / step).map(|n| from + n * step);
    times.map(|second| sample(second, vec![window(used(second), resets)])).collect()
}

fn runway(samples: &[Sample], now: i64) -> Runway {
    forecast(of(samples), Present::Left, at(now)).runway
}

/// A record of which the work is not known.
pub(super) fn of(samples: &[Sample]) -> Record<'_> {
    Record { samples, work: None }
}

/// Best, earliest, latest and return of a forecast that runs out, in minutes after the beginning.
fn runs_out(runway: Runway) -> (i64, i64, Option<i64>, Option<i64>) {
    let Runway::RunsOut { at: best, earliest, latest, returns_at, .. } = runway else {
        panic!("{runway:?} does not run out")
    };
    let minutes = |moment: Timestamp| moment.duration_since(at(0)).as_mins();
    (minutes(best), minutes(earliest), latest.map(minutes), returns_at.map(minutes))
}

#[test]
fn steady_use_runs_out_when_it_is_extrapolated_by_hand() {
    // 30 % an hour from the window's beginning on.
    let samples =
        record(five_hour, 5 * HOUR, (0, 2 * HOUR, 5 * MINUTE), |second| 30.0 * second as f64 / 3600.0);
    assert_eq!(runs_out(runway(&samples, 2 * HOUR)), (200, 200, Some(200), Some(300)));
}

#[test]
fn steady_use_that_is_slow_enough_lasts_until_the_reset() {
    let samples =
        record(five_hour, 5 * HOUR, (0, 2 * HOUR, 5 * MINUTE), |second| 10.0 * second as f64 / 3600.0);
    let expected = Runway::Lasts { until: Some(at(5 * HOUR)), earliest: None };
    assert_eq!(runway(&samples, 2 * HOUR), expected);
}

#[test]
fn below_three_percent_nothing_is_said() {
    let fast = |second: i64| 2.9 * second as f64 / 900.0;
    let samples = record(five_hour, 5 * HOUR, (0, 15 * MINUTE, MINUTE), fast);
    assert_eq!(runway(&samples, 15 * MINUTE), Runway::Silent);
    let samples = record(five_hour, 5 * HOUR, (0, 15 * MINUTE, MINUTE), |second| fast(second) * 3.0 / 2.9);
    assert_ne!(runway(&samples, 15 * MINUTE), Runway::Silent);
}

#[test]
fn too_few_samples_or_too_short_a_time_say_nothing() {
    let rising = |second: i64| 10.0 + second as f64 / 60.0;
    let two = record(five_hour, 4 * HOUR, (0, HOUR, HOUR), rising);
    assert_eq!(runway(&two, HOUR), Runway::Silent);
    let short = record(five_hour, 4 * HOUR, (0, 9 * MINUTE, MINUTE), rising);
    assert_eq!(runway(&short, 9 * MINUTE), Runway::Silent);
    let enough = record(five_hour, 4 * HOUR, (0, 10 * MINUTE, MINUTE), rising);
    assert_ne!(runway(&enough, 10 * MINUTE), Runway::Silent);
    assert_eq!(runway(&[], 0), Runway::Silent);
}

#[test]
fn use_before_a_reset_does_not_count_after_it() {
    let mut samples =
        record(five_hour, 2 * HOUR, (0, 2 * HOUR - 1, 5 * MINUTE), |second| second as f64 / 72.0);
    let after = |second: i64| 6.0 * (second - 2 * HOUR) as f64 / 3600.0;
    samples.extend(record(five_hour, 7 * HOUR, (2 * HOUR, 3 * HOUR, 5 * MINUTE), after));
    let expected = Runway::Lasts { until: Some(at(7 * HOUR)), earliest: None };
    assert_eq!(runway(&samples, 3 * HOUR), expected);
    assert_eq!(runway(&samples[..samples.len() - 12], 2 * HOUR), Runway::Silent, "just after the reset");
}

#[test]
fn an_early_reset_starts_anew_too() {
    let mut samples =
        record(five_hour, 5 * HOUR, (0, HOUR, 5 * MINUTE), |second| 90.0 * second as f64 / 3600.0);
    let after = |second: i64| 4.0 * (second - HOUR) as f64 / 3600.0;
    samples.extend(record(five_hour, 6 * HOUR + 300, (HOUR + 300, 2 * HOUR + 300, 5 * MINUTE), after));
    assert!(matches!(runway(&samples, 2 * HOUR + 300), Runway::Lasts { .. }));
}

#[test]
fn a_window_whose_reset_has_passed_unseen_says_nothing() {
    let samples = record(five_hour, 3 * HOUR, (0, 2 * HOUR, 5 * MINUTE), |second| second as f64 / 100.0);
    assert!(matches!(runway(&samples, 2 * HOUR), Runway::RunsOut { .. }));
    assert_eq!(runway(&samples, 3 * HOUR), Runway::Silent);
}

#[test]
fn a_fall_without_a_reset_counts_as_the_lower_figure_all_along() {
    let mut samples = record(five_hour, 5 * HOUR, (0, HOUR, 5 * MINUTE), |_| 61.0);
    samples.extend(record(five_hour, 5 * HOUR, (HOUR + 300, 2 * HOUR, 5 * MINUTE), |_| 20.0));
    // 20 % in two hours is all that is certain: it lasts.
    let expected = Runway::Lasts { until: Some(at(5 * HOUR)), earliest: None };
    assert_eq!(runway(&samples, 2 * HOUR), expected);
}

#[test]
fn the_estimate_stands_between_a_sprint_and_the_average() {
    // Two hours at 15 % an hour, then half an hour at 60 % an hour.
    let used = |second: i64| match second - 2 * HOUR {
        sprint @ 0.. => 30.0 + sprint as f64 / 60.0,
        _ => second as f64 / 240.0,
    };
    let samples = record(five_hour, 5 * HOUR, (0, 150 * MINUTE, 5 * MINUTE), used);
    // 40 % are left: 40 minutes of the sprint, 70 minutes as the last 70 were, 100 at the average.
    assert_eq!(runs_out(runway(&samples, 150 * MINUTE)), (220, 190, Some(250), Some(300)));
}

#[test]
fn after_a_pause_it_lasts_and_only_the_average_would_run_out() {
    let used = |second: i64| (second as f64 / 120.0).min(60.0);
    let samples = record(five_hour, 5 * HOUR, (0, 170 * MINUTE, 5 * MINUTE), used);
    // Two hours at 30 % an hour, 50 minutes of nothing; 40 % are left. The average burns them in 113 minutes,
    // as late in 130: no sooner than the reset.
    let Runway::Lasts { until, earliest } = runway(&samples, 170 * MINUTE) else { panic!() };
    let earliest = earliest.map(|earliest| earliest.duration_since(at(0)).as_mins());
    assert_eq!((until, earliest), (Some(at(5 * HOUR)), Some(283)));
}

#[test]
fn a_fall_in_the_middle_of_use_hides_none_of_what_follows() {
    // 61 %, taken back to 20 % half an hour ago, and 25 % since.
    let used = |second: i64| match second - 90 * MINUTE {
        since @ 1.. => 20.0 + 25.0 * since as f64 / 1800.0,
        _ => 61.0 * (second as f64 / 5400.0),
    };
    let samples = record(five_hour, 5 * HOUR, (0, 2 * HOUR, 5 * MINUTE), used);
    // The first lower figure is 24 %: 21 % in that half hour, and 55 % are left. On the whole it was 45 % in two
    // hours.
    assert_eq!(runs_out(runway(&samples, 2 * HOUR)), (266, 201, Some(266), Some(300)));
}

#[test]
fn what_was_used_before_the_first_look_counts_from_the_windows_beginning() {
    // Seen for half an hour only, in which nothing happened.
    let samples = record(five_hour, 5 * HOUR, (2 * HOUR, 150 * MINUTE, 5 * MINUTE), |_| 60.0);
    // 60 % in two hours and a half: 40 % last 100 minutes; as late, half an hour of nothing and 80 of 30 % an hour.
    assert_eq!(runs_out(runway(&samples, 150 * MINUTE)), (260, 250, None, Some(300)));
}

#[test]
fn the_last_percent_is_not_gone_before_ten_minutes_are_because_of_one_rounded_step() {
    let used = |second: i64| if second == HOUR { 99.0 } else { 98.0 };
    let samples = record(five_hour, 5 * HOUR, (0, HOUR, MINUTE), used);
    let (_, earliest, ..) = runs_out(runway(&samples, HOUR));
    assert_eq!(earliest, 60 + 10);
}

#[test]
fn a_window_that_has_just_begun_is_judged_by_what_there_is() {
    let samples = record(five_hour, 5 * HOUR, (0, 15 * MINUTE, MINUTE), |second| second as f64 / 60.0);
    assert_eq!(runs_out(runway(&samples, 15 * MINUTE)), (100, 100, Some(100), Some(300)));
}

#[test]
fn a_month_repeats_its_weeks() {
    // Five percent on each of five days, nothing on two.
    let used = |second: i64| {
        let (week, within) = (second / (7 * DAY), second % (7 * DAY));
        25.0 * week as f64 + 5.0 * within.min(5 * DAY) as f64 / DAY as f64
    };
    let month = |used: f64, resets| Window::reported(used, Some(2_592_000), Some(at(resets))).unwrap();
    let samples = record(month, 30 * DAY, (0, 12 * DAY, HOUR), used);
    // 50 % are left at the end of the second Friday: two weeks more, or 12 days at the average.
    let days = |(best, earliest, latest, _): (i64, i64, Option<i64>, _)| {
        (best / 1440, earliest / 1440, latest.map(|latest| latest / 1440))
    };
    assert_eq!(days(runs_out(runway(&samples, 12 * DAY))), (24, 24, Some(26)));
}

#[test]
fn a_burst_of_ten_minutes_does_not_speak_for_five_days() {
    // 2 % a day for two days, then 4 % in ten minutes.
    let used = |second: i64| match second - 2 * DAY {
        burst @ 0.. => 4.0 + 4.0 * burst as f64 / 600.0,
        _ => 2.0 * second as f64 / DAY as f64,
    };
    let samples = record(weekly, 7 * DAY, (0, 2 * DAY + 10 * MINUTE, 10 * MINUTE), used);
    let expected = Runway::Lasts { until: Some(at(7 * DAY)), earliest: None };
    assert_eq!(runway(&samples, 2 * DAY + 10 * MINUTE), expected);
}

/// 8 working hours a day from the beginning of each day on, 3 % each.
fn working_days(second: i64) -> f64 {
    let (day, within) = (second / DAY, second % DAY);
    24.0 * day as f64 + 3.0 * within.min(8 * HOUR) as f64 / 3600.0
}

#[test]
fn a_week_with_nights_runs_out_in_working_hours() {
    let now = 2 * DAY + 4 * HOUR;
    let samples = record(weekly, 7 * DAY, (0, now, 10 * MINUTE), working_days);
    // 60 % are used; the fifth day begins with 4 % left.
    let Runway::RunsOut { window, at: best, .. } = runway(&samples, now) else { panic!() };
    assert_eq!(window, Some(WindowKind::Weekly));
    let true_end = 4 * DAY + 80 * MINUTE;
    assert!((best.duration_since(at(true_end))).abs() <= SignedDuration::from_hours(4), "{best}");
}

#[test]
fn the_first_working_day_of_a_week_is_not_extrapolated_through_the_night() {
    let now = 8 * HOUR;
    let samples = record(weekly, 7 * DAY, (0, now, 10 * MINUTE), working_days);
    // 24 % in eight hours: without nights it would end after 25 more.
    let (best, earliest, ..) = runs_out(runway(&samples, now));
    assert!(best >= 3 * 24 * 60, "{best}");
    assert!(earliest <= (8 + 26) * 60, "{earliest}");
}

#[test]
fn the_window_that_runs_out_first_speaks_for_the_account() {
    let used = |second: i64| 30.0 * second as f64 / 3600.0;
    let slow = |second: i64| 12.0 + 3.0 * second as f64 / 3600.0;
    let times = (0..=24).map(|n| n * 5 * MINUTE);
    let both = |second: i64| vec![weekly(slow(second), 3 * DAY), five_hour(used(second), 5 * HOUR)];
    let samples: Vec<Sample> = times.map(|second| sample(second, both(second))).collect();
    let Runway::RunsOut { window, returns_at, .. } = runway(&samples, 2 * HOUR) else { panic!() };
    assert_eq!((window, returns_at), (Some(WindowKind::FiveHour), Some(at(5 * HOUR))));
}

#[test]
fn an_account_does_not_last_by_a_window_that_cannot_be_judged_yet() {
    // The week is nearly exhausted, but watched for two hours only.
    let times = (0..=24).map(|n| n * 5 * MINUTE);
    let both = |second: i64| vec![five_hour(10.0 + second as f64 / 3600.0, 4 * HOUR), weekly(97.0, 3 * DAY)];
    let samples: Vec<Sample> = times.map(|second| sample(second, both(second))).collect();
    assert_eq!(runway(&samples, 2 * HOUR), Runway::Silent);
}

#[test]
fn what_the_router_calls_exhausted_is_exhausted_whatever_the_percentages_say() {
    let samples = record(five_hour, 5 * HOUR, (0, HOUR, 5 * MINUTE), |_| 50.0);
    let exhausted = Present::Exhausted { until: Some(at(4 * HOUR)) };
    let found = forecast(of(&samples), exhausted, at(HOUR)).runway;
    assert_eq!(found, Runway::Exhausted { returns_at: Some(at(4 * HOUR)) });
}

#[test]
fn a_window_without_a_reset_must_come_back_within_its_length() {
    let window = |used: f64, _| Window::reported(used, Some(18_000), None).unwrap();
    let fast = record(window, 0, (0, HOUR, 5 * MINUTE), |second| 40.0 * second as f64 / 3600.0);
    assert_eq!(runs_out(runway(&fast, HOUR)), (150, 150, Some(150), None));
    let slow = record(window, 0, (0, HOUR, 5 * MINUTE), |second| 10.0 * second as f64 / 3600.0);
    assert_eq!(runway(&slow, HOUR), Runway::Lasts { until: None, earliest: None });
}

/// A five-hour window of an account, used steadily since its beginning two hours ago.
fn steady(percent_an_hour: f64) -> Forecast {
    let used = |second: i64| percent_an_hour * (second + 2 * HOUR) as f64 / 3600.0;
    let samples = record(five_hour, 3 * HOUR, (-2 * HOUR, 0, 5 * MINUTE), used);
    forecast(of(&samples), Present::Left, at(0))
}

/// An account that has been seen, and not used.
fn idle() -> Forecast {
    forecast(of(&[sample(-60, vec![five_hour(0.0, 3 * HOUR)])]), Present::Left, at(0))
}

fn account(forecast: &Forecast) -> PoolAccount<'_> {
    PoolAccount { forecast, part: Part::Serves }
}

#[test]
fn a_pool_lasts_longer_than_its_busiest_account() {
    let (busy, idle) = (steady(30.0), idle());
    assert_eq!(runs_out(busy.runway).0, 80);
    // 40 % at 30 % an hour, then 100 %; the first comes back after three hours, the second is empty by then.
    let both = pool(&[account(&busy), account(&idle)], at(0));
    assert!(matches!(both, Runway::Lasts { .. }), "{both:?}");
    let faster = steady(48.0);
    // 4 % last five minutes; the other account's 100 % at 48 % an hour last 125 more.
    let both = pool(&[account(&faster), account(&idle)], at(0));
    assert_eq!(runs_out(both), (130, 130, Some(130), Some(180)));
}

/// The same, with the work that was done in these two hours.
fn worked(percent_an_hour: f64, amount: f64) -> Forecast {
    let used = |second: i64| percent_an_hour * (second + 2 * HOUR) as f64 / 3600.0;
    let samples = record(five_hour, 3 * HOUR, (-2 * HOUR, 0, 5 * MINUTE), used);
    let work = Some(Work { since: at(-2 * HOUR), amount });
    forecast(Record { samples: &samples, work }, Present::Left, at(0))
}

#[test]
fn the_load_of_a_big_account_drains_a_small_one_faster() {
    // 96 % for 960 units of work, and 6 % for 12: a percent of the first is five of the second.
    let (big, small) = (worked(48.0, 960.0), worked(3.0, 12.0));
    // 4 % last five minutes; then 94 % less a little go at 243 % an hour.
    let answer = runs_out(pool(&[account(&big), account(&small)], at(0)));
    assert_eq!((answer.0, answer.3), (28, Some(180)));
}

#[test]
fn an_account_that_shows_nothing_of_its_size_is_of_average_size() {
    let (big, small, fresh) = (worked(48.0, 960.0), worked(3.0, 12.0), idle());
    assert_eq!(
        runs_out(pool(&[account(&big), account(&fresh)], at(0))).0,
        5 + 125,
        "as large as the only other"
    );
    // Of 10 and 2 units a percent the average is 6. After 5 minutes half of the 480 units an hour go to each
    // of two: 40 % of the third, and 120 % and its own 3 of the small one, which is exhausted after 46 minutes.
    // By then the third has 69.5 % left, and burns 81 % an hour: 51 minutes more.
    assert_eq!(runs_out(pool(&[account(&big), account(&small), account(&fresh)], at(0))).0, 102);
}

#[test]
fn a_paused_account_takes_no_load() {
    let (busy, idle) = (steady(30.0), idle());
    let accounts = [account(&busy), PoolAccount { part: Part::Out, ..account(&idle) }];
    assert_eq!(runs_out(pool(&accounts, at(0))), (80, 80, Some(80), Some(180)));
}

#[test]
fn a_reset_gives_capacity_back_before_the_pool_is_exhausted() {
    let busy = steady(30.0);
    let soon = forecast(of(&[sample(-60, vec![five_hour(100.0, HOUR)])]), exhausted(HOUR), at(0));
    assert_eq!(soon.runway, Runway::Exhausted { returns_at: Some(at(HOUR)) });
    // The busy one is exhausted after 80 minutes, the other full again after 60: the reset after 180 is reached.
    let both = pool(&[account(&busy), account(&soon)], at(0));
    assert!(matches!(both, Runway::Lasts { .. }), "{both:?}");
    let late = forecast(of(&[sample(-60, vec![five_hour(100.0, 2 * HOUR)])]), exhausted(2 * HOUR), at(0));
    let both = pool(&[account(&busy), account(&late)], at(0));
    assert_eq!(runs_out(both), (80, 80, Some(80), Some(120)));
}

fn exhausted(until: i64) -> Present {
    Present::Exhausted { until: Some(at(until)) }
}

#[test]
fn a_pool_of_one_has_the_range_of_its_account() {
    let used = |second: i64| match second + 30 * MINUTE {
        sprint @ 0.. => 30.0 + sprint as f64 / 60.0,
        _ => (second + 150 * MINUTE) as f64 / 240.0,
    };
    let samples = record(five_hour, 150 * MINUTE, (-150 * MINUTE, 0, 5 * MINUTE), used);
    let alone = forecast(of(&samples), Present::Left, at(0));
    assert_eq!(runs_out(alone.runway), (70, 40, Some(100), Some(150)));
    assert_eq!(runs_out(pool(&[account(&alone)], at(0))), (70, 40, Some(100), Some(150)));
}

#[test]
fn a_pool_does_not_last_by_an_account_that_cannot_be_judged_yet() {
    let slow = steady(10.0);
    let samples = record(five_hour, 3 * HOUR, (-5 * MINUTE, 0, MINUTE), |_| 60.0);
    let unjudged = forecast(of(&samples), Present::Left, at(0));
    assert!(matches!(pool(&[account(&slow)], at(0)), Runway::Lasts { .. }));
    assert_eq!(pool(&[account(&slow), account(&unjudged)], at(0)), Runway::Silent);
}

#[test]
fn an_account_that_pays_otherwise_is_not_exhausted() {
    let samples = [sample(-60, vec![five_hour(100.0, HOUR)])];
    let paying = forecast(of(&samples), Present::Left, at(0));
    assert_eq!(paying.runway, Runway::Silent);
    assert_eq!(pool(&[account(&paying)], at(0)), Runway::Silent);
}

#[test]
fn only_what_was_burnt_since_work_is_counted_tells_the_size() {
    let used = |second: i64| 48.0 * (second + 2 * HOUR) as f64 / 3600.0;
    let samples = record(five_hour, 3 * HOUR, (-2 * HOUR, 0, 5 * MINUTE), used);
    let work = Some(Work { since: at(-HOUR), amount: 480.0 });
    let forecast = forecast(Record { samples: &samples, work }, Present::Left, at(0));
    assert_eq!(forecast.windows[0].size, Some(10.0));
}

#[test]
fn a_pool_of_exhausted_accounts_is_exhausted_until_the_first_returns() {
    let a = forecast(of(&[]), exhausted(HOUR), at(0));
    let b = forecast(of(&[sample(-60, vec![five_hour(100.0, 2 * HOUR)])]), exhausted(2 * HOUR), at(0));
    let exhausted = Runway::Exhausted { returns_at: Some(at(HOUR)) };
    assert_eq!(pool(&[account(&a), account(&b)], at(0)), exhausted);
    assert_eq!(pool(&[account(&a)], at(0)), exhausted);
    let unknown = forecast(of(&[]), Present::Exhausted { until: None }, at(0));
    assert_eq!(pool(&[account(&unknown)], at(0)), Runway::Exhausted { returns_at: None });
}

#[test]
fn the_load_of_an_account_that_has_just_run_out_is_on_the_others() {
    let used = |second: i64| 48.0 * (second + 2 * HOUR) as f64 / 3600.0;
    let samples = record(five_hour, 3 * HOUR, (-2 * HOUR, 0, 5 * MINUTE), used);
    let (exhausted_now, idle) = (forecast(of(&samples), exhausted(3 * HOUR), at(0)), idle());
    assert_eq!(
        runs_out(pool(&[account(&exhausted_now), account(&idle)], at(0))),
        (125, 125, Some(125), Some(180))
    );
    let half = forecast(of(&samples), exhausted(3 * HOUR), at(15 * MINUTE));
    let fading = pool(&[account(&half), account(&idle)], at(15 * MINUTE));
    assert!(matches!(fading, Runway::Lasts { .. }), "half of it is gone: {fading:?}");
    let later = forecast(of(&samples), exhausted(3 * HOUR), at(30 * MINUTE));
    assert_eq!(pool(&[account(&later), account(&idle)], at(30 * MINUTE)), Runway::Silent);
    let paused = PoolAccount { part: Part::Out, ..account(&exhausted_now) };
    assert_eq!(runs_out(pool(&[paused, account(&idle)], at(0))).0, 125);
}

#[test]
fn a_pool_says_nothing_of_accounts_that_it_knows_nothing_of() {
    let (busy, unseen) = (steady(30.0), forecast(of(&[]), Present::Left, at(0)));
    assert_eq!(pool(&[account(&busy), account(&unseen)], at(0)), Runway::Silent);
    assert_eq!(pool(&[], at(0)), Runway::Silent);
    assert_eq!(pool(&[account(&idle())], at(0)), Runway::Silent);
}
