//! The real `rockpool serve` killed at any moment: no account is lost, and no login is ended by presenting a refresh
//! token twice.

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

pub(crate) struct ServerHarness {
    pub(crate) sim: Sim,
    pub(crate) home: Home,
    _dir: tempfile::TempDir,
}

impl ServerHarness {
    /// Ada and Ben, imported from files of the Codex CLI, and a pool of both.
    pub(crate) async fn start() -> (Self, Server, Key) {
        Self::with(Duration::ZERO, None).await
    }

    /// The same with access tokens that live and are due, and a gateway that answers Ada's first refresh with this
    /// status, after the provider rotated the token.
    async fn start_with_a_refresh_that_fails(status: u16) -> (Self, Server, Key) {
        let fault = Action::Token(TokenFault::FailAfterRotation { status });
        Self::with(DUE, Some(Fault::next(On::Refresh, fault).of(&seat("ada")))).await
    }

    /// The same with access tokens that are due, and an issuer that answers Ada's first refresh so much later.
    pub(crate) async fn start_with_a_slow_refresh(ms: u64) -> (Self, Server, Key) {
        let hold = Fault::next(On::Refresh, Action::HoldHeaders { ms }).of(&seat("ada"));
        let started = Self::with(DUE, Some(hold)).await;
        wait::until("the refresh is sent", || of_ada(&started.0.sim).then_some(())).await;
        started
    }

    async fn with(age: Duration, fault: Option<Fault>) -> (Self, Server, Key) {
        let dir = tempfile::tempdir().unwrap();
        let people = ["ada", "ben"].map(of_endless_quota).to_vec();
        let sim = Sim::start(SimConfig { people, ..SimConfig::default() }).await.unwrap();
        if let Some(fault) = fault {
            sim.script(fault);
        }
        let home = Home::new(dir.path(), &sim);
        let server = home.serve().await;
        for name in ["ada", "ben"] {
            let login = sim.mint_login_of_age(&seat(name), age).unwrap();
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

    pub(crate) async fn again(&self, key: &Key) -> (Server, Key) {
        let server = self.home.serve().await;
        let key = Self::at(&server, key);
        (server, key)
    }

    /// The same key for a server at another address.
    pub(crate) fn at(server: &Server, key: &Key) -> Key {
        let base_url = format!("http://{}/v1", server.control.address);
        Key { base_url, ..key.clone() }
    }

    /// How often each refresh token was presented.
    fn presented(&self) -> BTreeMap<String, usize> {
        let mut presented = BTreeMap::new();
        for entry in refreshes(&self.sim) {
            *presented.entry(entry.body["refresh_token"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        presented
    }

    #[track_caller]
    pub(crate) fn no_token_was_presented_twice(&self) {
        assert!(self.presented().values().all(|count| *count == 1), "a refresh token was presented twice");
        assert_eq!(self.notes(), Vec::<String>::new());
    }

    /// A token may come once more, and only when its reuse can end nothing that lives.
    #[track_caller]
    fn only_last_chances_were_taken(&self) {
        assert!(
            self.presented().values().all(|count| *count <= 2),
            "a refresh token was presented three times"
        );
        let notes = self.notes();
        assert!(notes.iter().all(|note| note == "refresh_token_reused"), "{notes:?}");
    }

    fn notes(&self) -> Vec<String> {
        refreshes(&self.sim).into_iter().flat_map(|entry: Entry| entry.notes).collect()
    }
}

fn of_endless_quota(name: &str) -> Person {
    let mut person = Person::named(name, "plus", Windows::five_hours_and_weekly());
    person.workspaces[0].cost = Cost { primary: 0.0, secondary: 0.0 };
    person
}

/// Whether a refresh token of Ada's was presented.
fn of_ada(sim: &Sim) -> bool {
    refreshes(sim).iter().any(|entry| entry.seat.as_ref() == Some(&seat("ada")))
}

pub(crate) async fn state_of(server: &Server, name: &str) -> String {
    let account = server.api.get(&format!("/accounts/{name}")).await;
    account["state"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_kill_between_sending_and_hearing_leaves_the_old_access_token_serving_and_the_token_unsent() {
    let (harness, server, key) = ServerHarness::start_with_a_slow_refresh(60_000).await;
    server.kill().await;

    let (server, key) = harness.again(&key).await;
    assert_eq!(state_of(&server, "ada").await, "sign_in_uncertain");
    let mut answers = Vec::new();
    for number in 0..4 {
        answers.push(post(&key, &format!("conversation-{number}"), &question("two")).await.answer());
    }
    assert!(answers.iter().any(|answer| answer.contains("acct-ada")), "{answers:?}");
    harness.no_token_was_presented_twice();
}

/// Age at which a simulated access token of ten days has less than a quarter of its life left.
const DUE: Duration = Duration::from_secs(8 * 24 * 3600);

#[tokio::test]
async fn whatever_a_gateway_says_after_a_rotation_the_old_access_token_serves_and_no_token_comes_again() {
    for status in [302, 307, 400, 401, 403, 429, 500, 502, 503, 520] {
        let (harness, server, key) = ServerHarness::start_with_a_refresh_that_fails(status).await;
        wait::until("the refresh is sent", || of_ada(&harness.sim).then_some(())).await;
        let uncertain = async {
            while state_of(&server, "ada").await != "sign_in_uncertain" {
                tokio::task::yield_now().await;
            }
        };
        wait::within("the lost answer is noticed", uncertain).await;
        for number in 0..4 {
            let posted = post(&key, &format!("conversation-{number}"), &question("one")).await;
            assert_eq!(posted.status, 200, "{status}");
        }
        server.kill().await;
        let (server, key) = harness.again(&key).await;
        assert_eq!(state_of(&server, "ada").await, "sign_in_uncertain", "{status}");
        post(&key, "conversation-9", &question("two")).await;
        harness.no_token_was_presented_twice();
    }
}

async fn quota(api: rockpool_tests::harness::Api, name: &'static str) {
    api.call(http::Method::POST, &format!("/accounts/{name}/quota"), None).await;
}

#[tokio::test]
async fn an_answer_that_is_cut_off_when_nothing_lives_any_more_leaves_the_token_one_last_chance() {
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
    for number in 9..12 {
        post(&key, &format!("conversation-{number}"), &question("two")).await;
    }
    // The poll of its usage may have begun the last chance, for which no request waits.
    let spent = async {
        while state_of(&server, "ada").await != "needs_reauth" {
            tokio::task::yield_now().await;
        }
    };
    wait::within("the provider says that the token was used up", spent).await;
    assert_eq!(refreshes(&harness.sim).len(), 2);
    harness.only_last_chances_were_taken();
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
        harness.only_last_chances_were_taken();
        for name in ["ada", "ben"] {
            let state = state_of(&server, name).await;
            assert!(
                ["ready", "sign_in_uncertain", "needs_reauth"].contains(&state.as_str()),
                "round {round}: {name} is {state}"
            );
            if state != "ready" {
                server.sign_in(&harness.sim, name, Some(name)).await;
            }
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
