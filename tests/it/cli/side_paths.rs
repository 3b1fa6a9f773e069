//! What the CLI asks besides answers: one catalogue with one ETag, and side paths that end here.

use rockpool_routing::Strategy;
use rockpool_sim::{Person, Windows};
use rockpool_tests::harness::{Setup, seat};
use rockpool_tests::journal::{served, to_path, turns};
use rockpool_tests::proxies::RecordingProxy;
use rockpool_tests::tools::codex::Codex;
use rockpool_tests::tools::web;

#[tokio::test]
async fn alternating_accounts_cause_no_storm_of_catalogue_requests() {
    let harness = Setup::of(["ada", "ben"]).strategy(Strategy::RoundRobin).start().await;
    harness.sim.add_person(Person::named("outsider", "plus", Windows::weekly_only())).unwrap();
    let login = harness.sim.mint_login(&seat("outsider")).unwrap();
    let key = harness.path_client("cli", "ada").await;
    for _ in 0..3 {
        let codex = Codex::built_in(&key, &login.auth_json).await;
        assert_eq!(codex.exec("hello [[tool: true]]").await.code, Some(0));
    }
    let asked = to_path(&harness.sim, "/codex/models").len();
    // The CLI asks twice at its start, and both may come before the first answer is known.
    assert!(asked <= 4, "the provider was asked {asked} times for the catalogues of two accounts");
}

#[tokio::test]
async fn the_cli_reads_the_catalogue_once_a_run_though_each_account_has_a_tag_of_its_own() {
    let harness = Setup::of(["ada", "ben"]).strategy(Strategy::RoundRobin).start().await;
    let key = harness.path_client("cli", "ada").await;
    // As the CLI's proxy it sees what the CLI asks the endpoint for.
    let proxy = RecordingProxy::start(&harness.root()).await;
    let mut who = Vec::new();
    for _ in 0..2 {
        proxy.clear();
        let codex = Codex::reading_the_catalogue(&key, &proxy.url()).await;
        assert_eq!(codex.exec("hello [[tool: echo x]]").await.answer(), "The tool said: x");
        assert_eq!(proxy.exchanges("/v1/responses").len(), 2);
        assert_eq!(proxy.exchanges("/v1/models").len(), 1);
        who = served(&turns(&harness.sim));
    }
    who.sort();
    assert_eq!(who, ["ada 200", "ada 200", "ben 200", "ben 200"]);
}

#[tokio::test]
async fn the_catalogue_has_one_stable_etag_whatever_account_serves() {
    let harness = Setup::of(["ada", "ben"]).strategy(Strategy::RoundRobin).start().await;
    let key = harness.client("sdk", "ada").await;
    let web = web::client();
    let mut etags = Vec::new();
    for _ in 0..4 {
        let url = format!("{}/models?client_version=0.169.0", key.base_url);
        let reply = web.get(url).bearer_auth(&key.secret).send().await.unwrap();
        assert_eq!(reply.status(), 200);
        etags.push(reply.headers()["etag"].to_str().unwrap().to_owned());
        assert_eq!(reply.headers().get_all("etag").iter().count(), 1);
        let list: serde_json::Value = serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap();
        let slugs = |entries: &serde_json::Value, field: &str| -> Vec<String> {
            entries
                .as_array()
                .unwrap()
                .iter()
                .map(|entry| entry[field].as_str().unwrap().to_owned())
                .collect()
        };
        assert_eq!(slugs(&list["models"], "slug"), slugs(&list["data"], "id"), "one answer in both shapes");
    }
    etags.dedup();
    assert_eq!(etags.len(), 1, "{etags:?}");
}

#[tokio::test]
async fn accounts_check_usage_and_settings_are_answered_here_and_not_by_the_provider() {
    let harness = Setup::of(["ada", "ben"]).start().await;
    harness.sim.add_person(Person::named("outsider", "plus", Windows::weekly_only())).unwrap();
    let login = harness.sim.mint_login(&seat("outsider")).unwrap();
    let key = harness.path_client("cli", "ada").await;
    let codex = Codex::built_in(&key, &login.auth_json).await;
    assert_eq!(codex.exec("hello").await.answer(), "A simulated answer from acct-ada.");
    for path in
        ["/wham/accounts/check", "/wham/settings/user", "/wham/usage", "/wham/rate-limit-reset-credits"]
    {
        assert_eq!(to_path(&harness.sim, path).len(), 0, "{path} went to the provider");
    }
    let root = key.base_url.trim_end_matches("/v1");
    let get = async |path: &str| -> serde_json::Value {
        let request = web::client().get(format!("{root}/backend-api{path}"));
        let reply = request.header("chatgpt-account-id", "acct-outsider").send().await.unwrap();
        assert_eq!(reply.status(), 200, "{path}");
        serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap()
    };
    let check = get("/wham/accounts/check").await;
    assert_eq!(
        check["accounts"][0]["id"], "acct-outsider",
        "the workspace that the CLI itself is signed in to"
    );
    assert_eq!(check["accounts"][0]["workspace_backend_origin"], "https://chatgpt.com");
    let usage = get("/wham/usage").await;
    assert_eq!(usage["rate_limit"]["primary_window"]["limit_window_seconds"], 18_000);
    assert!(usage["rate_limit"]["primary_window"]["used_percent"].is_u64());
    assert_eq!(get("/wham/rate-limit-reset-credits").await["available_count"], 0);
}
