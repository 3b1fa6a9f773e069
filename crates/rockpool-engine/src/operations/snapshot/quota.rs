//! Shows what is known of an account's quota.

use jiff::Timestamp;
use rockpool_routing::quota::Supply;
use rockpool_routing::{
    AccountId, Credits, LimitFamily, Quota, Reading, Router, Spend, UnmeasuredWindow, Window, WindowKind,
};

use crate::snapshot::{ContestedView, CreditsView, ExtraLimitView, SpendView, WindowView};

/// The windows that routing goes by, five-hour first, each beside what the provider says otherwise.
pub(super) fn windows(quota: &Quota, wall: Timestamp) -> Vec<WindowView> {
    let Some(reading) = quota.reading() else { return Vec::new() };
    let unconfirmed = quota.unconfirmed();
    let known = reading.windows.iter().map(|known| WindowView {
        contested: unconfirmed.and_then(|other| contested(known, other)),
        ..window(known, wall)
    });
    let mut windows: Vec<WindowView> = known.chain(reading.unmeasured.iter().map(unmeasured)).collect();
    windows.sort_by_key(|window| rank(window.kind));
    windows
}

fn window(window: &Window, wall: Timestamp) -> WindowView {
    WindowView {
        kind: window.kind(),
        length_seconds: window.length_seconds,
        used_percent: Some(window.used_percent),
        remaining_percent: Some(window.remaining_percent(wall)),
        resets_at: window.resets_at,
        measured_at: window.measured_at,
        contested: None,
    }
}

fn unmeasured(window: &UnmeasuredWindow) -> WindowView {
    WindowView {
        kind: window.kind(),
        length_seconds: window.length_seconds,
        used_percent: None,
        remaining_percent: None,
        resets_at: window.resets_at,
        measured_at: None,
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

/// The limits of single models or features, by name.
pub(super) fn extra_limits(router: &Router, account: AccountId, wall: Timestamp) -> Vec<ExtraLimitView> {
    let families = router.families(account);
    families.map(|(family, title, quota)| extra_limit(family, title, quota, wall)).collect()
}

fn extra_limit(family: LimitFamily, title: Option<&str>, quota: &Quota, wall: Timestamp) -> ExtraLimitView {
    let reading = quota.reading();
    let told = reading.and_then(|reading| reading.limit_reached);
    let (limit_reached, until) = match quota.supply(wall) {
        Supply::Exhausted { until } | Supply::ProbeDue { until } => (Some(true), until),
        Supply::Plenty | Supply::Unknown => (told, None),
    };
    ExtraLimitView {
        name: family.name().to_owned(),
        title: title.map(str::to_owned),
        windows: windows(quota, wall),
        allowed: reading.and_then(|reading| reading.allowed),
        limit_reached,
        until,
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
