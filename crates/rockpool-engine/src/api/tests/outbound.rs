//! The way out: by which proxy the provider and the issuer are asked, for everybody and for single accounts.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::ask;
use crate::accounts::login::{Purpose, SignInSink as _};
use crate::jobs::enroll::Enroller;
use crate::model::settings::StoredSettings;
use crate::provider::oauth::TokenGrant;
use crate::provider::outbound::OnBehalfOf;
use crate::test_http::{Reply, Server};
use crate::test_serving::{ServingEngine, home, serving, token_of, tokens_of, usage};

async fn change(engine: &ServingEngine, body: Value) -> (StatusCode, Value) {
    ask(&engine.handle(), Method::PATCH, "/settings", &body.to_string()).await
}

async fn ask_quota(engine: &ServingEngine, account: &str) {
    let (status, answer) =
        ask(&engine.handle(), Method::POST, &format!("/accounts/{account}/quota"), "").await;
    assert_eq!(status, StatusCode::OK, "{answer}");
}

/// An HTTP proxy that answers everything itself, as usage or as tokens.
async fn proxy() -> Server {
    Server::answering(|request| match request.contains("/oauth/token") {
        true => Reply::json(200, &tokens_of("ada").to_string()),
        false => usage("plus"),
    })
    .await
}

fn address(proxy: &Server) -> String {
    proxy.url("").as_str().trim_end_matches('/').to_owned()
}

/// The first lines of what a proxy was asked, which name the whole address.
fn asked(proxy: &Server) -> Vec<String> {
    proxy.requests().iter().map(|request| request.lines().next().unwrap_or_default().to_owned()).collect()
}

/// In front of a provider that says nothing but usage, with two accounts.
async fn engine() -> ServingEngine {
    let engine = serving(|_| usage("plus")).await;
    engine.import("ada").await;
    engine.import("ben").await;
    engine
}

#[tokio::test]
async fn everybody_goes_out_by_the_chosen_proxy_and_an_account_with_one_of_its_own_by_that() {
    let engine = engine().await;
    let (common, own) = (proxy().await, proxy().await);
    let body = json!({ "proxy": address(&common), "account_proxies": { "ben": address(&own) } });
    let (status, answer) = change(&engine, body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(answer["account_proxies"]["value"], json!({ "ben": address(&own) }));
    let direct = engine.provider.requests().len();
    ask_quota(&engine, "ada").await;
    ask_quota(&engine, "ben").await;
    let line = format!("GET {} HTTP/1.1", engine.provider.url("/backend-api/wham/usage"));
    assert!(asked(&common).contains(&line) && asked(&own).contains(&line), "{:?}", asked(&own));
    assert_eq!(engine.provider.requests().len(), direct, "nothing went past the proxies");

    let (seen, body) = (asked(&own).len(), json!({ "proxy": "none", "account_proxies": { "ben": null } }));
    let (status, answer) = change(&engine, body).await;
    assert_eq!((status, &answer["account_proxies"]["source"]), (StatusCode::OK, &json!("default")));
    ask_quota(&engine, "ben").await;
    assert_eq!(asked(&own).len(), seen);
    assert!(engine.provider.requests().len() > direct);
}

#[tokio::test]
async fn turns_and_websockets_of_an_account_go_out_by_its_own_proxy() {
    let engine = engine().await;
    let own = proxy().await;
    change(&engine, json!({ "account_proxies": { "ada": address(&own) } })).await;
    let key = engine.client("ada").await;
    let at = engine.handle().address().unwrap();
    let http = engine.handle().core().outbound.clients(OnBehalfOf::Nobody).unwrap().http;
    let turn = http.post(format!("http://{at}/backend-api/codex/responses")).bearer_auth(&key);
    drop(turn.body(r#"{"model":"m","input":[],"stream":true}"#).send().await.unwrap());
    let socket = http.get(format!("http://{at}/backend-api/codex/responses")).bearer_auth(&key);
    let socket = socket.header("connection", "upgrade").header("upgrade", "websocket");
    let socket = socket.header("sec-websocket-version", "13");
    drop(socket.header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==").send().await.unwrap());
    let url = engine.provider.url("/backend-api/codex/responses");
    let lines = asked(&own);
    for line in [format!("POST {url} HTTP/1.1"), format!("GET {url} HTTP/1.1")] {
        assert!(lines.contains(&line), "{line} in {lines:?}");
    }
    let direct = engine.provider.requests();
    assert!(!direct.iter().any(|request| request.contains("/codex/responses")), "{direct:?}");
}

#[tokio::test]
async fn a_login_is_renewed_by_the_way_out_of_its_account() {
    let engine = engine().await;
    let own = proxy().await;
    change(&engine, json!({ "account_proxies": { "ada": address(&own) } })).await;
    // The access token of the tests ends at second 1,900,000,000.
    engine.clock.advance(std::time::Duration::from_secs(100_000_001));
    ask_quota(&engine, "ada").await;
    let line = format!("POST {} HTTP/1.1", engine.provider.url("/oauth/token"));
    assert!(asked(&own).contains(&line), "{:?}", asked(&own));
    let direct = engine.provider.requests();
    assert!(!direct.iter().any(|request| request.contains("rt-ada")), "its refresh token went another way");
}

/// Signs ada in, by a pasted address; the account's name.
async fn sign_in(engine: &ServingEngine) -> String {
    let (_, started) = ask(&engine.handle(), Method::POST, "/sign-ins", r#"{"open_browser":"no"}"#).await;
    let text = |field: &str| started[field].as_str().unwrap().to_owned();
    let authorize = url::Url::parse(&text("authorize_url")).unwrap();
    let (_, state) = authorize.query_pairs().find(|(key, _)| key == "state").unwrap();
    let body = json!({ "url": format!("http://localhost/?code=c&state={state}") }).to_string();
    let path = format!("/sign-ins/{}/callback", text("id"));
    let (_, done) = ask(&engine.handle(), Method::POST, &path, &body).await;
    done["result"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_login_is_revoked_by_the_way_out_of_its_account() {
    let engine = serving(|request| match request.contains("/oauth/token") {
        true => Reply::json(200, &tokens_of("ada").to_string()),
        false => usage("plus"),
    })
    .await;
    let (common, own) = (proxy().await, proxy().await);
    let name = sign_in(&engine).await;
    let body = json!({ "proxy": address(&common), "account_proxies": { &name: address(&own) } });
    let (status, answer) = change(&engine, body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let (status, answer) = ask(&engine.handle(), Method::DELETE, &format!("/accounts/{name}"), "").await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{answer}");
    let line = format!("POST {} HTTP/1.1", engine.provider.url("/oauth/revoke"));
    assert!(asked(&own).contains(&line), "{:?}", asked(&own));
    let elsewhere = [engine.provider.requests(), common.requests()].concat();
    assert!(!elsewhere.iter().any(|request| request.contains("/oauth/revoke")), "{elsewhere:?}");
}

#[tokio::test]
async fn a_repairing_sign_in_and_a_question_for_workspaces_go_out_by_the_way_of_the_account() {
    let engine = engine().await;
    let own = proxy().await;
    change(&engine, json!({ "account_proxies": { "ada": address(&own) } })).await;
    let direct = engine.provider.requests().len();
    // The proxy's answers are none to these questions; which way they went is what counts.
    ask(&engine.handle(), Method::GET, "/accounts/ada/workspaces", "").await;
    let body = json!({ "account": "ada", "method": "device", "open_browser": "no" });
    ask(&engine.handle(), Method::POST, "/sign-ins", &body.to_string()).await;
    let lines = asked(&own);
    let check = format!("GET {} HTTP/1.1", engine.provider.url("/backend-api/wham/accounts/check"));
    let code = format!("POST {} HTTP/1.1", engine.provider.url("/api/accounts/deviceauth/usercode"));
    assert!(lines.contains(&check) && lines.contains(&code), "{lines:?}");
    assert_eq!(engine.provider.requests().len(), direct, "nothing went past the proxy");
}

/// A SOCKS5 server (RFC 1928) for one connection, which says how long the name was that it was asked for.
async fn socks(listener: TcpListener) {
    let (mut tool, _) = listener.accept().await.unwrap();
    let mut greeting = [0; 3];
    tool.read_exact(&mut greeting).await.unwrap();
    assert_eq!(greeting, [5, 1, 0], "no sign-in is offered");
    tool.write_all(&[5, 0]).await.unwrap();
    let mut head = [0; 10];
    tool.read_exact(&mut head).await.unwrap();
    assert_eq!(head[..4], [5, 1, 0, 1], "a connection to an IPv4 address");
    let target = std::net::SocketAddr::from((
        [head[4], head[5], head[6], head[7]],
        u16::from_be_bytes([head[8], head[9]]),
    ));
    let mut provider = TcpStream::connect(target).await.unwrap();
    tool.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.unwrap();
    let _ = tokio::io::copy_bidirectional(&mut tool, &mut provider).await;
}

#[tokio::test]
async fn a_socks_proxy_carries_the_connection() {
    let engine = engine().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("socks5://{}", listener.local_addr().unwrap());
    let carried = tokio::spawn(socks(listener));
    let (status, answer) = change(&engine, json!({ "proxy": proxy })).await;
    assert_eq!((status, &answer["proxy"]["value"]), (StatusCode::OK, &json!(proxy)));
    ask_quota(&engine, "ada").await;
    carried.await.unwrap();
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_never_gone_round() {
    let engine = engine().await;
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    change(&engine, json!({ "proxy": format!("http://{gone}") })).await;
    let direct = engine.provider.requests().len();
    let (status, _) = ask(&engine.handle(), Method::POST, "/accounts/ada/quota", "").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(engine.provider.requests().len(), direct);
}

#[tokio::test]
async fn a_password_in_a_proxys_address_is_refused_and_repeated_nowhere() {
    let engine = engine().await;
    let body = json!({ "proxy": "http://me:hunter2@proxy.lan:3128", "account_proxies": { "ada": "socks5://u:hunter2@a:1" } });
    let (status, problem) = change(&engine, body).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        problem.to_string().contains("HTTPS_PROXY") && !problem.to_string().contains("hunter2"),
        "{problem}"
    );
    let unknown = json!({ "account_proxies": { "nobody": "none" } });
    let (status, problem) = change(&engine, unknown).await;
    assert_eq!(
        (status, &problem["fields"][0]["field"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("account_proxies"))
    );
}

#[tokio::test]
async fn a_certificate_file_is_read_before_it_is_taken() {
    let engine = engine().await;
    let folder = tempfile::tempdir().unwrap();
    let junk = folder.path().join("junk.pem");
    std::fs::write(&junk, "hello").unwrap();
    let missing = folder.path().join("missing.pem");
    for (file, why) in
        [(junk.to_str(), "CERTIFICATE"), (missing.to_str(), "readable"), (Some("ca.pem"), "whole path")]
    {
        let (status, problem) = change(&engine, json!({ "ca_file": file })).await;
        assert_eq!(
            (status, &problem["fields"][0]["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("ca_file"))
        );
        assert!(problem["detail"].as_str().unwrap().contains(why), "{problem}");
    }
    let (_, settings) = ask(&engine.handle(), Method::GET, "/settings", "").await;
    assert_eq!(settings["ca_file"]["value"], Value::Null);
}

#[tokio::test]
async fn a_stored_certificate_file_that_is_gone_does_not_keep_the_engine_from_starting() {
    let engine = engine().await;
    let rows = vec![("ca_file".to_owned(), Some(r#""/gone/ca.pem""#.to_owned()))];
    engine.handle().core().store.save_settings(crate::store::system_scope(), rows).await.unwrap();
    let engine = engine.restarted().await;
    let (status, answer) = change(&engine, json!({ "ca_file": null })).await;
    assert_eq!((status, &answer["ca_file"]["source"]), (StatusCode::OK, &json!("default")));
}

/// Puts rows in force as a start with them would.
fn start_with_rows(engine: &ServingEngine, rows: impl IntoIterator<Item = (&'static str, String)>) {
    let handle = engine.handle();
    let settings = &handle.core().settings;
    let rows = rows.into_iter().map(|(name, text)| (name.to_owned(), text));
    settings.set(settings.with(StoredSettings::from_rows(rows)));
}

#[tokio::test]
async fn an_account_whose_stored_proxy_cannot_be_read_is_kept_in_and_the_others_are_not() {
    let engine = engine().await;
    let ada = engine.handle().core().registry.get().accounts[0].id;
    start_with_rows(&engine, [("account_proxies", format!(r#"{{"{ada}":{{"pac":"http://a.test"}}}}"#))]);
    let before = engine.provider.requests().len();
    let (status, problem) = ask(&engine.handle(), Method::POST, "/accounts/ada/quota", "").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{problem}");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("cannot be read") && detail.contains("Settings"), "{detail}");
    assert_eq!(engine.provider.requests().len(), before, "nothing went by another way");
    ask_quota(&engine, "ben").await;
    let (_, shown) = ask(&engine.handle(), Method::GET, "/settings", "").await;
    assert_eq!(shown["account_proxies"]["value"], json!({ "ada": "unreadable" }));
    let (status, answer) = change(&engine, json!({ "theme": "dark" })).await;
    assert_eq!(status, StatusCode::OK, "other settings can be changed: {answer}");
    change(&engine, json!({ "account_proxies": { "ada": "none" } })).await;
    ask_quota(&engine, "ada").await;
}

#[tokio::test]
async fn nobody_goes_out_while_the_proxy_of_everybody_cannot_be_read() {
    let engine = engine().await;
    start_with_rows(&engine, [("proxy", r#""gopher://proxy.lan""#.to_owned())]);
    let before = engine.provider.requests().len();
    for account in ["ada", "ben"] {
        let path = format!("/accounts/{account}/quota");
        let (status, problem) = ask(&engine.handle(), Method::POST, &path, "").await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains("Settings"), "{problem}");
    }
    assert_eq!(engine.provider.requests().len(), before, "nothing went by another way");
    let (_, answer) = change(&engine, json!({ "proxy": "none" })).await;
    assert_eq!(answer["proxy"]["value"], "none");
    ask_quota(&engine, "ada").await;
}

#[tokio::test]
async fn accounts_whose_stored_proxies_cannot_be_told_apart_are_put_right_one_by_one() {
    let engine = engine().await;
    start_with_rows(&engine, [("account_proxies", "[1]".to_owned())]);
    let (status, answer) = change(&engine, json!({ "account_proxies": { "ada": null } })).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(answer["account_proxies"]["value"], json!({ "ben": "unreadable" }));
    ask_quota(&engine, "ada").await;
    let (status, _) = ask(&engine.handle(), Method::POST, "/accounts/ben/quota", "").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_login_of_a_file_is_asked_about_by_the_way_out_of_the_account_that_it_names() {
    let engine = engine().await;
    let own = proxy().await;
    change(&engine, json!({ "account_proxies": { "ada": address(&own) } })).await;
    // Nothing but an access token is worth nothing unless it is taken, so the provider is asked.
    let mut tokens = tokens_of("ada");
    tokens.as_object_mut().unwrap().remove("refresh_token");
    let file = json!({ "content": json!({ "tokens": tokens }).to_string() });
    let direct = engine.provider.requests().len();
    let body = json!({ "files": [file] }).to_string();
    let (status, answer) = ask(&engine.handle(), Method::POST, "/imports/preview", &body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let line = format!("GET {} HTTP/1.1", engine.provider.url("/backend-api/wham/usage"));
    assert!(asked(&own).contains(&line), "{answer} {:?}", asked(&own));
    assert_eq!(engine.provider.requests().len(), direct, "nothing went past the proxy");
}

#[tokio::test]
async fn whose_the_login_of_a_repairing_sign_in_is_is_asked_by_the_way_out_of_the_account() {
    let engine = engine().await;
    let own = proxy().await;
    change(&engine, json!({ "account_proxies": { "ada": address(&own) } })).await;
    let handle = engine.handle();
    let ada = handle.core().registry.get().accounts[0].id;
    let enroller = Enroller::new(handle.core().clone(), handle.poller().clone());
    let nobodys = TokenGrant {
        access_token: token_of(&json!({})).into(),
        refresh_token: Some("rt-nobody".into()),
        id_token: None,
    };
    let direct = engine.provider.requests().len();
    let refused = enroller.complete(home(&handle), Purpose::Repair(ada), nobodys).await;
    assert!(refused.is_err(), "nobody says whose it is");
    let line = format!("GET {} HTTP/1.1", engine.provider.url("/backend-api/wham/usage"));
    assert!(asked(&own).contains(&line), "{:?}", asked(&own));
    assert_eq!(engine.provider.requests().len(), direct, "nothing went past the proxy");
}
