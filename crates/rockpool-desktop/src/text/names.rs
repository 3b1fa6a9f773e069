//! Puts times, windows and states into the person's language.

use jiff::Timestamp;
use rockpool_engine::snapshot::{AccountView, VaultKind, VaultState, VaultView, WindowView};
use rockpool_routing::{AccountState, Strategy, WindowKind};

use super::catalogue::Texts;

/// How long until `at`, in the two largest units; whole minutes, so that a menu changes once a minute at most.
pub(crate) fn countdown(texts: &Texts, now: Timestamp, at: Timestamp) -> String {
    let minutes = (at.as_second() - now.as_second()).max(0) / 60;
    let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    let (days_text, hours_text, rest_text) = (days.to_string(), hours.to_string(), rest.to_string());
    match (days, hours, rest) {
        (0, 0, 0) => texts.get("tray.time_soon").to_owned(),
        (0, 0, _) => texts.fill("tray.time_minutes", &[("minutes", &rest_text)]),
        (0, _, _) => texts.fill("tray.time_hours", &[("hours", &hours_text), ("minutes", &rest_text)]),
        (_, _, _) => texts.fill("tray.time_days", &[("days", &days_text), ("hours", &hours_text)]),
    }
}

/// What is left of one window, such as "5h 54%", or that it is not known.
pub(crate) fn window(texts: &Texts, view: &WindowView) -> String {
    let Some(left) = view.remaining_percent else { return window_not_known(texts, view.kind) };
    let percent = left.to_string();
    let key = match view.kind {
        WindowKind::FiveHour => "tray.window_five_hour",
        WindowKind::Weekly => "tray.window_weekly",
        WindowKind::Monthly => "tray.window_monthly",
        WindowKind::Other => "tray.window_other",
    };
    texts.fill(key, &[("percent", &percent)])
}

fn window_not_known(texts: &Texts, kind: WindowKind) -> String {
    let key = match kind {
        WindowKind::FiveHour => "tray.window_five_hour_unknown",
        WindowKind::Weekly => "tray.window_weekly_unknown",
        WindowKind::Monthly => "tray.window_monthly_unknown",
        WindowKind::Other => "tray.window_other_unknown",
    };
    texts.get(key).to_owned()
}

/// The state in the middle of a sentence.
pub(crate) fn state(texts: &Texts, state: AccountState) -> &str {
    texts.name_of("state", state.name())
}

/// The strategy in the middle of a sentence.
pub(crate) fn strategy(texts: &Texts, strategy: Strategy) -> &str {
    texts.name_of("strategy", strategy.name())
}

/// What is wrong with the vault; `None` when nothing is.
pub(crate) fn vault<'a>(texts: &'a Texts, vault: &VaultView) -> Option<&'a str> {
    match (vault.state, vault.kind) {
        (VaultState::Ready, _) => None,
        (VaultState::Locked | VaultState::Missing | VaultState::Failed, VaultKind::File) => {
            Some(texts.get("tray.vault_file"))
        }
        (VaultState::Locked, VaultKind::Keychain | VaultKind::Memory) => Some(texts.get("tray.vault_locked")),
        (VaultState::Missing, VaultKind::Keychain | VaultKind::Memory) => {
            Some(texts.get("tray.vault_missing"))
        }
        (VaultState::Failed, VaultKind::Keychain | VaultKind::Memory) => Some(texts.get("tray.vault_failed")),
    }
}

/// When the account changes by itself: its return if it is out, else the next reset of its windows.
pub(crate) fn account_countdown(texts: &Texts, now: Timestamp, account: &AccountView) -> Option<String> {
    if let Some(until) = account.until {
        return Some(texts.fill("tray.back_in", &[("time", &countdown(texts, now, until))]));
    }
    let next = account.windows.iter().filter_map(|window| window.resets_at).filter(|at| *at > now).min()?;
    Some(texts.fill("tray.resets_in", &[("time", &countdown(texts, now, next))]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::language::Language;

    #[test]
    fn a_window_whose_figure_is_missing_is_not_known_and_not_full() {
        let view = WindowView {
            kind: WindowKind::Weekly,
            length_seconds: Some(604_800),
            used_percent: None,
            remaining_percent: None,
            resets_at: None,
            measured_at: None,
            contested: None,
        };
        assert_eq!(window(&Texts::load(Language::En), &view), "weekly not known");
    }

    #[test]
    fn a_countdown_shows_its_two_largest_units() {
        let texts = Texts::load(Language::En);
        let now = Timestamp::from_second(1_000_000).unwrap();
        let after =
            |seconds: i64| countdown(&texts, now, Timestamp::from_second(1_000_000 + seconds).unwrap());
        assert_eq!(after(-5), "under a minute");
        assert_eq!(after(59), "under a minute");
        assert_eq!(after(60), "1 min");
        assert_eq!(after(2 * 3600 + 14 * 60 + 30), "2 h 14 min");
        assert_eq!(after(3 * 86_400 + 5 * 3600), "3 d 5 h");
    }
}
