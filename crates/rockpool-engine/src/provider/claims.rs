//! What id and access tokens say about themselves. Hints only: nothing is verified, nothing is decided
//! on them that a forger could gain from.

use jiff::Timestamp;
use jsonwebtoken::dangerous::insecure_decode_claims;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

/// The claims of interest; whatever a token does not say is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Claims {
    pub email: Option<String>,
    /// The provider's id of the person.
    pub user_id: Option<String>,
    /// The workspace that the token was made for.
    pub workspace_id: Option<String>,
    /// In lower case, such as `plus`.
    pub plan: Option<String>,
    /// The end, by the issuer's clock.
    pub expires_at: Option<Timestamp>,
    /// When it was made, by the issuer's clock.
    pub issued_at: Option<Timestamp>,
}

/// What the subject of a token is good for: it names the sign-in, not always the person.
#[derive(Clone, Copy)]
enum Subject {
    InPlaceOfAnId,
    Unread,
}

impl Claims {
    /// Reads one token; one that is no JWT says nothing.
    pub(crate) fn read(token: &SecretString) -> Self {
        Self::named(token, Subject::InPlaceOfAnId)
    }

    fn named(token: &SecretString, subject: Subject) -> Self {
        let Ok(claims) = insecure_decode_claims::<Value>(token.expose_secret()) else {
            return Self::default();
        };
        let auth = &claims["https://api.openai.com/auth"];
        let profile = &claims["https://api.openai.com/profile"];
        // In the provider's own folder, else at the top level, where some issuers of the field put them.
        let claim = |name: &str| text(&auth[name]).or_else(|| text(&claims[name]));
        let user_id = claim("chatgpt_user_id").or_else(|| claim("user_id"));
        Self {
            email: text(&claims["email"]).or_else(|| text(&profile["email"])),
            user_id: user_id.or_else(|| match subject {
                Subject::InPlaceOfAnId => text(&claims["sub"]),
                Subject::Unread => None,
            }),
            workspace_id: claim("chatgpt_account_id"),
            plan: claim("chatgpt_plan_type").map(|plan| plan.to_lowercase()),
            expires_at: moment(&claims["exp"]),
            issued_at: moment(&claims["iat"]),
        }
    }

    /// Who a pair of tokens belongs to: the id token's words, the access token's where it has none. The
    /// times are the access token's.
    pub(crate) fn of_pair(id_token: Option<&SecretString>, access_token: &SecretString) -> Self {
        let access = Self::named(access_token, Subject::Unread);
        let id = id_token.map(|token| Self::named(token, Subject::Unread)).unwrap_or_default();
        let named = id.user_id.or(access.user_id);
        // An id of the person in either token is worth more than a subject in the first.
        let subject = || id_token.and_then(|id| Self::read(id).user_id).or(Self::read(access_token).user_id);
        Self {
            email: id.email.or(access.email),
            user_id: named.or_else(subject),
            workspace_id: id.workspace_id.or(access.workspace_id),
            plan: id.plan.or(access.plan),
            expires_at: access.expires_at,
            issued_at: access.issued_at,
        }
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A NumericDate (RFC 7519 §2): seconds since 1970, perhaps with a fraction.
fn moment(value: &Value) -> Option<Timestamp> {
    let seconds = value.as_f64().filter(|seconds| seconds.is_finite() && *seconds > 0.0)?;
    Timestamp::from_second(seconds as i64).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    fn jwt(payload: &str) -> SecretString {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.sig", part(r#"{"alg":"none","typ":"JWT"}"#), part(payload)).into()
    }

    #[test]
    fn an_id_tokens_claims_are_read() {
        let claims = Claims::read(&jwt(
            r#"{"email":"a@b.test","iat":1795358362,"exp":1795361962.5,"https://api.openai.com/auth":
                {"chatgpt_account_id":"ws-1","chatgpt_plan_type":"Pro","chatgpt_user_id":"user-1","user_id":"other"}}"#,
        ));
        assert_eq!(claims.email.as_deref(), Some("a@b.test"));
        assert_eq!(claims.user_id.as_deref(), Some("user-1"));
        assert_eq!(claims.workspace_id.as_deref(), Some("ws-1"));
        assert_eq!(claims.plan.as_deref(), Some("pro"));
        assert_eq!(claims.issued_at, Timestamp::from_second(1_795_358_362).ok());
        assert_eq!(claims.expires_at, Timestamp::from_second(1_795_361_962).ok());
    }

    #[test]
    fn an_access_token_fills_in_what_the_id_token_lacks_and_gives_the_times() {
        let access = jwt(r#"{"exp":2000000000,"https://api.openai.com/profile":{"email":"p@b.test"},
                "https://api.openai.com/auth":{"chatgpt_account_id":"ws-2","user_id":"user-2"}}"#);
        let id = jwt(r#"{"exp":1,"https://api.openai.com/auth":{"chatgpt_plan_type":"plus"}}"#);
        let claims = Claims::of_pair(Some(&id), &access);
        assert_eq!(claims.email.as_deref(), Some("p@b.test"));
        assert_eq!(claims.plan.as_deref(), Some("plus"));
        assert_eq!(claims.user_id.as_deref(), Some("user-2"));
        assert_eq!(claims.expires_at, Timestamp::from_second(2_000_000_000).ok());
    }

    #[test]
    fn claims_at_the_top_level_are_read_where_the_providers_folder_has_none() {
        let claims = Claims::read(&jwt(
            r#"{"sub":"auth0|p1","chatgpt_account_id":"ws-1","chatgpt_user_id":"user-1","chatgpt_plan_type":"plus",
                "https://api.openai.com/auth":{"chatgpt_plan_type":"team"}}"#,
        ));
        assert_eq!(claims.workspace_id.as_deref(), Some("ws-1"));
        assert_eq!(claims.user_id.as_deref(), Some("user-1"));
        assert_eq!(claims.plan.as_deref(), Some("team"));
    }

    #[test]
    fn a_subject_stands_for_the_person_only_where_neither_token_names_one() {
        let (subject, id) = (jwt(r#"{"sub":"auth0|p1"}"#), jwt(r#"{"sub":"auth0|p1","user_id":"user-1"}"#));
        assert_eq!(Claims::read(&subject).user_id.as_deref(), Some("auth0|p1"));
        assert_eq!(Claims::of_pair(Some(&subject), &subject).user_id.as_deref(), Some("auth0|p1"));
        assert_eq!(Claims::of_pair(Some(&subject), &id).user_id.as_deref(), Some("user-1"));
    }

    #[test]
    fn junk_says_nothing() {
        for token in ["", "at-opaque", "a.b.c", "..", &"x".repeat(10_000)] {
            assert_eq!(Claims::read(&token.to_owned().into()), Claims::default());
        }
        let odd = jwt(r#"{"exp":"soon","iat":-5,"email":7,"https://api.openai.com/auth":[]}"#);
        assert_eq!(Claims::read(&odd), Claims::default());
    }
}
