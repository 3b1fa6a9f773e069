//! Whose language a tool speaks, by what it shows of itself.

use http::{HeaderMap, Uri, header};

use crate::model::client::KeyKind;
use crate::provider::event::Audience;

/// The tool behind a request. Any sign of one that knows the backend is believed, so that none misses what it
/// understands: the names that the Codex CLI and its relatives give themselves, its headers, a key in the path (for
/// which only the CLI's built-in provider has a use), an address below the backend's. A library of the public API
/// shows none of them.
pub(crate) fn of(uri: &Uri, headers: &HeaderMap, key: KeyKind) -> Audience {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let named_codex = agent.get(..5).is_some_and(|name| name.eq_ignore_ascii_case("codex"));
    // It names itself an originator, and asks as the public API is asked: with a temperature, for models of its own.
    let opencode = agent.starts_with("opencode/");
    let own_headers =
        !opencode && headers.keys().any(|name| name == "originator" || name.as_str().starts_with("x-codex-"));
    let address = uri.path().contains("/backend-api/");
    if key == KeyKind::Path || named_codex || own_headers || address {
        Audience::Codex
    } else {
        Audience::PublicApi
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn of_request(path: &str, headers: &[(&str, &str)], key: KeyKind) -> Audience {
        let mut request = Request::post(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let head = request.body(()).unwrap().into_parts().0;
        of(&head.uri, &head.headers, key)
    }

    #[test]
    fn a_tool_that_shows_a_sign_of_the_backend_speaks_its_language_and_a_bare_library_does_not() {
        let own = [
            ("user-agent", "codex_exec/0.171.0 (Debian 12.0.0; x86_64)"),
            ("user-agent", "Codex Desktop/1.0"),
            ("originator", "some_relative"),
            ("x-codex-turn-metadata", "{}"),
        ];
        for header in own {
            assert_eq!(
                of_request("/v1/responses", &[header], KeyKind::Bearer),
                Audience::Codex,
                "{header:?}"
            );
        }
        assert_eq!(of_request("/k/rpu_x/v1/responses", &[], KeyKind::Path), Audience::Codex);
        assert_eq!(of_request("/backend-api/codex/responses", &[], KeyKind::Bearer), Audience::Codex);
        let opencode = [("user-agent", "opencode/1.18.33 (linux; x64)"), ("originator", "opencode")];
        assert_eq!(of_request("/v1/responses", &opencode, KeyKind::Bearer), Audience::PublicApi);
        let libraries = [
            ("user-agent", "OpenAI/Python 3.57.0"),
            ("user-agent", "node"),
            ("x-stainless-lang", "js"),
            ("session-id", "conversation-1"),
        ];
        for header in libraries {
            let audience = of_request("/v1/responses", &[header], KeyKind::Bearer);
            assert_eq!(audience, Audience::PublicApi, "{header:?}");
        }
    }
}
