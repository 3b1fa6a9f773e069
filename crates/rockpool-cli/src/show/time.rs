//! Time as people say it: how long until, how long ago.

use jiff::Timestamp;
use rockpool_engine::snapshot::{RunwayOutlook, RunwayView};

/// "2d 3h", "3h 5m", "4m"; "now" for what is past or less than a minute away.
pub(super) fn left(until: Timestamp, now: Timestamp) -> String {
    span(until.as_second() - now.as_second()).unwrap_or_else(|| "now".to_owned())
}

/// "2d 3h ago", "4m ago", "just now"; "never" where there is no time.
pub(super) fn ago(at: Option<Timestamp>, now: Timestamp) -> String {
    let Some(at) = at else { return "never".to_owned() };
    span(now.as_second() - at.as_second()).map_or_else(|| "just now".to_owned(), |span| format!("{span} ago"))
}

/// How long quota lasts at the present pace: `to its reset`, `about 3h 5m`, `exhausted, back in 40m`.
pub(super) fn runway(runway: &RunwayView, now: Timestamp) -> String {
    let back =
        |at: Option<Timestamp>| at.map(|at| format!(", back in {}", left(at, now))).unwrap_or_default();
    match (runway.outlook, runway.dry_at) {
        (RunwayOutlook::Lasts, _) => "to its reset".to_owned(),
        (RunwayOutlook::RunsDry, Some(at)) => format!("about {}", left(at, now)),
        (RunwayOutlook::Dry, _) => format!("exhausted{}", back(runway.returns_at)),
        (RunwayOutlook::Silent, _) | (RunwayOutlook::RunsDry, None) => "-".to_owned(),
    }
}

fn span(seconds: i64) -> Option<String> {
    let minutes = seconds / 60;
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    match (days, hours, minutes) {
        (1.., _, _) => Some(format!("{days}d {hours}h")),
        (0, 1.., _) => Some(format!("{hours}h {minutes}m")),
        (0, 0, 1..) => Some(format!("{minutes}m")),
        (_, _, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runway_is_said_in_a_word_and_not_at_all_where_nothing_is_known() {
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let view =
            |outlook, dry_at, returns_at| RunwayView { outlook, dry_at, returns_at, ..RunwayView::default() };
        let said = |view| runway(&view, at(0));
        assert_eq!(said(RunwayView::default()), "-");
        assert_eq!(said(view(RunwayOutlook::Lasts, None, None)), "to its reset");
        assert_eq!(said(view(RunwayOutlook::RunsDry, Some(at(11_100)), None)), "about 3h 5m");
        assert_eq!(said(view(RunwayOutlook::Dry, None, Some(at(2_400)))), "exhausted, back in 40m");
    }

    #[test]
    fn the_two_largest_units_are_named() {
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        let left = |seconds| left(at(seconds), at(0));
        assert_eq!([left(-5), left(59), left(60)], ["now", "now", "1m"]);
        assert_eq!([left(3 * 3600 + 300), left(50 * 3600)], ["3h 5m", "2d 2h"]);
        assert_eq!(
            [ago(None, at(0)), ago(Some(at(0)), at(30)), ago(Some(at(0)), at(125))],
            ["never", "just now", "2m ago"]
        );
    }
}
