//! A login without a browser, and the `auth.json` that the provider's command line would have written for it.

use serde_json::json;

use crate::clock::rfc3339;
use crate::random;
use crate::world::jwt::CLIENT_ID;
use crate::world::logins::Issued;
use crate::world::people::SeatId;

/// Tokens of a login that was made directly. They are good for this simulator only.
#[derive(Clone)]
pub struct Minted {
    pub access_token: String,
    /// Single use.
    pub refresh_token: String,
    pub id_token: String,
    /// The file's text, as the client 0.169.0 writes it after a browser sign-in.
    pub auth_json: String,
}

impl Minted {
    pub(crate) fn new(issued: Issued, seat: &SeatId, issuer: &str, now_ms: i64) -> Self {
        let file = json!({
            "auth_mode": "chatgpt",
            "OPENAI_API_KEY": null,
            "tokens": {
                "id_token": issued.id_token, "access_token": issued.access_token, "refresh_token": issued.refresh_token,
                "oauth_provenance": {"issuer": issuer, "client_id": CLIENT_ID},
                "login_owner_id": random::token().chars().take(40).collect::<String>(),
                "account_id": seat.account_id,
            },
            "last_refresh": rfc3339(now_ms),
        });
        Self {
            auth_json: format!("{file:#}"),
            access_token: issued.access_token,
            refresh_token: issued.refresh_token,
            id_token: issued.id_token,
        }
    }
}

impl std::fmt::Debug for Minted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Minted").finish_non_exhaustive()
    }
}
