//! Signed tokens with the provider's claim layout. The signature is the simulator's own.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::{Value, json};

use crate::clock::rfc3339;
use crate::random;
use crate::world::people::{Person, Workspace};

/// The public client id that the provider's command line uses (client 0.169.0).
pub(crate) const CLIENT_ID: &str = "app_EMoamEEZ73f0CkXaXp7hrann";

/// Lifetime of an id token, in seconds (reported: about an hour).
const ID_TOKEN_SECONDS: i64 = 3600;

/// For whom and when tokens are made.
pub(crate) struct Subject<'a> {
    pub person: &'a Person,
    pub workspace: &'a Workspace,
    pub issuer: &'a str,
    pub now_ms: i64,
    pub access_expires_at: i64,
}

impl Subject<'_> {
    pub(crate) fn id_token(&self) -> String {
        let now = self.now_ms.div_euclid(1000);
        sign(&json!({
            "iss": self.issuer, "aud": [CLIENT_ID], "sub": self.person.user_id, "jti": random::id(""),
            "iat": now, "exp": now + ID_TOKEN_SECONDS, "auth_time": now,
            "email": self.person.email, "email_verified": true,
            "https://api.openai.com/auth": self.auth_claim(),
        }))
    }

    pub(crate) fn access_token(&self) -> String {
        let now = self.now_ms.div_euclid(1000);
        sign(&json!({
            "iss": self.issuer, "aud": ["https://api.openai.com/v1"], "sub": self.person.user_id, "jti": random::id(""),
            "iat": now, "nbf": now, "exp": self.access_expires_at, "client_id": CLIENT_ID,
            "scp": ["openid", "profile", "email", "offline_access"],
            "https://api.openai.com/profile": {"email": self.person.email, "email_verified": true},
            "https://api.openai.com/auth": self.auth_claim(),
        }))
    }

    fn auth_claim(&self) -> Value {
        let organization = format!("org-{}", self.workspace.account_id);
        let month_ms = 30 * 86_400_000_i64;
        json!({
            "chatgpt_account_id": self.workspace.account_id,
            "chatgpt_account_user_id": format!("{}__{}", self.person.user_id, self.workspace.account_id),
            "chatgpt_account_is_fedramp": false,
            "chatgpt_plan_type": self.workspace.plan,
            "chatgpt_user_id": self.person.user_id,
            "user_id": self.person.user_id,
            "chatgpt_subscription_active_start": rfc3339(self.now_ms - month_ms),
            "chatgpt_subscription_active_until": rfc3339(self.now_ms + month_ms),
            "chatgpt_subscription_last_checked": rfc3339(self.now_ms),
            "organizations": [{"id": organization, "is_default": true, "role": "owner", "title": "Personal"}],
            "organization_id": organization,
            "project_id": format!("proj-{}", self.workspace.account_id),
            "completed_platform_onboarding": true,
            "is_org_owner": true,
        })
    }
}

fn sign(claims: &Value) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT","kid":"rockpool-sim"}"#);
    let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
    let signed = format!("{header}.{payload}");
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"rockpool-sim signs for itself");
    let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes()));
    format!("{signed}.{signature}")
}
