//! Which conversation a request belongs to, by its `metadata.user_id`.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::messages::params;
use crate::messages::wrong::Wrong;

/// Longer names are not looked at: Claude Code's are UUIDs.
const LONGEST: usize = 128;

#[derive(Deserialize)]
struct Metadata<'a> {
    #[serde(borrow)]
    user_id: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct UserId {
    session_id: Option<String>,
}

/// The conversation's name. Claude Code puts a JSON object with `session_id` into the string `user_id`; older ones
/// (2.0) `user_…_account_…_session_UUID`. Any other `user_id` names a person, not a conversation.
pub(super) fn conversation(metadata: Option<&RawValue>) -> Result<Option<String>, Wrong> {
    let Some(metadata) = metadata else { return Ok(None) };
    let metadata: Metadata<'_> = params::object(metadata)?;
    let Some(user) = metadata.user_id else { return Ok(None) };
    let user = params::string(Some(user), "user_id")?;
    let named = match serde_json::from_str::<UserId>(&user) {
        Ok(inside) => inside.session_id,
        Err(_) => user.rsplit_once("_session_").map(|(_, session)| session.to_owned()),
    };
    Ok(named.filter(|name| {
        (1..=LONGEST).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic())
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(user_id: &str) -> Option<String> {
        let metadata = serde_json::value::to_raw_value(&serde_json::json!({ "user_id": user_id })).unwrap();
        conversation(Some(&metadata)).unwrap()
    }

    #[test]
    fn a_session_is_found_in_both_forms_of_a_user_id_and_nowhere_else() {
        assert_eq!(named(r#"{"device_id":"d","session_id":"8e1f"}"#).as_deref(), Some("8e1f"));
        assert_eq!(named("user_ab_account__session_8e1f-2").as_deref(), Some("8e1f-2"));
        for none in ["", "minh", "{}", r#"{"session_id":""}"#, r#"{"session_id":null}"#, "a_session_", "[]"] {
            assert_eq!(named(none), None, "{none}");
        }
    }
}
