//! `/accounts/{name}/workspaces`: one login in several workspaces.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::ask;
use crate::store::system_scope;
use crate::test_http::Reply;
use crate::test_serving::{ServingEngine, serving, usage};

const REACHED: &str = r#"{"accounts":[{"id":"of-ada","name":null,"plan_type":"plus"},
    {"id":"of-lab","name":"Lab","plan_type":"business"}]}"#;

/// In front of a provider that lists ada's own workspace and one more.
async fn engine() -> ServingEngine {
    let serving = serving(|request| match request.contains("/wham/accounts/check") {
        true => Reply::json(200, REACHED),
        false => usage("business"),
    })
    .await;
    serving.import("ada").await;
    serving
}

async fn add(serving: &ServingEngine, body: Value) -> (StatusCode, Value) {
    ask(&serving.handle(), Method::POST, "/accounts/ada/workspaces", &body.to_string()).await
}

#[tokio::test]
async fn a_second_workspace_of_a_login_becomes_an_account_on_the_same_login() {
    let serving = engine().await;
    let (status, account) = add(&serving, json!({"workspace_id": "of-lab", "name": "lab"})).await;
    assert_eq!(
        (status, &account["name"], &account["plan"]),
        (StatusCode::CREATED, &json!("lab"), &json!("business"))
    );
    assert_eq!(account["workspace_id"], "of-lab");
    let registry = serving.handle().core().registry.get();
    let logins: Vec<_> = registry.accounts.iter().map(|row| row.login).collect();
    assert_eq!(logins.len(), 2);
    assert_eq!(logins[0], logins[1], "the refresh token has one owner");
    assert_eq!(serving.handle().core().store.logins(system_scope()).await.unwrap().len(), 1);
    let mut asked = serving.provider.requests().into_iter().filter(|request| request.contains("/wham/usage"));
    assert!(
        asked.next_back().unwrap().contains("chatgpt-account-id: of-lab"),
        "its quota is asked for at once"
    );
}

#[tokio::test]
async fn workspaces_are_listed_with_the_account_that_they_have_here() {
    let serving = engine().await;
    let (status, listed) = ask(&serving.handle(), Method::GET, "/accounts/ada/workspaces", "").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        listed,
        json!([
            {"workspace_id": "of-ada", "name": null, "plan": "plus", "account": "ada"},
            {"workspace_id": "of-lab", "name": "Lab", "plan": "business", "account": null},
        ])
    );
    add(&serving, json!({"workspace_id": "of-lab", "name": "lab"})).await;
    let (_, listed) = ask(&serving.handle(), Method::GET, "/accounts/lab/workspaces", "").await;
    assert_eq!((&listed[0]["account"], &listed[1]["account"]), (&json!("ada"), &json!("lab")));
}

#[tokio::test]
async fn a_workspace_that_is_here_or_out_of_reach_is_refused_and_nothing_is_made() {
    let serving = engine().await;
    for (body, status, code) in [
        (json!({"workspace_id": "of-ada"}), StatusCode::CONFLICT, "workspace_here"),
        (json!({"workspace_id": "of-ben"}), StatusCode::NOT_FOUND, "workspace_not_found"),
        (json!({"workspace_id": "of-lab", "name": "ada"}), StatusCode::CONFLICT, "name_taken"),
        (json!({"workspace_id": "of-lab", "name": "A B"}), StatusCode::UNPROCESSABLE_ENTITY, "invalid_name"),
    ] {
        let (answered, problem) = add(&serving, body.clone()).await;
        assert_eq!((answered, &problem["code"]), (status, &json!(code)), "{body}");
    }
    assert_eq!(serving.handle().snapshot().accounts.len(), 1);
}

#[tokio::test]
async fn removing_one_of_two_accounts_leaves_the_login_to_the_other() {
    let serving = engine().await;
    add(&serving, json!({"workspace_id": "of-lab", "name": "lab"})).await;
    let (status, _) = ask(&serving.handle(), Method::DELETE, "/accounts/ada", "").await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (status, account) = ask(&serving.handle(), Method::POST, "/accounts/lab/quota", "").await;
    assert_eq!((status, &account["name"]), (StatusCode::OK, &json!("lab")), "the login lives on");
    let (status, _) = ask(&serving.handle(), Method::DELETE, "/accounts/lab", "").await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert!(serving.handle().core().store.logins(system_scope()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_provider_that_does_not_say_is_told_apart_from_a_login_without_workspaces() {
    let serving = serving(|request| match request.contains("/wham/accounts/check") {
        true => Reply::json(500, "{}"),
        false => usage("plus"),
    })
    .await;
    serving.import("ada").await;
    let (status, problem) = ask(&serving.handle(), Method::GET, "/accounts/ada/workspaces", "").await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::SERVICE_UNAVAILABLE, &json!("workspaces_unavailable"))
    );
    let (status, _) = ask(&serving.handle(), Method::GET, "/accounts/ben/workspaces", "").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
