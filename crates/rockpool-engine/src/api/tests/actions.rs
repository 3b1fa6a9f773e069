//! Each route asks the engine for what it says, and tells its refusals.

use http::{Method, StatusCode};
use serde_json::json;

use super::fake::{Fake, KEY, ask};
use crate::operations::action::ActionError;

/// What the engine is asked for when `method path body` arrives, and the answer's status.
async fn asked(method: Method, path: &str, body: &str) -> (StatusCode, Vec<String>) {
    let fake = Fake::new();
    let (status, _) = ask(&fake, method, path, body).await;
    (status, fake.calls())
}

#[tokio::test]
async fn a_sign_in_opens_the_browser_unless_told_otherwise() {
    let (status, calls) = asked(Method::POST, "/sign-ins", "{}").await;
    assert_eq!((status, calls), (StatusCode::CREATED, vec!["start_sign_in (None, Yes)".to_owned()]));
    let body = r#"{"account":"codex-pro-1","open_browser":"no"}"#;
    let (_, calls) = asked(Method::POST, "/sign-ins", body).await;
    assert_eq!(calls, [r#"start_sign_in (Some("codex-pro-1"), No)"#]);
}

#[tokio::test]
async fn a_sign_in_is_found_cancelled_and_finished_by_its_id() {
    let id = "00000000-0000-0000-0000-000000000003";
    let fake = Fake::new();
    let (status, view) = ask(&fake, Method::GET, &format!("/sign-ins/{id}"), "").await;
    assert_eq!((status, view["id"].as_str()), (StatusCode::OK, Some(id)));
    let (status, _) = ask(&fake, Method::DELETE, &format!("/sign-ins/{id}"), "").await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let callback = format!("/sign-ins/{id}/callback");
    ask(&fake, Method::POST, &callback, r#"{"url":"http://localhost/?code=c"}"#).await;
    let calls = fake.calls();
    assert_eq!(calls.len(), 2);
    assert!(calls[1].contains("http://localhost/?code=c"), "{calls:?}");
}

#[tokio::test]
async fn text_that_is_no_id_names_no_sign_in() {
    for method in [Method::GET, Method::DELETE] {
        let (status, problem) = ask(&Fake::new(), method, "/sign-ins/nonsense", "").await;
        assert_eq!((status, &problem["code"]), (StatusCode::NOT_FOUND, &json!("sign_in_not_found")));
        assert_eq!(problem["subject"], "nonsense");
    }
}

#[tokio::test]
async fn an_account_is_renamed_paused_and_resumed_by_one_patch() {
    let (_, calls) = asked(Method::PATCH, "/accounts/a", r#"{"state":"paused","name":"b"}"#).await;
    assert_eq!(
        calls,
        [r#"update_account ("a", AccountPatch { name: Some("b"), display_name: None, wish: Some(Paused) })"#]
    );
}

#[tokio::test]
async fn an_unknown_account_is_told_by_name() {
    let (status, problem) = ask(&Fake::new(), Method::GET, "/accounts/nobody", "").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!((&problem["code"], &problem["subject"]), (&json!("account_not_found"), &json!("nobody")));
}

#[tokio::test]
async fn an_import_takes_over_or_follows_an_absolute_path_and_its_content_is_never_printed() {
    let take_over = r#"{"auth_json":"content","mode":"take_over","name":"a"}"#;
    let (status, calls) = asked(Method::POST, "/accounts/import", take_over).await;
    assert_eq!(status, StatusCode::CREATED);
    assert!(calls[0].contains("TakeOver") && !calls[0].contains("content"), "{calls:?}");
    let follow = r#"{"auth_json":"content","mode":"follow","path":"/h/auth.json"}"#;
    let (_, calls) = asked(Method::POST, "/accounts/import", follow).await;
    assert!(calls[0].contains(r#"Follow("/h/auth.json")"#), "{calls:?}");
}

#[tokio::test]
async fn an_import_whose_path_contradicts_its_mode_is_refused() {
    let bodies = [
        r#"{"auth_json":"x","mode":"follow"}"#,
        r#"{"auth_json":"x","mode":"follow","path":"relative/auth.json"}"#,
        r#"{"auth_json":"x","mode":"take_over","path":"/h/auth.json"}"#,
    ];
    for body in bodies {
        let fake = Fake::new();
        let (status, problem) = ask(&fake, Method::POST, "/accounts/import", body).await;
        assert_eq!((status, &problem["subject"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("path")));
        assert!(fake.calls().is_empty());
    }
}

#[tokio::test]
async fn a_pool_is_set_in_the_seeds_field_names() {
    let body = r#"{"strategy":"round_robin","extra_provider_names":["b","c"]}"#;
    let (status, calls) = asked(Method::PUT, "/pools/a", body).await;
    assert_eq!(status, StatusCode::OK);
    assert!(calls[0].starts_with(r#"set_pool ("a", PoolSettings { strategy: RoundRobin"#), "{calls:?}");
}

#[tokio::test]
async fn a_new_client_inherits_and_sends_a_bearer_unless_told_otherwise() {
    let (status, calls) = asked(Method::POST, "/clients", r#"{"name":"n","account":"a"}"#).await;
    assert_eq!(status, StatusCode::CREATED);
    assert!(calls[0].contains("key_kind: Bearer, override_mode: Inherit, strategy: None"), "{calls:?}");
}

#[tokio::test]
async fn a_new_key_comes_with_the_address_to_configure() {
    let bearer = r#"{"name":"n","account":"a"}"#;
    let (_, answer) = ask(&Fake::new(), Method::POST, "/clients", bearer).await;
    assert_eq!((&answer["key"], &answer["base_url"]), (&json!(KEY), &json!("http://127.0.0.1:7625/v1")));
    let (_, answer) = ask(&Fake::new(), Method::POST, "/clients/n/key", "").await;
    assert_eq!(answer["base_url"], format!("http://127.0.0.1:7625/k/{KEY}/v1"));
}

#[tokio::test]
async fn activity_is_asked_for_in_bounds() {
    assert_eq!(asked(Method::GET, "/activity", "").await.1, ["activity 50"]);
    assert_eq!(asked(Method::GET, "/activity?limit=200", "").await.1, ["activity 200"]);
    for query in ["limit=0", "limit=201", "limit=-1", "limit=many", "limits=5"] {
        let (status, calls) = asked(Method::GET, &format!("/activity?{query}"), "").await;
        assert_eq!((status, calls.len()), (StatusCode::UNPROCESSABLE_ENTITY, 0), "{query}");
    }
}

#[tokio::test]
async fn a_name_in_the_path_may_be_percent_encoded() {
    let (_, calls) = asked(Method::DELETE, "/clients/my%20tool", "").await;
    assert_eq!(calls, [r#"remove_client "my tool""#]);
}

#[tokio::test]
async fn every_kind_of_refusal_has_its_status_and_keeps_code_subject_and_sentence() {
    let refusals = [
        (ActionError::not_found("c", "s", "m"), StatusCode::NOT_FOUND),
        (ActionError::conflict("c", "s", "m"), StatusCode::CONFLICT),
        (ActionError::invalid("c", "s", "m"), StatusCode::UNPROCESSABLE_ENTITY),
    ];
    for (refusal, expected) in refusals {
        let (status, problem) = ask(&Fake::refusing(refusal), Method::DELETE, "/pools/a", "").await;
        assert_eq!(status, expected);
        let title = expected.canonical_reason();
        assert_eq!(
            problem,
            json!({"type": "about:blank", "title": title, "status": expected.as_u16(),
                "detail": "m", "code": "c", "subject": "s"})
        );
    }
    let refusal = ActionError::unavailable("vault_locked", "Unlock the keychain and try again.");
    let (status, problem) = ask(&Fake::refusing(refusal), Method::DELETE, "/pools/a", "").await;
    assert_eq!((status, problem.get("subject")), (StatusCode::SERVICE_UNAVAILABLE, None));
}
