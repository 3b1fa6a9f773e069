//! What an account's log means for routing: whether it may be tried now, and why not.

use jiff::Timestamp;

use super::{Derived, Reason};
use crate::account::{Activation, CredentialState, ModelReason, Obstacle};
use crate::quota::Supply;
use crate::{AccountState, Blocked, Readiness, Standing};

/// Sorts by what is left; what is not known comes before every figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::router) enum Headroom {
    Unknown(i64),
    Known(i64),
}

impl Derived {
    /// Whether one more attempt may begin.
    pub(in crate::router) fn takes_one(&self, at: Timestamp) -> bool {
        let taken = self.is_probe_due(at) && self.probe_ends(at).is_some();
        !(taken && self.reason(at).is_some())
    }

    /// All reasons against the account, the one that counts most first, each with its cure.
    fn reasons(&self, at: Timestamp) -> Vec<Blocked> {
        let mut reasons = Vec::new();
        let mut because = |state, until| reasons.push(Blocked { state, until });
        match self.activation {
            Activation::Paused => because(AccountState::Paused, None),
            Activation::Active => {}
        }
        match self.credentials {
            CredentialState::NeedsReauth => because(AccountState::NeedsReauth, None),
            CredentialState::UncertainSpent => because(AccountState::SignInUncertain, None),
            CredentialState::VaultLocked => because(AccountState::VaultLocked, None),
            CredentialState::Usable | CredentialState::UncertainServing => {}
        }
        match self.standing {
            Standing::MissingWorkspace => because(AccountState::MissingWorkspace, None),
            Standing::Forbidden => because(AccountState::Forbidden, None),
            Standing::Billing => because(AccountState::Billing, None),
            Standing::Good => {}
        }
        let probe = self.probe_ends(at);
        match (self.quota.supply(at), probe) {
            (Supply::Exhausted { until }, _) => because(AccountState::Exhausted, until),
            (Supply::ProbeDue { until }, Some(_)) => because(AccountState::Exhausted, until),
            (Supply::ProbeDue { .. }, None) | (Supply::Plenty | Supply::Unknown, _) => {}
        }
        if let Some(cooling) = self.cooling.filter(|cooling| cooling.reason == Reason::RateLimited) {
            if cooling.ends > at {
                because(AccountState::RateLimited, Some(cooling.ends));
            } else if let Some(probe) = probe {
                because(AccountState::RateLimited, Some(probe));
            }
        }
        reasons
    }

    fn reason(&self, at: Timestamp) -> Option<Blocked> {
        self.reasons(at).into_iter().next()
    }

    pub(in crate::router) fn is_blocked(&self, at: Timestamp) -> bool {
        self.reason(at).is_some()
    }

    pub(in crate::router) fn readiness(&self, at: Timestamp) -> Readiness {
        if let Some(blocked) = self.reason(at) {
            return Readiness::Blocked(blocked);
        }
        let unreachable = self.cooling.is_some_and(|cooling| {
            let probe_due = cooling.ends <= at && self.probe_ends(at).is_none();
            cooling.reason == Reason::Unreachable && !probe_due
        });
        if unreachable || self.quota.supply(at) == Supply::Unknown || self.in_flight() >= 32 {
            return Readiness::FallbackOnly;
        }
        Readiness::Active
    }

    pub(in crate::router) fn state(&self, at: Timestamp) -> (AccountState, Option<Timestamp>) {
        if let Some(blocked) = self.reason(at) {
            return (blocked.state, blocked.until);
        }
        if self.credentials == CredentialState::UncertainServing {
            return (AccountState::SignInUncertain, None);
        }
        if let Supply::ProbeDue { until } = self.quota.supply(at) {
            return (AccountState::Exhausted, until);
        }
        match self.cooling {
            Some(cooling) if cooling.reason == Reason::Unreachable => {
                (AccountState::Unreachable, Some(cooling.ends).filter(|ends| *ends > at))
            }
            Some(_) | None => (AccountState::Ready, None),
        }
    }

    /// Percent left for a model where that is known, for the order, less one for each attempt under way.
    pub(in crate::router) fn headroom(&self, model: Option<&str>, at: Timestamp) -> Headroom {
        let own = || self.quota.headroom(at);
        let left = self.models.figures(model, at).map_or_else(own, |(headroom, _)| headroom);
        let busy = i64::from(self.in_flight());
        left.map_or(Headroom::Unknown(-busy), |left| Headroom::Known(i64::from(left) - busy))
    }

    pub(in crate::router) fn long_reset(&self, model: Option<&str>, at: Timestamp) -> Option<Timestamp> {
        let own = || self.quota.long_reset(at);
        self.models.figures(model, at).map_or_else(own, |(_, reset)| reset)
    }

    /// What keeps it from being asked for a model.
    pub(in crate::router) fn obstacle(&self, model: Option<&str>, at: Timestamp) -> Option<Obstacle> {
        let account = self.reason(at).map(Obstacle::Account);
        account.or_else(|| self.models.block(model, at).map(Obstacle::Model))
    }

    /// Whether it takes a request for the model, or will once some time that is known has passed.
    pub(in crate::router) fn has_chance(&self, model: Option<&str>, at: Timestamp) -> bool {
        let comes_back = match self.models.block(model, at) {
            None => true,
            Some(block) => block.reason == ModelReason::LimitReached && block.until.is_some(),
        };
        let waits = self.reasons(at).into_iter().all(|blocked| match blocked.state {
            AccountState::RateLimited => true,
            AccountState::Exhausted => {
                // One that is being probed for its quota is known better within seconds.
                blocked.until.is_some() || self.is_quota_probe_due(at)
            }
            AccountState::Ready
            | AccountState::Paused
            | AccountState::NeedsReauth
            | AccountState::SignInUncertain
            | AccountState::MissingWorkspace
            | AccountState::Forbidden
            | AccountState::Billing
            | AccountState::VaultLocked
            | AccountState::Unreachable => false,
        });
        comes_back && waits
    }

    /// Whether a person has to act before it takes a request.
    pub(in crate::router) fn needs_person(&self, at: Timestamp) -> bool {
        self.reasons(at).iter().any(|blocked| match blocked.state {
            AccountState::Exhausted | AccountState::RateLimited => false,
            AccountState::Ready
            | AccountState::Paused
            | AccountState::NeedsReauth
            | AccountState::SignInUncertain
            | AccountState::MissingWorkspace
            | AccountState::Forbidden
            | AccountState::Billing
            | AccountState::VaultLocked
            | AccountState::Unreachable => true,
        })
    }
}
