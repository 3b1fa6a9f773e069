//! Shows what is known of an account's quota.

use jiff::Timestamp;
use rockpool_routing::{Credits, ExtraLimit, Quota, Reading, Spend, Window, WindowKind};

use crate::snapshot::{ContestedView, CreditsView, ExtraLimitView, SpendView, WindowView};

/// The windows that routing goes by, five-hour first, each beside what the provider says otherwise.
pub(super) fn windows(quota: &Quota, wall: Timestamp) -> Vec<WindowView> {
    let Some(reading) = quota.reading() else { return Vec::new() };
    let unconfirmed = quota.unconfirmed();
    let mut windows: Vec<WindowView> = reading
        .windows
        .iter()
        .map(|known| WindowView {
            contested: unconfirmed.and_then(|other| contested(known, other)),
            ..window(known, wall)
        })
        .collect();
    windows.sort_by_key(|window| rank(window.kind));
    windows
}

fn window(window: &Window, wall: Timestamp) -> WindowView {
    WindowView {
        kind: window.kind(),
        length_seconds: window.length_seconds,
        used_percent: window.used_percent,
        remaining_percent: window.remaining_percent(wall),
        resets_at: window.resets_at,
        contested: None,
    }
}

fn contested(known: &Window, other: &Reading) -> Option<ContestedView> {
    let twin = other.windows.iter().find(|twin| twin.is_twin_of(known)).filter(|twin| *twin != known)?;
    Some(ContestedView {
        used_percent: twin.used_percent,
        resets_at: twin.resets_at,
        seen_at: other.seen_at,
        source: other.source,
    })
}

pub(super) fn extra_limit(limit: &ExtraLimit, wall: Timestamp) -> ExtraLimitView {
    ExtraLimitView {
        name: limit.name.clone(),
        windows: limit.windows.iter().map(|one| window(one, wall)).collect(),
        allowed: limit.allowed,
        limit_reached: limit.limit_reached,
    }
}

pub(super) fn credits(credits: &Credits) -> CreditsView {
    CreditsView {
        has_credits: credits.has_credits,
        unlimited: credits.unlimited,
        balance: credits.balance.clone(),
    }
}

pub(super) fn spend(spend: &Spend) -> SpendView {
    SpendView {
        reached: spend.reached,
        limit: spend.limit.clone(),
        used: spend.used.clone(),
        used_percent: spend.used_percent,
        resets_at: spend.resets_at,
    }
}

fn rank(kind: WindowKind) -> u8 {
    match kind {
        WindowKind::FiveHour => 0,
        WindowKind::Weekly => 1,
        WindowKind::Monthly => 2,
        WindowKind::Other => 3,
    }
}
