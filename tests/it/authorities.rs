//! A certificate authority that is named in the settings while the engine runs.

use http::Method;
use rockpool_sim::{Person, Sim, SimConfig, Windows};
use rockpool_tests::harness::seat;
use rockpool_tests::harness::server::{Home, Server};
use rockpool_tests::program;
use serde_json::{Value, json};

async fn provider(names: &[&str]) -> Sim {
    let dir = tempfile::tempdir().unwrap();
    let people = names.iter().map(|name| Person::named(name, "plus", Windows::five_hours_and_weekly()));
    let config = SimConfig {
        ca_out: Some(dir.path().join("ca.pem")),
        people: people.collect(),
        ..SimConfig::default()
    };
    Sim::start(config).await.unwrap()
}

async fn trust(server: &Server, file: &std::path::Path) {
    server.api.done(Method::PATCH, "/settings", Some(json!({ "ca_file": file }))).await;
}

/// The status of a question to the provider, and how many it has got so far.
async fn quota(server: &Server, sim: &Sim) -> (u16, usize) {
    let status = server.api.call(Method::POST, "/accounts/ada/quota", Some(Value::Null)).await.status;
    (status, rockpool_tests::journal::to_path(sim, "/wham/usage").len())
}

#[tokio::test]
async fn a_certificate_file_that_is_changed_while_the_engine_runs_counts_for_the_next_connection() {
    let dir = tempfile::tempdir().unwrap();
    let (sim, stranger) = (provider(&["ada"]).await, provider(&[]).await);
    let (own, other) = (dir.path().join("own.pem"), dir.path().join("other.pem"));
    std::fs::write(&own, sim.ca_pem()).unwrap();
    std::fs::write(&other, stranger.ca_pem()).unwrap();
    let (auth, backend) = (sim.tls_auth_url().unwrap(), sim.tls_backend_url().unwrap());
    let home = Home::of_build(&program("ROCKPOOL_BIN"), dir.path(), &auth, &backend);
    let server = home.serve().await;
    let login = dir.path().join("auth.json");
    let mut file: Value = serde_json::from_str(&sim.mint_login(&seat("ada")).unwrap().auth_json).unwrap();
    // It names the issuer by its other address.
    file["tokens"].as_object_mut().unwrap().remove("oauth_provenance");
    std::fs::write(&login, file.to_string()).unwrap();
    let done = home.run(&["account", "import", login.to_str().unwrap(), "--name", "ada"]).await;
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));

    assert_eq!(quota(&server, &sim).await, (503, 0), "nobody here knows its authority");
    trust(&server, &other).await;
    assert_eq!(quota(&server, &sim).await, (503, 0));
    trust(&server, &own).await;
    let (status, asked) = quota(&server, &sim).await;
    assert!(status == 200 && asked > 0, "{status}, asked {asked} times");
    trust(&server, &other).await;
    let (status, still) = quota(&server, &sim).await;
    assert_eq!((status, still), (503, asked), "a connection that was kept alive is not used any more");
}
