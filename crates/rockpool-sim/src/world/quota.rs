//! A seat's quota while the simulator runs: spending, resets at their true times, the limit.

use crate::world::people::{Cost, ModelLimit, Window, Windows};

/// Both slots of a seat.
#[derive(Clone, Debug)]
pub(crate) struct Quota {
    pub primary: Option<LiveWindow>,
    pub secondary: Option<LiveWindow>,
}

#[derive(Clone, Debug)]
pub(crate) struct LiveWindow {
    pub length_seconds: i64,
    used_percent: f64,
    /// Unix seconds.
    pub resets_at: i64,
}

/// A limit of single models while the simulator runs.
#[derive(Clone, Debug)]
pub(crate) struct LiveModelLimit {
    pub name: String,
    pub title: String,
    models: Vec<String>,
    pub quota: Quota,
}

impl LiveModelLimit {
    pub(crate) fn starting(limit: &ModelLimit, now: i64) -> Self {
        let ModelLimit { name, title, models, windows } = limit.clone();
        Self { name, title, models, quota: Quota::starting(&windows, now) }
    }

    pub(crate) fn is_for(&self, model: &str) -> bool {
        self.models.iter().any(|one| one == model)
    }
}

impl Quota {
    pub(crate) fn starting(windows: &Windows, now: i64) -> Self {
        let live = |window: &Window| LiveWindow {
            length_seconds: signed(window.length_seconds).max(60),
            used_percent: window.used_percent.clamp(0.0, 100.0),
            resets_at: now + signed(window.resets_in_seconds).max(1),
        };
        Self { primary: windows.primary.as_ref().map(live), secondary: windows.secondary.as_ref().map(live) }
    }

    /// Empties every window whose reset time has come.
    pub(crate) fn roll_to(&mut self, now: i64) {
        for window in self.windows_mut() {
            if now >= window.resets_at {
                let lengths = (now - window.resets_at) / window.length_seconds + 1;
                window.resets_at += lengths * window.length_seconds;
                window.used_percent = 0.0;
            }
        }
    }

    pub(crate) fn spend(&mut self, cost: Cost) {
        let take = |window: &mut Option<LiveWindow>, percent: f64| {
            if let Some(window) = window {
                window.used_percent = (window.used_percent + percent).min(100.0);
            }
        };
        take(&mut self.primary, cost.primary);
        take(&mut self.secondary, cost.secondary);
    }

    /// When the last of the exhausted windows resets (Unix seconds), or `None` while there is quota.
    pub(crate) fn exhausted_until(&self) -> Option<i64> {
        [&self.primary, &self.secondary]
            .into_iter()
            .flatten()
            .filter(|window| window.used_percent >= 100.0)
            .map(|window| window.resets_at)
            .max()
    }

    fn windows_mut(&mut self) -> impl Iterator<Item = &mut LiveWindow> {
        [&mut self.primary, &mut self.secondary].into_iter().flatten()
    }
}

impl LiveWindow {
    /// Whole percent, as the provider reports it.
    pub(crate) fn used_percent(&self) -> i64 {
        #[expect(clippy::cast_possible_truncation, reason = "between 0 and 100")]
        let whole = self.used_percent.floor() as i64;
        whole
    }

    pub(crate) fn resets_after(&self, now: i64) -> i64 {
        (self.resets_at - now).max(0)
    }
}

fn signed(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_empties_at_its_reset_and_not_before() {
        let mut quota =
            Quota::starting(&Windows::five_hours_and_weekly().used(100.0, 10.0).resetting_in(60, 9000), 1000);
        quota.roll_to(1059);
        assert_eq!(quota.exhausted_until(), Some(1060));
        quota.roll_to(1060);
        assert_eq!(quota.exhausted_until(), None);
        assert_eq!(quota.primary.unwrap().resets_at, 1060 + 18_000);
        assert_eq!(quota.secondary.unwrap().used_percent(), 10);
    }

    #[test]
    fn spending_stops_at_the_limit() {
        let mut quota = Quota::starting(&Windows::weekly_only(), 0);
        quota.spend(Cost { primary: 70.0, secondary: 1.0 });
        quota.spend(Cost { primary: 70.0, secondary: 1.0 });
        assert_eq!(quota.primary.as_ref().unwrap().used_percent(), 100);
        assert_eq!(quota.exhausted_until(), Some(604_800));
    }
}
