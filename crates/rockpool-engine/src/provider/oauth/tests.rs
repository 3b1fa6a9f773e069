//! The issuer's client against a loopback issuer.

use serde_json::Value;

use super::*;
use crate::test_http::{Reply, Server};

async fn issuer(reply: Reply) -> (Server, OAuthClient) {
    let server = Server::answering(move |_| reply.clone()).await;
    let http = server.fresh_client();
    let client = OAuthClient::new(server.url(""), http);
    (server, client)
}

async fn refreshed(reply: Reply) -> Result<Renewal, RefreshError> {
    let (_server, client) = issuer(reply).await;
    client.refresh(&"rt-1".into(), RefreshReason::ProactiveExpiry).await
}

#[test]
fn the_authorize_address_has_the_providers_parameters_in_the_providers_order() {
    let client = OAuthClient::new(Url::parse("https://issuer.test").unwrap(), reqwest_client());
    let url = client.authorize_url("http://127.0.0.1:1455/auth/callback", "CH", "ST");
    assert_eq!(
        url.as_str(),
        "https://issuer.test/oauth/authorize?response_type=code&client_id=app_EMoamEEZ73f0CkXaXp7hrann\
         &redirect_uri=http%3A%2F%2F127.0.0.1%3A1455%2Fauth%2Fcallback&code_challenge=CH\
         &code_challenge_method=S256&state=ST&scope=openid+profile+email+offline_access\
         +api.connectors.read+api.connectors.invoke&id_token_add_organizations=true\
         &codex_cli_simplified_flow=true&originator=rockpool"
    );
}

fn reqwest_client() -> reqwest::Client {
    let url = Url::parse("http://127.0.0.1:1").unwrap();
    crate::test_http::clients(&crate::config::Config::rehearsal("/n".into(), url.clone(), url)).fresh
}

#[tokio::test]
async fn a_code_is_exchanged_by_form_with_its_verifier() {
    let reply = Reply::json(200, r#"{"access_token":"at","refresh_token":"rt","id_token":"id"}"#);
    let (server, client) = issuer(reply).await;
    let verifier = Verifier::random();
    let grant =
        client.exchange_code(&"c/1".into(), "http://127.0.0.1:9/auth/callback", &verifier).await.unwrap();
    assert_eq!(grant.access_token.expose_secret(), "at");
    assert_eq!(grant.refresh_token.unwrap().expose_secret(), "rt");
    let request = server.requests().remove(0);
    assert!(request.starts_with("POST /oauth/token HTTP/1.1"), "{request}");
    assert!(request.contains("content-type: application/x-www-form-urlencoded"), "{request}");
    assert!(request.contains("originator: rockpool"), "{request}");
    let form = format!(
        "grant_type=authorization_code&client_id=app_EMoamEEZ73f0CkXaXp7hrann&code=c%2F1\
         &redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fauth%2Fcallback&code_verifier={}",
        verifier.secret()
    );
    assert!(request.ends_with(&form), "{request}");
}

#[tokio::test]
async fn a_refused_code_names_the_issuers_reason() {
    let (_server, client) = issuer(Reply::json(400, r#"{"error":"invalid_grant"}"#)).await;
    let error = client.exchange_code(&"c".into(), "r", &Verifier::random()).await.unwrap_err();
    assert_eq!(error, ExchangeError::Refused { status: 400, code: "invalid_grant".into() });
}

#[tokio::test]
async fn a_refresh_is_json_with_its_reason() {
    let (server, client) = issuer(Reply::json(200, r#"{"access_token":"at2"}"#)).await;
    let renewal = client.refresh(&"rt-1".into(), RefreshReason::UnauthorizedRecovery).await.unwrap();
    assert_eq!(renewal.access_token.unwrap().expose_secret(), "at2");
    assert!(renewal.refresh_token.is_none());
    let request = server.requests().remove(0);
    let body: Value = serde_json::from_str(request.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert_eq!(
        body,
        serde_json::json!({"client_id": CLIENT_ID, "grant_type": "refresh_token",
            "refresh_reason": "unauthorized_recovery", "refresh_token": "rt-1"})
    );
}

#[tokio::test]
async fn tokens_that_come_encoded_are_not_lost() {
    let renewal = refreshed(Reply::gzip(r#"{"access_token":"at2","refresh_token":"rt-2"}"#)).await.unwrap();
    assert_eq!(renewal.access_token.unwrap().expose_secret(), "at2");
    assert_eq!(renewal.refresh_token.unwrap().expose_secret(), "rt-2");
}

#[tokio::test]
async fn the_issuers_final_words_are_final() {
    for (status, body, code) in [
        (401, r#"{"error":{"code":"refresh_token_reused","message":"…"}}"#, "refresh_token_reused"),
        (401, r#"{"error":{"code":"refresh_token_expired"}}"#, "refresh_token_expired"),
        (400, r#"{"error":"invalid_grant"}"#, "invalid_grant"),
        (403, r#"{"error":{"code":"app_session_terminated"}}"#, "app_session_terminated"),
    ] {
        let error = refreshed(Reply::json(status, body)).await.unwrap_err();
        assert_eq!(error, RefreshError::Final { code: code.into() });
    }
}

#[tokio::test]
async fn a_refusal_in_the_issuers_own_form_before_it_looked_at_the_token_leaves_it_unused() {
    for (status, body) in [
        (429, r#"{"error":{"code":"rate_limit_exceeded","message":"slow down"}}"#),
        (429, r#"{"error":{"type":"requests","message":"slow down"}}"#),
        (400, r#"{"error":"invalid_request"}"#),
        (401, r#"{"error":"invalid_client"}"#),
        (400, r#"{"error":"unsupported_grant_type"}"#),
    ] {
        let error = refreshed(Reply::json(status, body)).await.unwrap_err();
        assert!(matches!(error, RefreshError::Passing(_)), "{status} {body}: {error:?}");
    }
}

#[tokio::test]
async fn a_status_alone_or_a_gateways_page_proves_nothing_of_the_token() {
    let own = r#"{"error":{"code":"server_error"}}"#;
    for status in [301, 302, 307, 400, 401, 403, 404, 408, 413, 429, 500, 502, 503, 504, 520, 524] {
        for body in ["", "<html>busy</html>", r#"{"message":"busy"}"#] {
            let error = refreshed(Reply::json(status, body)).await.unwrap_err();
            assert!(matches!(error, RefreshError::Unknown(_)), "{status} {body}: {error:?}");
        }
        if status >= 500 {
            let error = refreshed(Reply::json(status, own)).await.unwrap_err();
            assert!(matches!(error, RefreshError::Unknown(_)), "{status}: {error:?}");
        }
    }
}

#[tokio::test]
async fn no_connection_leaves_the_token_unused() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let dead = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let client = OAuthClient::new(dead, reqwest_client());
    let error = client.refresh(&"rt-1".into(), RefreshReason::Scheduled).await.unwrap_err();
    assert!(matches!(error, RefreshError::Passing(_)), "{error:?}");
}

#[tokio::test]
async fn a_lost_answer_leaves_the_tokens_fate_open() {
    for reply in [
        Reply::cut(),
        Reply::json(504, ""),
        Reply::json(200, "{}"),
        Reply::json(200, "<html>"),
        Reply::half(r#"{"access_token":"at2","refresh_tok"#),
    ] {
        let error = refreshed(reply.clone()).await.unwrap_err();
        assert!(matches!(error, RefreshError::Unknown(_)), "{reply:?}: {error:?}");
    }
}

#[tokio::test]
async fn a_revocation_names_the_token_and_the_client() {
    let (server, client) = issuer(Reply::json(200, "{}")).await;
    client.revoke(&"rt-9".into()).await.unwrap();
    let request = server.requests().remove(0);
    assert!(request.starts_with("POST /oauth/revoke HTTP/1.1"), "{request}");
    assert!(request.contains("accept-encoding: identity"), "{request}");
    assert!(request.contains(r#"{"token":"rt-9","token_type_hint":"refresh_token","client_id":"app_"#));
}
