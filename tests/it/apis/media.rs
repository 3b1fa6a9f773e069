//! Images and transcription: over the accounts that have them, in the caller's form, beside all conversations.

use std::time::Duration;

use http::header;
use reqwest::Response;
use rockpool_engine::snapshot::{AffinityKind, OutcomeClass};
use rockpool_sim::{Action, Entry, Fault, On, ReusedConnections};
use rockpool_tests::harness::{Harness, ProviderLink, Setup, seat};
use rockpool_tests::journal::{served, to_path};
use rockpool_tests::tools::request::question;
use rockpool_tests::tools::sdk::Sdk;
use rockpool_tests::tools::{Key, web};
use serde_json::{Value, json};

use super::post;

const GENERATIONS: &str = "/codex/images/generations";

async fn endpoint() -> (Harness, Key) {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let key = harness.client("tool", "ada").await;
    (harness, key)
}

fn picture() -> Value {
    json!({"model": "gpt-image-2", "prompt": "a lighthouse"})
}

fn answers(status: u16, body: Value) -> Action {
    Action::Answer { status, headers: Vec::new(), body }
}

/// Sends `body` as the Codex CLI does.
async fn as_codex(key: &Key, path: &str, session: &str, body: &str) -> Response {
    let request = web::client().post(format!("{}/{path}", key.base_url)).bearer_auth(&key.secret);
    let request = request.header(header::CONTENT_TYPE, "application/json").header("session-id", session);
    request.body(body.to_owned()).send().await.unwrap()
}

fn asked(harness: &Harness, path: &str) -> Vec<Entry> {
    to_path(&harness.sim, path)
}

async fn message(response: Response) -> String {
    let told: Value = response.json().await.unwrap();
    told["error"]["message"].as_str().unwrap_or_else(|| panic!("{told}")).to_owned()
}

#[tokio::test]
async fn openais_python_library_makes_and_changes_pictures() {
    let (harness, key) = endpoint().await;
    let sdk = Sdk::OpenAiPython;
    let made = sdk.run("image_generate", &key, "gpt-5.5").await;
    assert_eq!(made, json!({"pictures": 1, "png": true, "tokens": 532}));
    let changed = sdk.run("image_edit", &key, "gpt-5.5").await;
    assert_eq!(changed, json!({"pictures": 1, "png": true}));
    let edit = asked(&harness, "/codex/images/edits").pop().unwrap();
    assert_eq!(edit.body["images"].as_array().map(Vec::len), Some(2));
    assert_eq!(edit.header("originator"), Some("rockpool"), "the library does not know the backend");
    assert_eq!(harness.sim.violations(), Vec::<String>::new());
    let record = harness.activity(2).await.remove(0);
    assert_eq!(record.outcome, OutcomeClass::Success);
    assert_eq!((record.model.as_deref(), record.account.as_deref()), (Some("gpt-image-2"), Some("ada")));
}

#[tokio::test]
async fn openais_python_library_has_recordings_written_down() {
    let (harness, key) = endpoint().await;
    let told = Sdk::OpenAiPython.run("transcribe", &key, "gpt-5.5").await;
    let heard = |language: &str| format!("A simulated transcript of 14 bytes in {language}.");
    assert_eq!(told, json!({"json": heard("vi"), "text": heard("no language")}));
    let times = Sdk::OpenAiPython.run("transcribe_times", &key, "gpt-5.5").await;
    assert_eq!(times, json!({"code": "unsupported_parameter", "param": "response_format"}));
    assert_eq!(asked(&harness, "/transcribe").len(), 2, "what cannot be told is not asked for");
    assert_eq!(harness.sim.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn openais_python_library_has_a_model_draw() {
    let (harness, key) = endpoint().await;
    let drawn = Sdk::OpenAiPython.run("responses_draw", &key, "gpt-5.5").await;
    assert_eq!(drawn, json!({"png": true, "status": "completed", "text": "drawn"}));
    let streamed = Sdk::OpenAiPython.run("responses_draw_stream", &key, "gpt-5.5").await;
    assert_eq!(streamed, json!({"partial": 1, "collected": true}));
    assert_eq!(harness.sim.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_transcript_names_what_was_not_sent_on() {
    let (_harness, key) = endpoint().await;
    let form = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\nRIFF\r\n--b\r\ncontent-disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n--b\r\ncontent-disposition: form-data; name=\"prompt\"\r\n\r\nHue\r\n--b--\r\n";
    let request = web::public_client().post(format!("{}/audio/transcriptions", key.base_url));
    let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=b");
    let response = request.bearer_auth(&key.secret).body(form).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["x-rockpool-dropped"], "model, prompt");
}

#[tokio::test]
async fn a_picture_comes_from_the_account_that_can_make_it() {
    let page = json!("<html>Just a moment...</html>");
    for (action, health) in [
        (Action::UsageLimitReached, 1),
        (answers(404, json!({"detail": "Not Found"})), 0),
        (answers(405, json!({"detail": "Method Not Allowed"})), 0),
        (answers(403, page), 0),
        (answers(500, Value::Null), 1),
    ] {
        let (harness, key) = endpoint().await;
        harness.sim.script(Fault::next(On::Images, action.clone()).of(&seat("ada")));
        let response = post(&key, "images/generations", &picture()).await;
        assert_eq!(response.status(), 200, "{action:?}");
        let tried = served(&asked(&harness, GENERATIONS));
        assert_eq!((tried.len(), tried[1].as_str()), (2, "ben 200"), "{action:?}");
        let outcomes = harness.account("ada").health.sample;
        assert_eq!(outcomes, health, "{action:?}: a plan without images says nothing of the account");
    }
}

#[tokio::test]
async fn a_picture_that_may_have_been_billed_is_asked_for_once_more_and_no_third_time() {
    let setup = Setup::of(["ada", "ben", "cleo"]).reused_connections(ReusedConnections::None);
    let harness = setup.start().await;
    let key = harness.client("tool", "ada").await;
    harness.sim.script(Fault::next(On::Images, Action::CutBefore).times(2));
    let response = post(&key, "images/generations", &picture()).await;
    assert_eq!(response.status(), 502);
    assert!(message(response).await.contains("could not be reached"));
    assert_eq!(served(&asked(&harness, GENERATIONS)), ["ada -", "ben -"]);
}

#[tokio::test]
async fn where_no_account_has_it_the_tool_hears_what_works_and_the_codex_cli_what_the_provider_said() {
    let (harness, key) = endpoint().await;
    harness.sim.script(Fault::next(On::Images, answers(404, json!({"detail": "Not Found"}))).times(4));
    let told = Sdk::OpenAiPython.run("image_missing", &key, "gpt-5.5").await;
    assert_eq!(told["code"], "not_offered");
    assert!(told["message"].as_str().unwrap().contains("tool “image_generation”"), "{told}");
    let response = as_codex(&key, "images/generations", "s", &picture().to_string()).await;
    assert_eq!(response.status(), 404);
    assert_eq!(response.text().await.unwrap(), r#"{"detail":"Not Found"}"#);

    let page = json!("<html>Just a moment...</html>");
    harness.sim.script(Fault::next(On::Transcribe, answers(403, page)).times(2));
    let form = recording(&key).await;
    assert_eq!(form.status(), 403);
    assert!(message(form).await.contains("Point the tool's voice at another provider"));
    harness.sim.script(Fault::next(On::Transcribe, answers(200, json!({"said": 1}))));
    let odd = recording(&key).await;
    assert_eq!(odd.status(), 502);
    assert!(message(odd).await.contains("holds no text"));
    // All of it is beside the conversations: both accounts serve those as before.
    let turn = post(&key, "responses", &json!({"model": "gpt-5.5", "input": "hi"})).await;
    assert_eq!(turn.status(), 200);
    assert_eq!(harness.account("ada").health.consecutive_failures, 0);
}

/// Sends a recording, as a library does.
async fn recording(key: &Key) -> Response {
    let form =
        "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\nRIFF\r\n--b--\r\n";
    let request = web::public_client().post(format!("{}/audio/transcriptions", key.base_url));
    let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=b");
    request.bearer_auth(&key.secret).body(form).send().await.unwrap()
}

#[tokio::test]
async fn the_providers_own_words_for_a_refused_picture_are_told() {
    let (harness, key) = endpoint().await;
    let refusal = json!({"error": {"message": "Your prompt was refused.", "type": "image_generation_user_error", "code": "moderation_blocked", "param": null}});
    for (body, words) in [
        (refusal, "Your prompt was refused."),
        (json!({"detail": "Unsupported parameter: user"}), "Unsupported parameter: user"),
    ] {
        harness.sim.script(Fault::next(On::Images, answers(400, body)));
        let response = post(&key, "images/generations", &picture()).await;
        assert_eq!(response.status(), 400);
        assert_eq!(message(response).await, words);
    }
    let streamed = json!({"model": "gpt-image-2", "prompt": "a lighthouse", "stream": true});
    let response = post(&key, "images/generations", &streamed).await;
    assert_eq!(response.status(), 400);
    assert!(message(response).await.contains("partial images"));
}

#[tokio::test]
async fn a_picture_leaves_the_conversation_where_it_is() {
    let (harness, key) = endpoint().await;
    let ask = async |text: &str| {
        let response = as_codex(&key, "responses", "story", &question(text).to_string()).await;
        assert_eq!(response.status(), 200);
        response.bytes().await.unwrap();
    };
    ask("hello").await;
    harness
        .sim
        .script(Fault::next(On::Images, answers(404, json!({"detail": "Not Found"}))).of(&seat("ada")));
    let drawn = as_codex(&key, "images/generations", "story", &picture().to_string()).await;
    assert_eq!(drawn.status(), 200);
    assert_eq!(
        served(&asked(&harness, GENERATIONS)),
        ["ada 404", "ben 200"],
        "the conversation's account first"
    );
    let record = harness.activity(2).await.remove(1);
    assert_eq!(record.why.affinity.kind, AffinityKind::None, "it is no move of the conversation");
    ask("and on").await;
    assert_eq!(served(&asked(&harness, "/codex/responses")), ["ada 200", "ada 200"]);
}

#[tokio::test]
async fn the_codex_clis_pictures_and_searches_go_up_byte_for_byte_and_come_back_so() {
    let harness = Setup::of(["ada"]).over(ProviderLink::Recorded).start().await;
    let key = harness.client("tool", "ada").await;
    let odd = "{ \"id\" :\"s\", \"model\":\"gpt-6.2-sol\",\r\n\"prompt\":\"\\u0061 hat\", \"x\":1e2 ,\"images\":[{\"image_url\":\"https://example.test/a.png\"}]}  ";
    for (path, below) in [
        ("images/generations", "/codex/images/generations"),
        ("images/edits", "/codex/images/edits"),
        ("alpha/search", "/codex/alpha/search"),
        ("backend-api/codex/alpha/search", "/codex/alpha/search"),
        ("backend-api/codex/images/edits?x=%2F", "/codex/images/edits?x=%2F"),
    ] {
        harness.recording_proxy().clear();
        let answer = as_codex(&key, path, "s", odd).await;
        assert_eq!(answer.status(), 200, "{path}");
        let body = answer.bytes().await.unwrap();
        let seen = harness.recording_proxy().exchanges(below).remove(0);
        assert_eq!(seen.request.start, format!("POST /backend-api{below} HTTP/1.1"));
        assert_eq!((&seen.request.body[..], &seen.response.body[..]), (odd.as_bytes(), &body[..]), "{path}");
        assert_eq!(seen.request.header("originator"), Some("tests"), "{path}");
    }
    let form =
        "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\nRIFF\r\n--b--\r\n";
    let request = web::client().post(format!("{}/backend-api/transcribe", harness.root()));
    let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=b");
    let answer = request.bearer_auth(&key.secret).body(form).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(harness.recording_proxy().exchanges("/transcribe").remove(0).request.body, form.as_bytes());
    assert_eq!(harness.sim.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_recording_of_many_megabytes_goes_up_and_one_that_is_too_large_is_refused() {
    let (harness, key) = endpoint().await;
    let send = async |megabytes: usize| {
        let head = b"--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n";
        let body = [&head[..], &vec![0; megabytes << 20], b"\r\n--b--\r\n"].concat();
        let request = web::public_client().post(format!("{}/audio/transcriptions", key.base_url));
        let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=b");
        request.bearer_auth(&key.secret).timeout(Duration::from_secs(60)).body(body).send().await.unwrap()
    };
    let long = send(25).await;
    assert_eq!(long.status(), 200);
    let told: Value = long.json().await.unwrap();
    assert!(told["text"].as_str().unwrap().contains("26214400 bytes"), "{told}");
    assert_eq!(send(65).await.status(), 413);
    assert_eq!(asked(&harness, "/transcribe").len(), 1);
}

#[tokio::test]
async fn a_live_conversation_is_refused_before_its_socket_opens() {
    let (harness, key) = endpoint().await;
    let codex = harness.path_client("codex", "ada").await;
    for url in [format!("{}/realtime?intent=quicksilver", key.base_url), format!("{}/live", codex.base_url)] {
        let request = web::public_client().get(&url).bearer_auth(&key.secret);
        let request = request.header(header::CONNECTION, "Upgrade").header(header::UPGRADE, "websocket");
        let request = request
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 404, "{url}");
        assert!(message(response).await.contains("call between one person and the provider"), "{url}");
    }
    assert_eq!(harness.sim.journal().iter().filter(|entry| entry.path.contains("realtime")).count(), 0);
}
