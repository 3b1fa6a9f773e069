//! `/tools`: what connecting a tool changes in its files and in the engine, and that all of it can be taken back.

use std::fs;
use std::path::{Path, PathBuf};

use http::{Method, Request, StatusCode};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::ask;
use crate::api::router::router;
use crate::model::principal::Principal;
use crate::operations::accounts;
use crate::operations::handle::EngineHandle;
use crate::proxy::admission::ConnectionEnds;
use crate::test_serving::{home, import_of, serving, usage};
use crate::test_stage::EngineStage;

const CODEX: &str = "model = \"gpt-5.5\" # mine\n\n[tui]\nnotifications = true\n";
const CLAUDE: &str = "{\n  \"theme\": \"dark\"\n}\n";

/// Puts a file into the home whose tools are connected.
fn put(engine: &EngineHandle, name: &str, text: &str) -> PathBuf {
    let path = engine.config().tools_home.as_ref().unwrap().folder().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    path
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// Asks for something that is granted.
async fn granted(engine: &EngineHandle, path: &str, body: Value) -> Value {
    let (status, answer) = ask(engine, Method::POST, path, &body.to_string()).await;
    assert_eq!(status, StatusCode::OK, "{path}: {answer}");
    answer
}

/// Asks for something that is refused; the status, the code and the sentence.
async fn refused(engine: &EngineHandle, path: &str, body: Value) -> (u16, String, String) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let (status, answer) = ask(engine, Method::POST, path, &body).await;
    let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
    (status.as_u16(), text("code"), text("detail"))
}

async fn tool(engine: &EngineHandle, name: &str) -> Value {
    let (status, tools) = ask(engine, Method::GET, "/tools", "").await;
    assert_eq!(status, StatusCode::OK, "{tools}");
    tools.as_array().unwrap().iter().find(|tool| tool["name"] == name).unwrap().clone()
}

fn key_of(text: &str) -> String {
    let start = text.find("rp_").unwrap();
    text[start..]
        .chars()
        .take_while(|character| character.is_ascii_alphanumeric() || "_-".contains(*character))
        .collect()
}

#[tokio::test]
async fn a_tool_is_listed_whether_it_is_installed_or_not_and_by_what_it_was_found() {
    let stage = EngineStage::with(&["a"]).await;
    let engine = stage.handle();
    let path = put(&engine, ".codex/config.toml", CODEX);
    let codex = tool(&engine, "codex").await;
    let found: Vec<&str> =
        codex["found"].as_array().unwrap().iter().map(|path| path.as_str().unwrap()).collect();
    assert_eq!(found, [path.to_str().unwrap(), path.parent().unwrap().to_str().unwrap()]);
    let told = (&codex["title"], &codex["state"], &codex["needs_model"]);
    assert_eq!(told, (&json!("Codex"), &json!("not_connected"), &json!(false)));
    let aider = tool(&engine, "aider").await;
    assert_eq!((&aider["found"], &aider["needs_model"]), (&json!([]), &json!(true)));
    assert_eq!(tool(&engine, "copilot").await["state"], "by_variables");
}

#[tokio::test]
async fn a_preview_shows_the_change_without_a_secret_and_touches_nothing() {
    let stage = EngineStage::with(&["a", "b"]).await;
    let engine = stage.handle();
    let path = put(&engine, ".claude/settings.json", "{\n  \"env\": { \"API_TOKEN\": \"hush\" }\n}\n");
    let preview = granted(&engine, "/tools/claude/preview", json!({})).await;
    let diff = preview["diff"].as_str().unwrap();
    assert!(diff.contains("+") && diff.contains(&engine.endpoint().replace("/v1", "")), "{diff}");
    assert!(!diff.contains("hush") && !diff.contains("rp_example"), "{diff}");
    let told = (&preview["client"], &preview["account"], &preview["key_kind"], &preview["todo"]);
    assert_eq!(told, (&json!("claude"), &json!("a"), &json!("bearer"), &json!([{ "kind": "restart" }])));
    assert_eq!(preview["files"], json!([path]));
    assert!(read(&path).contains("hush") && !read(&path).contains("ANTHROPIC"));
    assert!(engine.snapshot().clients.is_empty());
}

#[tokio::test]
async fn a_connected_tool_has_a_key_that_works_until_it_is_disconnected_and_its_file_is_then_as_before() {
    let serving = serving(|_| usage("plus")).await;
    serving.import("ada").await;
    let engine = serving.handle();
    let path = put(&engine, ".claude/settings.json", CLAUDE);
    let connected = granted(&engine, "/tools/claude/connect", json!({})).await;
    assert_eq!(
        (&connected["tool"]["state"], &connected["tool"]["client"]),
        (&json!("connected"), &json!("claude"))
    );
    assert_eq!(connected.get("key"), None, "the tool has it; nobody else needs it");
    assert_eq!(engine.snapshot().clients[0].tool.as_deref(), Some("claude"));
    let key = key_of(&read(&path));
    assert_eq!(serving.get("/backend-api/wham/usage", &key).await.status(), 200);

    let tool = granted(&engine, "/tools/claude/disconnect", json!({})).await;
    assert_eq!((&tool["state"], &tool["client"]), (&json!("not_connected"), &Value::Null));
    assert_eq!(read(&path), CLAUDE);
    assert!(engine.snapshot().clients.is_empty());
    assert_eq!(serving.get("/backend-api/wham/usage", &key).await.status(), 401);
}

#[tokio::test]
async fn a_key_that_was_given_to_something_else_too_can_stay() {
    let stage = EngineStage::with(&["a"]).await;
    let engine = stage.handle();
    put(&engine, ".claude/settings.json", CLAUDE);
    granted(&engine, "/tools/claude/connect", json!({})).await;
    granted(&engine, "/tools/claude/disconnect", json!({ "key": "keep" })).await;
    assert_eq!(engine.snapshot().clients[0].name, "claude");
    // The next one is another's and takes another name.
    let connected = granted(&engine, "/tools/claude/connect", json!({})).await;
    assert_eq!(connected["tool"]["client"], "claude-2");
}

#[tokio::test]
async fn what_was_edited_since_is_asked_about_before_anything_is_taken_back() {
    for (choice, expected) in [("keep", "http://127.0.0.1:1"), ("take_back", "")] {
        let stage = EngineStage::with(&["a"]).await;
        let engine = stage.handle();
        let path = put(&engine, ".claude/settings.json", CLAUDE);
        granted(&engine, "/tools/claude/connect", json!({})).await;
        let origin = engine.endpoint().replace("/v1", "");
        let edited = read(&path).replace(&origin, "http://127.0.0.1:1").replace("dark", "light");
        fs::write(&path, &edited).unwrap();

        let listed = tool(&engine, "claude").await;
        assert_eq!(
            (&listed["state"], &listed["edited"]),
            (&json!("edited"), &json!(["env.ANTHROPIC_BASE_URL"]))
        );
        let (status, code, detail) = refused(&engine, "/tools/claude/disconnect", json!({})).await;
        assert_eq!((status, code.as_str()), (409, "settings_edited"), "{detail}");
        assert!(detail.contains("env.ANTHROPIC_BASE_URL"), "{detail}");
        assert_eq!(read(&path), edited);

        granted(&engine, "/tools/claude/disconnect", json!({ "edited": choice })).await;
        let now = read(&path);
        assert!(now.contains("light") && !now.contains("rp_"), "{now}");
        assert_eq!(now.contains(expected) && now.contains("ANTHROPIC_BASE_URL"), choice == "keep", "{now}");
    }
}

#[tokio::test]
async fn a_file_that_is_gone_is_asked_about_and_its_copy_goes_with_the_record() {
    for (choice, expected) in [("keep", None), ("take_back", Some(CLAUDE))] {
        let stage = EngineStage::with(&["a"]).await;
        let engine = stage.handle();
        let path = put(&engine, ".claude/settings.json", CLAUDE);
        granted(&engine, "/tools/claude/connect", json!({})).await;
        fs::remove_file(&path).unwrap();
        let (status, code, detail) = refused(&engine, "/tools/claude/disconnect", json!({})).await;
        assert_eq!((status, code.as_str()), (409, "settings_edited"), "{detail}");
        let copies = || fs::read_dir(engine.config().data_dir.join("tool-copies")).unwrap().count();
        assert_eq!(copies(), 1);
        granted(&engine, "/tools/claude/disconnect", json!({ "edited": choice })).await;
        assert_eq!(fs::read_to_string(&path).ok().as_deref(), expected);
        assert_eq!(copies(), 0);
    }
}

#[tokio::test]
async fn a_change_that_is_not_the_one_that_was_looked_at_is_refused() {
    let stage = EngineStage::with(&["a"]).await;
    let engine = stage.handle();
    let path = put(&engine, ".claude/settings.json", CLAUDE);
    let seen = granted(&engine, "/tools/claude/preview", json!({})).await["seen"].clone();
    fs::write(&path, "{}").unwrap();
    let (status, code, _) = refused(&engine, "/tools/claude/connect", json!({ "seen": seen })).await;
    assert_eq!((status, code.as_str(), read(&path).as_str()), (409, "changed_meanwhile", "{}"));
    assert!(engine.snapshot().clients.is_empty());
}

#[tokio::test]
async fn a_tool_that_cannot_be_connected_leaves_no_client_and_no_record() {
    let stage = EngineStage::with(&["a"]).await;
    let engine = stage.handle();
    for (name, file, text, code) in [
        ("claude", ".claude/settings.json", "{ broken", "file_unusable"),
        ("aider", ".aider.conf.yml", "a: 1", "needs_model"),
        ("copilot", ".copilot/x", "", "by_variables"),
        ("nothing", "x", "", "tool_not_found"),
    ] {
        let path = put(&engine, file, text);
        let (_, told, detail) = refused(&engine, &format!("/tools/{name}/connect"), json!({})).await;
        assert_eq!(told, code, "{detail}");
        assert_eq!(read(&path), text);
    }
    // A folder stands where the copy would go.
    let path = put(&engine, ".claude/settings.json", CLAUDE);
    fs::write(engine.config().data_dir.join("tool-copies"), "").unwrap();
    let (status, ..) = refused(&engine, "/tools/claude/connect", json!({})).await;
    assert_eq!((status, read(&path).as_str()), (409, CLAUDE));
    assert!(engine.snapshot().clients.is_empty());
    assert_eq!(tool(&engine, "claude").await["state"], "not_connected");
}

fn write_protect(path: &Path, protected: bool) {
    let mut permissions = fs::metadata(path).unwrap().permissions();
    permissions.set_readonly(protected);
    fs::set_permissions(path, permissions).unwrap();
}

#[tokio::test]
async fn a_file_that_cannot_be_written_leaves_client_and_record_as_they_were() {
    let stage = EngineStage::with(&["a", "b"]).await;
    let engine = stage.handle();
    let path = put(&engine, ".claude/settings.json", CLAUDE);
    write_protect(&path, true);
    let (status, code, _) = refused(&engine, "/tools/claude/connect", json!({})).await;
    assert_eq!((status, code.as_str()), (409, "file_unusable"));
    assert!(engine.snapshot().clients.is_empty());
    assert_eq!(tool(&engine, "claude").await["state"], "not_connected");

    write_protect(&path, false);
    granted(&engine, "/tools/claude/connect", json!({})).await;
    let (connected, client) = (read(&path), engine.snapshot().clients);
    write_protect(&path, true);
    let (status, ..) =
        refused(&engine, "/tools/claude/connect", json!({ "account": "b", "model": "m" })).await;
    assert_eq!((status, read(&path)), (409, connected));
    assert_eq!(engine.snapshot().clients, client);
    // The same where the person had removed the client.
    ask(&engine, Method::DELETE, "/clients/claude", "").await;
    let (status, ..) = refused(&engine, "/tools/claude/connect", json!({})).await;
    assert_eq!((status, engine.snapshot().clients.len()), (409, 0));
    write_protect(&path, false);
    granted(&engine, "/tools/claude/disconnect", json!({})).await;
    assert_eq!(read(&path), CLAUDE);
}

#[tokio::test]
async fn the_record_outlives_a_restart_and_a_tool_that_is_connected_anew_keeps_its_key() {
    let stage = EngineStage::with(&["a", "b"]).await;
    let path = put(&stage.handle(), ".codex/config.toml", CODEX);
    granted(&stage.handle(), "/tools/codex/connect", json!({})).await;
    let key = key_of(&read(&path));
    let stage = stage.restarted().await;
    let engine = stage.handle();
    assert_eq!(tool(&engine, "codex").await["state"], "connected");
    let again = json!({ "account": "b", "model": "gpt-5.5-pro" });
    let connected = granted(&engine, "/tools/codex/connect", again).await;
    assert_eq!((&connected["tool"]["client"], key_of(&read(&path))), (&json!("codex"), key));
    assert!(read(&path).contains("gpt-5.5-pro"));
    assert_eq!(engine.snapshot().clients[0].account, "b");
    granted(&engine, "/tools/codex/disconnect", json!({})).await;
    assert_eq!(read(&path), CODEX);
}

#[tokio::test]
async fn a_tool_with_the_very_login_of_an_account_is_told_to_have_two_owners() {
    let serving = serving(|_| usage("plus")).await;
    let engine = serving.handle();
    let login = import_of("ada").auth_json;
    let path = put(&engine, ".codex/auth.json", login.expose_secret());
    assert_eq!(tool(&engine, "codex").await["own_login"], Value::Null, "no account here yet");
    accounts::import(&engine, home(&engine), import_of("ada")).await.unwrap();
    let own = tool(&engine, "codex").await["own_login"].clone();
    assert_eq!(own, json!({ "file": path, "account": "ada", "owners": "both" }));
    // The same seat with tokens of its own.
    let other = login.expose_secret().replace("rt-ada", "rt-other");
    fs::write(&path, other.replace("\"tokens\":{", "\"tokens\":{\"account_id\":\"of-ada\",")).unwrap();
    assert_eq!(tool(&engine, "codex").await["own_login"]["owners"], "apart");
}

#[tokio::test]
async fn a_check_that_cannot_be_made_says_why() {
    let stage = EngineStage::with(&["a"]).await;
    let engine = stage.handle();
    let why = |answer: (u16, String, String)| (answer.0, answer.1, answer.2);
    let (status, code, _) = why(refused(&engine, "/tools/claude/verify", Value::Null).await);
    assert_eq!((status, code.as_str()), (404, "tool_not_connected"));
    put(&engine, ".claude/settings.json", CLAUDE);
    granted(&engine, "/tools/claude/connect", json!({})).await;
    let (status, code, detail) = why(refused(&engine, "/tools/claude/verify", Value::Null).await);
    assert_eq!((status, code.as_str()), (503, "check_failed"));
    assert!(detail.contains("Nobody serves now"), "{detail}");
    ask(&engine, Method::DELETE, "/clients/claude", "").await;
    let (.., detail) = why(refused(&engine, "/tools/claude/verify", Value::Null).await);
    assert!(detail.contains("was removed"), "{detail}");
}

#[tokio::test]
async fn a_check_repeats_what_the_endpoint_said() {
    let serving = serving(|_| usage("plus")).await;
    serving.import("ada").await;
    let engine = serving.handle();
    let path = put(&engine, ".claude/settings.json", CLAUDE);
    granted(&engine, "/tools/claude/connect", json!({})).await;
    ask(&engine, Method::PATCH, "/accounts/ada", r#"{"state":"paused"}"#).await;
    let (status, code, detail) = refused(&engine, "/tools/claude/verify", Value::Null).await;
    assert_eq!((status, code.as_str()), (503, "check_failed"));
    assert!(!detail.contains("status") && detail.len() > 20, "{detail}");
    fs::write(&path, CLAUDE).unwrap();
    let (.., detail) = refused(&engine, "/tools/claude/verify", Value::Null).await;
    assert!(detail.contains("no longer in the files"), "{detail}");
}

#[tokio::test]
async fn files_are_touched_for_this_machine_alone() {
    let stage = EngineStage::with(&["a"]).await;
    let routes = router(stage.handle());
    for (peer, expected) in [("192.0.2.7:5000", 403), ("127.0.0.1:5000", 200), ("[::1]:5000", 200)] {
        let ends = ConnectionEnds {
            peer: peer.parse().unwrap(),
            local: "192.0.2.1:7625".parse().unwrap(),
            served: "0.0.0.0:7625".parse().unwrap(),
        };
        for (method, path, anywhere) in
            [("GET", "tools", false), ("POST", "tools/claude/preview", false), ("GET", "snippets", true)]
        {
            let request = Request::builder()
                .method(method)
                .uri(format!("/api/v1/{path}"))
                .header("content-type", "application/json")
                .extension(Principal::Control)
                .extension(ends)
                .body(axum::body::Body::from("{}"))
                .unwrap();
            let status = routes.clone().oneshot(request).await.unwrap().status();
            assert_eq!(status.as_u16(), if anywhere { 200 } else { expected }, "{peer} {path}");
        }
    }
}

#[tokio::test]
async fn a_snippet_has_the_address_and_a_place_for_the_key() {
    let stage = EngineStage::with(&["a"]).await;
    let engine = stage.handle();
    let (_, snippets) = ask(&engine, Method::GET, "/snippets?model=gpt-5.5", "").await;
    let curl = snippets.as_array().unwrap().iter().find(|snippet| snippet["name"] == "curl").unwrap();
    let text = curl["text"].as_str().unwrap();
    assert!(
        text.contains(&engine.endpoint()) && text.contains("YOUR_KEY") && text.contains("gpt-5.5"),
        "{text}"
    );
    assert_eq!(snippets.as_array().unwrap().len(), 11);
}
