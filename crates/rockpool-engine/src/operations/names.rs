//! What an account may be called.

use rockpool_routing::TenantId;

use super::error::ActionError;
use super::handle::EngineHandle;
use crate::jobs::enroll::Names;

/// Longest slug and longest display name, in characters.
const LONGEST_SLUG: usize = 48;
const LONGEST_DISPLAY_NAME: usize = 80;
/// `/accounts/import` is a route of its own: an account of this name could not be reached.
const RESERVED_SLUG: &str = "import";

/// How a new account is to be called; a name that is there already is refused.
pub(super) fn new_names(
    engine: &EngineHandle,
    tenant: TenantId,
    name: Option<&str>,
    display_name: Option<&str>,
) -> Result<Names, ActionError> {
    let name = name.map(valid_slug).transpose()?;
    if let Some(name) = &name
        && engine.account(tenant, name).is_ok()
    {
        return Err(name_taken(name));
    }
    Ok(Names { name, display_name: display_name.map(valid_display_name).transpose()? })
}

/// A slug: lower-case letters, digits and inner dashes.
pub(super) fn valid_slug(name: &str) -> Result<String, ActionError> {
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

pub(super) fn valid_display_name(name: &str) -> Result<String, ActionError> {
    let name = name.trim();
    let fits =
        (1..=LONGEST_DISPLAY_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if fits {
        return Ok(name.to_owned());
    }
    let text = format!("A display name has 1 to {LONGEST_DISPLAY_NAME} characters and no line breaks.");
    Err(ActionError::invalid("invalid_display_name", name, text))
}

pub(super) fn name_taken(name: &str) -> ActionError {
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
