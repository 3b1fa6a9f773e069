//! Tools led to the endpoint by what connecting them writes, or says: those that can be run here are run with nothing
//! else, the others are stood in for by a request in their form.

use reqwest::RequestBuilder;
use rockpool_engine::api::requests::SnippetQuery;
use rockpool_tests::harness::Setup;
use rockpool_tests::journal::{served, turns};
use rockpool_tests::tools::agents::connecting::{Connected, is_connected_used_and_let_go};
use rockpool_tests::tools::agents::findings::{NotingConnection, UsedBy};
use rockpool_tests::tools::agents::{Agent, AgentHome, CopilotWire, OpencodeWire};
use rockpool_tests::tools::{request, web};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

#[tokio::test]
async fn claude_code_is_connected_used_and_let_go_and_its_file_is_byte_for_byte_as_before() {
    let mine = "{\r\n    \"cleanupPeriodDays\": 99,\r\n    \"env\": { \"EDITOR\": \"vi\" }\r\n}";
    is_connected_used_and_let_go(Agent::ClaudeCode, "claude", &[(".claude/settings.json", mine)]).await;
}

#[tokio::test]
async fn opencode_is_connected_used_and_let_go_and_its_file_is_byte_for_byte_as_before() {
    let mine = "{\n  // as I like it\n  \"share\": \"disabled\",\n\t\"autoupdate\": false,\n}\n";
    let agent = Agent::Opencode(OpencodeWire::OpenAi);
    is_connected_used_and_let_go(agent, "opencode", &[(".config/opencode/opencode.jsonc", mine)]).await;
}

#[tokio::test]
async fn continues_cli_is_connected_used_and_let_go_and_its_file_is_byte_for_byte_as_before() {
    let mine = "# mine\nname: Mine\nversion: 0.0.1\nschema: v1\nrules:\n  - Be brief.   # please\n";
    is_connected_used_and_let_go(Agent::Continue, "continue", &[(".continue/config.yaml", mine)]).await;
}

/// It has no file: what its snippet says is set as a shell would set it.
#[tokio::test]
async fn the_copilot_cli_works_with_the_variables_of_its_snippet() {
    let agent = Agent::Copilot(CopilotWire::Responses);
    let mut found = NotingConnection::of(agent.name(), UsedBy::TheToolWithVariables);
    let harness = Setup::of(["ada", "ben"]).start().await;
    let key = harness.client("copilot", "ada").await;
    let query = SnippetQuery { model: Some("gpt-5.5".to_owned()) };
    let snippets = harness.api.client().list_snippets(&query).await.unwrap();
    let snippet = snippets.into_iter().find(|one| one.name == "copilot").unwrap();
    let text = snippet.text.replace("YOUR_KEY", &key.secret);
    let variables = text.lines().map(|line| {
        let (name, value) = line.strip_prefix("export ").unwrap().split_once('=').unwrap();
        (name.to_owned(), value.trim_matches('\'').to_owned())
    });
    let home = tempfile::tempdir().unwrap();
    let copilot = AgentHome::found(agent, home.path().to_owned()).await.with_variables(variables.collect());
    let said = copilot.ask("Greet me. [[say: xin chào]]").await;
    assert!(said.text.contains("xin chào"), "{}", said.text);
    assert_eq!(served(&turns(&harness.sim)), ["ada 200"]);
    assert_eq!(harness.activity(1).await[0].client, "copilot");
    found.works();
}

/// The key is never in its file, so the person pastes it.
#[tokio::test]
async fn zed_is_connected_asked_as_and_let_go_and_its_file_is_byte_for_byte_as_before() {
    let mut found = NotingConnection::of("Zed", UsedBy::AShapedRequest);
    let mine = "// mine\n{\n  \"vim_mode\": true, // always\n}\n";
    for files in [&[(".config/zed/settings.json", mine)][..], &[]] {
        let connected = Connected::with_files("zed", files).await;
        let uncommented: String = connected.file().lines().map(before_comment).collect();
        let settings: Value = serde_json::from_str(&uncommented.replace(",}", "}")).unwrap();
        let provider = &settings["language_models"]["openai_compatible"]["Rockpool"];
        let body = json!({
            "model": provider["available_models"][0]["name"], "stream": true, "max_completion_tokens": null,
            "parallel_tool_calls": true, "tools": [], "prompt_cache_key": "thread-1",
            "messages": [
                {"role": "system", "content": "You edit."},
                {"role": "user", "content": [{"type": "text", "text": "[[say: xin chào]]"}]},
            ],
        });
        let url = format!("{}/chat/completions", provider["api_url"].as_str().unwrap());
        let key = connected.said.key.as_ref().unwrap().expose_secret();
        let asked =
            web::public_client().post(url).bearer_auth(key).header("user-agent", "Zed/1.9.3 (linux; x86_64)");
        assert!(said(asked.json(&body)).await.contains(r#""content":"chào""#));
        connected.was_used().await;
        connected.is_let_go().await;
    }
    found.works();
}

/// Both start `codex app-server`, which reads the file of the CLI and names itself after them.
#[tokio::test]
async fn the_codex_ide_extension_is_connected_asked_as_and_let_go_and_its_file_is_byte_for_byte_as_before() {
    let mut found = NotingConnection::of("Codex IDE extension and app", UsedBy::AShapedRequest);
    let mine = "# mine\r\nmodel_reasoning_effort = \"low\"\r\n";
    for files in [&[(".codex/config.toml", mine)][..], &[]] {
        let connected = Connected::with_files("codex", files).await;
        let file = connected.file();
        let asked = web::public_client()
            .post(format!("{}/responses", setting(&file, "base_url")))
            .bearer_auth(setting(&file, "experimental_bearer_token"))
            .header("originator", "codex_vscode")
            .header("user-agent", "codex_vscode/0.171.0 (Ubuntu 24.4.0; x86_64) vscode/1.131.0")
            .header("session-id", "0199c1a5-0000-7000-8000-000000000001");
        let mut question = request::question("[[say: xin chào]]");
        question["model"] = json!(setting(&file, "model"));
        assert!(said(asked.json(&question)).await.contains("xin chào"));
        connected.was_used().await;
        connected.is_let_go().await;
    }
    found.works();
}

async fn said(asked: RequestBuilder) -> String {
    let reply = asked.send().await.unwrap();
    let status = reply.status();
    let text = reply.text().await.unwrap();
    assert!(status.is_success(), "{status}: {text}");
    text
}

fn before_comment(line: &str) -> &str {
    match line.split_once("// ") {
        Some((before, _)) => before.trim(),
        None => line.trim(),
    }
}

/// The text of a setting in TOML, in whichever table.
fn setting<'a>(toml: &'a str, name: &str) -> &'a str {
    let line = toml.lines().find_map(|line| line.trim().strip_prefix(name)?.trim().strip_prefix('='));
    line.unwrap_or_else(|| panic!("no {name} in {toml}")).trim().trim_matches('"')
}
