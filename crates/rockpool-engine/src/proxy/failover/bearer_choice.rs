//! Which bearer an account is asked with.

use http::HeaderValue;
use rockpool_routing::{AccountId, Class};

use super::context::RequestContext;
use crate::provider::bearer::{Bearer, TokenError};

/// Which of an account's bearers to present.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum BearerChoice {
    /// Whatever the keeper has.
    #[default]
    Present,
    /// One that is newer than the generation that was refused: where another request has had it renewed meanwhile,
    /// it is there already.
    NewerThan(u64),
}

/// The bearer that an attempt presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BearerShown {
    /// The attempt ended before there was one.
    None,
    /// The one of this generation.
    Generation(u64),
}

/// The bearer of an account, and the workspace that it acts for.
pub(crate) async fn bearer_of(
    context: &RequestContext,
    account: AccountId,
    bearer_choice: BearerChoice,
) -> Result<(Bearer, HeaderValue), TokenError> {
    let gone = || TokenError::Passing("the account was removed".to_owned());
    let row = context.caller.registry.account(account).ok_or_else(gone)?;
    let workspace = HeaderValue::from_str(&row.workspace_id).map_err(|_| gone())?;
    let keeper = &context.core().keeper;
    let bearer = match bearer_choice {
        BearerChoice::Present => keeper.bearer(row.login).await?,
        BearerChoice::NewerThan(generation) => keeper.after_refusal(row.login, generation).await?,
    };
    Ok((bearer, workspace))
}

/// The class of an attempt for which there was no bearer.
pub(crate) fn class_without_bearer(error: &TokenError) -> Class {
    match error {
        TokenError::NeedsReauth | TokenError::UncertainSpent => Class::Unauthorized,
        TokenError::VaultLocked | TokenError::Passing(_) => Class::FAILURE,
    }
}
