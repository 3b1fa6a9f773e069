//! Sign-in, rotation, revocation, device codes.

use std::time::Duration;

use rockpool_sim::{Action, CallbackPorts, Death, Fault, On, SignIn, TokenFault};
use serde_json::{Value, json};
use url::Url;

use crate::support::{CALLBACK, CLIENT_ID, SimHarness, ada, ada_at_work, ben, code_of};

const VERIFIER: &str = "a-verifier-that-is-long-enough-to-be-taken-seriously-43";

/// Where the authorize page sends the browser back to.
async fn callback(harness: &SimHarness, query: &[(&str, String)]) -> Url {
    let response = harness.authorize(query).send().await.unwrap();
    assert_eq!(response.status(), 302);
    Url::parse(response.headers()["location"].to_str().unwrap()).unwrap()
}

fn field(url: &Url, name: &str) -> String {
    url.query_pairs()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

async fn code_for_ada(harness: &SimHarness) -> String {
    harness.sim.next_sign_in(SignIn::As(ada()));
    let back = callback(harness, &SimHarness::authorize_query(VERIFIER)).await;
    assert_eq!(field(&back, "state"), "some-state");
    field(&back, "code")
}

async fn tokens(response: reqwest::Response) -> Value {
    assert_eq!(response.status(), 200);
    response.json().await.unwrap()
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_sign_in_gives_tokens_that_open_every_workspace_of_the_person_and_no_other() {
    let harness = SimHarness::start().await;
    let code = code_for_ada(&harness).await;
    let tokens = tokens(harness.exchange(&code, CALLBACK, VERIFIER).await).await;
    let bearer = text(&tokens, "access_token");
    for seat in [ada(), ada_at_work()] {
        let usage: Value =
            harness.get("/wham/usage", &bearer, &seat).send().await.unwrap().json().await.unwrap();
        assert_eq!(usage["account_id"], seat.account_id.as_str());
    }
    let refused = harness.get("/wham/usage", &bearer, &ben()).send().await.unwrap();
    assert_eq!(code_of(refused).await, (403, "invalid_workspace_selected".to_owned()));
}

#[tokio::test]
async fn a_wrong_verifier_is_refused_and_so_is_another_redirect_address() {
    let harness = SimHarness::start().await;
    let code = code_for_ada(&harness).await;
    let wrong = harness.exchange(&code, CALLBACK, "another-verifier").await;
    assert_eq!(code_of(wrong).await, (400, "invalid_grant".to_owned()));
    let elsewhere = harness.exchange(&code, "http://127.0.0.1:1457/auth/callback", VERIFIER).await;
    assert_eq!(code_of(elsewhere).await, (400, "invalid_grant".to_owned()));
    tokens(harness.exchange(&code, CALLBACK, VERIFIER).await).await;
}

#[tokio::test]
async fn a_code_works_once_and_for_five_minutes() {
    let harness = SimHarness::start().await;
    let code = code_for_ada(&harness).await;
    tokens(harness.exchange(&code, CALLBACK, VERIFIER).await).await;
    assert_eq!(harness.exchange(&code, CALLBACK, VERIFIER).await.status(), 400);
    let late = code_for_ada(&harness).await;
    harness.sim.advance(Duration::from_secs(301));
    assert_eq!(harness.exchange(&late, CALLBACK, VERIFIER).await.status(), 400);
}

#[tokio::test]
async fn a_code_is_bought_with_a_form_only() {
    let harness = SimHarness::start().await;
    let code = code_for_ada(&harness).await;
    let body = json!({"grant_type": "authorization_code", "client_id": CLIENT_ID, "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER});
    let refused = harness.web.post(harness.auth("/oauth/token")).json(&body).send().await.unwrap();
    assert_eq!(code_of(refused).await, (400, "invalid_request".to_owned()));
}

#[tokio::test]
async fn an_unknown_client_or_redirect_address_gets_a_page_and_no_redirect() {
    let harness = SimHarness::start_with(|config| config.callback_ports = CallbackPorts::Documented).await;
    for (name, value) in [
        ("client_id", "app_other"),
        ("redirect_uri", "http://127.0.0.1:9999/auth/callback"),
        ("redirect_uri", "http://127.0.0.1:1455/elsewhere"),
        ("redirect_uri", "http://example.test:1455/auth/callback"),
    ] {
        let mut query = SimHarness::authorize_query(VERIFIER);
        query.iter_mut().filter(|(known, _)| *known == name).for_each(|(_, old)| *old = value.to_owned());
        let response = harness.authorize(&query).send().await.unwrap();
        assert_eq!(response.status(), 400, "{name}={value}");
    }
}

#[tokio::test]
async fn a_faulty_request_goes_back_to_the_client_with_its_error() {
    let harness = SimHarness::start().await;
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge", "short", "invalid_request"),
        ("state", "", "invalid_request"),
        ("scope", "openid", "invalid_scope"),
    ] {
        let mut query = SimHarness::authorize_query(VERIFIER);
        query.iter_mut().filter(|(known, _)| *known == name).for_each(|(_, old)| *old = value.to_owned());
        assert_eq!(field(&callback(&harness, &query).await, "error"), error, "{name}={value}");
    }
}

#[tokio::test]
async fn without_a_queue_a_page_offers_the_people_and_says_that_it_is_a_simulation() {
    let harness = SimHarness::start().await;
    let query = SimHarness::authorize_query(VERIFIER);
    let page = harness.authorize(&query).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("simulation"));
    assert!(page.contains("ada@example.test") && page.contains("ben@example.test"));
    let link = page
        .split("href=\"")
        .find(|part| part.contains("acct-work"))
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .replace("&amp;", "&");
    let response = harness.web.get(harness.auth(&link)).send().await.unwrap();
    let back = Url::parse(response.headers()["location"].to_str().unwrap()).unwrap();
    let tokens = tokens(harness.exchange(&field(&back, "code"), CALLBACK, VERIFIER).await).await;
    assert!(tokens["refresh_token"].as_str().unwrap().starts_with("rt_"));
}

#[tokio::test]
async fn a_denied_sign_in_says_why() {
    let harness = SimHarness::start().await;
    harness.sim.next_sign_in(SignIn::Denied("missing_codex_entitlement".to_owned()));
    let back = callback(&harness, &SimHarness::authorize_query(VERIFIER)).await;
    assert_eq!(field(&back, "error"), "access_denied");
    assert_eq!(field(&back, "error_description"), "missing_codex_entitlement");
}

#[tokio::test]
async fn a_reused_refresh_token_kills_the_family() {
    let harness = SimHarness::start().await;
    let first = harness.mint(&ada());
    let second = tokens(harness.refresh(&first.refresh_token).await).await;
    let third = tokens(harness.refresh(&text(&second, "refresh_token")).await).await;
    let bearer = text(&third, "access_token");
    assert_eq!(harness.get("/wham/usage", &bearer, &ada()).send().await.unwrap().status(), 200);

    assert_eq!(
        code_of(harness.refresh(&first.refresh_token).await).await,
        (401, "refresh_token_reused".to_owned())
    );
    let dead = harness.get("/wham/usage", &bearer, &ada()).send().await.unwrap();
    assert_eq!(code_of(dead).await, (401, "token_invalidated".to_owned()));
    let newest = harness.refresh(&text(&third, "refresh_token")).await;
    assert_eq!(code_of(newest).await, (401, "refresh_token_invalidated".to_owned()));
}

#[tokio::test]
async fn a_cut_after_the_rotation_has_spent_the_token_and_one_before_has_not() {
    let harness = SimHarness::start().await;
    let login = harness.mint(&ada());
    let body =
        json!({"client_id": CLIENT_ID, "grant_type": "refresh_token", "refresh_token": login.refresh_token});
    let send = || harness.web.post(harness.auth("/oauth/token")).json(&body).send();
    harness.sim.script(Fault::next(On::Refresh, Action::CutBefore).of(&ada()));
    assert!(send().await.is_err());
    harness.sim.script(Fault::next(On::Refresh, Action::Token(TokenFault::CutAfterRotation)).of(&ada()));
    assert!(send().await.is_err());
    assert_eq!(code_of(send().await.unwrap()).await, (401, "refresh_token_reused".to_owned()));
}

#[tokio::test]
async fn a_partial_answer_leaves_the_refresh_token_good() {
    let harness = SimHarness::start().await;
    let login = harness.mint(&ada());
    harness.sim.script(Fault::next(On::Refresh, Action::Token(TokenFault::OnlyAccessToken)));
    let partial = tokens(harness.refresh(&login.refresh_token).await).await;
    assert_eq!(partial.as_object().unwrap().len(), 1);
    tokens(harness.refresh(&login.refresh_token).await).await;
}

#[tokio::test]
async fn a_dead_login_is_told_how_it_died() {
    let harness = SimHarness::start().await;
    for (death, code, bearer_status) in [
        (Death::Revoked, "refresh_token_invalidated", 401),
        (Death::RefreshExpired, "refresh_token_expired", 200),
        (Death::SessionTerminated, "app_session_terminated", 401),
    ] {
        let login = harness.mint(&ben());
        harness.sim.kill_login("user-ben", death).unwrap();
        assert_eq!(code_of(harness.refresh(&login.refresh_token).await).await, (401, code.to_owned()));
        let usage = harness.get("/wham/usage", &login.access_token, &ben()).send().await.unwrap();
        assert_eq!(usage.status(), bearer_status, "{death:?}");
    }
}

#[tokio::test]
async fn access_tokens_expire_by_the_clock_and_by_force() {
    let harness = SimHarness::start().await;
    let login = harness.mint(&ada());
    harness.sim.expire_access_tokens("user-ada").unwrap();
    let expired = harness.get("/wham/usage", &login.access_token, &ada()).send().await.unwrap();
    assert_eq!(code_of(expired).await, (401, "token_expired".to_owned()));
    let fresh = tokens(harness.refresh(&login.refresh_token).await).await;
    let bearer = text(&fresh, "access_token");
    assert_eq!(harness.get("/wham/usage", &bearer, &ada()).send().await.unwrap().status(), 200);
    harness.sim.advance(Duration::from_secs(864_000));
    assert_eq!(harness.get("/wham/usage", &bearer, &ada()).send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_revoked_login_is_dead() {
    let harness = SimHarness::start().await;
    let login = harness.mint(&ada());
    let body =
        json!({"token": login.refresh_token, "token_type_hint": "refresh_token", "client_id": CLIENT_ID});
    assert_eq!(
        harness.web.post(harness.auth("/oauth/revoke")).json(&body).send().await.unwrap().status(),
        200
    );
    assert_eq!(harness.get("/wham/usage", &login.access_token, &ada()).send().await.unwrap().status(), 401);
}

/// A device that was given a code.
struct PollingDevice<'a> {
    harness: &'a SimHarness,
    start: Value,
}

impl<'a> PollingDevice<'a> {
    async fn start(harness: &'a SimHarness) -> Self {
        let request = harness.web.post(harness.auth("/api/accounts/deviceauth/usercode"));
        let answer = request.json(&json!({"client_id": CLIENT_ID})).send().await.unwrap();
        Self { harness, start: answer.json().await.unwrap() }
    }

    fn user_code(&self) -> String {
        text(&self.start, "user_code")
    }

    async fn ask(&self) -> reqwest::Response {
        let body = json!({
            "device_auth_id": self.start["device_auth_id"], "user_code": self.start["user_code"],
        });
        let request = self.harness.web.post(self.harness.auth("/api/accounts/deviceauth/token"));
        request.json(&body).send().await.unwrap()
    }

    /// Asks when it may.
    async fn ask_in_time(&self) -> reqwest::Response {
        self.harness.sim.advance(Duration::from_secs(60));
        self.ask().await
    }
}

#[tokio::test]
async fn a_device_code_waits_for_the_person_and_then_buys_tokens_once() {
    let harness = SimHarness::start().await;
    let device = PollingDevice::start(&harness).await;
    assert_eq!(device.start["interval"], "5");
    let pending = device.ask().await;
    assert_eq!(code_of(pending).await, (403, "deviceauth_authorization_pending".to_owned()));
    harness.sim.approve_device(&device.user_code(), &ben()).unwrap();
    let granted: Value = device.ask_in_time().await.json().await.unwrap();
    let (code, verifier) = (text(&granted, "authorization_code"), text(&granted, "code_verifier"));
    let elsewhere = harness.exchange(&code, "http://127.0.0.1:1/deviceauth/callback", &verifier).await;
    assert_eq!(code_of(elsewhere).await, (400, "invalid_grant".to_owned()));
    tokens(harness.exchange(&code, &harness.auth("/deviceauth/callback"), &verifier).await).await;
    assert_eq!(code_of(device.ask_in_time().await).await, (400, "invalid_grant".to_owned()));
}

#[tokio::test]
async fn a_device_that_asks_too_often_is_told_so_and_has_to_wait_longer() {
    let harness = SimHarness::start().await;
    let device = PollingDevice::start(&harness).await;
    assert_eq!(device.ask().await.status(), 403);
    assert_eq!(code_of(device.ask().await).await, (400, "slow_down".to_owned()));
    harness.sim.advance(Duration::from_secs(6));
    assert_eq!(code_of(device.ask().await).await, (400, "slow_down".to_owned()), "ten seconds by now");
    harness.sim.advance(Duration::from_secs(16));
    assert_eq!(device.ask().await.status(), 403);
}

#[tokio::test]
async fn a_device_code_that_is_denied_too_old_or_not_sent_as_json_buys_nothing() {
    let harness = SimHarness::start().await;
    let denied = PollingDevice::start(&harness).await;
    harness.sim.deny_device(&denied.user_code()).unwrap();
    assert_eq!(code_of(denied.ask().await).await, (400, "access_denied".to_owned()));
    let old = PollingDevice::start(&harness).await;
    harness.sim.advance(Duration::from_secs(15 * 60 + 1));
    assert!(harness.sim.approve_device(&old.user_code(), &ben()).is_err());
    assert_eq!(code_of(old.ask().await).await, (400, "expired_token".to_owned()));
    let form = harness.web.post(harness.auth("/api/accounts/deviceauth/usercode"));
    let refused = form.form(&[("client_id", CLIENT_ID)]).send().await.unwrap();
    assert_eq!(code_of(refused).await, (400, "invalid_request".to_owned()));
}

#[tokio::test]
async fn device_codes_can_be_switched_off_by_order() {
    let harness = SimHarness::start().await;
    harness.sim.script(Fault::next(
        On::DeviceCode,
        Action::Answer { status: 404, headers: Vec::new(), body: Value::Null },
    ));
    let request = harness.web.post(harness.auth("/api/accounts/deviceauth/usercode"));
    let refused = request.json(&json!({"client_id": CLIENT_ID})).send().await.unwrap();
    assert_eq!(refused.status(), 404);
    assert_eq!(PollingDevice::start(&harness).await.start["interval"], "5");
}

#[tokio::test]
async fn every_secret_that_was_handed_out_is_listed() {
    let harness = SimHarness::start().await;
    let code = code_for_ada(&harness).await;
    let tokens = tokens(harness.exchange(&code, CALLBACK, VERIFIER).await).await;
    let listed: Vec<String> = harness.sim.issued_secrets().into_iter().map(|secret| secret.value).collect();
    for name in ["access_token", "refresh_token", "id_token"] {
        assert!(listed.contains(&text(&tokens, name)), "{name}");
    }
    assert!(listed.contains(&code));
}

#[tokio::test]
async fn whose_a_personal_token_is_the_issuer_tells_and_of_nothing_else() {
    let harness = SimHarness::start().await;
    let token = harness.sim.mint_personal_token(&ada_at_work()).unwrap();
    let address = harness.auth("/api/accounts/v1/user-auth-credential/whoami");
    let ask = |bearer: &str| harness.web.get(&address).bearer_auth(bearer).header("originator", "a-test");
    let told: Value = ask(&token).send().await.unwrap().json().await.unwrap();
    let expected = json!({
        "email": "ada@example.test", "chatgpt_user_id": "user-ada", "chatgpt_account_id": "acct-work",
        "chatgpt_plan_type": "team",
    });
    assert_eq!(told, expected);
    let access = harness.mint(&ada()).access_token;
    for (request, status) in [
        (ask(&access), 401),
        (ask("at-nobody's"), 401),
        (harness.web.get(&address).bearer_auth(&token), 400),
        (ask(&token).header("chatgpt-account-id", "acct-work"), 400),
        (harness.web.post(&address).bearer_auth(&token).header("originator", "a-test"), 405),
    ] {
        assert_eq!(request.send().await.unwrap().status(), status);
    }
    harness.sim.advance(Duration::from_secs(400 * 86_400));
    assert_eq!(ask(&token).send().await.unwrap().status(), 200, "it ends with its revocation only");
    assert_eq!(harness.get("/wham/usage", &token, &ada_at_work()).send().await.unwrap().status(), 200);
    harness.sim.kill_login("user-ada", Death::Revoked).unwrap();
    assert_eq!(ask(&token).send().await.unwrap().status(), 401);
}
