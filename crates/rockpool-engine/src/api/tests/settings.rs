//! `/settings`: taken as a whole or not at all, in force at once, and kept.

use std::net::SocketAddr;

use http::{Method, StatusCode};
use reqwest::header::HeaderMap;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::ask;
use crate::engine::Engine;
use crate::host::data_dir::Control;
use crate::model::activity::RequestRecord;
use crate::provider::outbound::OnBehalfOf;
use crate::snapshot::event::EngineEvent;
use crate::test_http::Reply;
use crate::test_serving::{ServingEngine, ports, serving};
use crate::test_stage::EngineStage;

async fn change(engine: &ServingEngine, body: Value) -> (StatusCode, Value) {
    ask(&engine.handle(), Method::PATCH, "/settings", &body.to_string()).await
}

async fn shown(engine: &ServingEngine) -> Value {
    ask(&engine.handle(), Method::GET, "/settings", "").await.1
}

async fn engine() -> ServingEngine {
    serving(|_| Reply::json(200, "{}")).await
}

/// An address that nobody listens on now.
async fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

/// A request to `at` with these headers.
async fn send(
    engine: &ServingEngine,
    at: SocketAddr,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
) -> (u16, HeaderMap) {
    let core = engine.handle();
    let mut request = core
        .core()
        .outbound
        .clients(OnBehalfOf::Nobody)
        .unwrap()
        .http
        .request(method, format!("http://{at}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.headers().clone())
}

#[tokio::test]
async fn everything_is_the_default_until_somebody_chooses() {
    let engine = engine().await;
    let settings = shown(&engine).await;
    let fields = settings.as_object().unwrap().values().filter(|value| value.get("source").is_some());
    assert!(fields.clone().count() >= 5);
    assert!(fields.clone().all(|value| value["source"] == "default"), "{settings}");
    assert_eq!(settings["reach"]["scope"], "this_machine");
    assert_eq!(settings["about"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(settings["about"]["data_folder"], engine.config.data_dir.display().to_string());
}

#[tokio::test]
async fn what_was_chosen_is_in_force_at_once_and_after_a_restart_until_it_is_put_back() {
    let engine = engine().await;
    let mut events = engine.handle().events();
    let body = json!({ "theme": "dark", "hosts": ["Host.Docker.Internal:7625", "host.docker.internal"] });
    let (status, answer) = change(&engine, body).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(answer["hosts"]["value"], json!(["host.docker.internal"]));
    assert_eq!(answer["hosts"]["source"], "stored");
    assert_eq!(answer, shown(&engine).await);
    let endpoint = engine.handle().endpoint();
    let told = EngineEvent::Settings { endpoint };
    while events.recv().await.unwrap() != told {}

    let engine = engine.restarted().await;
    assert_eq!(shown(&engine).await["theme"]["value"], "dark");
    let (_, answer) = change(&engine, json!({ "theme": null })).await;
    assert_eq!(
        (&answer["theme"]["value"], &answer["theme"]["source"]),
        (&json!("system"), &json!("default"))
    );
    assert_eq!(answer["hosts"]["source"], "stored", "what is not named stays");
}

#[tokio::test]
async fn one_field_that_cannot_be_taken_keeps_all_others_from_being_saved() {
    let engine = engine().await;
    let before = shown(&engine).await;
    let body = json!({ "theme": "dark", "hosts": ["*.lan"], "origins": ["null"], "listen": "here" });
    let (status, problem) = change(&engine, body).await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("invalid_settings")));
    let fields: Vec<&str> =
        problem["fields"].as_array().unwrap().iter().map(|field| field["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["listen", "hosts", "origins"]);
    assert!(problem["fields"][0]["detail"].as_str().unwrap().contains("127.0.0.1:7625"));
    assert_eq!(shown(&engine).await, before);
    let (status, problem) = change(&engine, json!({ "theme": "sepia" })).await;
    assert_eq!((status, &problem["subject"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("theme")));
}

#[tokio::test]
async fn what_the_environment_gave_is_shown_as_such_and_stays() {
    let mut engine = engine().await;
    let chosen = free().await;
    let (status, _) = change(&engine, json!({ "listen": chosen })).await;
    assert_eq!(status, StatusCode::OK);
    engine.config.given = vec!["ROCKPOOL_LISTEN"];
    let engine = engine.restarted().await;
    assert_ne!(engine.handle().address(), Some(chosen));
    let settings = shown(&engine).await;
    assert_eq!(settings["listen"]["source"], "environment");
    assert_eq!(settings["listen"]["variable"], "ROCKPOOL_LISTEN");
    let (status, problem) = change(&engine, json!({ "listen": "127.0.0.1:8000", "theme": "dark" })).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(problem["detail"].as_str().unwrap().contains("ROCKPOOL_LISTEN"), "{problem}");
    assert_eq!(shown(&engine).await, settings);
}

#[tokio::test]
async fn the_endpoint_moves_while_it_serves_and_everyone_is_told_the_new_address() {
    let engine = engine().await;
    let (before, after) = (engine.handle().address().unwrap(), free().await);
    let token = Control::read(&engine.config.data_dir).unwrap().token;
    let (status, answer) = change(&engine, json!({ "listen": after })).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(answer["endpoint"], format!("http://{after}/v1"));
    assert_eq!(engine.handle().snapshot().endpoint, format!("http://{after}/v1"));
    let control = Control::read(&engine.config.data_dir).unwrap();
    assert_eq!(control.address, after);
    assert_eq!(control.token.expose_secret(), token.expose_secret(), "who asks already can go on asking");
    assert_eq!(send(&engine, after, Method::GET, "/healthz", &[]).await.0, 200);
    assert!(tokio::net::TcpStream::connect(before).await.is_err(), "nobody listens at the old address");
    let (_, link) = ask(&engine.handle(), Method::POST, "/dashboard/links", "").await;
    assert!(link["url"].as_str().unwrap().starts_with(&format!("http://{after}/")), "{link}");
    let engine = engine.restarted().await;
    assert_eq!(engine.handle().address(), Some(after));
}

#[tokio::test]
async fn an_answer_that_runs_while_the_endpoint_moves_ends_as_if_nothing_had_happened() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let engine = engine().await;
    let (before, after) = (engine.handle().address().unwrap(), free().await);
    let control = Control::read(&engine.config.data_dir).unwrap();
    let mut stream = tokio::net::TcpStream::connect(before).await.unwrap();
    let token = control.token.expose_secret();
    let body = json!({ "listen": after }).to_string();
    let head = format!(
        "PATCH /api/v1/settings HTTP/1.1\r\nhost: {before}\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains(&format!("http://{after}/v1")), "{answer}");
}

#[tokio::test]
async fn a_port_that_is_taken_leaves_everything_as_it_is_and_names_who_has_it() {
    let engine = engine().await;
    let before = engine.handle().address().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let body = json!({ "listen": taken.local_addr().unwrap(), "theme": "dark" });
    let (status, problem) = change(&engine, body).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["fields"][0]["field"], "listen");
    let detail = problem["fields"][0]["detail"].as_str().unwrap();
    assert!(detail.contains("in use"), "{detail}");
    if cfg!(target_os = "linux") {
        assert!(detail.contains(&std::process::id().to_string()), "{detail}");
    }
    assert_eq!(Control::read(&engine.config.data_dir).unwrap().address, before);
    assert_eq!(send(&engine, before, Method::GET, "/healthz", &[]).await.0, 200);
    let settings = shown(&engine).await;
    assert_eq!(
        (&settings["theme"]["source"], &settings["listen"]["source"]),
        (&json!("default"), &json!("default"))
    );
}

#[tokio::test]
async fn the_same_port_on_all_interfaces_is_taken_over_from_ourselves_and_given_back() {
    let engine = engine().await;
    let narrow = engine.handle().address().unwrap();
    let wide = SocketAddr::from(([0, 0, 0, 0], narrow.port()));
    let (status, answer) = change(&engine, json!({ "listen": wide })).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(answer["reach"]["scope"], "all_networks");
    assert_eq!(answer["endpoint"], format!("http://{narrow}/v1"), "tools of this machine stay on loopback");
    assert_eq!(send(&engine, narrow, Method::GET, "/healthz", &[]).await.0, 200);
    let (status, answer) = change(&engine, json!({ "listen": narrow })).await;
    assert_eq!((status, &answer["reach"]["scope"]), (StatusCode::OK, &json!("this_machine")));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_address_that_is_not_of_this_machine_is_refused_and_the_old_one_stays() {
    let engine = engine().await;
    let before = engine.handle().address().unwrap();
    // TEST-NET-1 (RFC 5737) is nobody's.
    let (status, problem) =
        change(&engine, json!({ "listen": format!("192.0.2.1:{}", before.port()) })).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(problem["detail"].as_str().unwrap().contains("address of this machine"), "{problem}");
    assert_eq!(send(&engine, before, Method::GET, "/healthz", &[]).await.0, 200);
}

#[tokio::test]
async fn with_nobody_serving_an_address_is_checked_as_well() {
    let stage = EngineStage::with(&["a"]).await;
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let body = json!({ "listen": taken.local_addr().unwrap() }).to_string();
    let (status, _) = ask(&stage.handle(), Method::PATCH, "/settings", &body).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let body = json!({ "listen": free().await }).to_string();
    let (status, answer) = ask(&stage.handle(), Method::PATCH, "/settings", &body).await;
    assert_eq!((status, &answer["listen"]["source"]), (StatusCode::OK, &json!("stored")));
}

#[tokio::test]
async fn a_listed_name_opens_the_data_plane_with_a_key_and_nothing_else() {
    let engine = engine().await;
    engine.import("ada").await;
    let key = format!("Bearer {}", engine.client("ada").await);
    let at = engine.handle().address().unwrap();
    let name = format!("host.docker.internal:{}", at.port());
    let ask = async |path: &str, host: &str, key: &str| {
        send(&engine, at, Method::GET, path, &[("host", host), ("authorization", key)]).await.0
    };
    assert_eq!(ask("/backend-api/wham/usage", &name, &key).await, 403, "off by default");
    change(&engine, json!({ "hosts": ["host.docker.internal"] })).await;
    assert_eq!(ask("/backend-api/wham/usage", &name, &key).await, 200);
    assert_eq!(ask("/healthz", &name, "").await, 200);
    assert_eq!(ask("/backend-api/wham/usage", &name, "").await, 401, "the key is still needed");
    assert_eq!(ask("/backend-api/wham/usage", "other.internal", &key).await, 403);
    let control = Control::read(&engine.config.data_dir).unwrap();
    let control = format!("Bearer {}", control.token.expose_secret());
    for path in ["/", "/api/v1/status", "/api/v1/settings", "/nothing"] {
        assert_eq!(ask(path, &name, &control).await, 403, "{path}");
    }
    change(&engine, json!({ "hosts": [] })).await;
    assert_eq!(ask("/backend-api/wham/usage", &name, &key).await, 403);
}

#[tokio::test]
async fn a_listed_web_page_gets_its_preflight_and_its_answers_on_the_data_plane_alone() {
    let engine = engine().await;
    engine.import("ada").await;
    let key = format!("Bearer {}", engine.client("ada").await);
    let at = engine.handle().address().unwrap();
    let page = "tauri://localhost";
    let preflight = [
        ("origin", page),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization,content-type"),
        ("access-control-request-private-network", "true"),
    ];
    let (status, headers) = send(&engine, at, Method::OPTIONS, "/v1/responses", &preflight).await;
    assert_eq!((status, headers.get("access-control-allow-origin")), (403, None), "off by default");
    change(&engine, json!({ "origins": ["TAURI://localhost/"] })).await;

    let (status, headers) = send(&engine, at, Method::OPTIONS, "/v1/responses", &preflight).await;
    assert_eq!(status, 204);
    assert_eq!(headers["access-control-allow-origin"], page);
    assert_eq!(headers["access-control-allow-headers"], "authorization,content-type");
    assert_eq!(headers["access-control-allow-methods"], "GET, POST");
    assert_eq!(headers["access-control-allow-private-network"], "true");
    assert!(headers.get("access-control-allow-credentials").is_none());

    let usage = "/backend-api/wham/usage";
    let (status, headers) =
        send(&engine, at, Method::GET, usage, &[("origin", page), ("authorization", &key)]).await;
    assert_eq!((status, &headers["access-control-allow-origin"]), (200, &page.parse().unwrap()));
    assert_eq!(headers["vary"], "origin");
    let (status, headers) = send(&engine, at, Method::GET, usage, &[("origin", page)]).await;
    assert_eq!((status, &headers["access-control-allow-origin"]), (401, &page.parse().unwrap()));
    let other = [("origin", "tauri://other"), ("authorization", key.as_str())];
    let (status, headers) = send(&engine, at, Method::GET, usage, &other).await;
    assert_eq!((status, headers.get("access-control-allow-origin")), (403, None));
    for path in ["/", "/api/v1/status", "/api/v1/settings"] {
        for method in [Method::OPTIONS, Method::GET] {
            let (status, headers) = send(&engine, at, method.clone(), path, &preflight).await;
            assert_eq!((status, headers.get("access-control-allow-origin")), (403, None), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn the_page_that_asked_is_not_named_to_the_provider() {
    let engine = engine().await;
    engine.import("ada").await;
    let key = format!("Bearer {}", engine.client("ada").await);
    let at = engine.handle().address().unwrap();
    change(&engine, json!({ "origins": ["tauri://localhost"] })).await;
    let request = engine
        .handle()
        .core()
        .outbound
        .clients(OnBehalfOf::Nobody)
        .unwrap()
        .http
        .post(format!("http://{at}/backend-api/codex/responses"))
        .header("authorization", key);
    let request = request.header("origin", "tauri://localhost").header("referer", "tauri://localhost/x");
    drop(request.body(r#"{"model":"m","input":[],"stream":true}"#).send().await.unwrap());
    let asked = engine.provider.requests();
    let turn = asked.iter().find(|request| request.starts_with("POST /backend-api/codex/responses")).unwrap();
    assert!(!turn.contains("tauri://"), "{turn}");
}

#[tokio::test]
async fn a_stored_row_of_a_newer_version_does_not_keep_the_engine_from_starting() {
    let engine = engine().await;
    let rows = vec![("theme".to_owned(), Some(r#""sepia""#.to_owned()))];
    let scope = crate::store::system_scope();
    engine.handle().core().store.save_settings(scope, rows).await.unwrap();
    let engine = engine.restarted().await;
    assert_eq!(shown(&engine).await["theme"]["source"], "default");
}

#[tokio::test]
async fn a_stored_address_that_is_taken_at_the_start_is_named_with_the_way_out() {
    let engine = engine().await;
    let chosen = free().await;
    change(&engine, json!({ "listen": chosen })).await;
    let ServingEngine { engine, config, clock, _folder, .. } = engine;
    engine.shutdown().await;
    let _taken = TcpListener::bind(chosen).await.unwrap();
    let error = Engine::start(config, ports(&clock)).await.err().unwrap().to_string();
    assert!(error.contains("rockpool settings set listen"), "{error}");
}

#[tokio::test]
async fn what_is_kept_has_bounds_and_what_is_too_old_is_not_shown_any_more() {
    let engine = engine().await;
    let (status, problem) = change(&engine, json!({ "keep_requests": 5, "keep_quota_days": 15 })).await;
    assert_eq!(
        (status, problem["fields"].as_array().map(Vec::len)),
        (StatusCode::UNPROCESSABLE_ENTITY, Some(2))
    );
    let core = engine.handle().core().clone();
    let tenant = crate::test_serving::home(&engine.handle());
    let at = |hours: i64| engine.clock.wall() - jiff::SignedDuration::from_hours(hours);
    for hours in [50, 20] {
        core.ledger.request(RequestRecord { tenant, at: at(hours), ..crate::test_stage::request() });
    }
    core.ledger.write(&core.store).await.unwrap();
    assert_eq!(engine.handle().snapshot().recent.len(), 2);
    let mut events = engine.handle().events();
    change(&engine, json!({ "keep_requests_days": 2 })).await;
    while engine.handle().snapshot().recent.len() == 2 {
        events.recv().await.unwrap();
    }
    let kept = core.store.recent_activity(tenant, 10).await.unwrap();
    assert_eq!(kept.iter().map(|record| record.at).collect::<Vec<_>>(), [at(20)]);
}

#[tokio::test]
async fn a_rehearsals_logins_reach_no_keychain_and_no_file() {
    let engine = engine().await;
    engine.import("ada").await;
    let body = json!({ "to": "keychain" }).to_string();
    let (status, problem) = ask(&engine.handle(), Method::POST, "/settings/vault/move", &body).await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("vault_forgets")));
    let (status, shown) = ask(&engine.handle(), Method::POST, "/settings/vault/retry", "").await;
    assert_eq!((status, &shown["vault_state"]["state"]), (StatusCode::OK, &json!("ready")));
    assert_eq!(engine.handle().snapshot().accounts[0].state, rockpool_routing::AccountState::Ready);
}

#[tokio::test]
async fn an_address_that_is_asked_for_again_is_listened_on_though_the_endpoint_had_to_be_elsewhere() {
    let engine = engine().await;
    let (chosen, elsewhere) = (free().await, free().await);
    change(&engine, json!({ "listen": chosen })).await;
    // As after a change that was not saved and whose way back failed.
    engine.handle().served().unwrap().move_to(elsewhere).await.unwrap();
    let (status, _) = change(&engine, json!({ "theme": "dark" })).await;
    assert_eq!(
        (status, engine.handle().address()),
        (StatusCode::OK, Some(elsewhere)),
        "nobody asked to move"
    );
    let (status, answer) = change(&engine, json!({ "listen": chosen })).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(engine.handle().address(), Some(chosen));
    assert_eq!(send(&engine, chosen, Method::GET, "/healthz", &[]).await.0, 200);
}
