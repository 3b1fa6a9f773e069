//! Whose credentials are: by what they say of themselves, else by asking the provider.

use std::sync::Arc;

use rockpool_routing::{AccountId, TenantId};
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use crate::accounts::import::{PERSONAL_PREFIX, Said};
use crate::core::Core;
use crate::provider::bearer::Bearer;
use crate::provider::claims::Claims;
use crate::provider::oauth::TokenGrant;
use crate::provider::outbound::OnBehalfOf;
use crate::provider::usage::{self, UsageError};
use crate::provider::whoami::{Whoami, WhoamiError, whoami};
use crate::store::AccountRow;

/// A person in a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) user_id: String,
    pub(crate) workspace_id: String,
    pub(crate) email: Option<String>,
    pub(crate) plan: Option<String>,
}

/// Why it is not known whose credentials are; each text is for the person.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum Unidentified {
    #[error("The login does not say whose it is, and neither does the provider; sign in again.")]
    Anonymous,
    #[error(
        "The login names no workspace, and neither does the provider; open the provider's website once with this \
         account, then sign in again."
    )]
    NoWorkspace,
    #[error(
        "The provider refuses this access token, and there is nothing to renew it with; sign in instead."
    )]
    Refused,
    #[error("Rockpool has to ask the provider about this login, and it did not answer ({0}); try again.")]
    Unreachable(String),
}

/// What is known of an identity so far.
#[derive(Clone, Debug, Default)]
struct Known {
    user_id: Option<String>,
    workspace_id: Option<String>,
    email: Option<String>,
    plan: Option<String>,
}

impl Known {
    /// What the tokens say comes first, but for the workspace, which a file may be signed in to though its tokens
    /// were made for another. A plan in the tokens is that of the workspace that they were made for.
    fn of(grant: &TokenGrant, said: &Said) -> Self {
        let claims = Claims::of_pair(grant.id_token.as_ref(), &grant.access_token);
        let elsewhere = said
            .workspace_id
            .as_ref()
            .is_some_and(|id| claims.workspace_id.as_ref().is_some_and(|of| of != id));
        Self {
            user_id: claims.user_id.or_else(|| said.user_id.clone()),
            workspace_id: said.workspace_id.clone().or(claims.workspace_id),
            email: claims.email.or_else(|| said.email.clone()),
            plan: claims.plan.filter(|_| !elsewhere).or_else(|| said.plan.clone()),
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            user_id: self.user_id.or(other.user_id),
            workspace_id: self.workspace_id.or(other.workspace_id),
            email: self.email.or(other.email),
            plan: self.plan.or(other.plan),
        }
    }

    /// The account of the tenant that this is, or may be.
    fn account(&self, core: &Core, tenant: TenantId) -> Option<AccountId> {
        let registry = core.registry.get();
        let is_it = |row: &&AccountRow| {
            self.user_id.as_ref() == Some(&row.user_id)
                && self.workspace_id.as_ref().is_none_or(|id| *id == row.workspace_id)
        };
        registry.accounts_of(tenant).find(is_it).map(|row| row.id)
    }

    fn is_enough(&self) -> bool {
        self.user_id.is_some() && self.workspace_id.is_some()
    }

    fn identity(self) -> Result<Identity, Unidentified> {
        Ok(Identity {
            user_id: self.user_id.ok_or(Unidentified::Anonymous)?,
            workspace_id: self.workspace_id.ok_or(Unidentified::NoWorkspace)?,
            email: self.email,
            plan: self.plan,
        })
    }
}

/// Whose credentials these are. The provider is asked where they do not say it, and where nothing but an access
/// token is there, which is worth nothing unless it is taken: by the way out of whom they are known to belong to, else by
/// that of the account that they name themselves.
///
/// # Errors
/// See [`Unidentified`].
pub(crate) async fn identify(
    core: &Arc<Core>,
    (tenant, whom): (TenantId, OnBehalfOf),
    grant: &TokenGrant,
    said: &Said,
) -> Result<Identity, Unidentified> {
    let whose = |known: &Known| match whom {
        OnBehalfOf::Account(_) | OnBehalfOf::Login(_) => whom,
        OnBehalfOf::Nobody => known.account(core, tenant).map_or(whom, OnBehalfOf::Account),
    };
    let mut known = Known::of(grant, said);
    let renewable = grant.refresh_token.is_some();
    if is_personal(&grant.access_token) {
        known = known.clone().or(ask_issuer(core, whose(&known), &grant.access_token).await?);
    }
    if renewable && known.is_enough() {
        return known.identity();
    }
    let told = ask_usage(core, whose(&known), &grant.access_token, known.workspace_id.as_deref()).await;
    match (told, renewable) {
        (Ok(told), _) => known.or(told).identity(),
        (Err(UsageError::Unauthorized), false) => Err(Unidentified::Refused),
        // A refresh would tell, but it is not this question's to spend the refresh token.
        (Err(UsageError::Unauthorized | UsageError::Answered { .. }), true) => known.identity(),
        (Err(error), _) if known.is_enough() && !is_silence(&error) => known.identity(),
        (Err(error), _) => Err(Unidentified::Unreachable(error.to_string())),
    }
}

/// Whether nothing is known of the token after this error; an answer shows at least that it is taken.
fn is_silence(error: &UsageError) -> bool {
    match error {
        UsageError::Unreachable(_) => true,
        UsageError::Unauthorized
        | UsageError::Answered { .. }
        | UsageError::TooLong
        | UsageError::NotUsage(_) => false,
    }
}

fn is_personal(access_token: &SecretString) -> bool {
    access_token.expose_secret().starts_with(PERSONAL_PREFIX)
}

async fn ask_issuer(core: &Core, whom: OnBehalfOf, token: &SecretString) -> Result<Known, Unidentified> {
    let clients = core.outbound.clients(whom);
    let clients = clients.map_err(|error| Unidentified::Unreachable(error.to_string()))?;
    match whoami(&clients, &core.config.auth_url, token).await {
        Ok(Whoami { email, user_id, workspace_id, plan }) => {
            Ok(Known { user_id, workspace_id, email, plan: plan.map(|plan| plan.to_lowercase()) })
        }
        Err(WhoamiError::Refused) => Err(Unidentified::Refused),
        Err(error @ (WhoamiError::Answered(_) | WhoamiError::Unreachable(_))) => {
            Err(Unidentified::Unreachable(error.to_string()))
        }
    }
}

async fn ask_usage(
    core: &Core,
    whom: OnBehalfOf,
    token: &SecretString,
    workspace_id: Option<&str>,
) -> Result<Known, UsageError> {
    let bearer = Bearer { token: token.clone(), generation: 0 };
    let clients = core.outbound.clients(whom);
    let clients = clients.map_err(|error| UsageError::Unreachable(error.to_string()))?;
    let (backend, workspace_id) = (&core.config.backend_url, workspace_id.unwrap_or_default());
    let report = usage::fetch(&clients, backend, &bearer, workspace_id, &core.clock).await?;
    Ok(Known {
        user_id: report.user_id,
        workspace_id: report.workspace_id,
        email: report.email,
        plan: report.reading.plan,
    })
}
