//! Logins from files of other tools, by the real command line against the real server and the simulator.

use std::path::Path;

use rockpool_sim::{Person, Sim, SimConfig, Windows};
use rockpool_tests::harness::seat;
use rockpool_tests::harness::server::Home;
use rockpool_tests::journal::{refreshes, to_path};
use rockpool_tests::wait::until;
use serde_json::{Value, json};

use crate::wire::post::post;

fn people(names: &[&str]) -> Vec<Person> {
    let named = |name: &&str| Person::named(name, "plus", Windows::five_hours_and_weekly());
    names.iter().map(named).collect()
}

fn tokens(sim: &Sim, person: &str) -> Value {
    let login = sim.mint_login(&seat(person)).unwrap();
    serde_json::from_str::<Value>(&login.auth_json).unwrap()["tokens"].clone()
}

fn flat(tokens: &Value) -> Value {
    let mut file = tokens.clone();
    file["type"] = json!("codex");
    file
}

/// As PowerShell's `>` writes it.
fn write_utf_16(path: &Path, content: &Value) {
    let units = content.to_string().encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    std::fs::write(path, [b"\xFF\xFE".as_slice(), &units].concat()).unwrap();
}

#[tokio::test]
async fn several_files_become_accounts_that_serve_and_an_old_copy_of_one_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let sim = Sim::start(SimConfig { people: people(&["ada", "ben", "cleo"]), ..SimConfig::default() })
        .await
        .unwrap();
    let home = Home::new(dir.path(), &sim);
    let server = home.serve().await;
    let listed = dir.path().join("listed.json");
    let ada = tokens(&sim, "ada");
    write_utf_16(&listed, &json!([flat(&ada), flat(&tokens(&sim, "ben")), { "OPENAI_API_KEY": "sk-x" }]));
    let opencode = dir.path().join("opencode.json");
    let cleo = tokens(&sim, "cleo");
    let entry = json!({ "type": "oauth", "access": cleo["access_token"], "refresh": cleo["refresh_token"],
        "accountId": cleo["account_id"], "expires": 4_000_000_000_000_u64 });
    std::fs::write(&opencode, json!({ "openai": entry }).to_string()).unwrap();

    let paths = [listed.to_str().unwrap(), opencode.to_str().unwrap()];
    let shown = home.run(&["--json", "account", "import", paths[0], paths[1], "--preview"]).await;
    let table: Value = serde_json::from_slice(&shown.stdout).unwrap();
    let fates: Vec<&str> =
        table["rows"].as_array().unwrap().iter().map(|row| row["fate"].as_str().unwrap()).collect();
    assert_eq!(fates, ["new_account", "new_account", "refused", "new_account"]);
    assert_eq!(server.api.get("/accounts").await, json!([]), "a preview keeps nothing");

    let done = home.run(&["account", "import", paths[0], paths[1], "--all", "--yes"]).await;
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(dir.path().join("listed.json.taken-over").exists() && !opencode.exists());
    let accounts = server.api.get("/accounts").await;
    let names: Vec<&str> =
        accounts.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["codex-plus-1", "codex-plus-2", "codex-plus-3"]);

    let made = server.api.post("/clients", json!({"name": "tool", "account": "codex-plus-1"})).await;
    let key = crate::leaks::key_of(&made);
    sim.expire_access_tokens("user-ada").unwrap();
    post(&key, "a-conversation", &rockpool_tests::tools::request::question("hello")).await;
    until("ada's login is renewed", || (!refreshes(&sim).is_empty()).then_some(())).await;
    std::fs::write(&listed, json!({ "tokens": ada }).to_string()).unwrap();
    let again = home.run(&["account", "import", paths[0], "--name", "again"]).await;
    let refused = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(again.status.code() == Some(1) && refused.contains("out of date"), "{refused}");
    assert_eq!(refreshes(&sim).len(), 1, "the old token was not presented");
    assert!(listed.exists(), "a refused file stays where it is");
}

#[tokio::test]
async fn an_access_token_alone_and_a_personal_one_become_accounts_that_serve() {
    let dir = tempfile::tempdir().unwrap();
    let sim =
        Sim::start(SimConfig { people: people(&["ada", "ben"]), ..SimConfig::default() }).await.unwrap();
    let home = Home::new(dir.path(), &sim);
    let server = home.serve().await;
    let personal = sim.mint_personal_token(&seat("ada")).unwrap();
    let bare = tokens(&sim, "ben")["access_token"].as_str().unwrap().to_owned();
    for (name, person, token) in [("mine", "ada", &personal), ("his", "ben", &bare)] {
        let file = dir.path().join(format!("{name}.txt"));
        std::fs::write(&file, format!("{token}\n")).unwrap();
        let done = home.run(&["account", "import", file.to_str().unwrap(), "--name", name]).await;
        assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
        let shown = server.api.get(&format!("/accounts/{name}")).await;
        assert_eq!(shown["email"], format!("{person}@example.test"), "{shown}");

        let made = server.api.post("/clients", json!({ "name": name, "account": name })).await;
        let key = crate::leaks::key_of(&made);
        let answered = post(&key, name, &rockpool_tests::tools::request::question("hello")).await;
        assert_eq!(answered.answer(), format!("A simulated answer from acct-{person}."));
    }
    let asked = |path: &str| to_path(&sim, path).len();
    assert_eq!(
        asked("/whoami"),
        1,
        "the issuer is asked about the personal one, which says nothing of itself"
    );
    assert_eq!(refreshes(&sim).len(), 0);

    let refused = dir.path().join("refused.txt");
    std::fs::write(&refused, "at-that-was-never-issued").unwrap();
    let done = home.run(&["account", "import", refused.to_str().unwrap(), "--name", "nobody"]).await;
    let why = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.code() == Some(1) && why.contains("refuses this access token"), "{why}");
}
