//! Time as people say it: how long until, how long ago.

use jiff::Timestamp;

/// "2d 3h", "3h 5m", "4m"; "now" for what is past or less than a minute away.
pub(super) fn left(until: Timestamp, now: Timestamp) -> String {
    span(until.as_second() - now.as_second()).unwrap_or_else(|| "now".to_owned())
}

/// "2d 3h ago", "4m ago", "just now"; "never" where there is no time.
pub(super) fn ago(at: Option<Timestamp>, now: Timestamp) -> String {
    let Some(at) = at else { return "never".to_owned() };
    span(now.as_second() - at.as_second()).map_or_else(|| "just now".to_owned(), |span| format!("{span} ago"))
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
