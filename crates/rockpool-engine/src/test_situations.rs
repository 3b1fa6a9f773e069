//! The situations for which tray, window, command line and tools must show the same; their tests read the same file.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rockpool_routing::account::{Activation, CredentialState, Standing};
use rockpool_routing::{AccountId, AccountState, Class, Now, Reading, Router, Source, Window};
use serde::Deserialize;
use uuid::Uuid;

use crate::host::clock::Clock;
use crate::snapshot::ReadinessView;

const WEEK: u32 = 604_800;

#[derive(Deserialize)]
pub(crate) struct Situation {
    pub(crate) name: String,
    accounts: Vec<Placed>,
    pub(crate) level: Option<u8>,
    /// What a tool is told of the windows that it is shown.
    pub(crate) used: Vec<u64>,
    pub(crate) needing_person: usize,
}

/// An account, with the percentages that are left of the windows it has.
#[derive(Deserialize)]
struct Placed {
    state: AccountState,
    readiness: Option<ReadinessView>,
    five_hour: Option<u8>,
    weekly: Option<u8>,
    monthly: Option<u8>,
    allowed: Option<bool>,
}

pub(crate) fn situations() -> Vec<Situation> {
    serde_json::from_str(include_str!("snapshot/situations.json")).unwrap()
}

impl Situation {
    /// A router whose accounts are in this situation.
    pub(crate) fn router(&self) -> (Router, Vec<AccountId>, Now) {
        let now = Clock::system().now();
        let mut router = Router::default();
        let accounts: Vec<AccountId> =
            (1..).take(self.accounts.len()).map(|number| AccountId(Uuid::from_u128(number))).collect();
        for (account, placed) in accounts.iter().zip(&self.accounts) {
            placed.put(&mut router, *account, now);
            assert_eq!(router.state(*account, now).0, placed.state, "{}", self.name);
        }
        (router, accounts, now)
    }
}

impl Placed {
    fn put(&self, router: &mut Router, account: AccountId, now: Now) {
        router.add_account(account);
        let windows = self.windows(now.wall);
        if !windows.is_empty() {
            let reading = Reading::new(now.wall, Source::Usage, windows);
            router.observe(account, Reading { allowed: self.allowed, ..reading });
        }
        let fail = |router: &mut Router, class| {
            let ticket = router.begin(account, now).unwrap();
            router.attempt_ended(ticket, class, now);
        };
        match self.state {
            AccountState::Ready | AccountState::Exhausted => {}
            AccountState::Paused => router.set_activation(account, Activation::Paused),
            AccountState::RateLimited => {
                fail(router, Class::RateLimited { retry_after: Some(Duration::from_secs(60)) });
            }
            AccountState::Unreachable => {
                (0..3).for_each(|_| fail(router, Class::Failure { retry_after: None }));
            }
            AccountState::NeedsReauth => router.set_credentials(account, CredentialState::NeedsReauth),
            AccountState::VaultLocked => router.set_credentials(account, CredentialState::VaultLocked),
            AccountState::SignInUncertain => {
                let credentials = match self.readiness {
                    Some(ReadinessView::Blocked) => CredentialState::UncertainSpent,
                    Some(ReadinessView::Active | ReadinessView::FallbackOnly) | None => {
                        CredentialState::UncertainServing
                    }
                };
                router.set_credentials(account, credentials);
            }
            AccountState::MissingWorkspace => {
                router.set_standing(account, Standing::MissingWorkspace, now);
            }
            AccountState::Forbidden => router.set_standing(account, Standing::Forbidden, now),
            AccountState::Billing => router.set_standing(account, Standing::Billing, now),
        }
    }

    fn windows(&self, wall: Timestamp) -> Vec<Window> {
        let resets_at = Some(wall + SignedDuration::from_mins(10));
        let window =
            |left: Option<u8>, length| Window::reported(100.0 - f64::from(left?), Some(length), resets_at);
        let windows =
            [window(self.five_hour, 18_000), window(self.weekly, WEEK), window(self.monthly, 30 * WEEK / 7)];
        windows.into_iter().flatten().collect()
    }
}
