//! Tools led to the endpoint by what connecting them writes, and run with nothing else.

use rockpool_tests::tools::agents::connecting::{Connected, is_connected_used_and_let_go, is_used};
use rockpool_tests::tools::agents::findings::{NotingConnection, UsedBy};
use rockpool_tests::tools::agents::{Agent, ClineWire, LlmWire, PiWire, QwenWire};

#[tokio::test]
async fn aider_is_connected_used_and_let_go_and_its_file_is_byte_for_byte_as_before() {
    let mine = "# mine\r\ndark-mode: true   # at night\r\n";
    is_connected_used_and_let_go(Agent::Aider, "aider", &[(".aider.conf.yml", mine)]).await;
}

#[tokio::test]
async fn llm_is_connected_used_and_let_go_and_its_files_are_byte_for_byte_as_before() {
    let models =
        "# mine\n- model_id: other   # of another\n  model_name: other\n  api_base: http://127.0.0.1:9/v1\n";
    let keys = "{\n  \"// Note\": \"mine\",\n  \"other\": \"sk-mine\"\n}";
    let files = [
        (".config/io.datasette.llm/extra-openai-models.yaml", models),
        (".config/io.datasette.llm/keys.json", keys),
    ];
    is_connected_used_and_let_go(Agent::Llm(LlmWire::Responses), "llm", &files).await;
}

#[tokio::test]
async fn pi_is_connected_used_and_let_go_and_its_files_are_byte_for_byte_as_before() {
    let models = "{\"providers\":{\"mine\":{\"baseUrl\":\"http://127.0.0.1:9/v1\",\"api\":\"openai-completions\",\"apiKey\":\"x\",\"models\":[{\"id\":\"m\"}]}}}";
    let settings = "{\n\t\"theme\": \"dark\"\n}\n";
    let files = [(".pi/agent/models.json", models), (".pi/agent/settings.json", settings)];
    is_connected_used_and_let_go(Agent::Pi(PiWire::Responses), "pi", &files).await;
}

/// It writes its file anew, in this form.
#[tokio::test]
async fn clines_cli_is_connected_used_and_let_go_and_its_file_is_byte_for_byte_as_before() {
    let mine = concat!(
        "{\n  \"version\": 1,\n  \"lastUsedProvider\": \"ollama\",\n  \"modes\": {},\n  \"providers\": {\n",
        "    \"ollama\": {\n      \"settings\": {\n        \"provider\": \"ollama\",\n        \"model\": \"m\"\n      },\n",
        "      \"updatedAt\": \"2026-01-01T00:00:00.000Z\",\n      \"tokenSource\": \"manual\"\n    }\n  }\n}\n",
    );
    let files = [(".cline/data/settings/providers.json", mine)];
    is_connected_used_and_let_go(Agent::Cline(ClineWire::Compatible), "cline", &files).await;
}

/// It marks the version of its settings in a file that has none.
#[tokio::test]
async fn qwen_code_is_connected_used_and_let_go_and_its_file_is_byte_for_byte_as_before() {
    let (agent, tool) = (Agent::QwenCode(QwenWire::Completions), "qwen");
    let mut found = NotingConnection::of(agent.name(), UsedBy::TheTool);
    let mine = "{\n  \"ui\": {\n    \"theme\": \"GitHub\"\n  },\n  \"$version\": 4\n}\n";
    let connected = Connected::with_files(tool, &[(".qwen/settings.json", mine)]).await;
    is_used(agent, &connected).await;
    connected.is_let_go().await;
    let connected = Connected::with_files(tool, &[]).await;
    is_used(agent, &connected).await;
    connected.is_let_go_with("{\n  \"$version\": 4\n}\n").await;
    found.works();
}
