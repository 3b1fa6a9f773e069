//! The real `rockpool serve` killed at any moment: no account is lost, and no refresh token is presented twice.

use std::collections::BTreeMap;
use std::time::Duration;

use rockpool_sim::{Action, Cost, Entry, Fault, On, Person, Sim, SimConfig, TokenFault, Windows};
use rockpool_tests::harness::seat;
use rockpool_tests::harness::server::{Home, Server};
use rockpool_tests::journal::{refreshes, turns};
use rockpool_tests::tools::Key;
use rockpool_tests::tools::request::question;
use rockpool_tests::wait;
use serde_json::{Value, json};

use crate::wire::post::{self, post};

struct ServerHarness {
    sim: Sim,
    home: Home,
    _dir: tempfile::TempDir,
}

impl ServerHarness {
    /// Ada and Ben, imported from files of the Codex CLI, and a pool of both.
    async fn start() -> (Self, Server, Key) {
        let dir = tempfile::tempdir().unwrap();
        let people = ["ada", "ben"].map(of_endless_quota).to_vec();
        let sim = Sim::start(SimConfig { people, ..SimConfig::default() }).await.unwrap();
        let home = Home::new(dir.path(), &sim);
        let server = home.serve().await;
        for name in ["ada", "ben"] {
            let login = sim.mint_login(&seat(name)).unwrap();
            let import = json!({"auth_json": login.auth_json, "name": name, "mode": "take_over"});
            server.api.post("/accounts/import", import).await;
        }
        let pool = json!({"strategy": "round_robin", "extra_provider_names": ["ben"]});
        server.api.done(http::Method::PUT, "/pools/ada", Some(pool)).await;
        let made = server.api.post("/clients", json!({"name": "tool", "account": "ada"})).await;
        let key = Key {
            secret: made["key"].as_str().unwrap().to_owned(),
            base_url: made["base_url"].as_str().unwrap().to_owned(),
        };
        (Self { sim, home, _dir: dir }, server, key)
    }

    async fn again(&self, key: &Key) -> (Server, Key) {
        let server = self.home.serve().await;
        let base_url = format!("http://{}/v1", server.control.address);
        (server, Key { base_url, ..key.clone() })
    }

    #[track_caller]
    fn no_token_was_presented_twice(&self) {
        let mut presented: BTreeMap<String, usize> = BTreeMap::new();
        for entry in refreshes(&self.sim) {
            *presented.entry(entry.body["refresh_token"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        assert!(presented.values().all(|count| *count == 1), "a refresh token was presented twice");
        let notes: Vec<_> = refreshes(&self.sim).into_iter().flat_map(|entry: Entry| entry.notes).collect();
        assert_eq!(notes, Vec::<String>::new());
    }
}

fn of_endless_quota(name: &str) -> Person {
    let mut person = Person::named(name, "plus", Windows::five_hours_and_weekly());
    person.workspaces[0].cost = Cost { primary: 0.0, secondary: 0.0 };
    person
}

async fn state_of(server: &Server, name: &str) -> String {
    let account = server.api.get(&format!("/accounts/{name}")).await;
    account["state"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_kill_between_sending_and_hearing_leaves_the_sign_in_uncertain_and_the_token_unused() {
    let (harness, server, key) = ServerHarness::start().await;
    harness.sim.expire_access_tokens("user-ada").unwrap();
    harness.sim.script(Fault::next(On::Refresh, Action::HoldHeaders { ms: 60_000 }).of(&seat("ada")));
    let asked =
        tokio::spawn(
            async move { post::try_post(&key, "conversation-1", &question("one")).await.map(|()| key) },
        );
    let other = tokio::spawn(quota(server.api.clone(), "ada"));
    wait::until("the refresh is sent", || (!refreshes(&harness.sim).is_empty()).then_some(())).await;
    server.kill().await;
    asked.abort();
    other.abort();

    let server = harness.home.serve().await;
    assert_eq!(state_of(&server, "ada").await, "sign_in_uncertain");
    assert_eq!(state_of(&server, "ben").await, "ready");
    let made = server.api.post("/clients", json!({"name": "other", "account": "ada"})).await;
    let base_url = format!("http://{}/v1", server.control.address);
    let key = Key { secret: made["key"].as_str().unwrap().to_owned(), base_url };
    for number in 0..4 {
        let posted = post(&key, &format!("conversation-{number}"), &question("two")).await;
        assert_eq!(posted.answer(), "A simulated answer from acct-ben.");
    }
    assert_eq!(refreshes(&harness.sim).len(), 1, "it was sent before the kill and never again");
    harness.no_token_was_presented_twice();
}

async fn quota(api: rockpool_tests::harness::Api, name: &'static str) {
    api.call(http::Method::POST, &format!("/accounts/{name}/quota"), None).await;
}

#[tokio::test]
async fn an_answer_that_is_cut_off_after_the_rotation_leaves_the_sign_in_uncertain_without_a_kill_too() {
    let (harness, server, key) = ServerHarness::start().await;
    harness.sim.expire_access_tokens("user-ada").unwrap();
    let cut = Action::Token(TokenFault::CutAfterRotation);
    harness.sim.script(Fault::next(On::Refresh, cut).of(&seat("ada")));
    for number in 0..4 {
        let posted = post(&key, &format!("conversation-{number}"), &question("one")).await;
        assert_eq!(posted.answer(), "A simulated answer from acct-ben.");
    }
    assert_eq!(state_of(&server, "ada").await, "sign_in_uncertain");
    server.kill().await;
    let (server, key) = harness.again(&key).await;
    assert_eq!(state_of(&server, "ada").await, "sign_in_uncertain");
    post(&key, "conversation-9", &question("two")).await;
    assert_eq!(refreshes(&harness.sim).len(), 1);
    harness.no_token_was_presented_twice();
}

#[tokio::test]
async fn kills_at_random_moments_of_traffic_and_refreshes_lose_no_account_and_reuse_no_token() {
    let (harness, mut server, mut key) = ServerHarness::start().await;
    let mut moments = Moments(0x9e37_79b9);
    for round in 0..6 {
        for name in ["user-ada", "user-ben"] {
            harness.sim.expire_access_tokens(name).unwrap();
        }
        harness.sim.script(Fault::next(On::Refresh, Action::HoldHeaders { ms: 20 }).times(2));
        let tools: Vec<_> = (0..4)
            .map(|number| {
                let key = key.clone();
                tokio::spawn(async move {
                    for turn in 0..50 {
                        let name = format!("conversation-{round}-{number}-{turn}");
                        if post::try_post(&key, &name, &question("hello")).await.is_err() {
                            return;
                        }
                    }
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(20 + moments.next() % 200)).await;
        server.kill().await;
        for tool in tools {
            tool.abort();
        }
        harness.sim.clear_script();
        (server, key) = harness.again(&key).await;
        let accounts = server.api.get("/accounts").await;
        let names: Vec<_> = accounts.as_array().unwrap().iter().map(|account| &account["name"]).collect();
        assert_eq!(names, ["ada", "ben"], "round {round}");
        harness.no_token_was_presented_twice();
        for name in ["ada", "ben"] {
            let state = state_of(&server, name).await;
            if state == "sign_in_uncertain" {
                server.sign_in(&harness.sim, name, Some(name)).await;
            }
            assert!(
                ["ready", "sign_in_uncertain"].contains(&state.as_str()),
                "round {round}: {name} is {state}"
            );
        }
    }
    assert!(!turns(&harness.sim).is_empty());
    let refreshed = refreshes(&harness.sim).len();
    assert!(refreshed > 3, "{refreshed} refreshes in 6 rounds: the kills came too early");
}

/// Moments that look random and are the same in every run.
struct Moments(u64);

impl Moments {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

#[tokio::test]
async fn an_orderly_stop_waits_for_the_refresh_in_flight_and_saves_it() {
    let (harness, server, key) = ServerHarness::start().await;
    harness.sim.expire_access_tokens("user-ada").unwrap();
    harness.sim.script(Fault::next(On::Refresh, Action::HoldHeaders { ms: 1500 }).of(&seat("ada")));
    let api = server.api.clone();
    let asked = tokio::spawn(quota(api, "ada"));
    wait::until("the refresh is sent", || (!refreshes(&harness.sim).is_empty()).then_some(())).await;
    assert_eq!(server.stop().await, Some(0));
    asked.abort();
    let (server, _) = harness.again(&key).await;
    assert_eq!(state_of(&server, "ada").await, "ready");
    server.api.done(http::Method::POST, "/accounts/ada/quota", None).await;
    assert_eq!(refreshes(&harness.sim).len(), 1, "the new tokens were saved");
}

#[tokio::test]
async fn a_second_server_on_the_same_folder_exits_1_and_names_the_first() {
    let (harness, server, key) = ServerHarness::start().await;
    let second = harness.home.run(&["serve"]).await;
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(said.contains(&server.control.pid.to_string()), "{said}");
    assert!(said.contains(&server.control.address.to_string()), "{said}");
    assert_eq!(post(&key, "a", &question("one")).await.status, 200);
}

#[tokio::test]
async fn the_command_line_sees_what_the_server_has() {
    let (harness, server, _) = ServerHarness::start().await;
    let status = harness.home.run(&["status", "--json"]).await;
    assert_eq!(status.status.code(), Some(0), "{}", String::from_utf8_lossy(&status.stderr));
    let shown: Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(shown["accounts"][0]["name"], "ada");
    assert_eq!(server.stop().await, Some(0));
}

#[tokio::test]
async fn without_a_server_the_command_line_fails_and_says_why() {
    let (harness, server, _) = ServerHarness::start().await;
    assert_eq!(server.stop().await, Some(0));
    let refused = harness.home.run(&["account", "import", "/nowhere/auth.json", "--name", "x"]).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(!refused.stderr.is_empty());
}
