//! Signing in where the browser is elsewhere: `rockpool` and `rockpool serve` as people use them on a server.

use rockpool_sim::{Action, Fault, On, Person, Sim, SimConfig, Windows, Workspace};
use rockpool_tests::harness::seat;
use rockpool_tests::harness::server::{Home, Server};
use rockpool_tests::wait;
use serde_json::Value;

/// A provider that knows ada, who has a second workspace.
async fn sim() -> Sim {
    let windows = Windows::five_hours_and_weekly;
    let lab = Workspace::new("acct-lab", "business", windows());
    let people = vec![Person::named("ada", "plus", windows()).with_workspace(lab)];
    Sim::start(SimConfig { people, ..SimConfig::default() }).await.unwrap()
}

/// Waits for a code to be shown and enters it as `person`.
async fn enter_code(sim: &Sim, server: &Server, person: &str) {
    let client = server.api.client();
    let shown = async {
        loop {
            let sign_ins = client.list_sign_ins().await.unwrap();
            if let Some(code) = sign_ins.into_iter().find_map(|sign_in| sign_in.user_code) {
                return code;
            }
            tokio::task::yield_now().await;
        }
    };
    let code = wait::within("a code is shown", shown).await;
    sim.approve_device(&code, &seat(person)).unwrap();
}

fn lines(stdout: &[u8]) -> Vec<Value> {
    let text = String::from_utf8_lossy(stdout);
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn a_code_that_is_entered_elsewhere_adds_an_account_to_a_server() {
    let dir = tempfile::tempdir().unwrap();
    let sim = sim().await;
    let home = Home::new(dir.path(), &sim);
    let server = home.serve().await;
    let command = ["--json", "account", "add", "--device"];
    let (output, ()) = tokio::join!(home.run(&command), enter_code(&sim, &server, "ada"));
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = lines(&output.stdout);
    assert_eq!(printed[0]["method"], "device");
    assert_eq!(printed[0]["authorize_url"], format!("{}/codex/device", sim.auth_url()));
    assert_eq!(printed[1]["email"], "ada@example.test");
    let log = home.logged();
    for secret in sim.issued_secrets() {
        let found = log.windows(secret.value.len()).any(|window| window == secret.value.as_bytes());
        assert!(!found, "{:?} is in the log", secret.kind);
        assert!(
            !String::from_utf8_lossy(&output.stdout).contains(&secret.value),
            "{:?} is printed",
            secret.kind
        );
    }
}

#[tokio::test]
async fn switched_off_device_codes_are_refused_with_the_other_ways() {
    let dir = tempfile::tempdir().unwrap();
    let sim = sim().await;
    let off = Action::Answer { status: 404, headers: Vec::new(), body: Value::Null };
    sim.script(Fault::next(On::DeviceCode, off));
    let home = Home::new(dir.path(), &sim);
    let output = home.run(&["account", "add", "--device"]).await;
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("Enable device code authorization") && said.contains("sign in through a browser"),
        "{said}"
    );
}

#[tokio::test]
async fn another_workspace_of_a_login_is_added_without_a_second_login() {
    let dir = tempfile::tempdir().unwrap();
    let sim = sim().await;
    let home = Home::new(dir.path(), &sim);
    let server = home.serve().await;
    let name = server.sign_in(&sim, "ada", None).await;
    let added =
        home.run(&["--json", "account", "workspaces", &name, "--add", "acct-lab", "--name", "lab"]).await;
    assert_eq!(added.status.code(), Some(0), "{}", String::from_utf8_lossy(&added.stderr));
    assert_eq!(lines(&added.stdout)[0]["plan"], "business");
    assert!(lines(&added.stdout)[0]["quota_seen_at"].is_string(), "its own quota was read");
    let listed = home.run(&["--json", "account", "workspaces", "lab"]).await;
    let accounts: Vec<_> =
        lines(&listed.stdout)[0].as_array().unwrap().iter().map(|one| one["account"].clone()).collect();
    assert_eq!(accounts, [name.as_str(), "lab"]);
    let exchanges = sim.journal().into_iter().filter(|entry| entry.path == "/oauth/token").count();
    assert_eq!(exchanges, 1, "nobody signed in again, and nothing was refreshed");
    let refused = home.run(&["account", "workspaces", &name, "--add", "elsewhere"]).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("does not reach"), "{refused:?}");
}
