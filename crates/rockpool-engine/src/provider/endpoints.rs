//! The provider's addresses: every path that is used, and the one place that puts them behind a base.
//!
//! Sources: requests of the Codex CLI 0.169.0 against a loopback server; for images, search and recordings the page
//! `docs/decisions/0019-images-and-transcription.md`.

use url::Url;

/// Answers of a model, over HTTP and WebSocket; below the backend.
pub(crate) const RESPONSES: &str = "codex/responses";
/// Shortens a conversation; below the backend.
pub(crate) const COMPACT: &str = "codex/responses/compact";
/// Makes images of words; below the backend.
pub(crate) const IMAGE_GENERATIONS: &str = "codex/images/generations";
/// Makes images of images and words; below the backend.
pub(crate) const IMAGE_EDITS: &str = "codex/images/edits";
/// Searches the web for the Codex CLI; below the backend.
pub(crate) const SEARCH: &str = "codex/alpha/search";
/// Writes down what a recording says; below the backend.
pub(crate) const TRANSCRIBE: &str = "transcribe";
/// The models that an account may use, filtered by the query's `client_version`; below the backend.
pub(crate) const MODELS: &str = "codex/models";
/// The version of the backend's contract that requests of Rockpool's own are written by. The backend filters the list of
/// models by it and gives none without it; it is no name of a client: `originator` and `user-agent` say who asks.
pub(crate) const CLIENT_VERSION: &str = "0.171.0";
/// An account's quota. The provider has it at `wham/usage` below bases that contain `/backend-api`, and at
/// `api/codex/usage` below any other; Rockpool speaks to the first kind only.
pub(crate) const USAGE: &str = "wham/usage";

/// The workspaces that a login reaches; below the backend, as [`USAGE`].
pub(crate) const ACCOUNTS_CHECK: &str = "wham/accounts/check";

/// What a request to a path is to the conversation that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A turn of it, or what shortens it.
    Turn,
    /// Asked beside it. It moves the conversation nowhere, and not every account has it.
    Aside,
}

impl Part {
    /// Of a path below the backend, without its query.
    pub(crate) fn of(path: &str) -> Self {
        match path {
            IMAGE_GENERATIONS | IMAGE_EDITS | SEARCH | TRANSCRIBE => Self::Aside,
            _ => Self::Turn,
        }
    }
}

/// The page on which a person signs in; below the issuer.
pub(crate) const AUTHORIZE: &str = "oauth/authorize";
/// Exchanges codes and refresh tokens; below the issuer.
pub(crate) const TOKEN: &str = "oauth/token";
/// Forgets a refresh token; below the issuer.
pub(crate) const REVOKE: &str = "oauth/revoke";
/// Gives a device code; below the issuer.
pub(crate) const DEVICE_CODE: &str = "api/accounts/deviceauth/usercode";
/// Says what became of a device code; below the issuer.
pub(crate) const DEVICE_POLL: &str = "api/accounts/deviceauth/token";
/// The page on which a person enters a device code; below the issuer.
pub(crate) const DEVICE_PAGE: &str = "codex/device";
/// The redirect address that stands for a device code, which no browser ever sees; below the issuer.
pub(crate) const DEVICE_CALLBACK: &str = "deviceauth/callback";
/// Whose a personal access token is; below the issuer.
pub(crate) const WHOAMI: &str = "api/accounts/v1/user-auth-credential/whoami";

/// The address of `target`, a path without a leading slash and perhaps a query, below `base`.
///
/// `base` may end with a slash: the configuration trims it, but an address without a path is written with
/// one again.
pub(crate) fn below(base: &Url, target: &str) -> Url {
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    };
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url.set_query(query);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_put_behind_its_base_with_one_slash_and_its_query_untouched() {
        let at = |base: &str, target| below(&Url::parse(base).unwrap(), target).to_string();
        for base in ["https://a.test", "https://a.test/"] {
            assert_eq!(at(base, TOKEN), "https://a.test/oauth/token");
        }
        for base in ["https://a.test/backend-api", "https://a.test/backend-api/"] {
            assert_eq!(at(base, USAGE), "https://a.test/backend-api/wham/usage");
            assert_eq!(
                at(base, "codex/models?client_version=0.169.0&x=%2F?"),
                "https://a.test/backend-api/codex/models?client_version=0.169.0&x=%2F?"
            );
        }
    }
}
