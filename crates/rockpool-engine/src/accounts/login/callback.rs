//! Reads what comes back from the issuer, by the listener or pasted by the person.

use secrecy::SecretString;
use url::{Url, form_urlencoded};

/// What a callback says.
#[derive(Clone, Debug)]
pub(super) struct Callback {
    /// Which sign-in it is about.
    pub(super) state: String,
    pub(super) answer: Answer,
}

/// Whether the person was let in.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    /// A code, good once.
    Code(SecretString),
    /// A refusal, as a sentence with a way out.
    Refused(String),
}

/// Longest text that is looked at; real callbacks are under 1 kB.
const LONGEST: usize = 16 << 10;

impl Callback {
    /// Reads the query of a callback address; `None` where state, or both code and error, are missing.
    pub(super) fn from_query(query: &str) -> Option<Self> {
        let field = |wanted: &str| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
        };
        let state = field("state").filter(|state| !state.is_empty())?;
        if let Some(error) = field("error") {
            let about = field("error_description").unwrap_or_default();
            return Some(Self { state, answer: Answer::Refused(refusal(&error, &about)) });
        }
        let code = field("code").filter(|code| !code.is_empty())?;
        Some(Self { state, answer: Answer::Code(code.into()) })
    }

    /// Reads what a person pasted: the whole address, its query, or `code#state`.
    pub(super) fn from_paste(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || text.len() > LONGEST || text.contains(char::is_whitespace) {
            return None;
        }
        if let Some(query) = Url::parse(text).ok().as_ref().and_then(Url::query) {
            return Self::from_query(query);
        }
        if text.contains("code=") || text.contains("error=") {
            let query = text.split_once('?').map_or(text, |(_, query)| query);
            return Self::from_query(query);
        }
        let (code, state) = text.split_once('#')?;
        if code.is_empty() || state.is_empty() {
            return None;
        }
        Some(Self { state: state.to_owned(), answer: Answer::Code(code.to_owned().into()) })
    }
}

/// The issuer's refusal in words a person can act on (codes of the provider's client 0.169.0).
fn refusal(error: &str, about: &str) -> String {
    if about.contains("missing_codex_entitlement") {
        return "Codex is not enabled for this workspace. Ask its administrator to enable it, or sign in to another workspace."
            .to_owned();
    }
    if error == "access_denied" {
        return "The sign-in was declined in the browser. Start it again and allow access.".to_owned();
    }
    let code: String = error
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || "_-".contains(*letter))
        .take(60)
        .collect();
    format!("The provider refused the sign-in ({code}). Start it again.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;

    fn code(callback: Option<Callback>) -> Option<(String, String)> {
        let callback = callback?;
        match callback.answer {
            Answer::Code(code) => Some((code.expose_secret().to_owned(), callback.state)),
            Answer::Refused(_) => None,
        }
    }

    #[test]
    fn an_address_a_query_and_a_code_with_its_state_can_be_pasted() {
        let wanted = Some(("ac/1".to_owned(), "st".to_owned()));
        for text in [
            "http://127.0.0.1:1455/auth/callback?code=ac%2F1&scope=openid&state=st",
            "  http://localhost:1455/auth/callback?state=st&code=ac%2F1#\n",
            "127.0.0.1:1455/auth/callback?code=ac%2F1&state=st",
            "/auth/callback?code=ac%2F1&state=st",
            "code=ac%2F1&state=st",
            "ac/1#st",
        ] {
            assert_eq!(code(Callback::from_paste(text)), wanted, "{text}");
        }
    }

    #[test]
    fn junk_is_not_taken_for_a_callback() {
        let long = format!("code=x&state={}", "y".repeat(LONGEST));
        for text in [
            "",
            "   ",
            "hello",
            "https://example.test",
            "http://127.0.0.1:1455/?code=x",
            "code=&state=s",
            "#",
            "a#",
            "#b",
            "a b#c",
            "\u{0}",
            &long,
        ] {
            assert!(Callback::from_paste(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_refusal_names_the_way_out_and_repeats_no_markup() {
        let words = |query: &str| match Callback::from_query(query).unwrap().answer {
            Answer::Refused(words) => words,
            Answer::Code(_) => panic!("not refused"),
        };
        assert!(words("error=access_denied&state=s").contains("declined"));
        let entitlement = words("error=access_denied&error_description=missing_codex_entitlement&state=s");
        assert!(entitlement.contains("not enabled for this workspace"));
        assert_eq!(
            words("error=%3Cscript%3Ex&state=s"),
            "The provider refused the sign-in (scriptx). Start it again."
        );
    }
}
