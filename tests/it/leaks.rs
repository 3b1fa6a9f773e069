//! A full run of the real server, then a search for every secret in everything that it wrote or said.

use std::fs;
use std::path::Path;

use bytes::Bytes;
use http::Method;
use rockpool_sim::{Action, Death, Fault, On, Person, ReusedConnections, Sim, SimConfig, Windows};
use rockpool_tests::harness::seat;
use rockpool_tests::harness::server::{Home, Server};
use rockpool_tests::journal::refreshes;
use rockpool_tests::tools::Key;
use rockpool_tests::tools::codex::{Codex, Transport};
use rockpool_tests::tools::request::{frame, question, user};
use rockpool_tests::tools::socket::Socket;
use serde_json::{Value, json};

use crate::wire::post::post;

/// In an address that is refused for it.
const PROXY_PASSWORD: &str = "a-password-of-a-proxy";

pub(crate) fn key_of(made: &Value) -> Key {
    let text = |field: &str| made[field].as_str().unwrap().to_owned();
    Key { secret: text("key"), base_url: text("base_url") }
}

/// Everything that touches a secret: sign-in, import, keys, traffic, refreshes, failures, repairs.
async fn live_through_everything(sim: &Sim, server: &Server) -> Vec<Key> {
    let slug = server.sign_in(sim, "ada", None).await;
    server.api.done(Method::PATCH, &format!("/accounts/{slug}"), Some(json!({"name": "ada"}))).await;
    let login = sim.mint_login(&seat("ben")).unwrap();
    let import = json!({"auth_json": login.auth_json, "name": "ben", "mode": "take_over"});
    server.api.post("/accounts/import", import.clone()).await;
    assert_eq!(server.api.call(Method::POST, "/accounts/import", Some(import)).await.status, 409);
    let files = json!([{"name": "auth.json", "content": login.auth_json}]);
    server.api.post("/imports/preview", json!({"files": files})).await;
    let chosen = json!({"files": files, "rows": [{"row": 0}]});
    assert_eq!(server.api.post("/imports", chosen).await["rows"][0]["fate"], "already_here");
    let pool = json!({"strategy": "round_robin", "extra_provider_names": ["ben"]});
    server.api.done(Method::PUT, "/pools/ada", Some(pool)).await;
    let bearer = key_of(&server.api.post("/clients", json!({"name": "tool", "account": "ada"})).await);
    let path = json!({"name": "path", "account": "ada", "key_kind": "path"});
    let path = key_of(&server.api.post("/clients", path).await);
    let rotated = key_of(&server.api.post("/clients/path/key", Value::Null).await);

    for transport in Transport::ALL {
        let codex = Codex::custom(&bearer, transport).await;
        assert_eq!(codex.exec("hello [[tool: echo x]]").await.code, Some(0));
    }
    let outsider = sim.mint_login(&seat("outsider")).unwrap();
    let codex = Codex::built_in(&rotated, &outsider.auth_json).await;
    assert_eq!(codex.exec("hello").await.code, Some(0));

    sim.expire_access_tokens("user-ada").unwrap();
    sim.expire_access_tokens("user-ben").unwrap();
    for action in [Action::server_error(500), Action::CutBefore, Action::unauthorized("token_expired")] {
        sim.script(Fault::next(On::Turn, action));
    }
    for number in 0..6 {
        post(&bearer, &format!("conversation-{number}"), &question("hello")).await;
    }
    let mut socket = Socket::open(&bearer, "a-socket").await.unwrap();
    socket.ask(&frame(json!([user("hello")]))).await;
    assert!(refreshes(sim).len() >= 2);

    sim.kill_login("user-ada", Death::Revoked).unwrap();
    for number in 0..4 {
        post(&bearer, &format!("more-{number}"), &question("hello")).await;
    }
    assert_eq!(server.api.get("/accounts/ada").await["state"], "needs_reauth");
    server.sign_in(sim, "ada", Some("ada")).await;
    for route in [
        "/status",
        "/accounts",
        "/accounts/ada",
        "/accounts/ada/workspaces",
        "/pools",
        "/clients",
        "/sign-ins",
        "/sign-ins/ways",
        "/activity?limit=200",
        "/usage?by=account",
        "/settings",
        "/tools",
        "/snippets",
    ] {
        server.api.get(route).await;
    }
    let proxy = json!({"proxy": format!("http://me:{PROXY_PASSWORD}@proxy.test:3128")});
    assert_eq!(server.api.call(Method::PATCH, "/settings", Some(proxy)).await.status, 422);
    let bad = json!({"auth_json": login.auth_json, "name": 7, "mode": "take_over"});
    assert!(server.api.call(Method::POST, "/accounts/import", Some(bad)).await.status >= 400);
    vec![bearer, path, rotated]
}

fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
}

fn holds(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle.as_bytes())
}

/// The answers that show a key, once: to whoever made it.
fn shows_a_new_key(answer: &Bytes) -> bool {
    serde_json::from_slice::<Value>(answer).is_ok_and(|json| json.get("base_url").is_some())
}

#[tokio::test]
async fn no_token_and_no_key_is_in_any_file_log_or_answer_of_a_full_run() {
    let dir = tempfile::tempdir().unwrap();
    let people = ["ada", "ben", "outsider"];
    let people = people.map(|name| Person::named(name, "plus", Windows::five_hours_and_weekly())).to_vec();
    // A cut on a connection that was kept would be made good before the next order is due.
    let reused_connections = ReusedConnections::None;
    let sim = Sim::start(SimConfig { people, reused_connections, ..SimConfig::default() }).await.unwrap();
    let home = Home::new(dir.path(), &sim);
    let server = home.serve().await;
    let api = server.api.clone();
    let keys = live_through_everything(&sim, &server).await;

    let mut places = Vec::new();
    files(&home.data_dir(), &mut places);
    assert_eq!(server.stop().await, Some(0));
    files(&home.data_dir(), &mut places);
    places.push(("the vault's file".to_owned(), fs::read(dir.path().join("vault")).unwrap()));
    places.push(("the log at trace level".to_owned(), home.logged()));
    let answers: Vec<_> = api.answers().into_iter().filter(|answer| !shows_a_new_key(answer)).collect();
    assert!(answers.len() > 15);
    places.push(("the API's answers".to_owned(), answers.concat()));

    let mut secrets: Vec<(String, String)> =
        sim.issued_secrets().into_iter().map(|secret| (format!("{:?}", secret.kind), secret.value)).collect();
    assert!(secrets.len() > 12);
    secrets.push(("password of a proxy".to_owned(), PROXY_PASSWORD.to_owned()));
    secrets.extend(keys.into_iter().map(|key| ("client key".to_owned(), key.secret)));
    let log = places.iter().find(|(place, _)| place.starts_with("the log")).unwrap();
    assert!(log.1.len() > 1000, "the log was captured");
    let mut database = places.iter().filter(|(place, _)| place.contains("rockpool.db"));
    assert!(database.any(|(_, bytes)| holds(bytes, "ada@example.test")), "the search finds what is there");
    let mut leaks = Vec::new();
    for (kind, secret) in &secrets {
        leaks.extend(
            places
                .iter()
                .filter(|(_, bytes)| holds(bytes, secret))
                .map(|(place, _)| format!("{kind} in {place}")),
        );
    }
    assert_eq!(leaks, Vec::<String>::new());
}
