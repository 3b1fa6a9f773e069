//! Base addresses typed slightly wrong work, and the answer to the rest names the right one.

use http::Method;
use rockpool_tests::harness::{Harness, Setup};
use rockpool_tests::tools::request::{answer, events, question};
use rockpool_tests::tools::{Key, web};
use serde_json::Value;

async fn ask(method: Method, harness: &Harness, key: &Key, path: &str) -> reqwest::Response {
    let url = format!("{}{path}", harness.root());
    let request = web::client().request(method.clone(), url).bearer_auth(&key.secret);
    let request = if method == Method::POST { request.json(&question("hello")) } else { request };
    request.send().await.unwrap()
}

#[tokio::test]
async fn a_base_address_typed_slightly_wrong_works() {
    let harness = Setup::of(["ada"]).start().await;
    let key = harness.client("tool", "ada").await;
    let path_key = harness.path_client("path", "ada").await;
    let paths = ["/v1//responses", "//v1/responses", "/responses", "/v1/v1/responses", "/v1/responses/"];
    for path in paths {
        let with_key = format!("//k/{}/{path}", path_key.secret);
        for path in [path, &with_key] {
            let response = ask(Method::POST, &harness, &key, path).await;
            assert_eq!(response.status(), 200, "{path}");
            let body = response.bytes().await.unwrap();
            assert_eq!(answer(&events(&body)), "A simulated answer from acct-ada.", "{path}");
        }
    }
}

#[tokio::test]
async fn models_are_told_one_by_one_and_by_head() {
    let harness = Setup::of(["ada"]).start().await;
    let key = harness.client("tool", "ada").await;
    let path_key = harness.path_client("path", "ada").await;
    let head = ask(Method::HEAD, &harness, &key, "/v1/models").await;
    assert_eq!((head.status().as_u16(), head.headers().contains_key("etag")), (200, true));
    assert!(head.bytes().await.unwrap().is_empty());
    let with_key = format!("/k/{}/v1/models/gpt-5.5", path_key.secret);
    for path in ["/v1/models/gpt-5.5", "/models/gpt%2D5.5", &with_key] {
        let response = ask(Method::GET, &harness, &key, path).await;
        assert_eq!(response.status(), 200, "{path}");
        let model: Value = response.json().await.unwrap();
        assert_eq!((&model["id"], &model["object"]), (&"gpt-5.5".into(), &"model".into()));
    }
    let unknown = ask(Method::GET, &harness, &key, "/v1/models/made/up").await;
    assert_eq!(unknown.status(), 404);
    let error = unknown.json::<Value>().await.unwrap()["error"].take();
    assert_eq!((&error["code"], &error["param"]), (&"model_not_found".into(), &"model".into()));
    assert!(error["message"].as_str().unwrap().contains("made/up"));
    assert_eq!(ask(Method::POST, &harness, &key, "/v1/models/gpt-5.5").await.status(), 405);
}

#[tokio::test]
async fn the_answer_to_the_rest_names_the_right_address() {
    let harness = Setup::of(["ada"]).start().await;
    let key = harness.client("tool", "ada").await;
    let refused = ask(Method::POST, &harness, &key, "/v2/responses").await;
    assert_eq!(refused.status(), 404);
    let error = refused.json::<Value>().await.unwrap();
    let message = error["error"]["message"].as_str().unwrap();
    assert!(message.contains(&format!("{}/v1", harness.root())), "{message}");
    let path_key = harness.path_client("path", "ada").await;
    let path = format!("/k/{}/v2", path_key.secret);
    let told = ask(Method::POST, &harness, &key, &path).await.text().await.unwrap();
    assert!(told.contains("/k/…/v1") && !told.contains(&path_key.secret), "{told}");
}
