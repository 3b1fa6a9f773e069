//! Operations and what tools notice of them, on an engine that serves.

mod graph;
mod imports;

use std::sync::Mutex;
use std::sync::mpsc;
use std::time::Duration;

use rockpool_routing::account::Activation;
use rockpool_routing::{Conversations, Reading, Source, Strategy};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::error::ActionError;
use super::requests::{AccountChange, ClientChange, NewSignIn, PoolChange};
use super::{accounts, clients, pools, sign_ins};
use crate::config::VaultChoice;
use crate::engine::Engine;
use crate::host::clock::Clock;
use crate::host::data_dir::Control;
use crate::model::client::OverrideMode;
use crate::store::system_scope;
use crate::test_http::{Reply, Server};
use crate::test_serving::{ServingEngine, home, import_of, ports, serving, usage};

const MODELS: &str = "/codex/models";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poll_that_began_before_a_rename_does_not_undo_it() {
    let (asked, is_asked) = mpsc::channel();
    let (answer, answers) = mpsc::channel();
    let answers = Mutex::new(answers);
    let world = serving(move |_| {
        asked.send(()).unwrap();
        answers.lock().unwrap().recv().unwrap()
    })
    .await;
    answer.send(usage("plus")).unwrap();
    world.import("ada").await;
    is_asked.recv().unwrap();

    let (engine, poller) = (world.handle(), world.handle());
    let poll = tokio::spawn(async move { accounts::refresh_quota(&poller, home(&poller), "ada").await });
    is_asked.recv().unwrap();
    let change =
        AccountChange { name: Some("grace".to_owned()), display_name: None, state: Some(Activation::Paused) };
    accounts::update(&engine, home(&engine), "ada", change).await.unwrap();
    answer.send(usage("team")).unwrap();
    poll.await.unwrap().unwrap();
    let row = engine.account(home(&engine), "grace").unwrap();
    assert_eq!(
        (row.activation, row.plan.as_deref(), row.email.as_deref()),
        (Activation::Paused, Some("team"), Some("a@b.test"))
    );
}

#[tokio::test]
async fn two_changes_to_one_client_at_the_same_time_are_both_kept() {
    let world = serving(|_| usage("plus")).await;
    world.import("ada").await;
    world.client("ada").await;
    let engine = world.handle();
    let custom = ClientChange {
        override_mode: Some(OverrideMode::Custom),
        strategy: Some(Strategy::RoundRobin),
        ..ClientChange::default()
    };
    let tenant = home(&engine);
    let (rotated, changed) = tokio::join!(
        clients::rotate(&engine, tenant, "tool"),
        clients::update(&engine, tenant, "tool", custom)
    );
    changed.unwrap();
    let key = rotated.unwrap().key;
    assert_eq!(world.get("/backend-api/wham/usage", key.expose_secret()).await.status(), 200);
    assert_eq!(engine.client(tenant, "tool").unwrap().strategy, Some(Strategy::RoundRobin));
}

#[tokio::test]
async fn what_is_kept_of_a_quota_is_what_the_router_knows_and_not_the_last_word() {
    let window = json!({ "used_percent": 20, "limit_window_seconds": 18_000, "reset_after_seconds": 600 });
    let full = json!({ "plan_type": "plus", "rate_limit": { "allowed": true, "primary_window": window } });
    let world = serving(move |_| Reply::json(200, &full.to_string())).await;
    let account = world.import("ada").await.id;
    let (engine, clock) = (world.handle(), &world.clock);
    clock.advance(Duration::from_secs(1));
    let bare = Reading::new(clock.wall(), Source::Headers, Vec::new());
    engine.core().record_quota(account, bare);
    engine.core().ledger.write(&engine.core().store).await.unwrap();
    let kept = engine.core().store.quota(system_scope()).await.unwrap().remove(0).reading;
    assert_eq!((kept.seen_at, kept.plan.as_deref(), kept.windows.len()), (clock.wall(), Some("plus"), 1));
}

#[tokio::test]
async fn a_blocked_account_is_not_asked_for_its_models_but_its_list_still_counts() {
    let world = serving(|request| {
        if !request.contains(MODELS) {
            return usage("plus");
        }
        let slug = if request.contains(".ada\r\n") { "of-ada" } else { "of-grace" };
        Reply::json(200, &json!({ "models": [{ "slug": slug }] }).to_string())
    })
    .await;
    world.import("ada").await;
    world.import("grace").await;
    let engine = world.handle();
    let tenant = home(&engine);
    let pool = PoolChange {
        strategy: Strategy::PriorityOrder,
        extra_provider_names: vec!["grace".to_owned()],
        conversations: None,
    };
    pools::set(&engine, tenant, "ada", pool).await.unwrap();
    let key = world.client("ada").await;
    let etag = |answer: &reqwest::Response| answer.headers()["etag"].clone();
    let asked = || world.provider.requests().iter().filter(|request| request.contains(MODELS)).count();

    let both = world.get("/v1/models", &key).await;
    assert_eq!(asked(), 2);
    let aside = AccountChange { state: Some(Activation::Paused), ..AccountChange::default() };
    accounts::update(&engine, tenant, "grace", aside).await.unwrap();
    world.clock.advance(Duration::from_secs(3600));
    let one = world.get("/v1/models", &key).await;
    assert_eq!(asked(), 3, "the one that is set aside was not asked again");
    assert_eq!(etag(&both), etag(&one));
    let models: Value = serde_json::from_str(&one.text().await.unwrap()).unwrap();
    let slugs: Vec<&str> =
        models["data"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap()).collect();
    assert_eq!(slugs, ["of-ada", "of-grace"], "in the order of the pool");
}

#[tokio::test]
async fn a_listener_does_not_hold_up_a_shutdown_and_hears_its_end() {
    let world = serving(|_| usage("plus")).await;
    let control = Control::read(&world.config.data_dir).unwrap();
    let mut events = world.get("/api/v1/events", control.token.expose_secret()).await;
    assert_eq!(events.status(), 200);
    assert!(events.chunk().await.unwrap().is_some());
    let end = async {
        world.engine.shutdown().await;
        while events.chunk().await.unwrap().is_some() {}
    };
    tokio::time::timeout(Duration::from_secs(5), end).await.unwrap();
}

#[tokio::test]
async fn a_files_workspace_outranks_that_of_its_tokens() {
    let world = serving(|_| usage("team")).await;
    let engine = world.handle();
    let mut import = import_of("ada");
    let mut file: Value = serde_json::from_str(import.auth_json.expose_secret()).unwrap();
    file["tokens"]["account_id"] = json!("chosen");
    import.auth_json = file.to_string().into();
    let account = accounts::import(&engine, home(&engine), import).await.unwrap();
    assert_eq!((account.workspace_id.as_str(), account.plan.as_deref()), ("chosen", Some("team")));
    let asked = world.provider.requests();
    assert!(asked.iter().all(|request| request.contains("chatgpt-account-id: chosen")), "{asked:?}");
    assert_eq!(world.import("grace").await.workspace_id, "of-grace");
}

#[tokio::test]
async fn a_command_without_a_server_takes_no_login_into_a_vault_that_forgets() {
    let folder = tempfile::tempdir().unwrap();
    let provider = Server::answering(|_| usage("plus")).await;
    let mut config = provider.config();
    config.data_dir = folder.path().join("data");
    assert_eq!(config.vault, VaultChoice::Memory);
    let ports = ports(&Clock::system());
    let offline = Engine::start_offline(config, ports).await.unwrap();
    let engine = offline.handle();
    let refused = |error: ActionError| assert_eq!(error.code, "vault_forgets", "{error}");
    refused(accounts::import(&engine, home(&engine), import_of("ada")).await.unwrap_err());
    refused(sign_ins::start(&engine, home(&engine), NewSignIn::default()).await.unwrap_err());
    assert!(engine.snapshot().accounts.is_empty());
    offline.shutdown().await;
}
