//! Device codes against a loopback issuer.

use super::*;
use crate::test_http::{Reply, Server};

async fn issuer(reply: Reply) -> (Server, OAuthClient) {
    let server = Server::answering(move |_| reply.clone()).await;
    let http = server.fresh_client();
    let client = OAuthClient::new(server.url(""), http);
    (server, client)
}

fn now() -> Timestamp {
    "2027-01-15T08:00:00Z".parse().unwrap()
}

async fn asked(status: u16, body: &str) -> Result<DeviceCode, DeviceCodeError> {
    let (_server, client) = issuer(Reply::json(status, body)).await;
    client.device_code(now()).await
}

async fn polled(reply: Reply) -> Result<DeviceAnswer, DevicePollError> {
    let (_server, client) = issuer(reply).await;
    let device = DeviceCode::of_test(INTERVAL, now());
    client.poll_device(&device).await
}

#[tokio::test]
async fn a_code_is_asked_for_as_the_providers_client_does() {
    let body = r#"{"device_auth_id":"da","user_code":"ABCD-12345","interval":"7","expires_at":"2027-01-15T08:10:00Z"}"#;
    let (server, client) = issuer(Reply::json(200, body)).await;
    let device = client.device_code(now()).await.unwrap();
    assert_eq!(device.user_code, "ABCD-12345");
    assert_eq!(device.page, server.url("/codex/device"));
    assert_eq!(device.interval, Duration::from_secs(7));
    assert_eq!(device.expires_at, "2027-01-15T08:10:00Z".parse().unwrap());
    let request = server.requests().remove(0);
    assert!(request.starts_with("POST /api/accounts/deviceauth/usercode HTTP/1.1"), "{request}");
    assert!(request.contains("content-type: application/json"), "{request}");
    assert!(request.ends_with(r#"{"client_id":"app_EMoamEEZ73f0CkXaXp7hrann"}"#), "{request}");
    assert!(!format!("{device:?}").contains("\"da\""), "its id is as good as the sign-in");
}

#[tokio::test]
async fn what_the_issuer_leaves_out_or_gets_wrong_has_a_sensible_value() {
    for (interval, seconds) in [
        (r#""5""#, 5),
        ("3", 3),
        (r#""""#, 5),
        (r#""soon""#, 5),
        ("0", 1),
        ("-1", 5),
        ("86400", 60),
        ("null", 5),
    ] {
        let device =
            asked(200, &format!(r#"{{"device_auth_id":"d","usercode":"A-1","interval":{interval}}}"#)).await;
        assert_eq!(device.unwrap().interval, Duration::from_secs(seconds), "{interval}");
    }
    for end in ["null", r#""""#, r#""2027-01-15T07:59:00Z""#, r#""2027-01-15T09:00:00Z""#] {
        let device =
            asked(200, &format!(r#"{{"device_auth_id":"d","user_code":"A-1","expires_at":{end}}}"#)).await;
        assert_eq!(device.unwrap().expires_at, now() + LIFETIME, "{end}");
    }
}

#[tokio::test]
async fn an_issuer_without_device_codes_is_told_from_one_that_refuses_or_is_away() {
    assert_eq!(asked(404, "{}").await.unwrap_err(), DeviceCodeError::NotOffered);
    let refused = asked(400, r#"{"error":{"code":"invalid_client"}}"#).await.unwrap_err();
    assert_eq!(refused, DeviceCodeError::Refused { status: 400, code: "invalid_client".to_owned() });
    for body in
        ["", "{}", "<html>", r#"{"device_auth_id":"d","user_code":"<b>"}"#, r#"{"device_auth_id":"d"}"#]
    {
        let error = asked(200, body).await.unwrap_err();
        assert!(matches!(error, DeviceCodeError::Unreachable(_)), "{body}: {error:?}");
    }
}

#[tokio::test]
async fn an_answer_is_read_by_its_word_and_without_one_by_its_status() {
    for (status, body, wanted) in [
        (403, r#"{"error":{"message":"pending"}}"#, "pending"),
        (403, r#"{"error":{"code":"deviceauth_authorization_pending"}}"#, "pending"),
        (404, "", "pending"),
        (400, r#"{"error":"authorization_pending"}"#, "pending"),
        (400, r#"{"error":"slow_down"}"#, "slow down"),
        (429, "", "slow down"),
        (403, r#"{"error":{"code":"access_denied"}}"#, "declined"),
        (400, r#"{"error":"expired_token"}"#, "expired"),
        (400, r#"{"error":"invalid_grant"}"#, "refused 400 invalid_grant"),
        (401, "", "refused 401 no code"),
        (200, "{}", "refused 200 no code"),
        (500, "", "passing"),
        (503, "<html>", "passing"),
    ] {
        let read = match polled(Reply::json(status, body)).await {
            Ok(DeviceAnswer::Pending) => "pending".to_owned(),
            Ok(DeviceAnswer::SlowDown) => "slow down".to_owned(),
            Ok(DeviceAnswer::Approved(_)) => "approved".to_owned(),
            Err(DevicePollError::Declined) => "declined".to_owned(),
            Err(DevicePollError::Expired) => "expired".to_owned(),
            Err(DevicePollError::Refused { status, code }) => format!("refused {status} {code}"),
            Err(DevicePollError::Passing(_)) => "passing".to_owned(),
        };
        assert_eq!(read, wanted, "{status} {body}");
    }
    assert!(matches!(polled(Reply::cut()).await, Err(DevicePollError::Passing(_))));
}

#[tokio::test]
async fn an_approved_code_brings_what_the_exchange_needs() {
    let body = r#"{"authorization_code":"ac-1","code_challenge":"cc","code_verifier":"cv"}"#;
    let (server, client) = issuer(Reply::json(200, body)).await;
    let device = DeviceCode::of_test(INTERVAL, now());
    let DeviceAnswer::Approved(grant) = client.poll_device(&device).await.unwrap() else { panic!() };
    assert!(server.requests()[0].ends_with(r#"{"device_auth_id":"da","user_code":"ABCD-12345"}"#));
    assert!(!format!("{grant:?}").contains("ac-1"), "a code cannot be printed");
    let _ = client.exchange_code(&grant.code, &grant.redirect_uri, &grant.verifier).await;
    let exchange = server.requests().remove(1);
    assert!(exchange.contains("code=ac-1") && exchange.contains("code_verifier=cv"), "{exchange}");
    assert!(exchange.contains("%2Fdeviceauth%2Fcallback"), "{exchange}");
}
