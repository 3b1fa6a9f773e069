//! Each tool's configuration, told in examples.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use secrecy::SecretString;

use super::{connection, home, planned, texts};
use crate::format::Format;
use crate::readable::Readable;
use crate::{
    Detection, EntryPath, KeyKind, Os, OwnLogin, PlanError, Probe, Shell, Snippet, Surroundings, Todo, Tool,
    detect, files_of, key_kind, own_login, plan, snippet,
};

fn after(tool: Tool, files: &crate::Texts) -> String {
    planned(tool, files).changes[0].after().unwrap().to_owned()
}

const LOGIN: &str =
    r#"{"auth_mode":"chatgpt","tokens":{"access_token":"a","account_id":"ws-1"},"last_refresh":"x"}"#;

#[test]
fn codex_with_a_login_keeps_its_built_in_provider() {
    let files = texts([
        (home().codex_login(), LOGIN),
        (
            home().codex_config(),
            "# mine\nmodel = \"o3\" # fast\nopenai_base_url = \"https://eu.example.com/v1\"\n\n[tui]\nx = 1\n",
        ),
    ]);
    assert_eq!(key_kind(Tool::CodexCli, &home(), &files), KeyKind::Path);
    assert_eq!(
        after(Tool::CodexCli, &files),
        "# mine\nmodel = \"gpt-5.5\" # fast\n\
         # Rockpool: Codex uses http://127.0.0.1:7625 through these settings of config.toml: openai_base_url, chatgpt_base_url, model.\n\
         # Rockpool: to go back, run \"rockpool disconnect codex\", or delete them and these lines by hand.\n\
         # Rockpool: before, openai_base_url was \"https://eu.example.com/v1\"\n\
         # Rockpool: before, model was \"o3\"\n\
         openai_base_url = \"http://127.0.0.1:7625/k/rpu_0123456789abcdef/v1\"\n\
         chatgpt_base_url = \"http://127.0.0.1:7625/k/rpu_0123456789abcdef/backend-api/\"\n\n[tui]\nx = 1\n"
    );
}

#[test]
fn codex_with_a_login_is_led_back_to_the_built_in_provider_where_another_is_chosen() {
    let files =
        texts([(home().codex_login(), LOGIN), (home().codex_config(), "model_provider = \"azure\"\n")]);
    assert!(after(Tool::CodexCli, &files).starts_with("model_provider = \"openai\"\n"));
    let files = texts([(home().codex_login(), LOGIN)]);
    assert!(!after(Tool::CodexCli, &files).contains("model_provider"));
}

#[test]
fn codex_without_a_login_gets_a_provider_of_its_own() {
    let text = after(Tool::CodexCli, &texts([(home().codex_config(), "model = \"gpt-5.5\"\n[tui]\n")]));
    assert!(text.starts_with("model = \"gpt-5.5\"\n# Rockpool: "), "{text}");
    assert!(
        text.contains("\nmodel_provider = \"rockpool\"\n[tui]\n\n[model_providers.rockpool]\n"),
        "{text}"
    );
    assert!(text.ends_with(
        "name = \"Rockpool\"\nbase_url = \"http://127.0.0.1:7625/v1\"\n\
         experimental_bearer_token = \"rp_0123456789abcdef\"\nsupports_websockets = true\n"
    ));
}

#[test]
fn codex_that_keeps_its_login_in_a_keychain_counts_as_signed_in() {
    let files = texts([(home().codex_config(), "cli_auth_credentials_store = \"keyring\"\n")]);
    assert_eq!(key_kind(Tool::CodexCli, &home(), &files), KeyKind::Path);
    assert_eq!(key_kind(Tool::CodexCli, &home(), &texts([])), KeyKind::Bearer);
}

#[test]
fn a_key_of_the_wrong_kind_is_refused() {
    let files = texts([(home().codex_login(), LOGIN)]);
    let refused = plan(Tool::CodexCli, &connection(KeyKind::Bearer), &home(), &files);
    assert!(matches!(refused, Err(PlanError::WrongKey { needed: KeyKind::Path, .. })));
}

#[test]
fn opencode_uses_its_openai_provider_unless_a_login_of_its_own_would_win() {
    let json = home().opencode_configs()[2].clone();
    let text = after(Tool::OpenCode, &texts([(json.clone(), "{\n  // mine\n  \"theme\": \"x\",\n}\n")]));
    assert!(text.starts_with("{\n  // Rockpool: opencode uses http://127.0.0.1:7625"), "{text}");
    assert!(text.contains("\"model\": \"openai/gpt-5.5\",\n  // mine\n  \"theme\": \"x\",\n}\n"), "{text}");
    assert!(text.contains("\"$schema\": \"https://opencode.ai/config.json\","), "{text}");
    let files = texts([
        (json, "{}"),
        (home().opencode_login(), r#"{"openai":{"type":"oauth","access":"a","accountId":"ws-2"}}"#),
    ]);
    let text = after(Tool::OpenCode, &files);
    assert!(
        text.contains("\"model\": \"rockpool/gpt-5.5\"") && text.contains("\"npm\": \"@ai-sdk/openai\""),
        "{text}"
    );
    assert!(text.contains("\"context\": 272000"), "{text}");
}

#[test]
fn opencode_is_changed_in_the_file_that_it_reads_last() {
    let [_, jsonc, json] = home().opencode_configs();
    let path = |files| planned(Tool::OpenCode, &files).changes[0].path.clone();
    assert_eq!(path(texts([])), json);
    assert_eq!(path(texts([(json.clone(), "{}"), (jsonc.clone(), "{}")])), jsonc);
}

#[test]
fn claude_code_gets_variables_without_a_comment_and_loses_a_key_of_its_own() {
    let before = "{\n  \"env\": {\n    \"ANTHROPIC_API_KEY\": \"sk-ant-1\"\n  }\n}\n";
    assert_eq!(
        after(Tool::ClaudeCode, &texts([(home().claude_code_settings(), before)])),
        "{\n  \"env\": {\n    \"ANTHROPIC_BASE_URL\": \"http://127.0.0.1:7625\",\n    \
         \"ANTHROPIC_AUTH_TOKEN\": \"rp_0123456789abcdef\",\n    \"ANTHROPIC_MODEL\": \"gpt-5.5\",\n    \
         \"CLAUDE_CODE_MAX_CONTEXT_TOKENS\": \"272000\",\n    \
         \"ANTHROPIC_API_KEY\": \"\"\n  }\n}\n"
    );
}

#[test]
fn continue_gets_a_model_in_the_file_that_it_reads() {
    let [yaml, json] = home().continue_configs();
    assert_eq!(
        after(Tool::Continue, &texts([])),
        "# Rockpool: Continue uses http://127.0.0.1:7625 through these settings of config.yaml: name, version, schema, models[name: Rockpool].\n\
         # Rockpool: to go back, run \"rockpool disconnect continue\", or delete them and these lines by hand.\n\
         name: \"Rockpool\"\nversion: \"1.0.0\"\nschema: \"v1\"\nmodels:\n  - name: \"Rockpool\"\n    provider: \"openai\"\n    \
         model: \"gpt-5.5\"\n    apiBase: \"http://127.0.0.1:7625/v1\"\n    apiKey: \"rp_0123456789abcdef\"\n"
    );
    let older = texts([(json.clone(), "{\"models\": [{\"title\": \"A\"}]}")]);
    let plan = planned(Tool::Continue, &older);
    assert_eq!(plan.changes[0].path, json);
    assert!(plan.changes[0].after().unwrap().contains("\"title\": \"Rockpool\""));
    let both = texts([(json, "{}"), (yaml.clone(), "models: []\n")]);
    assert_eq!(planned(Tool::Continue, &both).changes[0].path, yaml);
}

#[test]
fn a_new_file_of_cline_says_what_cline_itself_would_write() {
    let written: serde_json::Value = serde_json::from_str(&after(Tool::Cline, &texts([]))).unwrap();
    // As `cline auth -p openai -k … -b … -m gpt-5.5` of 3.0.65 wrote it, but for the moment.
    let seen = serde_json::json!({
        "version": 1, "lastUsedProvider": "openai-compatible", "modes": {},
        "providers": { "openai-compatible": {
            "settings": { "provider": "openai-compatible", "apiKey": "rp_0123456789abcdef", "model": "gpt-5.5", "baseUrl": "http://127.0.0.1:7625/v1" },
            "updatedAt": "1970-01-01T00:00:00.000Z", "tokenSource": "manual",
        } },
    });
    assert_eq!(written, seen);
}

#[test]
fn aider_llm_qwen_code_and_pi_get_address_key_and_model() {
    for (tool, said) in [
        (Tool::Aider, vec!["openai-api-base: \"http://127.0.0.1:7625/v1\"", "model: \"openai/gpt-5.5\""]),
        (
            Tool::Llm,
            vec![
                "- model_id: \"rockpool\"\n  model_name: \"gpt-5.5\"\n  api_base: \"http://127.0.0.1:7625/v1\"",
            ],
        ),
        (
            Tool::QwenCode,
            vec!["\"OPENAI_BASE_URL\": \"http://127.0.0.1:7625/v1\"", "\"selectedType\": \"openai\""],
        ),
        (Tool::Pi, vec!["\"api\": \"openai-responses\"", "\"contextWindow\": 272000"]),
    ] {
        let text = after(tool, &texts([]));
        assert!(said.iter().all(|said| text.contains(said)), "{text}");
    }
    assert!(
        planned(Tool::Llm, &texts([])).changes[1]
            .after()
            .unwrap()
            .contains("\"rockpool\": \"rp_0123456789abcdef\"")
    );
    assert!(
        planned(Tool::Pi, &texts([])).changes[1]
            .after()
            .unwrap()
            .contains("\"defaultProvider\": \"rockpool\"")
    );
}

#[test]
fn zed_is_told_no_key_and_the_person_what_to_do_with_it() {
    let plan = planned(
        Tool::Zed,
        &texts([(home().zed_settings(), "// Zed settings\n{\n  \"theme\": \"One\"\n}\n")]),
    );
    let text = plan.changes[0].after().unwrap();
    assert!(
        text.contains("\"api_url\": \"http://127.0.0.1:7625/v1\"") && !text.contains("rp_0123"),
        "{text}"
    );
    assert!(text.starts_with("// Zed settings\n{\n  // Rockpool: Zed uses"), "{text}");
    assert!(plan.todo.contains(&Todo::GiveKey { variable: "ROCKPOOL_API_KEY" }));
}

#[test]
fn copilot_cli_gets_a_snippet_and_no_file() {
    let plan = planned(Tool::CopilotCli, &texts([]));
    assert!(plan.changes.is_empty());
    assert_eq!(plan.todo, [Todo::SetVariables]);
}

#[test]
fn a_tool_that_lists_no_models_has_to_be_told_one() {
    let mut to = connection(KeyKind::Bearer);
    to.model = None;
    for tool in [Tool::Continue, Tool::Cline, Tool::Aider, Tool::Zed, Tool::QwenCode, Tool::Pi, Tool::Llm] {
        assert!(
            matches!(plan(tool, &to, &home(), &texts([])), Err(PlanError::NeedsModel { .. })),
            "{}",
            tool.name()
        );
    }
    assert!(plan(Tool::ClaudeCode, &to, &home(), &texts([])).is_ok());
    assert!(plan(Tool::CodexCli, &to, &home(), &texts([])).is_ok());
}

#[test]
fn a_diff_shows_what_changes_and_no_secret() {
    let before = "{\n  \"env\": {\n    \"ANTHROPIC_AUTH_TOKEN\": \"hunter2\"\n  },\n  \"apiKeyHelper\": \"~/get\"\n}\n";
    let diff = planned(Tool::ClaudeCode, &texts([(home().claude_code_settings(), before)])).diff();
    assert!(diff.contains("+    \"ANTHROPIC_BASE_URL\": \"http://127.0.0.1:7625\",\n"), "{diff}");
    assert!(
        diff.contains("-    \"ANTHROPIC_AUTH_TOKEN\": \"…\"")
            && diff.contains("+    \"ANTHROPIC_AUTH_TOKEN\": \"…\""),
        "{diff}"
    );
    assert!(!diff.contains("hunter2") && !diff.contains("0123456789"), "{diff}");
}

const SECRETS: [&str; 6] = ["hunter2", "hunter3", "hunter4", "hunter5", "hunter6", "hunter7"];

/// One test text for each format, with secrets where a line alone does not tell that they are.
fn with_secrets() -> [(Tool, PathBuf, &'static str); 4] {
    [
        (
            Tool::CodexCli,
            home().codex_config(),
            "model = \"o3\" # hunter2\nkey = \"\"\"\nhunter3\n\"\"\"\ntext = \'\'\'\nhunter4\'\'\'\n\
             [mcp.x]\nargs = [\"--api-key\", \"hunter5\"]\nurl = \"https://ada:hunter6@example.com\"\nsecret = 'hunter7'",
        ),
        (
            Tool::Aider,
            home().aider_config(),
            "model: o3 # hunter2\nkey: |\n  hunter3\n\n  a: hunter4\nargs: [--api-key, hunter5, it's]\n\
             list:\n  - k: >-\n      hunter6\n    other: hunter7\n",
        ),
        (
            Tool::ClaudeCode,
            home().claude_code_settings(),
            "{\"args\": [\"--api-key\", \"hunter2\"], \"u\": \"https://ada:hunter3@example.com\", \"pin\": 1234}",
        ),
        (Tool::Llm, home().llm_keys(), "{\"mistral\": \"hunter2\", \"é\": \"hunter\\\"3 hunter4\"}"),
    ]
}

#[test]
fn a_diff_shows_nothing_of_what_a_person_wrote_beside_our_settings() {
    for (tool, path, text) in with_secrets() {
        let files = texts([(path.clone(), text)]);
        let plan = planned(tool, &files);
        let gone = plan.changes.iter().find(|change| change.path == path).unwrap();
        // As when the whole file is put back, too.
        for diff in [plan.diff(), gone.diff_from_nothing()] {
            let told: Vec<_> = SECRETS.iter().filter(|secret| diff.contains(**secret)).collect();
            assert!(told.is_empty() && !diff.contains("1234}") && !diff.contains("ada"), "{told:?}\n{diff}");
            assert!(!diff.contains("0123456789"), "{diff}");
        }
        assert_eq!(
            gone.diff_from_nothing().lines().count(),
            gone.after().unwrap().lines().count() + 3 + usize::from(!gone.after().unwrap().ends_with('\n')),
            "{}",
            gone.diff_from_nothing()
        );
    }
}

proptest! {
    #[test]
    fn a_text_is_shown_line_for_line_whatever_it_says(text in "[a:='\"#|>/*{}\\[\\], \\-\r\né.\\\\]{0,40}") {
        for format in [Format::Toml, Format::Json, Format::Jsonc, Format::Yaml] {
            let shown = Readable::default().shown(format, &text);
            prop_assert_eq!(shown.matches('\n').count(), text.matches('\n').count(), "{}", shown);
        }
    }
}

#[test]
fn a_diff_shows_settings_of_ours_and_what_they_take_the_place_of() {
    let text = "model = \"o3\" # fast\nopenai_base_url = \"https://ada:x@eu.example.com/v1\"\n";
    let files = texts([(home().codex_login(), LOGIN), (home().codex_config(), text)]);
    let diff = planned(Tool::CodexCli, &files).diff();
    for line in [
        "-model = \"o3\" # …\n",
        "+model = \"gpt-5.5\" # …\n",
        "-openai_base_url = \"https://…@eu.example.com/v1\"\n",
        "+openai_base_url = \"http://127.0.0.1:7625/k/rpu_…/v1\"\n",
        "+# Rockpool: before, model was \"o3\"\n",
    ] {
        assert!(diff.contains(line), "{line}{diff}");
    }
    let diff = planned(Tool::Continue, &texts([])).diff();
    assert!(diff.contains("+    apiBase: \"http://127.0.0.1:7625/v1\"\n+    apiKey: \"…\"\n"), "{diff}");
}

#[test]
fn an_earlier_value_that_is_a_secret_does_not_go_into_a_comment() {
    let text = after(Tool::Aider, &texts([(home().aider_config(), "openai-api-key: hunter2\nmodel: o3\n")]));
    assert!(text.contains("# Rockpool: before, model was o3\n") && !text.contains("hunter2"), "{text}");
}

#[test]
fn a_file_that_does_not_parse_is_refused_with_line_and_column() {
    for (tool, text, place) in [
        (Tool::CodexCli, "a = 1\nb = \n", "line 2, column 5"),
        (Tool::ClaudeCode, "{\n  \"a\": 1\n  \"é\": \"b\"\n}", "line 2, column 9"),
        (Tool::Aider, "a: 1\n b: [\n", "line 2, column 3"),
    ] {
        let files = texts([(files_of(tool, &home())[0].clone(), text)]);
        let refused = plan(tool, &connection(KeyKind::Bearer), &home(), &files).err().unwrap().to_string();
        assert!(refused.contains(place), "{refused}");
    }
}

#[test]
fn something_else_in_a_settings_place_is_refused_by_name() {
    for (tool, text, name) in [
        (Tool::ClaudeCode, "{\"env\": [1]}", "env.ANTHROPIC_BASE_URL"),
        (Tool::CodexCli, "model_providers = { a = {} }\n", "model_providers.rockpool"),
        (Tool::Continue, "models: {a: b}\n", "models[name: Rockpool]"),
        (Tool::Aider, "- a list\n", "openai-api-base"),
    ] {
        let files = texts([(files_of(tool, &home())[0].clone(), text)]);
        let refused = plan(tool, &connection(KeyKind::Bearer), &home(), &files).err().unwrap().to_string();
        assert!(refused.contains(&format!("“{name}”")), "{refused}");
    }
}

#[test]
fn a_login_of_the_tools_own_is_found_with_its_workspace() {
    let login = |tool, path: PathBuf, text| own_login(tool, &home(), &texts([(path, text)]));
    let found = |file: PathBuf, id: &str| Some(OwnLogin { file, account_id: Some(id.to_owned()) });
    assert_eq!(login(Tool::CodexCli, home().codex_login(), LOGIN), found(home().codex_login(), "ws-1"));
    let opencode = r#"{"openai":{"type":"oauth","refresh":"r","accountId":"ws-2"}}"#;
    assert_eq!(
        login(Tool::OpenCode, home().opencode_login(), opencode),
        found(home().opencode_login(), "ws-2")
    );
    assert_eq!(
        login(Tool::OpenCode, home().opencode_login(), r#"{"openai":{"type":"api","key":"k"}}"#),
        None
    );
    assert_eq!(
        login(Tool::CodexCli, home().codex_login(), r#"{"OPENAI_API_KEY":"sk-1","tokens":null}"#),
        None
    );
    assert_eq!(login(Tool::CodexCli, home().codex_login(), "not json"), None);
}

#[test]
fn every_system_has_its_own_places_and_variables_win() {
    let at = |os, variables: &[(&str, &str)]| Surroundings {
        os,
        home: PathBuf::from("/h"),
        variables: variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    };
    let first = |tool, at: &Surroundings| files_of(tool, at)[0].to_string_lossy().replace('\\', "/");
    assert_eq!(
        first(Tool::Llm, &at(Os::MacOs, &[])),
        "/h/Library/Application Support/io.datasette.llm/extra-openai-models.yaml"
    );
    assert_eq!(first(Tool::Llm, &at(Os::Linux, &[("LLM_USER_PATH", "/x")])), "/x/extra-openai-models.yaml");
    assert_eq!(first(Tool::Zed, &at(Os::Windows, &[("APPDATA", "/a")])), "/a/Zed/settings.json");
    assert_eq!(
        first(Tool::Zed, &at(Os::MacOs, &[("XDG_CONFIG_HOME", "/c")])),
        "/h/.config/zed/settings.json"
    );
    assert_eq!(first(Tool::CodexCli, &at(Os::Linux, &[("CODEX_HOME", "/c")])), "/c/config.toml");
    assert_eq!(first(Tool::CodexCli, &at(Os::Linux, &[("CODEX_HOME", "")])), "/h/.codex/config.toml");
    assert_eq!(first(Tool::OpenCode, &at(Os::Linux, &[("OPENCODE_CONFIG", "/o.json")])), "/o.json");
}

struct Machine(&'static [&'static str]);

impl Probe for Machine {
    fn is_file(&self, path: &Path) -> bool {
        self.0.contains(&path.to_str().unwrap())
    }

    fn is_folder(&self, path: &Path) -> bool {
        self.0.contains(&path.to_str().unwrap())
    }

    fn program(&self, name: &str) -> Option<PathBuf> {
        Some(PathBuf::from(format!("/bin/{name}"))).filter(|path| self.is_file(path))
    }
}

#[test]
fn a_tool_is_found_by_program_file_or_folder() {
    let machine = Machine(&["/bin/claude", "/mai/.codex/config.toml", "/mai/.config/zed"]);
    let found = |tool| detect(tool, &home(), &machine);
    assert_eq!(found(Tool::ClaudeCode).programs, [PathBuf::from("/bin/claude")]);
    assert_eq!(found(Tool::CodexCli).files, [PathBuf::from("/mai/.codex/config.toml")]);
    assert_eq!(found(Tool::Zed).folders, [PathBuf::from("/mai/.config/zed")]);
    assert!(Tool::ALL.into_iter().filter(|tool| found(*tool).is_installed()).count() == 3);
    assert_eq!(found(Tool::Aider), Detection::default());
}

#[test]
fn every_tool_has_an_id_of_its_own() {
    for tool in Tool::ALL {
        assert_eq!(Tool::from_id(tool.id()), Some(tool));
    }
    assert_eq!(EntryPath::keys(["models"]).item("name", "x").to_string(), "models[name: x]");
}

#[test]
fn every_snippet_holds_address_key_and_model() {
    let mut to = connection(KeyKind::Bearer);
    for kind in Snippet::ALL {
        let text = snippet(kind, &to);
        assert!(
            ["http://127.0.0.1:7625", "rp_0123456789abcdef", "gpt-5.5"]
                .iter()
                .all(|part| text.contains(part)),
            "{text}"
        );
    }
    to.key = SecretString::from("it's");
    to.model = None;
    assert!(snippet(Snippet::Curl, &to).contains(r"'Authorization: Bearer it'\''s'"));
    assert!(
        snippet(Snippet::CopilotCli(Shell::PowerShell), &to)
            .contains("$env:COPILOT_PROVIDER_API_KEY = 'it''s'\n")
    );
    assert!(
        snippet(Snippet::CopilotCli(Shell::Fish), &to).contains(r"set -gx COPILOT_PROVIDER_API_KEY 'it\'s'")
    );
    assert!(snippet(Snippet::AnthropicPython, &to).contains("base_url=\"http://127.0.0.1:7625\""));
    assert!(snippet(Snippet::LiteLlm, &to).contains("model=\"openai/MODEL\""));
}
