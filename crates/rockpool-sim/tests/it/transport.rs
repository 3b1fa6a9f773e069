//! TLS, the control API, and how the simulator starts and stops.

use rockpool_sim::{Sim, SimConfig};
use serde_json::{Value, json};

use crate::support::{SimHarness, ada, client, events, question};

#[tokio::test]
async fn tls_offers_h2_and_http_1_1() {
    let harness = SimHarness::start().await;
    let login = harness.mint(&ada());
    let url = format!("{}/codex/responses", harness.sim.tls_backend_url().unwrap());
    for (alpn, version) in
        [(b"h2".as_slice(), reqwest::Version::HTTP_2), (b"http/1.1".as_slice(), reqwest::Version::HTTP_11)]
    {
        let web = client(&harness.sim, &[alpn]);
        let request =
            web.post(&url).bearer_auth(&login.access_token).header("chatgpt-account-id", "acct-ada");
        let response = request.json(&question("hello")).send().await.unwrap();
        assert_eq!((response.status().as_u16(), response.version()), (200, version));
        assert_eq!(events(&response.text().await.unwrap()).last().unwrap()["type"], "response.completed");
    }
}

#[tokio::test]
async fn the_control_api_has_the_same_powers_and_names_what_is_wrong() {
    let harness = SimHarness::start().await;
    let post =
        |name: &str, body: Value| harness.web.post(harness.auth(&format!("/_sim/{name}"))).json(&body).send();
    let minted: Value = post("mint-login", json!({"user_id": "user-ada", "account_id": "acct-ada"}))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let bearer = minted["auth_json"]["tokens"]["access_token"].as_str().unwrap().to_owned();
    let order = json!({"on": "turn", "times": 1, "action": {"do": "in_stream", "fault": "cut", "after": 1, "how": "clean_end"}});
    assert_eq!(post("script", order).await.unwrap().status(), 200);
    let text = harness.ask(&bearer, &ada(), &question("hello")).send().await.unwrap().text().await.unwrap();
    assert_eq!(events(&text).len(), 1);

    let seat = json!({"user_id": "user-ada", "account_id": "acct-ada"});
    let windows =
        json!({"primary": {"length_seconds": 604_800, "used_percent": 55, "resets_in_seconds": 60}});
    assert_eq!(post("windows", json!({"seat": seat, "windows": windows})).await.unwrap().status(), 200);
    let state: Value =
        harness.web.get(harness.auth("/_sim/state")).send().await.unwrap().json().await.unwrap();
    assert_eq!(state["seats"][0]["rate_limit"]["primary_window"]["used_percent"], 55);

    let wrong = post("kill-login", json!({"user": "user-ada"})).await.unwrap();
    assert_eq!(wrong.status(), 400);
    assert!(wrong.text().await.unwrap().contains("unknown field"));
    let journal: Value =
        harness.web.get(harness.auth("/_sim/journal")).send().await.unwrap().json().await.unwrap();
    assert_eq!(journal["entries"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_web_page_cannot_steer_it() {
    let harness = SimHarness::start().await;
    let request = harness.web.get(harness.auth("/_sim/secrets")).header("origin", "http://example.test");
    assert_eq!(request.send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn it_listens_on_loopback_only() {
    let config = SimConfig { listen: "0.0.0.0:0".parse().unwrap(), ..SimConfig::default() };
    let error = Sim::start(config).await.unwrap_err();
    assert!(error.to_string().contains("loopback"));
}

#[tokio::test]
async fn its_ports_are_free_again_after_a_shutdown() {
    let harness = SimHarness::start().await;
    let address = harness.sim.auth_url().trim_start_matches("http://").parse().unwrap();
    harness.sim.shutdown().await;
    Sim::start(SimConfig { listen: address, ..SimConfig::default() }).await.unwrap();
}
