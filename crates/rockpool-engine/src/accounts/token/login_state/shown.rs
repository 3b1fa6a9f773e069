//! What others are told of a login, and when upkeep has to look at it.

use std::time::{Duration, Instant};

use rockpool_routing::{CredentialState, Now};

use super::LoginState;
use crate::accounts::token::refresh_state::{LastChance, LoginLife, Pause, Published, RefreshState, Target};
use crate::model::import::RenewedBy;
use crate::store::Obtained;

impl LoginState {
    /// When upkeep has something to do, at the latest.
    pub(in super::super) fn wakes_in(&self, now: Now) -> Option<Duration> {
        let until = |at: Instant| at.saturating_duration_since(now.mono);
        let due = || {
            let at = self.access.issued()?.life.due_at(self.row.id)?;
            Some(Duration::try_from(at.duration_since(now.wall)).unwrap_or_default())
        };
        let refused = self.access.accepted().is_none();
        match &self.refresh {
            RefreshState::Idle => due(),
            RefreshState::Paused { until: at, .. } => due().map(|due| due.max(until(*at))),
            RefreshState::Unread { until: at } => Some(until(*at)),
            RefreshState::Uncertain(LastChance::Left) => refused.then_some(Duration::ZERO),
            RefreshState::Uncertain(LastChance::LeftFrom(at)) => refused.then(|| until(*at)),
            RefreshState::Working { .. }
            | RefreshState::Unsaved(_)
            | RefreshState::Uncertain(LastChance::Gone)
            | RefreshState::Dead
            | RefreshState::Followed
            | RefreshState::NotRenewable => None,
        }
    }

    /// Who renews it, and when it ends where nobody does.
    pub(in super::super) fn life(&self) -> LoginLife {
        match self.row.obtained {
            Obtained::SignIn | Obtained::Import => {
                LoginLife { renewed_by: RenewedBy::Rockpool, ends_at: None }
            }
            Obtained::Follow(_) => LoginLife { renewed_by: RenewedBy::OtherTool, ends_at: None },
            Obtained::AccessToken => {
                LoginLife { renewed_by: RenewedBy::Nobody, ends_at: self.row.access_expires_at }
            }
        }
    }

    /// What the credentials can do, as the router needs to know it.
    pub(in super::super) fn credentials(&self, now: Now) -> CredentialState {
        let usable = self.in_hand(now).is_some();
        match &self.refresh {
            // Work under way is no news: the state before it stands until it ends.
            RefreshState::Working { .. } => self.published.state().unwrap_or_default(),
            RefreshState::Idle | RefreshState::Unsaved(Target::Database) => CredentialState::Usable,
            RefreshState::Paused { why: Pause::Fault(_), .. } => CredentialState::Usable,
            RefreshState::Paused { why: Pause::Vault, .. } if usable => CredentialState::Usable,
            RefreshState::Paused { why: Pause::Vault, .. } => CredentialState::VaultLocked,
            RefreshState::Unsaved(Target::Vault) | RefreshState::Unread { .. } => {
                CredentialState::VaultLocked
            }
            RefreshState::Uncertain(_) if usable => CredentialState::UncertainServing,
            RefreshState::Uncertain(_) => CredentialState::UncertainSpent,
            RefreshState::Followed | RefreshState::NotRenewable if usable => CredentialState::Usable,
            RefreshState::Followed | RefreshState::NotRenewable | RefreshState::Dead => {
                CredentialState::NeedsReauth
            }
        }
    }

    /// The state, where it is news and nobody else is telling it. Whoever gets one tells it, calls
    /// [`LoginState::published`] and asks again; so each change is told once, in order, without a lock
    /// held.
    pub(in super::super) fn begin_publishing(&mut self, now: Now) -> Option<CredentialState> {
        let state = self.credentials(now);
        match self.published {
            Published::UnderWay(_) => None,
            Published::Done(known) if known == state => None,
            Published::Nothing | Published::Done(_) => {
                self.published = Published::UnderWay(state);
                Some(state)
            }
        }
    }

    pub(in super::super) fn published(&mut self) {
        if let Published::UnderWay(state) = self.published {
            self.published = Published::Done(state);
        }
    }
}
