//! Importing logins from files, in front of a scripted provider.

use rockpool_routing::AccountState;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::model::import::{FileFormat, ImportFate, ImportReason, RenewedBy};
use crate::operations::requests::{AccountImport, ImportChoice, ImportFile, ImportFiles, ImportSelection};
use crate::operations::{accounts, imports};
use crate::snapshot::{ImportPreview, ImportResult};
use crate::test_http::Reply;
use crate::test_serving::{ServingEngine, home, serving, token_of, tokens_of, usage};

fn cli(person: &str) -> Value {
    json!({ "tokens": tokens_of(person) })
}

/// An access token of `person`, and nothing to renew it with.
fn alone(person: &str) -> Value {
    json!({ "accessToken": tokens_of(person)["access_token"] })
}

fn file(content: &Value) -> ImportFile {
    ImportFile::of_bytes(Some("a.json".to_owned()), content.to_string().into_bytes())
}

async fn preview(world: &ServingEngine, content: &Value) -> ImportPreview {
    let engine = world.handle();
    imports::preview(&engine, home(&engine), ImportFiles { files: vec![file(content)] }).await.unwrap()
}

async fn import(world: &ServingEngine, content: &Value, rows: &[usize]) -> ImportResult {
    let engine = world.handle();
    let rows = rows.iter().map(|row| ImportChoice { row: *row, name: None, display_name: None }).collect();
    let selection = ImportSelection { files: vec![file(content)], rows };
    imports::import(&engine, home(&engine), selection).await.unwrap()
}

fn fates(preview: &ImportPreview) -> Vec<(ImportFate, Option<&str>)> {
    preview.rows.iter().map(|row| (row.fate, row.account.as_deref())).collect()
}

#[tokio::test]
async fn a_table_says_what_becomes_of_each_login_and_nothing_is_kept() {
    let world = serving(|_| usage("plus")).await;
    world.import("ada").await;
    let content = json!([cli("ada"), cli("ben"), cli("cleo"), cli("ben"), { "OPENAI_API_KEY": "sk-x" }]);
    let table = preview(&world, &content).await;
    assert_eq!(
        fates(&table),
        [
            (ImportFate::AlreadyHere, Some("ada")),
            (ImportFate::NewAccount, Some("codex-plus-1")),
            (ImportFate::NewAccount, Some("codex-plus-2")),
            (ImportFate::Duplicate, None),
            (ImportFate::Refused, None),
        ]
    );
    let ben = &table.rows[1];
    assert_eq!((ben.format, ben.recommended), (Some(FileFormat::CodexCli), true));
    assert_eq!((ben.workspace_id.as_deref(), ben.plan.as_deref()), (Some("of-ben"), Some("plus")));
    assert_eq!(table.rows[4].reason, Some(ImportReason::ApiKey));
    let shown = serde_json::to_string(&table).unwrap();
    assert!(!shown.contains("rt-") && !shown.contains("sk-x"), "{shown}");
    assert_eq!(world.handle().snapshot().accounts.len(), 1);
}

#[tokio::test]
async fn chosen_logins_are_taken_and_one_that_is_not_keeps_no_other_back() {
    let world = serving(|_| usage("plus")).await;
    world.import("ada").await;
    let content = json!([cli("ada"), cli("ben"), { "OPENAI_API_KEY": "sk-x" }, cli("cleo"), cli("dan")]);
    let done = import(&world, &content, &[0, 1, 2, 3]).await;
    let outcomes: Vec<_> = done.rows.iter().map(|row| (row.row, row.fate, row.account.as_deref())).collect();
    assert_eq!(
        outcomes,
        [
            (0, ImportFate::AlreadyHere, Some("ada")),
            (1, ImportFate::NewAccount, Some("codex-plus-1")),
            (2, ImportFate::Refused, None),
            (3, ImportFate::NewAccount, Some("codex-plus-2")),
        ]
    );
    assert_eq!(world.handle().snapshot().accounts.len(), 3);
}

#[tokio::test]
async fn a_name_that_is_taken_refuses_its_row_alone() {
    let world = serving(|_| usage("plus")).await;
    world.import("ada").await;
    let engine = world.handle();
    let choice = |row, name: &str| ImportChoice { row, name: Some(name.to_owned()), display_name: None };
    let files = vec![file(&json!([cli("ben"), cli("cleo")]))];
    let selection = ImportSelection { files, rows: vec![choice(0, "ada"), choice(1, "cleo")] };
    let done = imports::import(&engine, home(&engine), selection).await.unwrap();
    assert_eq!((done.rows[0].fate, done.rows[0].reason), (ImportFate::Refused, Some(ImportReason::Name)));
    assert_eq!(done.rows[1].account.as_deref(), Some("cleo"));
    let none = ImportSelection { files: vec![file(&cli("dan"))], rows: vec![choice(1, "dan")] };
    assert_eq!(imports::import(&engine, home(&engine), none).await.unwrap_err().code, "invalid_field");
}

#[tokio::test]
async fn another_workspace_of_a_login_that_is_here_becomes_an_account_of_its_own() {
    let world = serving(|_| usage("team")).await;
    world.import("ada").await;
    let mut elsewhere = cli("ada");
    elsewhere["tokens"]["account_id"] = json!("second");
    let table = preview(&world, &elsewhere).await;
    assert_eq!(fates(&table), [(ImportFate::OtherWorkspace, Some("codex-account-1"))]);
    import(&world, &elsewhere, &[0]).await;
    let accounts = world.handle().snapshot().accounts;
    let workspaces: Vec<_> = accounts.iter().map(|account| account.workspace_id.as_str()).collect();
    assert_eq!(workspaces, ["of-ada", "second"]);
    let engine = world.handle();
    accounts::remove(&engine, home(&engine), "ada").await.unwrap();
    assert!(engine.core().keeper.state(engine.core().registry.get().accounts[0].login).is_some());
}

#[tokio::test]
async fn a_login_without_a_workspace_is_asked_about_before_it_is_refused() {
    let world =
        serving(|_| Reply::json(200, r#"{"plan_type":"plus","account_id":"told","user_id":"u"}"#)).await;
    let token = token_of(&json!({ "exp": 1_900_000_000, "sub": "auth0|p1" }));
    let content = json!({ "tokens": { "access_token": token, "refresh_token": "rt-p1" } });
    import(&world, &content, &[0]).await;
    let accounts = world.handle().snapshot().accounts;
    assert_eq!(accounts[0].workspace_id, "told");
    let asked = world.provider.requests();
    assert!(!asked[0].contains("chatgpt-account-id"), "{asked:?}");
}

#[tokio::test]
async fn an_access_token_alone_serves_to_its_end_and_then_asks_for_a_sign_in() {
    let world = serving(|_| usage("plus")).await;
    let table = preview(&world, &alone("ada")).await;
    assert!(table.rows[0].access_token_only && table.rows[0].ends_at.is_some());
    import(&world, &alone("ada"), &[0]).await;
    let engine = world.handle();
    let account = engine.snapshot().accounts.remove(0);
    assert_eq!((account.state, account.login.renewed_by), (AccountState::Ready, RenewedBy::Nobody));
    assert_eq!(account.login.ends_at, table.rows[0].ends_at);
    assert_eq!(
        fates(&preview(&world, &alone("ada")).await),
        [(ImportFate::AlreadyHere, Some("codex-plus-1"))]
    );

    world.clock.advance(std::time::Duration::from_secs(100_000_001));
    accounts::refresh_quota(&engine, home(&engine), "codex-plus-1").await.unwrap_err();
    let account = engine.snapshot().accounts.remove(0);
    assert_eq!(account.state, AccountState::NeedsReauth);
    assert_eq!(preview(&world, &alone("ben")).await.rows[0].fate, ImportFate::Ended);
    assert_eq!(fates(&preview(&world, &cli("ada")).await), [(ImportFate::Repairs, Some("codex-plus-1"))]);
    import(&world, &cli("ada"), &[0]).await;
    assert_eq!(engine.snapshot().accounts[0].login.renewed_by, RenewedBy::Rockpool);
}

#[tokio::test]
async fn an_access_token_alone_takes_no_login_from_an_account_that_can_be_renewed() {
    let world = serving(|_| usage("plus")).await;
    import(&world, &cli("ada"), &[0]).await;
    let table = preview(&world, &alone("ada")).await;
    assert_eq!(fates(&table), [(ImportFate::AlreadyHere, Some("codex-plus-1"))]);
}

#[tokio::test]
async fn an_access_token_that_the_provider_refuses_is_not_taken() {
    let world = serving(|_| Reply::json(401, "{}")).await;
    let done = import(&world, &alone("ada"), &[0]).await;
    assert_eq!(
        (done.rows[0].fate, done.rows[0].reason),
        (ImportFate::Ended, Some(ImportReason::TokenRefused))
    );
    assert!(world.handle().snapshot().accounts.is_empty());
}

#[tokio::test]
async fn the_issuer_says_whose_a_personal_access_token_is() {
    let world = serving(|request| {
        if request.contains("/user-auth-credential/whoami") {
            assert!(request.contains("Bearer at-made-up"), "{request}");
            let told = json!({ "email": "ada@b.test", "chatgpt_user_id": "user-ada", "chatgpt_account_id": "of-ada",
                "chatgpt_plan_type": "Business" });
            return Reply::json(200, &told.to_string());
        }
        usage("business")
    })
    .await;
    let content =
        json!({ "auth_mode": "personalAccessToken", "tokens": null, "personal_access_token": "at-made-up" });
    import(&world, &content, &[0]).await;
    let account = world.handle().snapshot().accounts.remove(0);
    assert_eq!((account.name.as_str(), account.email.as_deref()), ("codex-business-1", Some("ada@b.test")));
    assert_eq!((account.workspace_id.as_str(), account.login.ends_at), ("of-ada", None));
}

#[tokio::test]
async fn a_file_whose_refresh_token_was_used_up_here_is_refused() {
    let world = serving(|request| {
        if request.contains("/oauth/token") {
            let mut tokens = tokens_of("ada");
            tokens["refresh_token"] = json!("rt-next");
            return Reply::json(200, &tokens.to_string());
        }
        usage("plus")
    })
    .await;
    world.import("ada").await;
    let engine = world.handle();
    let login = engine.core().registry.get().accounts[0].login;
    engine.core().keeper.after_refusal(login, 1).await.unwrap();
    assert_eq!(preview(&world, &cli("ada")).await.rows[0].fate, ImportFate::Spent);
    accounts::remove(&engine, home(&engine), "ada").await.unwrap();
    let again = AccountImport::of_bytes(None, cli("ada").to_string().into_bytes());
    let refused = accounts::import(&engine, home(&engine), again).await.unwrap_err();
    assert_eq!(refused.code, "refresh_token_spent");
    let presented =
        world.provider.requests().iter().filter(|request| request.contains("/oauth/token")).count();
    assert_eq!(presented, 1);
}

#[tokio::test]
async fn a_file_of_several_logins_is_not_taken_for_one() {
    let world = serving(|_| usage("plus")).await;
    let engine = world.handle();
    let content = json!([cli("ada"), cli("ben")]).to_string();
    let import = AccountImport::of_bytes(None, content.into_bytes());
    assert!(import.auth_json.expose_secret().contains("rt-ada"));
    let refused = accounts::import(&engine, home(&engine), import).await.unwrap_err();
    assert!(refused.message.contains("2 logins"), "{refused}");
}
