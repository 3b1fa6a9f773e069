//! Signing a browser in to the dashboard, and out again.

use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::ActionError;
use super::handle::EngineHandle;
use super::requests::LinkRedemption;
use super::secret_text;
use crate::dashboard::sessions::{LONGEST_IDLE, RedeemError};
use crate::model::principal::Principal;

/// A link that signs one browser on this machine in to the dashboard, once, with the owner's rights.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DashboardLink {
    /// The address to open; its fragment, which no browser sends to a server, is the secret.
    #[serde(with = "secret_text")]
    #[schema(value_type = String)]
    pub url: SecretString,
    /// When it ends, if it was not used before.
    #[schema(value_type = String, format = "date-time")]
    pub expires_at: Timestamp,
}

/// A signed-in browser.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DashboardSession {
    /// To be sent as bearer.
    #[serde(with = "secret_text")]
    #[schema(value_type = String)]
    pub token: SecretString,
    /// Seconds without a request, the event stream aside, after which the session ends.
    pub idle_seconds: u64,
}

impl EngineHandle {
    /// A new link that signs one browser on this machine in, with the owner's rights: for the host to show to the
    /// owner, and to nobody else. None for an engine that was started offline.
    pub fn new_dashboard_link(&self) -> Option<DashboardLink> {
        self.address()?;
        let link = self.dashboard().new_link(self.core().clock.now());
        let url = format!("{}/#link={}", self.origin(), link.secret.expose_secret());
        Some(DashboardLink { url: url.into(), expires_at: link.expires_at })
    }
}

/// A link for whoever may make one. A session may not: it would outlive its own end.
pub(crate) fn new_link(engine: &EngineHandle, principal: Principal) -> Result<DashboardLink, ActionError> {
    match principal {
        Principal::Owner | Principal::Control => engine.new_dashboard_link().ok_or_else(|| {
            ActionError::unavailable(
                "not_serving",
                "Nobody serves the dashboard now; start the app or `rockpool serve`.",
            )
        }),
        Principal::Dashboard(_) => Err(ActionError::forbidden(
            "link_from_session",
            "A dashboard cannot make links for others; run `rockpool dashboard` on this machine.",
        )),
    }
}

/// Takes a link for a session.
pub(crate) fn redeem(
    engine: &EngineHandle,
    redemption: &LinkRedemption,
) -> Result<DashboardSession, ActionError> {
    let now = engine.core().clock.now();
    match engine.dashboard().redeem(redemption.link.expose_secret(), now) {
        Ok(token) => Ok(DashboardSession { token, idle_seconds: LONGEST_IDLE.as_secs() }),
        Err(error) => Err(refused(error)),
    }
}

fn refused(error: RedeemError) -> ActionError {
    match error {
        RedeemError::Unknown => ActionError::forbidden(
            "link_unknown",
            "This link is not of the Rockpool that runs now; it ends with a restart. \
             Run `rockpool dashboard` for a new one.",
        ),
        RedeemError::Used => ActionError::forbidden(
            "link_used",
            "This link was used already. Run `rockpool dashboard` for a new one. If it was not you who used it, \
             restart Rockpool, which ends every session.",
        ),
        RedeemError::Expired => ActionError::forbidden(
            "link_expired",
            "This link has ended after ten minutes. Run `rockpool dashboard` for a new one.",
        ),
        RedeemError::TooManyTries => ActionError::too_often(
            "too_many_tries",
            "Too many unknown links were tried. Wait a minute, then open the link again.",
        ),
    }
}

/// Ends the session that asks.
pub(crate) fn end(engine: &EngineHandle, principal: Principal) -> Result<(), ActionError> {
    match principal {
        Principal::Dashboard(session) => {
            engine.dashboard().end(session);
            Ok(())
        }
        Principal::Owner | Principal::Control => Err(ActionError::not_found(
            "session_not_found",
            "current",
            "Only a dashboard in a browser has a session that can be ended.",
        )),
    }
}
