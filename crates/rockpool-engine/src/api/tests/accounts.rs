//! `/accounts`, `/pools` and `/activity`.

use std::path::PathBuf;

use http::{Method, StatusCode};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::ask;
use crate::store::{Obtained, system_scope};
use crate::test_serving::{ServingEngine, import_of, serving, usage};
use crate::test_stage::EngineStage;

async fn stage() -> EngineStage {
    EngineStage::with(&["a", "b", "c"]).await
}

#[tokio::test]
async fn an_account_is_renamed_paused_and_resumed_by_one_patch() {
    let stage = stage().await;
    let patch = r#"{"state":"paused","name":"z"}"#;
    let (status, account) = ask(&stage.handle(), Method::PATCH, "/accounts/a", patch).await;
    assert_eq!(
        (status, &account["name"], &account["state"]),
        (StatusCode::OK, &json!("z"), &json!("paused"))
    );
    assert_eq!(account["display_name"], "a", "what is absent stays");
    let patch = r#"{"state":"active","display_name":"Work"}"#;
    let (_, account) = ask(&stage.handle(), Method::PATCH, "/accounts/z", patch).await;
    assert_eq!((&account["name"], &account["display_name"]), (&json!("z"), &json!("Work")));
    assert_ne!(account["state"], "paused");
}

#[tokio::test]
async fn an_unknown_account_is_told_by_name() {
    let (status, problem) = ask(&stage().await.handle(), Method::GET, "/accounts/nobody", "").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!((&problem["code"], &problem["subject"]), (&json!("account_not_found"), &json!("nobody")));
}

#[tokio::test]
async fn a_listed_account_is_shown_by_its_name() {
    let stage = stage().await;
    let (_, all) = ask(&stage.handle(), Method::GET, "/accounts", "").await;
    let (status, one) = ask(&stage.handle(), Method::GET, "/accounts/b", "").await;
    assert_eq!((status, &one["name"], &one), (StatusCode::OK, &json!("b"), &all[1]));
}

/// The body of an import of `person`, and `more` of its fields.
fn import(person: &str, more: Value) -> String {
    let content = import_of(person).auth_json.expose_secret().to_owned();
    let mut body = json!({ "auth_json": content, "name": person });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body.to_string()
}

async fn obtained(engine: &ServingEngine) -> Vec<Obtained> {
    let logins = engine.handle().core().store.logins(system_scope()).await.unwrap();
    logins.into_iter().map(|login| login.obtained).collect()
}

#[tokio::test]
async fn an_import_takes_over_or_follows_an_absolute_path() {
    let serving = serving(|_| usage("plus")).await;
    let body = import("ada", json!({ "mode": "take_over" }));
    let (status, account) = ask(&serving.handle(), Method::POST, "/accounts/import", &body).await;
    assert_eq!((status, &account["name"]), (StatusCode::CREATED, &json!("ada")));
    assert_eq!(obtained(&serving).await, [Obtained::Import]);
    let body = import("ben", json!({ "mode": "follow", "path": "/h/auth.json" }));
    let (status, _) = ask(&serving.handle(), Method::POST, "/accounts/import", &body).await;
    assert_eq!(status, StatusCode::CREATED);
    assert!(obtained(&serving).await.contains(&Obtained::Follow(PathBuf::from("/h/auth.json"))));
}

#[test]
fn the_content_of_an_import_is_never_printed() {
    let import = import_of("ada");
    let printed = format!("{import:?}");
    assert!(printed.contains("TakeOver") && !printed.contains("tokens"), "{printed}");
    assert!(serde_json::to_string(&import).unwrap().contains("rt-ada"), "but it is sent");
}

#[tokio::test]
async fn an_import_whose_path_contradicts_its_mode_is_refused() {
    let serving = serving(|_| usage("plus")).await;
    let contradictions = [
        json!({ "mode": "follow" }),
        json!({ "mode": "follow", "path": "relative/auth.json" }),
        json!({ "mode": "take_over", "path": "/h/auth.json" }),
    ];
    for contradiction in contradictions {
        let body = import("ada", contradiction);
        let (status, problem) = ask(&serving.handle(), Method::POST, "/accounts/import", &body).await;
        assert_eq!((status, &problem["subject"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("path")));
        assert!(serving.handle().snapshot().accounts.is_empty());
    }
}

#[tokio::test]
async fn a_pool_is_set_in_the_seeds_field_names() {
    let stage = stage().await;
    let body = r#"{"strategy":"round_robin","extra_provider_names":["c","b"]}"#;
    let (status, pool) = ask(&stage.handle(), Method::PUT, "/pools/a", body).await;
    assert_eq!((status, &pool["strategy"]), (StatusCode::OK, &json!("round_robin")));
    assert_eq!(pool["extra_provider_names"], json!(["c", "b"]));
    let (_, pools) = ask(&stage.handle(), Method::GET, "/pools", "").await;
    assert_eq!(pools, json!([pool]));
    let (status, _) = ask(&stage.handle(), Method::DELETE, "/pools/a", "").await;
    assert_eq!((status, stage.handle().snapshot().pools.len()), (StatusCode::NO_CONTENT, 0));
}

#[tokio::test]
async fn accounts_are_left_out_of_a_replay_by_name_separated_by_commas() {
    let stage = stage().await;
    let path = "/pools/a/what-if?without=c,%20b,";
    let (status, view) = ask(&stage.handle(), Method::GET, path, "").await;
    assert_eq!((status, &view["without"]), (StatusCode::OK, &json!(["b", "c"])));
}

#[tokio::test]
async fn activity_is_asked_for_in_bounds() {
    let stage = stage().await;
    for _ in 0..201 {
        stage.asked("a", |_| ());
    }
    for (path, expected) in [("/activity", 50), ("/activity?limit=200", 200)] {
        let (status, rows) = ask(&stage.handle(), Method::GET, path, "").await;
        assert_eq!((status, rows.as_array().unwrap().len()), (StatusCode::OK, expected), "{path}");
    }
    for query in ["limit=0", "limit=201", "limit=-1", "limit=many", "limits=5"] {
        let (status, problem) = ask(&stage.handle(), Method::GET, &format!("/activity?{query}"), "").await;
        let answered = (status, problem["code"].as_str());
        assert_eq!(answered, (StatusCode::UNPROCESSABLE_ENTITY, Some("invalid_query")), "{query}");
    }
    let (_, problem) = ask(&stage.handle(), Method::GET, "/activity?limit=0", "").await;
    assert_eq!(problem["subject"], "limit");
    assert_eq!(problem["detail"], "limit: Ask for 1 to 200 requests.");
}

#[tokio::test]
async fn every_kind_of_refusal_has_its_status_and_keeps_code_subject_and_sentence() {
    let stage = stage().await;
    let refused = |status: StatusCode, code: &str, subject: &str, detail: &str| {
        let title = status.canonical_reason();
        let problem = json!({"type": "about:blank", "title": title, "status": status.as_u16(),
            "detail": detail, "code": code, "subject": subject});
        (status, problem)
    };
    let missing = ask(&stage.handle(), Method::DELETE, "/pools/b", "").await;
    let sentence = "The account “b” owns no pool.";
    assert_eq!(missing, refused(StatusCode::NOT_FOUND, "pool_not_found", "b", sentence));
    let taken = ask(&stage.handle(), Method::PATCH, "/accounts/a", r#"{"name":"b"}"#).await;
    let sentence = "There is an account “b” already; choose another name.";
    assert_eq!(taken, refused(StatusCode::CONFLICT, "name_taken", "b", sentence));
    let long = "x".repeat(81);
    let body = json!({ "display_name": long }).to_string();
    let invalid = ask(&stage.handle(), Method::PATCH, "/accounts/a", &body).await;
    let sentence = "A display name has 1 to 80 characters and no line breaks.";
    let expected = refused(StatusCode::UNPROCESSABLE_ENTITY, "invalid_display_name", &long, sentence);
    assert_eq!(invalid, expected);
    // An engine that was started for one command would forget a login that its vault keeps in memory.
    let (status, problem) = ask(&stage.handle(), Method::POST, "/sign-ins", "{}").await;
    assert_eq!((status, problem.get("subject")), (StatusCode::SERVICE_UNAVAILABLE, None));
    assert_eq!(problem["code"], "vault_forgets");
}

#[tokio::test]
async fn accounts_are_put_into_another_order_that_every_list_and_a_new_start_have() {
    let engine = serving(|_| usage("plus")).await;
    for person in ["ada", "ben", "eve"] {
        engine.import(person).await;
    }
    let names = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
    };
    let order = async |engine: &ServingEngine, names: Value| {
        let body = json!({ "names": names }).to_string();
        ask(&engine.handle(), Method::PUT, "/account-order", &body).await
    };
    let (status, answer) = order(&engine, json!(["eve", "ada"])).await;
    assert_eq!((status, names(&answer)), (StatusCode::OK, vec!["eve".into(), "ada".into(), "ben".into()]));
    let (_, listed) = ask(&engine.handle(), Method::GET, "/accounts", "").await;
    assert_eq!(names(&listed), ["eve", "ada", "ben"]);
    let (status, answer) = order(&engine, json!(["ben"])).await;
    assert_eq!((status, names(&answer)), (StatusCode::OK, vec!["ben".into(), "eve".into(), "ada".into()]));

    let (status, problem) = order(&engine, json!(["ada", "ada"])).await;
    assert_eq!((status, &problem["subject"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("names")));
    let (status, problem) = order(&engine, json!(["ada", "nobody"])).await;
    assert_eq!((status, &problem["code"]), (StatusCode::NOT_FOUND, &json!("account_not_found")));

    let engine = engine.restarted().await;
    let shown: Vec<_> = engine.handle().snapshot().accounts.into_iter().map(|account| account.name).collect();
    assert_eq!(shown, ["ben", "eve", "ada"], "what was refused changed nothing");
}
