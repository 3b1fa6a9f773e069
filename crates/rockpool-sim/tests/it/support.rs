//! A simulator with two people, a client for it, and request bodies that it accepts.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};
use rockpool_sim::{Minted, Person, SeatId, Share, Sim, SimClock, SimConfig, Windows, Workspace};
use serde_json::{Value, json};

pub(crate) const CLIENT_ID: &str = "app_EMoamEEZ73f0CkXaXp7hrann";
pub(crate) const CALLBACK: &str = "http://127.0.0.1:1455/auth/callback";
/// 2026-11-22, as good as any.
pub(crate) const START: i64 = 1_795_363_200;

pub(crate) struct SimHarness {
    pub(crate) sim: Sim,
    pub(crate) web: Client,
}

pub(crate) fn ada() -> SeatId {
    SeatId::new("user-ada", "acct-ada")
}

pub(crate) fn ada_at_work() -> SeatId {
    SeatId::new("user-ada", "acct-work")
}

pub(crate) fn ben() -> SeatId {
    SeatId::new("user-ben", "acct-ben")
}

impl SimHarness {
    /// Ada (Plus, and a Team workspace) and Ben (Free), with a clock that stands still.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut SimConfig)) -> Self {
        let work = Workspace::new("acct-work", "team", Windows::weekly_only());
        let mut config = SimConfig {
            clock: SimClock::still_at(START),
            people: vec![
                Person::named("ada", "plus", Windows::five_hours_and_weekly()).with_workspace(work),
                Person::named("ben", "free", Windows::free_monthly()),
            ],
            without_content_type: Share::Never,
            private_events: Share::Never,
            ..SimConfig::default()
        };
        change(&mut config);
        let sim = Sim::start(config).await.unwrap();
        let web = client(&sim, &[b"h2", b"http/1.1"]);
        Self { sim, web }
    }

    pub(crate) fn mint(&self, seat: &SeatId) -> Minted {
        self.sim.mint_login(seat).unwrap()
    }

    pub(crate) fn auth(&self, path: &str) -> String {
        format!("{}{path}", self.sim.auth_url())
    }

    pub(crate) fn backend(&self, path: &str) -> String {
        format!("{}{path}", self.sim.backend_url())
    }

    pub(crate) fn get(&self, path: &str, bearer: &str, seat: &SeatId) -> RequestBuilder {
        as_seat(self.web.get(self.backend(path)), bearer, seat)
    }

    pub(crate) fn ask(&self, bearer: &str, seat: &SeatId, body: &Value) -> RequestBuilder {
        as_seat(self.web.post(self.backend("/codex/responses")), bearer, seat).json(body)
    }

    pub(crate) async fn refresh(&self, token: &str) -> Response {
        let body = json!({"client_id": CLIENT_ID, "grant_type": "refresh_token", "refresh_token": token});
        self.web.post(self.auth("/oauth/token")).json(&body).send().await.unwrap()
    }

    pub(crate) fn authorize(&self, query: &[(&str, String)]) -> RequestBuilder {
        self.web.get(url::Url::parse_with_params(&self.auth("/oauth/authorize"), query).unwrap())
    }

    pub(crate) fn authorize_query(verifier: &str) -> Vec<(&'static str, String)> {
        let challenge =
            URL_SAFE_NO_PAD.encode(ring::digest::digest(&ring::digest::SHA256, verifier.as_bytes()));
        vec![
            ("response_type", "code".to_owned()),
            ("client_id", CLIENT_ID.to_owned()),
            ("redirect_uri", CALLBACK.to_owned()),
            ("code_challenge", challenge),
            ("code_challenge_method", "S256".to_owned()),
            ("state", "some-state".to_owned()),
            ("scope", "openid profile email offline_access".to_owned()),
        ]
    }

    pub(crate) async fn exchange(&self, code: &str, redirect_uri: &str, verifier: &str) -> Response {
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", CLIENT_ID),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", verifier),
        ];
        self.web.post(self.auth("/oauth/token")).form(&form).send().await.unwrap()
    }
}

fn as_seat(request: RequestBuilder, bearer: &str, seat: &SeatId) -> RequestBuilder {
    request.bearer_auth(bearer).header("chatgpt-account-id", &seat.account_id)
}

/// A client that trusts the simulator's authority and nothing else, and follows no redirect.
pub(crate) fn client(sim: &Sim, alpn: &[&[u8]]) -> Client {
    use rustls::pki_types::pem::PemObject as _;
    let mut roots = rustls::RootCertStore::empty();
    roots.add(rustls::pki_types::CertificateDer::from_pem_slice(sim.ca_pem().as_bytes()).unwrap()).unwrap();
    let mut tls =
        rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
    tls.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(Policy::none())
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap()
}

pub(crate) fn user(text: &str) -> Value {
    json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]})
}

/// A request of the gpt-5.5 class.
pub(crate) fn question(text: &str) -> Value {
    json!({
        "model": "gpt-5.5", "instructions": "Be brief.", "input": [user(text)], "tools": [], "tool_choice": "auto",
        "parallel_tool_calls": true, "reasoning": {"effort": "low"}, "store": false, "stream": true,
        "include": ["reasoning.encrypted_content"], "prompt_cache_key": "conversation-1",
    })
}

/// The header that announces the Responses-Lite contract.
pub(crate) const LITE: &str = "x-openai-internal-codex-responses-lite";

/// The events that Ada gets for a request.
pub(crate) async fn answers(harness: &SimHarness, body: &Value) -> Vec<Value> {
    let bearer = harness.mint(&ada()).access_token;
    let response = harness.ask(&bearer, &ada(), body).send().await.unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    assert_eq!(status, 200, "{text}");
    events(&text)
}

/// The events that Ada gets for these words.
pub(crate) async fn answer_to(harness: &SimHarness, text: &str) -> Vec<Value> {
    answers(harness, &question(text)).await
}

/// The JSON of every event in a stream.
pub(crate) fn events(text: &str) -> Vec<Value> {
    text.lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|data| serde_json::from_str(data).unwrap())
        .collect()
}

/// What the finished message says.
pub(crate) fn said(events: &[Value]) -> String {
    finished(events, "message")["content"][0]["text"].as_str().unwrap().to_owned()
}

/// The finished item of that type.
pub(crate) fn finished(events: &[Value], kind: &str) -> Value {
    let done = events.iter().filter(|event| event["type"] == "response.output_item.done");
    done.map(|event| event["item"].clone()).find(|item| item["type"] == kind).unwrap()
}

pub(crate) async fn code_of(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    let code = [&body["error"]["code"], &body["error"], &body["detail"]["code"], &body["detail"]]
        .into_iter()
        .find_map(Value::as_str)
        .unwrap_or_default();
    (status, code.to_owned())
}
