//! Forecasts over random records.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::tests::{at, of};
use super::*;
use crate::Window;

/// A record of a five-hour and a weekly window: per step seconds that pass, percent of each that is added
/// or, now and then, taken back, and whether a window starts anew.
fn record() -> impl Strategy<Value = Vec<Sample>> {
    let step = (1i64..3 * 3600, -5.0..12.0, -1.0..4.0, 0u8..20);
    (0.0..60.0, 0.0..60.0, proptest::collection::vec(step, 0..80)).prop_map(|(mut short, mut long, steps)| {
        let (mut second, mut short_reset, mut long_reset) = (0, 18_000, 604_800);
        let mut samples = Vec::new();
        for (passes, of_short, of_long, event) in steps {
            second += passes;
            short = f64::clamp(short + of_short, 0.0, 100.0);
            long = f64::clamp(long + of_long, 0.0, 100.0);
            if second >= short_reset || event == 0 {
                (short, short_reset) = (0.0, second + 18_000);
            }
            if second >= long_reset || event == 1 {
                (long, long_reset) = (0.0, second + 604_800);
            }
            let windows = vec![
                Window::reported(short, Some(18_000), Some(at(short_reset))).unwrap(),
                Window::reported(long, Some(604_800), Some(at(long_reset))).unwrap(),
            ];
            samples.push(Sample { at: at(second), windows });
        }
        samples
    })
}

fn check(runway: Runway, now: Timestamp) -> Result<(), TestCaseError> {
    match runway {
        Runway::Silent => {}
        Runway::Lasts { until, earliest } => {
            prop_assert!(until.is_none_or(|until| until > now));
            prop_assert!(earliest.is_none_or(|earliest| earliest >= now));
        }
        Runway::RunsOut { at, earliest, latest, returns_at, .. } => {
            prop_assert!(now <= earliest && earliest <= at);
            prop_assert!(latest.is_none_or(|latest| at <= latest));
            prop_assert!(returns_at.is_none_or(|returns| at < returns));
        }
        Runway::Exhausted { returns_at } => prop_assert!(returns_at.is_none_or(|returns| returns > now)),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_forecast_is_never_in_the_past_and_its_range_holds_its_estimate(
        samples in record(),
        waits in 0i64..4 * 3600,
    ) {
        let now = samples.last().map_or(at(0), |sample| sample.at) + SignedDuration::from_secs(waits);
        check(forecast(of(&samples), Present::Left, now).runway, now)?;
    }

    #[test]
    fn while_every_window_is_below_three_percent_nothing_is_said(samples in record(), share in 0.0..2.99f64) {
        let mut samples = samples;
        for window in samples.last_mut().into_iter().flat_map(|sample| &mut sample.windows) {
            window.used_percent = window.used_percent.min(share);
        }
        let now = samples.last().map_or(at(0), |sample| sample.at);
        prop_assert_eq!(forecast(of(&samples), Present::Left, now).runway, Runway::Silent);
    }

    #[test]
    fn a_pools_forecast_keeps_the_same_order_and_is_no_earlier_than_its_first_accounts(
        records in proptest::collection::vec((record(), 0.1..10.0f64), 1..4),
    ) {
        let now = records.iter().filter_map(|(samples, _)| Some(samples.last()?.at)).max().unwrap_or(at(0));
        let forecasts: Vec<_> =
            records.iter().map(|(samples, work)| {
                let work = Some(Work { since: at(0), amount: *work });
                forecast(Record { samples, work }, Present::Left, now)
            }).collect();
        let accounts: Vec<_> = forecasts
            .iter()
            .map(|forecast| PoolAccount { forecast, part: Part::Serves })
            .collect();
        let answer = pool(&accounts, now);
        check(answer, now)?;
        let own = forecasts.iter().filter_map(|forecast| match forecast.runway {
            Runway::RunsOut { at, .. } => Some(at),
            Runway::Silent | Runway::Lasts { .. } | Runway::Exhausted { .. } => None,
        });
        if let (Runway::RunsOut { at, .. }, Some(first)) = (answer, own.min()) {
            let rounding = SignedDuration::from_secs(1);
            prop_assert!(at >= first - rounding, "{at} is before {first}");
        }
    }
}
