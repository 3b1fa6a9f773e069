//! The access token that a login has in hand, and whether the backend still takes it.

use rockpool_routing::Now;

use super::schedule::Life;
use crate::provider::bearer::Bearer;

/// An access token and its times.
#[derive(Clone, Debug)]
pub(super) struct Issued {
    pub(super) bearer: Bearer,
    pub(super) life: Life,
}

/// What there is to hand out.
#[derive(Clone, Debug)]
pub(super) enum Access {
    Missing,
    /// It serves until it expires.
    Accepted(Issued),
    /// The backend refused it. It is kept for its generation, and never handed out again.
    Refused(Issued),
}

impl Access {
    pub(super) fn issued(&self) -> Option<&Issued> {
        match self {
            Self::Missing => None,
            Self::Accepted(issued) | Self::Refused(issued) => Some(issued),
        }
    }

    /// The token, if it can be handed out now.
    pub(super) fn usable(&self, now: Now) -> Option<&Issued> {
        match self {
            Self::Accepted(issued) if !issued.life.spent(now) => Some(issued),
            Self::Missing | Self::Accepted(_) | Self::Refused(_) => None,
        }
    }

    /// The token, unless the backend has refused it.
    pub(super) fn accepted(&self) -> Option<&Issued> {
        match self {
            Self::Accepted(issued) => Some(issued),
            Self::Missing | Self::Refused(_) => None,
        }
    }

    /// Notes that the backend refused the bearer of `generation`. A refusal of an older one than the
    /// present came late and says nothing of it.
    pub(super) fn refuse(&mut self, generation: u64) {
        match self {
            Self::Accepted(issued) if issued.bearer.generation <= generation => {
                *self = Self::Refused(issued.clone());
            }
            Self::Missing | Self::Accepted(_) | Self::Refused(_) => {}
        }
    }
}
