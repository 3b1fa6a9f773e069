//! How servers end, and what ends them: nothing is lost that need not be.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use rockpool_engine::config::{Config, IssuerTimeouts};
use rockpool_engine::vault::{MemoryVault, WithoutKeychain};
use rockpool_engine::{Clock, Control, DashboardFiles, Engine, NoBrowser, Ports};
use rockpool_sim::{Action, Fault, On, Person, Sim, SimConfig, Windows};
use rockpool_tests::harness::server::{Home, signal};
use rockpool_tests::harness::{Api, Setup, seat};
use rockpool_tests::journal::refreshes;
use rockpool_tests::tools::request::question;
use rockpool_tests::wait;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::kill::{ServerHarness, state_of};
use crate::wire::post::post;

/// Whoever runs the tests may ignore hang-ups, as under `nohup`; these servers do not.
const HANGING_UP: &[&str] = &["env", "--default-signal=HUP,INT,QUIT"];

#[tokio::test]
async fn whatever_asks_a_server_to_end_in_mid_refresh_is_answered_when_the_new_tokens_are_saved() {
    for name in ["TERM", "INT", "QUIT", "HUP"] {
        let (mut harness, server, key) = ServerHarness::start().await;
        assert_eq!(server.stop().await, Some(0));
        harness.home = harness.home.clone().under(HANGING_UP);
        let (mut server, key) = harness.again(&key).await;
        harness.sim.expire_access_tokens("user-ada").unwrap();
        harness.sim.script(Fault::next(On::Refresh, Action::HoldHeaders { ms: 800 }).of(&seat("ada")));
        let api = server.api.clone();
        let asked = tokio::spawn(async move { api.call(Method::POST, "/accounts/ada/quota", None).await });
        wait::until("the refresh is sent", || (!refreshes(&harness.sim).is_empty()).then_some(())).await;
        server.signal(name).await;
        assert_eq!(server.ended().await, Some(0), "SIG{name}");
        asked.abort();
        let (server, _) = harness.again(&key).await;
        assert_eq!(state_of(&server, "ada").await, "ready", "SIG{name}");
        server.api.done(Method::POST, "/accounts/ada/quota", None).await;
        assert_eq!(refreshes(&harness.sim).len(), 1, "SIG{name}: the new tokens were saved");
    }
}

#[tokio::test]
async fn a_server_under_nohup_outlives_the_terminal() {
    let (mut harness, server, key) = ServerHarness::start().await;
    assert_eq!(server.stop().await, Some(0));
    harness.home = harness.home.clone().under(&["nohup"]);
    let (mut server, key) = harness.again(&key).await;
    server.signal("HUP").await;
    assert_eq!(post(&key, "a", &question("one")).await.status, 200);
    server.signal("TERM").await;
    assert_eq!(server.ended().await, Some(0), "a hang-up before it was no request to end");
}

#[tokio::test]
async fn a_server_that_waits_for_a_renewal_says_so_and_ends_at_once_when_asked_again() {
    let (harness, mut server, _) = ServerHarness::start_with_a_slow_refresh(60_000).await;
    server.signal("TERM").await;
    let says = |words: &str| String::from_utf8_lossy(&harness.home.logged()).contains(words);
    wait::until("it says what it waits for", || says("Waiting for the renewal of ada").then_some(())).await;
    // One gesture, for a wrapper may pass it on as well.
    server.signal("TERM").await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert!(!server.has_ended(), "it waits");
    server.signal("TERM").await;
    assert_eq!(server.ended().await, Some(1));
}

#[tokio::test]
async fn a_refresh_that_begins_while_the_engine_ends_has_its_full_time() {
    let mut harness = Setup::of(["ada"]).answers_at_the_end(Duration::from_millis(700)).start().await;
    let key = harness.client("tool", "ada").await;
    harness.sim.expire_access_tokens("user-ada").unwrap();
    harness.sim.script(Fault::next(On::Refresh, Action::HoldHeaders { ms: 1500 }));
    let address = harness.address();
    let body = serde_json::to_vec(&question("one")).unwrap();
    let mut tool = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /v1/responses HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\ncontent-type: \
         application/json\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n",
        key.secret,
        body.len()
    );
    tool.write_all(head.as_bytes()).await.unwrap();
    let mut told = [0; 12];
    tool.read_exact(&mut told).await.unwrap();
    assert_eq!(&told, b"HTTP/1.1 100");

    let ends = harness.stop();
    let goes_on = async {
        wait::within("nobody else is let in", async {
            while TcpStream::connect(address).await.is_ok() {
                tokio::task::yield_now().await;
            }
        })
        .await;
        tool.write_all(&body).await.unwrap();
        tool
    };
    let ((), _tool) = tokio::join!(ends, goes_on);
    assert_eq!(refreshes(&harness.sim).len(), 1, "it began while the engine ended");
    harness.start_again().await;
    assert_eq!(harness.account("ada").state, rockpool_routing::AccountState::Ready);
}

/// Names folder, issuer and backend to the child that is going to be frozen.
const FROZEN: &str = "ROCKPOOL_TEST_FROZEN_CHILD";

#[tokio::test]
async fn an_answer_that_came_while_the_process_was_frozen_for_longer_than_its_time_out_is_kept() {
    if let Ok(told) = std::env::var(FROZEN) {
        return serve_until_killed(&told).await;
    }
    let dir = tempfile::tempdir().unwrap();
    let people = vec![Person::named("ada", "plus", Windows::five_hours_and_weekly())];
    let sim = Sim::start(SimConfig { people, ..SimConfig::default() }).await.unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "ending::an_answer_that_came_while_the_process_was_frozen_for_longer_than_its_time_out_is_kept",
        ])
        .env(
            FROZEN,
            [&dir.path().display().to_string(), &sim.auth_url(), &sim.backend_url()]
                .map(String::as_str)
                .join("\n"),
        )
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let pid = child.id().unwrap();
    let control = wait::until("the child serves", || Control::read(dir.path())).await;
    let api = Api::over_http(&control);
    let login = sim.mint_login(&seat("ada")).unwrap();
    let import = json!({"auth_json": login.auth_json, "name": "ada", "mode": "take_over"});
    api.post("/accounts/import", import).await;
    sim.expire_access_tokens("user-ada").unwrap();
    sim.script(Fault::next(On::Refresh, Action::HoldHeaders { ms: 300 }));
    let asking = api.clone();
    let asked = tokio::spawn(async move { asking.call(Method::POST, "/accounts/ada/quota", None).await });
    wait::until("the refresh is sent", || (!refreshes(&sim).is_empty()).then_some(())).await;
    signal(pid, "STOP").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    signal(pid, "CONT").await;
    wait::within("the question is answered", asked).await.unwrap();
    let account = api.get("/accounts/ada").await;
    assert_eq!(account["state"], "ready", "{account}");
    assert_eq!(refreshes(&sim).len(), 1);
    child.kill().await.unwrap();
}

async fn serve_until_killed(told: &str) {
    let told: Vec<_> = told.lines().collect();
    let [dir, auth, backend] = told[..] else { panic!("{told:?}") };
    let mut config = Config::rehearsal(dir.into(), auth.parse().unwrap(), backend.parse().unwrap());
    config.issuer_timeouts = IssuerTimeouts { answer: Duration::from_millis(500) };
    let ports = Ports {
        vault: Box::new(MemoryVault::default()),
        vault_opener: Arc::new(WithoutKeychain),
        browser: Arc::new(NoBrowser),
        clock: Clock::system(),
        dashboard: DashboardFiles::default(),
    };
    let _engine = Engine::start(config, ports).await.unwrap();
    std::future::pending().await
}

#[tokio::test]
async fn a_vault_serves_one_installation_at_a_time_and_is_free_again_when_its_process_dies() {
    let (harness, server, _) = ServerHarness::start().await;
    let folder = tempfile::tempdir().unwrap();
    let other = Home::new(folder.path(), &harness.sim).with_the_vault_of(&harness.home);
    std::fs::copy(harness.home.passphrase(), other.passphrase()).unwrap();
    let refused = other.run(&["serve"]).await;
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8_lossy(&refused.stderr);
    let process = format!("process {}", server.control.pid);
    for words in ["vault is in use by another Rockpool", &process, "ROCKPOOL_VAULT=file:PATH"] {
        assert!(said.contains(words), "{words} is not in: {said}");
    }
    server.kill().await;
    let server = other.serve().await;
    assert_eq!(server.stop().await, Some(0));
}

#[cfg(unix)]
#[tokio::test]
async fn a_pass_phrase_that_others_can_read_is_told_where_the_server_is_started_and_in_its_status() {
    use std::os::unix::fs::PermissionsExt as _;
    let (harness, server, _) = ServerHarness::start().await;
    assert_eq!(server.stop().await, Some(0));
    let file = harness.home.passphrase();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o444)).unwrap();
    let server = harness.home.serve().await;
    let remedy = format!("chmod 600 {}", file.display());
    let logged = String::from_utf8(harness.home.logged()).unwrap();
    assert!(logged.contains(&format!("Warning: others on this machine may read {}", file.display())));
    assert!(logged.contains(&remedy));
    let status = harness.home.run(&["status"]).await;
    let shown = String::from_utf8(status.stdout).unwrap();
    assert!(shown.contains("(ready)") && shown.contains(&remedy), "{shown}");
    assert_eq!(server.stop().await, Some(0));
}
