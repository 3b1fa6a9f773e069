//! Bad bodies: each gets a problem that names the field, and changes nothing.

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use tower::ServiceExt as _;

use super::ask;
use crate::api::router::router;
use crate::model::principal::Principal;
use crate::test_stage::EngineStage;

/// Status, code, subject and sentence of the answer to a body that must be refused.
async fn refused(path: &str, body: &str) -> (u16, String, Option<String>, String) {
    let stage = EngineStage::with(&["a"]).await;
    let before = stage.handle().snapshot();
    let (status, problem) = ask(&stage.handle(), Method::POST, path, body).await;
    assert_eq!(stage.handle().snapshot(), before);
    let text = |field: &str| problem[field].as_str().map(ToOwned::to_owned);
    (status.as_u16(), text("code").unwrap(), text("subject"), text("detail").unwrap())
}

#[tokio::test]
async fn an_unknown_field_is_refused_with_its_name() {
    let (status, code, subject, detail) =
        refused("/clients", r#"{"name":"n","account":"a","colour":"red"}"#).await;
    assert_eq!((status, code.as_str(), subject.as_deref()), (422, "unknown_field", Some("colour")));
    assert!(detail.contains("`colour`") && detail.contains("`account`"), "{detail}");
}

#[tokio::test]
async fn a_wrong_type_names_the_field() {
    let (status, code, subject, detail) = refused("/clients", r#"{"name":5,"account":"a"}"#).await;
    assert_eq!((status, code.as_str(), subject.as_deref()), (422, "invalid_field", Some("name")));
    assert_eq!(detail, "name: The field needs a string.");
}

#[tokio::test]
async fn an_unknown_word_names_the_field_and_the_choices() {
    let body = r#"{"name":"n","account":"a","key_kind":"cookie"}"#;
    let (_, _, subject, detail) = refused("/clients", body).await;
    assert_eq!(subject.as_deref(), Some("key_kind"));
    assert!(detail.contains("`bearer` or `path`"), "{detail}");
}

#[tokio::test]
async fn a_missing_field_is_named() {
    let (status, code, _, detail) = refused("/clients", r#"{"name":"n"}"#).await;
    assert_eq!((status, code.as_str()), (422, "invalid_field"));
    assert!(detail.contains("`account`"), "{detail}");
}

#[tokio::test]
async fn a_secret_in_the_wrong_field_is_not_repeated() {
    let body = r#"{"auth_json":"x","mode":"secret-token"}"#;
    let (_, _, subject, detail) = refused("/accounts/import", body).await;
    assert_eq!(subject.as_deref(), Some("mode"));
    assert!(!detail.contains("secret-token"), "{detail}");
    let (_, _, _, detail) = refused("/clients", r#"{"name":"n","account":"a","strategy":"rp_key"}"#).await;
    assert!(!detail.contains("rp_key"), "{detail}");
    let (_, _, _, detail) = refused("/clients", r#""secret-token, expected""#).await;
    assert!(!detail.contains("secret-token"), "{detail}");
}

#[tokio::test]
async fn malformed_json_is_refused_with_the_place() {
    for body in ["{", "{}}", "nonsense", r#"{"name":"n" "account":"a"}"#, "\u{0}"] {
        let (status, code, _, detail) = refused("/clients", body).await;
        assert_eq!(status, if code == "malformed_json" { 400 } else { 422 }, "{body}: {detail}");
    }
    let (_, code, _, detail) = refused("/clients", "{\n!").await;
    assert_eq!(
        (code.as_str(), detail.as_str()),
        ("malformed_json", "The body is not valid JSON at line 2, column 1.")
    );
}

async fn raw(body: Vec<u8>, media_type: &str) -> StatusCode {
    let request = Request::post("/api/v1/clients")
        .header(header::CONTENT_TYPE, media_type)
        .extension(Principal::Control)
        .body(Body::from(body))
        .unwrap();
    router(EngineStage::with(&["a"]).await.handle()).oneshot(request).await.unwrap().status()
}

#[tokio::test]
async fn a_body_over_two_mebibytes_is_refused() {
    assert_eq!(raw(vec![b' '; 2 * 1024 * 1024 + 1], "application/json").await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(raw(vec![b' '; 2 * 1024 * 1024], "application/json").await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn only_json_is_read_because_a_web_page_can_send_the_other_types_unasked() {
    let body = br#"{"name":"n","account":"a"}"#.to_vec();
    assert_eq!(raw(body.clone(), "text/plain").await, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(raw(body, "Application/JSON; charset=utf-8").await, StatusCode::CREATED);
}
