//! Errors in each form in which the provider sends them.

use super::*;

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn fault(json: &[u8]) -> ProviderFault {
    ProviderFault::read(json, now())
}

/// Code and sentence.
fn said(body: &str) -> (Option<String>, Option<String>) {
    let ProviderFault { code, sentence, .. } = fault(body.as_bytes());
    (code, sentence)
}

#[test]
fn an_error_object_gives_its_code_its_sentence_and_its_reset() {
    let body = r#"{"error":{"code":"usage_limit_reached","type":"t","message":"The limit.","resets_at":1800000100}}"#;
    assert_eq!(
        fault(body.as_bytes()),
        ProviderFault {
            kind: Some("t".into()),
            code: Some("usage_limit_reached".into()),
            sentence: Some("The limit.".into()),
            resets_at: Timestamp::from_second(1_800_000_100).ok(),
            ..ProviderFault::default()
        }
    );
}

#[test]
fn a_detail_that_is_text_is_a_sentence_and_no_code() {
    assert_eq!(said(r#"{"detail":"Unauthorized"}"#), (None, Some("Unauthorized".into())));
    assert_eq!(said(r#"{"error":"Bad gateway"}"#), (None, Some("Bad gateway".into())));
}

#[test]
fn a_detail_that_is_an_object_is_read_like_an_error() {
    let body = r#"{"detail":{"code":"deactivated_workspace","message":"Gone."}}"#;
    assert_eq!(said(body), (Some("deactivated_workspace".into()), Some("Gone.".into())));
}

#[test]
fn a_bare_error_is_read_where_it_stands() {
    let body = r#"{"type":"error","code":"server_error","message":"Sorry.","param":null}"#;
    assert_eq!(said(body), (Some("server_error".into()), Some("Sorry.".into())));
    assert_eq!(said(r#"{"type":"error","message":"Sorry."}"#), (None, Some("Sorry.".into())));
}

#[test]
fn a_body_that_is_no_object_says_nothing() {
    for body in ["<html><h1>403 Forbidden</h1></html>", "", "[]", r#"[{"code":"a"}]"#, "null", "7", "{}"] {
        assert_eq!(fault(body.as_bytes()), ProviderFault::default(), "{body}");
        assert_eq!(issuer_code(body.as_bytes()), None, "{body}");
    }
}

#[test]
fn an_error_is_found_in_each_form_the_provider_uses() {
    let cases: [(&[u8], Option<u16>, &str); 6] = [
        (br#"{"error":{"type":"usage_limit_reached","message":"m","resets_at":1800000100}}"#, None, "usage_limit_reached"),
        (br#"{"type":"error","status_code":429,"error":{"code":"rate_limit_exceeded"}}"#, Some(429), "rate_limit_exceeded"),
        (br#"{"type":"response.failed","response":{"error":{"code":"server_is_overloaded"}}}"#, None, "server_is_overloaded"),
        (br#"{"detail":{"code":"deactivated_workspace"}}"#, None, "deactivated_workspace"),
        (br#"{"error":{"code":null,"type":"invalid_request_error","message":"The encrypted content gAAA could not be verified."}}"#, None, "invalid_encrypted_content"),
        (br#"{"error":{"message":"m","type":"invalid_request_error","code":"token_invalidated"},"status":401}"#, Some(401), "token_invalidated"),
    ];
    for (json, status, code) in cases {
        let fault = fault(json);
        assert_eq!((fault.status, fault.code.as_deref()), (status, Some(code)));
    }
    assert_eq!(fault(br#"{"detail":"Unauthorized"}"#).code, None);
    assert_eq!(fault(b"<html>"), ProviderFault::default());
}

#[test]
fn a_reset_is_read_as_a_time_or_as_a_wait() {
    let at = fault(br#"{"error":{"type":"usage_limit_reached","resets_at":1800000100}}"#).resets_at;
    let wait = fault(br#"{"error":{"type":"usage_limit_reached","resets_in_seconds":100}}"#).resets_at;
    assert_eq!(at, wait);
    let hostile = fault(br#"{"error":{"type":"x","resets_in_seconds":9223372036854775807}}"#);
    assert_eq!(hostile.resets_at, None);
}

#[test]
fn retry_after_is_read_from_frame_headers_of_any_case() {
    let json = br#"{"type":"error","status_code":429,"error":{"code":"x"},"headers":{"Retry-After":"7"}}"#;
    assert_eq!(fault(json).retry_after, Some(Duration::from_secs(7)));
    assert_eq!(retry_after("-1"), None);
    assert_eq!(retry_after("1e400"), None);
}

#[test]
fn an_answers_own_status_and_retry_after_outrank_those_in_its_body() {
    let body = br#"{"status":401,"error":{"message":"Slow."},"headers":{"retry-after":"9"}}"#;
    let class = |headers: &HeaderMap| class_of_answer(StatusCode::TOO_MANY_REQUESTS, headers, body, now());
    let named = HeaderMap::from_iter([(header::RETRY_AFTER, http::HeaderValue::from_static("2.5"))]);
    assert_eq!(class(&named), Class::RateLimited { retry_after: Some(Duration::from_millis(2_500)) });
    let unnamed = HeaderMap::new();
    assert_eq!(class(&unnamed), Class::RateLimited { retry_after: Some(Duration::from_secs(9)) });
    assert_eq!(class_of_answer(StatusCode::OK, &named, body, now()), Class::Success);
}

#[test]
fn the_issuer_names_its_code_as_an_object_or_as_a_text() {
    let code = |body: &str| issuer_code(body.as_bytes());
    for (body, expected) in [
        (
            r#"{"error":{"code":"refresh_token_reused","type":"invalid_request_error"}}"#,
            "refresh_token_reused",
        ),
        (r#"{"error":"invalid_grant","error_description":"Gone."}"#, "invalid_grant"),
        (r#"{"code":"access_denied","message":"No."}"#, "access_denied"),
        (r#"{"error":{"code":null,"type":"invalid_request_error"}}"#, "invalid_request_error"),
    ] {
        assert_eq!(code(body).as_deref(), Some(expected), "{body}");
    }
    assert_eq!(code(r#"{"detail":"Unauthorized"}"#), None);
}

#[test]
fn a_code_is_kept_short_and_on_one_line() {
    let body = format!(r#"{{"error":{{"code":"a\n{}"}}}}"#, "b".repeat(500));
    let kept = format!("a{}", "b".repeat(LONGEST_CODE - 1));
    assert_eq!(said(&body).0.as_ref(), Some(&kept));
    assert_eq!(issuer_code(body.as_bytes()), Some(kept));
}

const UNSUPPORTED: &str = "The 'gpt-5.6-sol' model is not supported when using Codex with a ChatGPT account.";

#[test]
fn a_refusal_in_words_says_what_a_code_would_in_every_form_that_it_comes_in() {
    let no_access = "The model `gpt-5.3-codex` does not exist or you do not have access to it.";
    for sentence in [UNSUPPORTED.to_owned(), UNSUPPORTED.to_uppercase(), no_access.to_owned()] {
        for body in [
            serde_json::json!({ "detail": sentence }),
            serde_json::json!({ "error": { "code": null, "message": sentence } }),
            serde_json::json!({ "error": { "type": "invalid_request_error", "message": sentence } }),
            serde_json::json!({ "type": "error", "status": 400, "error": { "type": "invalid_request_error", "message": sentence } }),
            serde_json::json!({ "type": "response.failed", "response": { "error": { "code": null, "message": sentence } } }),
        ] {
            let fault = fault(body.to_string().as_bytes());
            assert_eq!(fault.class(), Class::Unsuitable, "{body}");
            let answer = body.to_string();
            let class = class_of_answer(StatusCode::BAD_REQUEST, &HeaderMap::new(), answer.as_bytes(), now());
            assert_eq!(class, Class::Unsuitable, "{body}");
        }
    }
}

#[test]
fn a_code_is_believed_before_the_sentence_beside_it() {
    let body = serde_json::json!({ "error": { "code": "context_length_exceeded", "message": UNSUPPORTED } });
    assert_eq!(fault(body.to_string().as_bytes()).class(), Class::Rejected);
}

#[test]
fn a_limit_is_that_of_the_family_which_the_head_or_the_frame_names() {
    let body = br#"{"error":{"type":"usage_limit_reached","message":"The limit."}}"#;
    let class = |active: &'static str| {
        let headers = [("x-codex-active-limit", active)].map(|(name, value)| {
            (http::HeaderName::from_static(name), http::HeaderValue::from_static(value))
        });
        class_of_answer(StatusCode::TOO_MANY_REQUESTS, &headers.into_iter().collect(), body, now())
    };
    let family = LimitFamily::named("codex_bengalfox").unwrap();
    assert_eq!(class("codex_bengalfox"), Class::ModelLimit { family, resets_at: None });
    for own in ["codex", "premium", "made-up", ""] {
        assert_eq!(class(own), Class::UsageLimit { resets_at: None }, "{own}");
    }
    let frame = br#"{"type":"error","status_code":429,"error":{"type":"usage_limit_reached"},"headers":{"X-Codex-Active-Limit":"codex_bengalfox"}}"#;
    assert_eq!(fault(frame).class(), Class::ModelLimit { family, resets_at: None });
}
