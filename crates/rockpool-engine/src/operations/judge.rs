//! What becomes of one login of a file: found out before anything is kept, and again when it is taken.

use std::sync::Arc;

use rockpool_routing::{CredentialState, LoginId, TenantId};

use crate::accounts::import::LoginFile;
use crate::accounts::token::fingerprint_of;
use crate::core::Core;
use crate::jobs::enroll::account_of;
use crate::jobs::identity::{Identity, Unidentified, identify};
use crate::model::import::{ImportFate, ImportReason, RenewedBy};
use crate::provider::oauth::TokenGrant;
use crate::provider::outbound::OnBehalfOf;
use crate::store::{KnownToken, Obtained};

/// One login of a file, looked at.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    /// Absent where it was not found out.
    pub(super) identity: Option<Identity>,
}

/// What becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// A new account.
    New,
    /// A new account for another workspace of a login that is here.
    OtherWorkspace(LoginId),
    /// The account of this slug gets it in place of one that works, or does not.
    Repairs {
        account: String,
        works: Works,
    },
    /// The account of this slug has it.
    AlreadyHere {
        account: String,
    },
    Refused {
        reason: ImportReason,
        message: String,
    },
}

/// Whether an account serves with the login that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Works {
    Yes,
    No,
}

impl Verdict {
    pub(super) fn refused(reason: ImportReason, message: impl Into<String>) -> Self {
        Self::Refused { reason, message: message.into() }
    }

    pub(super) fn fate(&self) -> ImportFate {
        match self {
            Self::New => ImportFate::NewAccount,
            Self::OtherWorkspace(_) => ImportFate::OtherWorkspace,
            Self::Repairs { .. } => ImportFate::Repairs,
            Self::AlreadyHere { .. } => ImportFate::AlreadyHere,
            Self::Refused { reason: ImportReason::Spent, .. } => ImportFate::Spent,
            Self::Refused { reason: ImportReason::Ended | ImportReason::TokenRefused, .. } => {
                ImportFate::Ended
            }
            Self::Refused { .. } => ImportFate::Refused,
        }
    }

    pub(super) fn is_recommended(&self) -> bool {
        match self {
            Self::New | Self::OtherWorkspace(_) | Self::Repairs { works: Works::No, .. } => true,
            Self::Repairs { works: Works::Yes, .. } | Self::AlreadyHere { .. } | Self::Refused { .. } => {
                false
            }
        }
    }
}

/// How a login of a file comes to be here.
pub(super) fn obtained(login: &LoginFile) -> Obtained {
    if login.refresh_token.is_some() { Obtained::Import } else { Obtained::AccessToken }
}

pub(super) fn grant(login: &LoginFile) -> TokenGrant {
    TokenGrant {
        access_token: login.access_token.clone(),
        refresh_token: login.refresh_token.clone(),
        id_token: login.id_token.clone(),
    }
}

/// Looks at one login that would be `obtained` in this way. The provider is asked only where tokens and file do
/// not say enough, and never with a refresh token.
pub(super) async fn judge(
    core: &Arc<Core>,
    tenant: TenantId,
    login: &LoginFile,
    obtained: &Obtained,
) -> Judged {
    let refused =
        |reason, message: String| Judged { verdict: Verdict::Refused { reason, message }, identity: None };
    if let Some(issuer) = foreign_issuer(core, login) {
        let text = format!("This login was issued by {issuer}, to which Rockpool does not send tokens here.");
        return refused(ImportReason::ForeignIssuer, text);
    }
    let ends_at = login.claims().expires_at.filter(|_| *obtained == Obtained::AccessToken);
    if ends_at.is_some_and(|end| end <= core.clock.wall()) {
        let text =
            "This access token is over, and there is no refresh token to renew it with; sign in instead.";
        return refused(ImportReason::Ended, text.to_owned());
    }
    let known = match fingerprint_of(obtained, &login.access_token, login.refresh_token.as_ref()) {
        None => None,
        Some(fingerprint) => match core.keeper.known(fingerprint).await {
            Ok(known) => known,
            Err(error) => return refused(ImportReason::NotSaved, error.to_string()),
        },
    };
    if known == Some(KnownToken::Spent) {
        let text = "Rockpool used this refresh token up already, so the file is out of date. Sign in again, or \
                    import a newer file.";
        return refused(ImportReason::Spent, text.to_owned());
    }
    let whom = match known {
        Some(KnownToken::Held(holder)) => OnBehalfOf::Login(holder),
        Some(KnownToken::Spent) | None => OnBehalfOf::Nobody,
    };
    match identify(core, (tenant, whom), &grant(login), &login.said).await {
        Ok(identity) => {
            Judged { verdict: place(core, tenant, &identity, (known, obtained)), identity: Some(identity) }
        }
        Err(error) => refused(reason_of(&error), error.to_string()),
    }
}

fn place(
    core: &Core,
    tenant: TenantId,
    identity: &Identity,
    (known, obtained): (Option<KnownToken>, &Obtained),
) -> Verdict {
    let registry = core.registry.get();
    let seat = account_of(&registry, tenant, identity);
    let holder = match known {
        Some(KnownToken::Held(login)) => Some(login),
        Some(KnownToken::Spent) | None => None,
    };
    match (seat, holder) {
        (None, None) => Verdict::New,
        (Some(row), None) => {
            let account = row.name.clone();
            match core.keeper.state(row.login) {
                Some(CredentialState::NeedsReauth) | None => Verdict::Repairs { account, works: Works::No },
                // An access token alone ends; it must not take the place of a refresh token that serves, or may yet.
                Some(_) if *obtained == Obtained::AccessToken && is_renewed(core, row.login) => {
                    Verdict::AlreadyHere { account }
                }
                Some(CredentialState::Usable | CredentialState::VaultLocked) => {
                    Verdict::Repairs { account, works: Works::Yes }
                }
                Some(CredentialState::UncertainServing | CredentialState::UncertainSpent) => {
                    Verdict::Repairs { account, works: Works::No }
                }
            }
        }
        (Some(row), Some(_)) => Verdict::AlreadyHere { account: row.name.clone() },
        (None, Some(login)) if registry.accounts_of(tenant).any(|row| row.login == login) => {
            Verdict::OtherWorkspace(login)
        }
        (None, Some(_)) => Verdict::refused(
            ImportReason::HeldElsewhere,
            "This login is here already; a refresh token can have one owner only.",
        ),
    }
}

fn is_renewed(core: &Core, login: LoginId) -> bool {
    match core.keeper.life(login).map(|life| life.renewed_by) {
        Some(RenewedBy::Rockpool | RenewedBy::OtherTool) => true,
        Some(RenewedBy::Nobody) | None => false,
    }
}

fn foreign_issuer<'a>(core: &Core, login: &'a LoginFile) -> Option<&'a str> {
    let ours = core.config.auth_url.as_str().trim_end_matches('/');
    login.said.issuer.as_deref().filter(|issuer| issuer.trim_end_matches('/') != ours)
}

fn reason_of(error: &Unidentified) -> ImportReason {
    match error {
        Unidentified::Anonymous => ImportReason::NoIdentity,
        Unidentified::NoWorkspace => ImportReason::NoWorkspace,
        Unidentified::Refused => ImportReason::TokenRefused,
        Unidentified::Unreachable(_) => ImportReason::ProviderUnreachable,
    }
}
