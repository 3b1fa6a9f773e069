//! A moment to come, as a person reads it.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `14:05 (in 35 minutes)`, `Saturday 14:05 (in 2 days)`, `5 December 14:05 (in 12 days)`.
pub(crate) fn in_words(until: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let there = until.to_zoned(zone.clone());
    let days = there.date().duration_since(now.to_zoned(zone.clone()).date()).as_hours() / 24;
    let day = match days {
        ..=0 => "",
        1..=6 => "%A ",
        7.. => "%-d %B ",
    };
    let left = left(until.duration_since(now).as_secs().max(0));
    format!("{} ({left})", there.strftime(&format!("{day}%H:%M")))
}

fn left(seconds: i64) -> String {
    let minutes = (seconds + 59) / 60;
    let (count, unit) = match minutes {
        ..=1 => return "in a minute".to_owned(),
        2..=119 => (minutes, "minutes"),
        120..=2879 => ((minutes + 30) / 60, "hours"),
        2880.. => ((minutes + 720) / 1440, "days"),
    };
    format!("in {count} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_in_the_persons_zone_with_how_long_it_takes() {
        let now: Timestamp = "2026-11-27T15:00:00Z".parse().unwrap();
        let hanoi = TimeZone::fixed(jiff::tz::offset(7));
        let words = |until: &str| in_words(until.parse().unwrap(), now, &hanoi);
        assert_eq!(words("2026-11-27T15:00:30Z"), "22:00 (in a minute)");
        assert_eq!(words("2026-11-27T15:34:10Z"), "22:34 (in 35 minutes)");
        assert_eq!(words("2026-11-27T17:00:00Z"), "Saturday 00:00 (in 2 hours)");
        assert_eq!(words("2026-11-30T05:00:00Z"), "Monday 12:00 (in 3 days)");
        assert_eq!(words("2026-12-09T05:00:00Z"), "9 December 12:00 (in 12 days)");
    }
}
