//! Accounts: importing, renaming, setting aside, removing, asking for quota.

use std::path::PathBuf;

use rockpool_routing::account::Activation;
use rockpool_routing::{LoginId, TenantId};

use super::error::{ActionError, refused};
use super::handle::EngineHandle;
use super::requests::{AccountChange, AccountImport, ImportModeName};
use super::snapshot;
use crate::accounts::login::Purpose;
use crate::accounts::token::AdoptError;
use crate::accounts::token::auth_file::AuthFile;
use crate::jobs::enroll::{Details, EnrollError, Enroller};
use crate::jobs::poll::PollError;
use crate::provider::oauth::TokenGrant;
use crate::provider::usage::UsageError;
use crate::snapshot::AccountView;
use crate::store::{AccountEdit, AccountRow, Obtained};

/// Longest slug and longest display name, in characters.
const LONGEST_SLUG: usize = 48;
const LONGEST_DISPLAY_NAME: usize = 80;
/// `/accounts/import` is a route of its own: an account of this name could not be reached.
const RESERVED_SLUG: &str = "import";

/// Makes an account of an `auth.json`, or repairs the one that the same login has.
pub(crate) async fn import(
    engine: &EngineHandle,
    tenant: TenantId,
    import: AccountImport,
) -> Result<AccountView, ActionError> {
    let obtained = obtained(import.mode, import.path)?;
    engine.keeps_tokens()?;
    let file = AuthFile::parse(&import.auth_json)
        .map_err(|error| ActionError::invalid("auth_json_not_usable", "auth_json", error.to_string()))?;
    if let Some(issuer) = &file.issuer
        && issuer.trim_end_matches('/') != engine.config().auth_url.as_str().trim_end_matches('/')
    {
        let text = format!("This login was issued by {issuer}, to which Rockpool does not send tokens here.");
        return Err(ActionError::invalid("foreign_issuer", "auth_json", text));
    }
    let details = details(engine, tenant, import.name.as_deref(), import.display_name.as_deref())?;
    let grant = TokenGrant {
        access_token: file.access_token,
        refresh_token: file.refresh_token,
        id_token: file.id_token,
    };
    let enroller = Enroller::new(engine.core().clone(), engine.poller().clone());
    let details = Details { workspace_id: file.workspace_id, ..details };
    let row = enroller.enroll(tenant, Purpose::Add, grant, obtained, details).await.map_err(in_words)?;
    shown(engine, &row)
}

/// How a new account is to be called; a name that is there already is refused.
pub(super) fn details(
    engine: &EngineHandle,
    tenant: TenantId,
    name: Option<&str>,
    display_name: Option<&str>,
) -> Result<Details, ActionError> {
    let name = name.map(valid_slug).transpose()?;
    if let Some(name) = &name
        && engine.account(tenant, name).is_ok()
    {
        return Err(name_taken(name));
    }
    let display_name = display_name.map(valid_display_name).transpose()?;
    Ok(Details { name, display_name, workspace_id: None })
}

fn obtained(mode: ImportModeName, path: Option<PathBuf>) -> Result<Obtained, ActionError> {
    let refused = |sentence: &str| Err(ActionError::invalid("invalid_field", "path", sentence));
    match (mode, path) {
        (ImportModeName::TakeOver, None) => Ok(Obtained::Import),
        (ImportModeName::TakeOver, Some(_)) => refused("path: Only an import that follows a file has one."),
        (ImportModeName::Follow, Some(path)) if path.is_absolute() => Ok(Obtained::Follow(path)),
        (ImportModeName::Follow, Some(_)) => refused("path: Give the file's absolute path."),
        (ImportModeName::Follow, None) => refused("path: Name the file to follow, by its absolute path."),
    }
}

pub(super) fn in_words(error: EnrollError) -> ActionError {
    let message = error.to_string();
    match error {
        EnrollError::Anonymous | EnrollError::NoWorkspace => {
            ActionError::invalid("login_without_identity", "auth_json", message)
        }
        EnrollError::SomebodyElse { account, .. } => {
            ActionError::conflict("another_login", &account, message)
        }
        EnrollError::Gone => ActionError::not_found("account_not_found", "account", message),
        EnrollError::Adopt(AdoptError::AlreadyHeld(_)) => {
            ActionError::conflict("refresh_token_held", "auth_json", message)
        }
        EnrollError::Adopt(AdoptError::NoRefreshToken) => {
            ActionError::invalid("no_refresh_token", "auth_json", message)
        }
        EnrollError::Adopt(_) => ActionError::unavailable("login_not_saved", message),
        EnrollError::Store(error) => refused(error),
    }
}

/// Renames, pauses or resumes an account.
pub(crate) async fn update(
    engine: &EngineHandle,
    tenant: TenantId,
    name: &str,
    change: AccountChange,
) -> Result<AccountView, ActionError> {
    let edit = AccountEdit {
        name: change.name.as_deref().map(valid_slug).transpose()?,
        display_name: change.display_name.as_deref().map(valid_display_name).transpose()?,
        activation: change.state,
    };
    let core = engine.core();
    let _edit = core.registry.edit().await;
    let row = engine.account(tenant, name)?;
    if let Some(new_name) = edit.name.as_ref().filter(|new_name| **new_name != row.name)
        && engine.account(tenant, new_name).is_ok()
    {
        return Err(name_taken(new_name));
    }
    core.store.edit_account(tenant, row.id, edit, core.clock.wall()).await.map_err(refused)?;
    engine.reload().await?;
    if let Some(state) = change.state {
        core.routing.learn(|router, _| router.set_activation(row.id, state));
    }
    if change.state == Some(Activation::Active) {
        engine.poller().look_now(row.id);
    }
    shown(engine, &row)
}

/// Removes an account: it leaves its pool, and a pool of its own is dissolved. While clients are pointed at it, it
/// stays: they would have nowhere to go.
pub(crate) async fn remove(engine: &EngineHandle, tenant: TenantId, name: &str) -> Result<(), ActionError> {
    let orphan = take_out(engine, tenant, name).await?;
    if let Some(login) = orphan
        && let Err(error) = engine.core().keeper.forget(login).await
    {
        return Err(ActionError::unavailable("login_stays_behind", error.to_string()));
    }
    Ok(())
}

/// Removes the account and gives the login that serves no other.
async fn take_out(
    engine: &EngineHandle,
    tenant: TenantId,
    name: &str,
) -> Result<Option<LoginId>, ActionError> {
    let _edit = engine.core().registry.edit().await;
    let row = engine.account(tenant, name)?;
    let registry = engine.core().registry.get();
    let pointed: Vec<&str> = registry
        .clients
        .iter()
        .filter(|client| client.account == row.id)
        .map(|client| &*client.name)
        .collect();
    if !pointed.is_empty() {
        let clients = pointed.join("”, “");
        let text = format!(
            "“{name}” serves the tools “{clients}”; point them at another account or remove them first."
        );
        return Err(ActionError::conflict("account_in_use", name, text));
    }
    let orphan = engine.core().store.delete_account(tenant, row.id).await.map_err(refused)?;
    engine.reload().await?;
    engine.core().routing.learn(|router, _| router.remove_account(row.id));
    Ok(orphan)
}

/// Asks the provider now.
pub(crate) async fn refresh_quota(
    engine: &EngineHandle,
    tenant: TenantId,
    name: &str,
) -> Result<AccountView, ActionError> {
    let row = engine.account(tenant, name)?;
    engine.poller().ask(engine.core(), &row).await.map_err(|error| {
        let code = match &error {
            PollError::Token(_) => "no_bearer",
            PollError::Usage(UsageError::Unauthorized) => "refused",
            PollError::Usage(_) => "usage_unavailable",
        };
        ActionError::unavailable(code, format!("The quota of “{name}” could not be read: {error}."))
    })?;
    shown(engine, &row)
}

pub(super) fn shown(engine: &EngineHandle, row: &AccountRow) -> Result<AccountView, ActionError> {
    let core = engine.core();
    let registry = core.registry.get();
    let present = registry.account(row.id).ok_or_else(|| ActionError::no_account(&row.name))?;
    Ok(core.routing.read(|router, now| snapshot::account(core, &registry, router, present, now)))
}

/// A slug: lower-case letters, digits and inner dashes.
fn valid_slug(name: &str) -> Result<String, ActionError> {
    if name == RESERVED_SLUG {
        let text = "“import” is a word of the management API and names no account; choose another name.";
        return Err(ActionError::invalid("invalid_name", name, text));
    }
    let allowed = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    let fits = (1..=LONGEST_SLUG).contains(&name.len())
        && name.chars().all(allowed)
        && !name.starts_with('-')
        && !name.ends_with('-');
    if fits {
        return Ok(name.to_owned());
    }
    let text = format!(
        "An account's name has 1 to {LONGEST_SLUG} lower-case letters, digits and inner dashes, such as codex-pro-1."
    );
    Err(ActionError::invalid("invalid_name", name, text))
}

fn valid_display_name(name: &str) -> Result<String, ActionError> {
    let name = name.trim();
    let fits =
        (1..=LONGEST_DISPLAY_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if fits {
        return Ok(name.to_owned());
    }
    let text = format!("A display name has 1 to {LONGEST_DISPLAY_NAME} characters and no line breaks.");
    Err(ActionError::invalid("invalid_display_name", name, text))
}

fn name_taken(name: &str) -> ActionError {
    ActionError::conflict(
        "name_taken",
        name,
        format!("There is an account “{name}” already; choose another name."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_has_lower_case_letters_digits_and_inner_dashes() {
        assert!(valid_slug("codex-pro-1").is_ok());
        for bad in ["", "-a", "a-", "A", "a b", "ä", &"x".repeat(49)] {
            assert!(valid_slug(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_slug_is_no_word_of_the_api() {
        let error = valid_slug("import").unwrap_err();
        assert!(error.message.contains("choose another name"), "{error}");
        assert!(valid_slug("imports").is_ok());
    }
}
