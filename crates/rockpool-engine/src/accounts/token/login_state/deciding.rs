//! What to do when somebody asks for a bearer, or upkeep looks.

use rockpool_routing::Now;

use super::LoginState;
use crate::accounts::token::access::{Access, Issued};
use crate::accounts::token::refresh_state::{
    Decision, Fault, Need, RefreshJob, RefreshState, Renewals, Target,
};
use crate::provider::bearer::TokenError;
use crate::provider::oauth::RefreshReason;
use crate::store::Presentation;

impl LoginState {
    /// Decides, and claims the login where the decision asks for work.
    pub(in super::super) fn decide(&mut self, need: Need, renewals: Renewals, now: Now) -> Decision {
        if let Need::NewerThan(generation) = need {
            self.access.refuse(generation);
        }
        let bearer = self.in_hand(now).map(|issued| issued.bearer.clone());
        let allowed = renewals == Renewals::Allowed;
        match (&self.refresh, bearer) {
            (RefreshState::Dead, _) => Decision::Fail(TokenError::NeedsReauth),
            (RefreshState::Idle | RefreshState::Paused { .. }, Some(bearer)) => {
                if allowed && self.is_due(now) {
                    return Decision::Refresh(self.claim_refresh(Presentation::First), Some(bearer));
                }
                Decision::Serve(bearer)
            }
            // Nothing is sent in these states, but what is in hand serves on: the access token does not
            // depend on what became of the refresh token.
            (
                RefreshState::Working { .. }
                | RefreshState::Unsaved(_)
                | RefreshState::Uncertain(_)
                | RefreshState::NotRenewable,
                Some(bearer),
            ) => Decision::Serve(bearer),
            (RefreshState::NotRenewable, None) => Decision::Fail(TokenError::NeedsReauth),
            (RefreshState::Followed, Some(bearer)) => match need {
                Need::Present | Need::NewerThan(_) => Decision::Serve(bearer),
                Need::Upkeep => Decision::Reread(self.claim()),
            },
            (RefreshState::Followed, None) => Decision::Reread(self.claim()),
            (RefreshState::Working { .. }, None) => Decision::Wait,
            // Nothing lives that a reuse of the token could end.
            (RefreshState::Uncertain(chance), None) if allowed && chance.is_due(now) => {
                Decision::Refresh(self.claim_refresh(Presentation::LastChance), None)
            }
            (RefreshState::Uncertain(_), None) => Decision::Fail(TokenError::UncertainSpent),
            (RefreshState::Unsaved(Target::Vault), None) => Decision::Fail(TokenError::VaultLocked),
            (RefreshState::Unsaved(Target::Database), None) => Decision::Fail(Fault::RowUnsaved.into()),
            (RefreshState::Unread { until }, _) if now.mono >= *until && allowed => {
                Decision::Reread(self.claim())
            }
            (RefreshState::Unread { .. }, _) => Decision::Fail(TokenError::VaultLocked),
            (RefreshState::Paused { until, why }, None) if now.mono < *until => {
                Decision::Fail(why.as_error())
            }
            (RefreshState::Idle | RefreshState::Paused { .. }, None) if !allowed => {
                Decision::Fail(Fault::Stopping.into())
            }
            // Upkeep too: a login that is never used is renewed all the same, or it would be lost with
            // its refresh token's own end.
            (RefreshState::Idle | RefreshState::Paused { .. }, None) => {
                Decision::Refresh(self.claim_refresh(Presentation::First), None)
            }
        }
    }

    /// What can be handed out. Of a login whose refresh token's fate is unknown, an access token is handed out until
    /// it is refused: a calendar that is wrong must not lead to the last chance, which would end a token that lives.
    pub(super) fn in_hand(&self, now: Now) -> Option<&Issued> {
        match &self.refresh {
            RefreshState::Uncertain(_) => self.access.accepted(),
            RefreshState::Idle
            | RefreshState::Paused { .. }
            | RefreshState::Working { .. }
            | RefreshState::Unsaved(_)
            | RefreshState::Dead
            | RefreshState::Unread { .. }
            | RefreshState::Followed
            | RefreshState::NotRenewable => self.access.usable(now),
        }
    }

    fn is_due(&self, now: Now) -> bool {
        let rested = match &self.refresh {
            RefreshState::Paused { until, .. } => now.mono >= *until,
            RefreshState::Idle => true,
            RefreshState::Working { .. }
            | RefreshState::Unsaved(_)
            | RefreshState::Uncertain(_)
            | RefreshState::Dead
            | RefreshState::Unread { .. }
            | RefreshState::Followed
            | RefreshState::NotRenewable => false,
        };
        rested && self.access.issued().is_some_and(|issued| issued.life.due(self.row.id, now))
    }

    fn claim_refresh(&mut self, presentation: Presentation) -> RefreshJob {
        let reason = match &self.access {
            Access::Refused(_) => RefreshReason::UnauthorizedRecovery,
            Access::Accepted(issued) if issued.life.expires_at.is_none() => RefreshReason::Scheduled,
            Access::Accepted(_) | Access::Missing => RefreshReason::ProactiveExpiry,
        };
        RefreshJob { id: self.claim(), reason, presentation }
    }
}
