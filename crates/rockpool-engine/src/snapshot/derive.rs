//! What follows from an account's state and quota, worked out once for tray, window, command line and tools.
//!
//! # The level
//!
//! The level of some accounts is the mean of what can be had of each, in whole percent. A mean moves with every
//! account, where a minimum would show an empty pool as soon as one of five is exhausted. What can be had of an
//! account is the smallest remaining percentage of its windows, and nothing where it is exhausted or serves only
//! after a person has acted: that quota is not to be had. One that is slowed down or unreachable counts with what
//! it has, since that passes by itself. Left out are accounts that were paused by hand, and those that serve but whose
//! quota was never seen.

use jiff::Timestamp;
use rockpool_routing::{AccountId, AccountState, Now, Quota, Readiness, Router, WindowKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What has to happen before an account serves again as it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Needs {
    /// It serves, or was paused by hand.
    Nothing,
    /// It comes back by itself.
    Time,
    /// Somebody has to sign in to it again.
    SignIn,
    /// The provider asks for payment or another plan.
    Payment,
    /// Somebody has to settle it with the provider or the workspace's administrator.
    Person,
    /// The keychain has to be unlocked, or the file that holds the tokens repaired.
    Unlock,
}

impl Needs {
    /// What an account in `state` needs.
    pub fn of(state: AccountState) -> Self {
        match state {
            AccountState::Ready | AccountState::Paused => Self::Nothing,
            AccountState::Exhausted | AccountState::RateLimited | AccountState::Unreachable => Self::Time,
            AccountState::NeedsReauth | AccountState::SignInUncertain | AccountState::MissingWorkspace => {
                Self::SignIn
            }
            AccountState::Forbidden => Self::Person,
            AccountState::Billing => Self::Payment,
            AccountState::VaultLocked => Self::Unlock,
        }
    }

    /// Whether the account stays as it is until somebody does something about it.
    pub fn takes_a_person(self) -> bool {
        match self {
            Self::Nothing | Self::Time => false,
            Self::SignIn | Self::Payment | Self::Person | Self::Unlock => true,
        }
    }
}

/// What a person can do about an account's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Resume it: it was paused by hand.
    Resume,
    /// Wait until its quota is back.
    WaitForReset,
    /// Wait a moment: the provider asked to slow down.
    WaitAMoment,
    /// Wait: it is tried again by itself.
    WaitForRetry,
    /// Sign in again.
    SignIn,
    /// Sign in again at a good moment.
    SignInSoon,
    /// Sign in again and pick the workspace.
    PickWorkspace,
    /// Ask the workspace's administrator, or look at the provider's site.
    AskProvider,
    /// Look at the account's billing page.
    CheckBilling,
    /// Unlock the keychain, or repair the file that holds the tokens.
    UnlockKeychain,
}

impl Remedy {
    /// `None` for an account that is ready.
    pub fn of(state: AccountState) -> Option<Self> {
        match state {
            AccountState::Ready => None,
            AccountState::Paused => Some(Self::Resume),
            AccountState::Exhausted => Some(Self::WaitForReset),
            AccountState::RateLimited => Some(Self::WaitAMoment),
            AccountState::NeedsReauth => Some(Self::SignIn),
            AccountState::SignInUncertain => Some(Self::SignInSoon),
            AccountState::MissingWorkspace => Some(Self::PickWorkspace),
            AccountState::Forbidden => Some(Self::AskProvider),
            AccountState::Billing => Some(Self::CheckBilling),
            AccountState::VaultLocked => Some(Self::UnlockKeychain),
            AccountState::Unreachable => Some(Self::WaitForRetry),
        }
    }

    /// In English, for the command line and the error texts that tools show.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Resume => "It is set aside by hand; resume it in the Rockpool window.",
            Self::WaitForReset => "A quota window is exhausted; it comes back at its reset.",
            Self::WaitAMoment => "The provider asked to slow down; it comes back by itself.",
            Self::WaitForRetry => "Its last attempts failed on the way; it is tried again by itself.",
            Self::SignIn => "Its login has ended; choose “Sign in again” in Rockpool.",
            Self::SignInSoon => {
                "A refresh was cut off and its answer never seen; choose “Sign in again” in Rockpool at a good moment."
            }
            Self::PickWorkspace => {
                "Its login does not belong to this workspace any more; choose “Sign in again” and pick the workspace."
            }
            Self::AskProvider => {
                "The provider refuses this account or workspace; ask the workspace's administrator."
            }
            Self::CheckBilling => {
                "The provider asks for payment or another plan; look at the account's billing page."
            }
            Self::UnlockKeychain => {
                "Its tokens cannot be read; unlock the keychain, or repair the file that holds them."
            }
        }
    }
}

/// The level of `accounts`, 0 to 100; `None` where none of them counts.
pub(crate) fn level_percent(
    router: &Router,
    accounts: impl Iterator<Item = AccountId>,
    now: Now,
) -> Option<u8> {
    mean(accounts.filter_map(|account| usable_percent(router, account, Quota::headroom, now)))
}

/// What is left in all windows of one kind, over the accounts that count in a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WindowLevel {
    /// Whole percent, 0 to 100.
    pub(crate) left_percent: u8,
    pub(crate) length_seconds: u32,
    /// The earliest reset that brings quota back by itself.
    pub(crate) resets_at: Option<Timestamp>,
}

/// The two shortest kinds of window that the accounts have. An account without such a window counts with its
/// other ones, so that no kind has less left than the level. The kind with the least left shows the level itself:
/// of two accounts, one short of its five hours and one of its week, neither has what the means of the kinds say.
pub(crate) fn window_levels(router: &Router, accounts: &[AccountId], now: Now) -> Vec<WindowLevel> {
    let kinds = [WindowKind::FiveHour, WindowKind::Weekly, WindowKind::Monthly];
    let levels = kinds.into_iter().filter_map(|kind| window_level(router, accounts, kind, now));
    let mut shown: Vec<WindowLevel> = levels.take(2).collect();
    let level = level_percent(router, accounts.iter().copied(), now);
    if let (Some(level), Some(least)) = (level, shown.iter_mut().min_by_key(|shown| shown.left_percent)) {
        least.left_percent = level;
    }
    shown
}

/// `None` where no account that counts has a window of this kind.
fn window_level(router: &Router, accounts: &[AccountId], kind: WindowKind, now: Now) -> Option<WindowLevel> {
    let windows_of = |account: AccountId| {
        let reading = router.quota(account).and_then(Quota::reading);
        let windows = reading.into_iter().flat_map(|reading| &reading.windows);
        windows.filter(move |window| window.kind() == kind)
    };
    let left = |quota: &Quota, wall: Timestamp| {
        let windows = quota.reading()?.windows.iter().filter(|window| window.kind() == kind);
        windows.map(|window| window.remaining_percent(wall)).min().or_else(|| quota.headroom(wall))
    };
    let counting = accounts.iter().copied().filter(|account| match share(router, *account, now) {
        Share::LeftOut => false,
        Share::Unavailable | Share::Exhausted | Share::WhatItHas => true,
    });
    let first = counting.flat_map(windows_of).next()?;
    let by_itself = accounts.iter().copied().filter(|account| match share(router, *account, now) {
        Share::LeftOut | Share::Unavailable => false,
        Share::Exhausted | Share::WhatItHas => true,
    });
    let resets = by_itself.flat_map(windows_of).filter_map(|window| window.resets_at);
    Some(WindowLevel {
        left_percent: mean(
            accounts.iter().filter_map(|account| usable_percent(router, *account, left, now)),
        )?,
        length_seconds: first.length_seconds.unwrap_or_default(),
        resets_at: resets.filter(|at| *at > now.wall).min(),
    })
}

/// What an account has to give to others of its pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Share {
    /// It was paused by hand and is not asked.
    LeftOut,
    /// Nothing before a person acts.
    Unavailable,
    /// Nothing before its reset.
    Exhausted,
    WhatItHas,
}

/// What `account` has to give.
pub(crate) fn share(router: &Router, account: AccountId, now: Now) -> Share {
    match router.state(account, now).0 {
        AccountState::Paused => Share::LeftOut,
        AccountState::Exhausted => Share::Exhausted,
        AccountState::NeedsReauth
        | AccountState::MissingWorkspace
        | AccountState::Forbidden
        | AccountState::Billing
        | AccountState::VaultLocked => Share::Unavailable,
        // Its old access token serves for a while.
        AccountState::SignInUncertain => match router.readiness(account, now) {
            Readiness::Active | Readiness::FallbackOnly => Share::WhatItHas,
            Readiness::Blocked(_) => Share::Unavailable,
        },
        AccountState::Ready | AccountState::RateLimited | AccountState::Unreachable => Share::WhatItHas,
    }
}

/// What can be had of an account where `left` tells what it has; `None` where it does not count.
fn usable_percent(
    router: &Router,
    account: AccountId,
    left: impl Fn(&Quota, Timestamp) -> Option<u8>,
    now: Now,
) -> Option<u8> {
    match share(router, account, now) {
        Share::LeftOut => None,
        Share::Unavailable | Share::Exhausted => Some(0),
        Share::WhatItHas => left(router.quota(account)?, now.wall),
    }
}

/// To the nearest whole percent.
fn mean(percents: impl Iterator<Item = u8>) -> Option<u8> {
    let percents: Vec<u32> = percents.map(u32::from).collect();
    let count = u32::try_from(percents.len()).ok().filter(|count| *count > 0)?;
    u8::try_from((percents.iter().sum::<u32>() + count / 2) / count).ok()
}

#[cfg(test)]
mod tests;
