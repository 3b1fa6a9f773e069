//! Sign-ins over real loopback sockets, with a tiny issuer.

use super::*;
use crate::accounts::login::admission::{ENDED_LIMIT, PENDING_LIMIT};
use crate::model::sign_in::SignInCaller;
use crate::snapshot::SignInState;
use crate::test_http::{Reply, Server};
use crate::vault::{MemoryVault, Vault};
use std::net::{Ipv4Addr, TcpListener as StdListener};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

const TENANT: TenantId = TenantId(Uuid::from_u128(1));
const OTHER: TenantId = TenantId(Uuid::from_u128(2));

struct Recorder {
    /// Grants wait here while it is shut.
    gate: watch::Sender<bool>,
    /// A grant has come as far as that.
    arrived: tokio::sync::Notify,
    opened: Mutex<Vec<String>>,
    grants: Mutex<Vec<Purpose>>,
    announced: Mutex<usize>,
}

impl Default for Recorder {
    fn default() -> Self {
        Self {
            gate: watch::Sender::new(true),
            arrived: tokio::sync::Notify::new(),
            opened: Mutex::default(),
            grants: Mutex::default(),
            announced: Mutex::default(),
        }
    }
}

impl Browser for Recorder {
    fn open(&self, url: &str) -> Result<(), String> {
        self.opened.lock().unwrap().push(url.to_owned());
        Ok(())
    }
}

impl SignInSink for Recorder {
    fn complete(
        &self,
        _tenant: TenantId,
        purpose: Purpose,
        grant: TokenGrant,
    ) -> BoxFuture<'_, Result<String, GrantRefused>> {
        use secrecy::ExposeSecret as _;
        let token = grant.access_token.expose_secret().to_owned();
        Box::pin(async move {
            self.arrived.notify_one();
            let _ = self.gate.subscribe().wait_for(|open| *open).await;
            if token == "at-unwanted" {
                return Err(GrantRefused("This account is here already.".to_owned()));
            }
            assert_ne!(token, "at-panic");
            self.grants.lock().unwrap().push(purpose);
            Ok("codex-pro-1".to_owned())
        })
    }

    fn name_of(&self, _account: AccountId) -> Option<String> {
        Some("codex-pro-9".to_owned())
    }
}

struct Bench {
    sign_ins: SignIns,
    seen: Arc<Recorder>,
    issuer: Server,
}

async fn bench() -> Bench {
    let tokens = r#"{"access_token":"at","refresh_token":"rt","id_token":"id"}"#;
    bench_with(|_| Reply::json(200, tokens), vec![0], Duration::from_secs(60)).await
}

async fn bench_with(
    issuer: impl Fn(&str) -> Reply + Send + Sync + 'static,
    callback_ports: Vec<u16>,
    timeout: Duration,
) -> Bench {
    let issuer = Server::answering(issuer).await;
    let http = issuer.fresh_client();
    let seen = Arc::new(Recorder::default());
    let heard = Arc::clone(&seen);
    let sign_ins = SignIns::new(SignInParts {
        oauth: OAuthClient::new(issuer.url(""), http),
        browser: Arc::clone(&seen) as Arc<dyn Browser>,
        sink: Arc::clone(&seen) as Arc<dyn SignInSink>,
        announce: Arc::new(move |_| *heard.announced.lock().unwrap() += 1),
        vault: Vault::start(Box::new(MemoryVault::default()), Duration::from_secs(10)),
        clock: Clock::system(),
        callback_ports,
        timeout,
    });
    Bench { sign_ins, seen, issuer }
}

/// A new account through a browser, started by nobody in particular.
fn add() -> SignInStart {
    SignInStart { purpose: Purpose::Add, method: SignInMethod::Browser, open: OpenBrowser::Yes, caller: None }
}

fn repair() -> SignInStart {
    SignInStart { purpose: Purpose::Repair(AccountId(Uuid::nil())), open: OpenBrowser::No, ..add() }
}

fn by_device() -> SignInStart {
    SignInStart { method: SignInMethod::Device, open: OpenBrowser::No, ..add() }
}

impl Bench {
    async fn start(&self) -> SignInView {
        self.sign_ins.start(TENANT, add()).await.unwrap()
    }

    /// Returns when the sign-in has ended.
    async fn ended(&self, view: &SignInView) -> SignInView {
        self.sign_ins.shared.ended(view.id).await;
        self.view(view)
    }

    fn view(&self, view: &SignInView) -> SignInView {
        self.sign_ins.get(TENANT, view.id).unwrap()
    }
}

fn param(view: &SignInView, name: &str) -> String {
    let url = Url::parse(&view.authorize_url).unwrap();
    url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned()
}

fn port(view: &SignInView) -> u16 {
    Url::parse(&param(view, "redirect_uri")).unwrap().port().unwrap()
}

fn callback(view: &SignInView) -> String {
    format!("/auth/callback?code=ac-1&state={}", param(view, "state"))
}

async fn get(port: u16, target: &str) -> String {
    send(port, format!("GET {target} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n").as_bytes()).await
}

async fn send(port: u16, bytes: &[u8]) -> String {
    let mut socket = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    socket.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let _ = socket.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

fn busy_port() -> (StdListener, u16) {
    let listener = StdListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

#[tokio::test]
async fn a_browser_that_comes_back_signs_the_account_in() {
    let bench = bench().await;
    let view = bench.start().await;
    assert_eq!((view.state, view.callback), (SignInState::Waiting, CallbackView::Automatic));
    assert_eq!(bench.seen.opened.lock().unwrap().as_slice(), std::slice::from_ref(&view.authorize_url));
    assert_eq!(param(&view, "redirect_uri"), format!("http://127.0.0.1:{}/auth/callback", port(&view)));

    let page = get(port(&view), &callback(&view)).await;
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("Signed in"), "{page}");
    assert!(page.contains("referrer-policy: no-referrer") && page.contains("<title>Rockpool</title>"));
    for secret in ["ac-1", &param(&view, "state")] {
        assert!(!page.contains(secret), "the page repeats {secret}");
    }
    let view = bench.view(&view);
    assert_eq!((view.state, view.result.as_deref()), (SignInState::Done, Some("codex-pro-1")));
    assert!(*bench.seen.announced.lock().unwrap() >= 3);
    let exchange = bench.issuer.requests().remove(0);
    assert!(exchange.contains(&format!("{}%2Fauth%2Fcallback", port(&view))), "{exchange}");
}

#[tokio::test]
async fn a_second_click_of_one_caller_shows_the_same_sign_in_again() {
    let bench = bench().await;
    let tab = || SignInStart { caller: SignInCaller::named("tab-1"), ..add() };
    let first = bench.sign_ins.start(TENANT, tab()).await.unwrap();
    let second = bench.sign_ins.start(TENANT, tab()).await.unwrap();
    assert_eq!(first.id, second.id);
    assert_eq!(bench.seen.opened.lock().unwrap().len(), 2);
    let third =
        bench.sign_ins.start(TENANT, SignInStart { caller: SignInCaller::named("tab-1"), ..repair() });
    let third = third.await.unwrap();
    assert_ne!(first.id, third.id);
    assert_eq!(third.account.as_deref(), Some("codex-pro-9"));
    assert_eq!(bench.seen.opened.lock().unwrap().len(), 2);
    assert_eq!((first.browser, third.browser), (BrowserView::Opened, BrowserView::NotAsked));
}

#[tokio::test]
async fn two_callers_and_two_without_a_name_have_a_sign_in_each_on_one_listener() {
    let bench = bench().await;
    let named = |name| SignInStart { caller: SignInCaller::named(name), ..add() };
    let mut views = vec![bench.start().await, bench.start().await];
    for name in ["tab-1", "tab-2"] {
        views.push(bench.sign_ins.start(TENANT, named(name)).await.unwrap());
    }
    for (n, view) in views.iter().enumerate() {
        assert_eq!(port(view), port(&views[0]));
        assert!(views[..n].iter().all(|other| param(other, "state") != param(view, "state")));
    }
    for view in &views {
        let page = get(port(view), &callback(view)).await;
        assert!(page.contains("Signed in"), "{page}");
    }
    assert_eq!(bench.seen.grants.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn more_sign_ins_than_a_household_needs_are_refused_with_the_way_out() {
    let bench = bench().await;
    let first = bench.start().await;
    for _ in 1..PENDING_LIMIT {
        bench.start().await;
    }
    let error = bench.sign_ins.start(TENANT, add()).await.unwrap_err();
    assert_eq!(error, SignInError::TooMany);
    assert!(error.to_string().contains("finish or cancel"), "{error}");
    let by_code = bench.sign_ins.start(TENANT, by_device()).await.unwrap_err();
    assert_eq!(by_code, SignInError::TooMany);
    assert!(bench.issuer.requests().is_empty(), "no code is asked for that nobody will see");
    bench.sign_ins.cancel(TENANT, first.id).unwrap();
    bench.start().await;
}

#[tokio::test]
async fn sign_ins_that_were_given_up_are_not_remembered_without_end() {
    let bench = bench().await;
    for _ in 0..ENDED_LIMIT + 20 {
        let view = bench.start().await;
        bench.sign_ins.cancel(TENANT, view.id).unwrap();
    }
    let last = bench.start().await;
    assert!(bench.sign_ins.list(TENANT).len() <= ENDED_LIMIT + 1);
    assert_eq!(bench.view(&last).state, SignInState::Waiting);
}

#[tokio::test]
async fn a_wrong_state_and_junk_get_a_page_and_the_waiting_goes_on() {
    let bench = bench().await;
    let view = bench.start().await;
    let port = port(&view);
    let wrong = get(port, "/auth/callback?code=x&state=wrong").await;
    assert!(wrong.starts_with("HTTP/1.1 400"), "{wrong}");
    let state = param(&view, "state");
    for (request, status) in [
        (format!("GET /auth/callback?state={state} HTTP/1.1\r\n\r\n").into_bytes(), "400"),
        (b"GET /favicon.ico HTTP/1.1\r\n\r\n".to_vec(), "404"),
        (b"POST /auth/callback HTTP/1.1\r\n\r\n".to_vec(), "405"),
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n".to_vec(), "400"),
        (b"nonsense\r\n\r\n".to_vec(), "400"),
    ] {
        let answer = send(port, &request).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{status}: {answer}");
    }
    let long = format!("GET /auth/callback?code={} HTTP/1.1\r\n", "x".repeat(40_000));
    send(port, long.as_bytes()).await;
    assert_eq!(bench.view(&view).state, SignInState::Waiting);
    assert!(get(port, &callback(&view)).await.contains("Signed in"));
}

#[tokio::test]
async fn a_denied_consent_fails_with_a_sentence() {
    let bench = bench().await;
    let view = bench.start().await;
    let target = format!("/auth/callback?error=access_denied&state={}", param(&view, "state"));
    let page = get(port(&view), &target).await;
    assert!(page.contains("declined in the browser"), "{page}");
    let view = bench.view(&view);
    assert_eq!(view.state, SignInState::Failed);
    assert!(view.message.unwrap().contains("Start it again"));
    assert!(bench.issuer.requests().is_empty());
}

#[tokio::test]
async fn a_callback_that_comes_twice_exchanges_its_code_once() {
    let bench = bench().await;
    let view = bench.start().await;
    let (port, target) = (port(&view), callback(&view));
    let (one, two) = tokio::join!(get(port, &target), get(port, &target));
    let three = get(port, &target).await;
    assert!(one.contains("Signed in") || two.contains("Signed in"));
    assert!(three.contains("Already done"), "{three}");
    assert_eq!(bench.issuer.requests().len(), 1);
    assert_eq!(bench.seen.grants.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_cancelled_sign_in_takes_no_callback_and_leaves_its_port() {
    let bench = bench().await;
    let view = bench.start().await;
    assert_eq!(bench.sign_ins.cancel(TENANT, view.id).unwrap().state, SignInState::Cancelled);
    assert_eq!(bench.sign_ins.cancel(TENANT, view.id), Err(SignInError::NotWaiting));
    assert!(get(port(&view), &callback(&view)).await.contains("Too late"));
    tokio::time::timeout(LINGER * 3, async {
        while StdListener::bind((Ipv4Addr::LOCALHOST, port(&view))).is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .expect("the port is left when nobody waits");
    assert!(bench.issuer.requests().is_empty());
}

#[tokio::test]
async fn another_program_may_take_the_port_and_the_sign_in_goes_on_by_paste() {
    let bench = bench().await;
    let view = bench.start().await;
    let port = port(&view);
    let page = format!("GET /cancel HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nsec-fetch-mode: no-cors\r\n\r\n");
    assert!(send(port, page.as_bytes()).await.starts_with("HTTP/1.1 403"), "a page is not another program");
    assert_eq!(bench.view(&view).callback, CallbackView::Automatic);
    assert!(get(port, "/cancel").await.starts_with("HTTP/1.1 200"));
    StdListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the port is free when /cancel is answered");
    let waiting = bench.view(&view);
    assert_eq!((waiting.state, waiting.callback), (SignInState::Waiting, CallbackView::PasteOnly));
    let pasted = format!("http://127.0.0.1:{port}{}", callback(&view));
    let done = bench.sign_ins.paste(TENANT, view.id, &pasted).await.unwrap();
    assert_eq!(done.state, SignInState::Done);
}

#[tokio::test]
async fn a_busy_port_makes_way_for_the_next_one_and_two_for_paste() {
    let (_one, first) = busy_port();
    let (two, second) = busy_port();
    let tokens = |_: &str| Reply::json(200, r#"{"access_token":"at","refresh_token":"rt"}"#);
    let bench = bench_with(tokens, vec![first, second], Duration::from_secs(60)).await;
    let view = bench.start().await;
    assert_eq!((view.callback, port(&view)), (CallbackView::PasteOnly, first));
    bench.sign_ins.cancel(TENANT, view.id).unwrap();
    drop(two);
    let view = bench.start().await;
    assert_eq!((view.callback, port(&view)), (CallbackView::Automatic, second));
    let done =
        bench.sign_ins.paste(TENANT, view.id, &format!("ac-1#{}", param(&view, "state"))).await.unwrap();
    assert_eq!(done.state, SignInState::Done);
}

#[tokio::test]
async fn pasted_junk_is_refused_and_the_waiting_goes_on() {
    let bench = bench().await;
    let view = bench.start().await;
    let other = bench.sign_ins.start(TENANT, repair()).await.unwrap();
    for junk in ["", "hello", "https://chatgpt.com/", "code=&state=x"] {
        let error = bench.sign_ins.paste(TENANT, view.id, junk).await.unwrap_err();
        assert_eq!(error, SignInError::NotACallback, "{junk}");
    }
    let foreign = bench.sign_ins.paste(TENANT, view.id, &callback(&other)).await.unwrap_err();
    assert_eq!(foreign, SignInError::WrongState);
    assert_eq!(bench.view(&view).state, SignInState::Waiting);
    assert_eq!(
        bench.sign_ins.paste(OTHER, view.id, &callback(&view)).await.unwrap_err(),
        SignInError::NotFound
    );
    assert_eq!(bench.sign_ins.get(OTHER, view.id), Err(SignInError::NotFound));
    assert!(bench.sign_ins.list(OTHER).is_empty());
    assert_eq!(bench.sign_ins.list(TENANT).len(), 2);
}

#[tokio::test]
async fn two_sign_ins_at_once_are_told_apart_by_their_state() {
    let bench = bench().await;
    let add = bench.start().await;
    let mend = bench.sign_ins.start(TENANT, repair()).await.unwrap();
    assert_eq!(port(&add), port(&mend));
    get(port(&mend), &callback(&mend)).await;
    assert_eq!(bench.view(&mend).state, SignInState::Done);
    assert_eq!(bench.view(&add).state, SignInState::Waiting);
    get(port(&add), &callback(&add)).await;
    assert_eq!(*bench.seen.grants.lock().unwrap(), [repair().purpose, Purpose::Add]);
}

#[tokio::test]
async fn a_closed_browser_times_out() {
    let tokens = |_: &str| Reply::json(200, "{}");
    let bench = bench_with(tokens, vec![0], Duration::from_millis(50)).await;
    let view = bench.start().await;
    let view = bench.ended(&view).await;
    assert_eq!(view.state, SignInState::TimedOut);
    assert!(view.message.is_some());
}

#[tokio::test]
async fn what_goes_wrong_after_the_browser_fails_the_sign_in_with_a_sentence() {
    for (reply, words) in [
        (Reply::json(400, r#"{"error":"invalid_grant"}"#), "did not accept the sign-in (400 invalid_grant)"),
        (Reply::json(200, "{}"), "could not be reached"),
        (Reply::cut(), "could not be reached"),
        (Reply::json(200, r#"{"access_token":"at-unwanted"}"#), "This account is here already."),
        (Reply::json(200, r#"{"access_token":"at-panic"}"#), "broke down"),
    ] {
        let bench = bench_with(move |_| reply.clone(), vec![0], Duration::from_secs(60)).await;
        let view = bench.start().await;
        let page = get(port(&view), &callback(&view)).await;
        let view = bench.view(&view);
        assert_eq!(view.state, SignInState::Failed);
        let message = view.message.unwrap();
        assert!(message.contains(words), "{message}");
        assert!(page.contains(words.split('(').next().unwrap().trim()), "{page}");
    }
}

#[tokio::test]
async fn a_browser_that_does_not_open_is_said_and_the_sign_in_waits() {
    let bench_without = bench_without_browser().await;
    assert!(!bench_without.sign_ins.opens_browser());
    let view = bench_without.start().await;
    assert_eq!((view.state, view.browser), (SignInState::Waiting, BrowserView::NotOpened));
    assert!(view.message.unwrap().contains("by hand"));
    assert!(bench().await.start().await.message.is_none());
}

async fn bench_without_browser() -> Bench {
    let mut bench = bench().await;
    let http = bench.issuer.fresh_client();
    bench.sign_ins = SignIns::new(SignInParts {
        oauth: OAuthClient::new(bench.issuer.url(""), http),
        browser: Arc::new(crate::host::browser::NoBrowser),
        sink: Arc::clone(&bench.seen) as Arc<dyn SignInSink>,
        announce: Arc::new(|_| {}),
        vault: Vault::start(Box::new(MemoryVault::default()), Duration::from_secs(10)),
        clock: Clock::system(),
        callback_ports: vec![0],
        timeout: Duration::from_secs(60),
    });
    bench
}

#[tokio::test]
async fn draining_cancels_what_waits_and_closes_the_port() {
    let bench = bench().await;
    let view = bench.start().await;
    bench.sign_ins.drain().await;
    assert_eq!(bench.view(&view).state, SignInState::Cancelled);
    StdListener::bind((Ipv4Addr::LOCALHOST, port(&view))).expect("the port is closed");
}

const CODE: &str = r#"{"device_auth_id":"da","user_code":"ABCD-12345","interval":"5"}"#;
const APPROVED: &str = r#"{"authorization_code":"ac-1","code_challenge":"cc","code_verifier":"cv"}"#;

/// In front of an issuer that answers polls with `poll`.
async fn device_bench(poll: Reply) -> Bench {
    let issuer = move |request: &str| match request.split(' ').nth(1).unwrap() {
        "/api/accounts/deviceauth/usercode" => Reply::json(200, CODE),
        "/api/accounts/deviceauth/token" => poll.clone(),
        _ => Reply::json(200, r#"{"access_token":"at","refresh_token":"rt"}"#),
    };
    bench_with(issuer, vec![0], Duration::from_secs(60)).await
}

fn pending() -> Reply {
    Reply::json(403, r#"{"error":{"code":"deviceauth_authorization_pending"}}"#)
}

#[tokio::test]
async fn a_code_that_is_approved_elsewhere_signs_the_account_in_without_a_listener() {
    let bench = device_bench(Reply::json(200, APPROVED)).await;
    let view = bench.sign_ins.start(TENANT, by_device()).await.unwrap();
    assert_eq!((view.method, view.user_code.as_deref()), (SignInMethod::Device, Some("ABCD-12345")));
    assert_eq!(view.authorize_url, bench.issuer.url("/codex/device").to_string());
    assert!(bench.sign_ins.shared.listener.lock().await.is_none(), "nobody comes back to this machine");
    let view = bench.ended(&view).await;
    assert_eq!((view.state, view.result.as_deref()), (SignInState::Done, Some("codex-pro-1")));
    let exchange = bench.issuer.requests().pop().unwrap();
    assert!(exchange.contains("code=ac-1") && exchange.contains("%2Fdeviceauth%2Fcallback"), "{exchange}");
    assert!(bench.seen.opened.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_code_that_is_given_up_is_not_asked_about_any_more_and_takes_no_paste() {
    let bench = device_bench(pending()).await;
    let view = bench.sign_ins.start(TENANT, by_device()).await.unwrap();
    let pasted = bench.sign_ins.paste(TENANT, view.id, "ac-1#st").await;
    assert_eq!(pasted.unwrap_err(), SignInError::NoCallback);
    assert_eq!(bench.sign_ins.cancel(TENANT, view.id).unwrap().state, SignInState::Cancelled);
    let again = bench.sign_ins.start(TENANT, by_device()).await.unwrap();
    assert_ne!(again.id, view.id);
    bench.sign_ins.drain().await;
    assert_eq!(bench.view(&again).state, SignInState::Cancelled);
}

#[tokio::test]
async fn a_declined_an_expired_and_a_refused_code_end_with_a_sentence() {
    for (poll, state, words) in [
        (Reply::json(403, r#"{"error":{"code":"access_denied"}}"#), SignInState::Failed, "declined"),
        (Reply::json(400, r#"{"error":"expired_token"}"#), SignInState::TimedOut, "for a new code"),
        (Reply::json(400, "{}"), SignInState::Failed, "did not accept the code"),
    ] {
        let bench = device_bench(poll).await;
        let view = bench.sign_ins.start(TENANT, by_device()).await.unwrap();
        let view = bench.ended(&view).await;
        assert_eq!(view.state, state, "{view:?}");
        assert!(view.message.as_ref().unwrap().contains(words), "{view:?}");
    }
}

#[tokio::test]
async fn device_codes_that_are_switched_off_are_refused_with_the_other_ways() {
    for (reply, words) in [
        (Reply::json(404, "{}"), "sign in through a browser"),
        (Reply::json(400, r#"{"error":"invalid_client"}"#), "400 invalid_client"),
        (Reply::cut(), "Check the connection"),
    ] {
        let bench = bench_with(move |_| reply.clone(), vec![0], Duration::from_secs(60)).await;
        let error = bench.sign_ins.start(TENANT, by_device()).await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert!(bench.sign_ins.list(TENANT).is_empty(), "nothing is left waiting");
    }
}

#[tokio::test]
async fn one_caller_may_have_a_browser_and_a_code_at_once_but_no_second_code() {
    let bench = device_bench(pending()).await;
    let tab = |start: SignInStart| SignInStart { caller: SignInCaller::named("tab"), ..start };
    let browser = bench.sign_ins.start(TENANT, tab(add())).await.unwrap();
    let (one, two) = tokio::join!(
        bench.sign_ins.start(TENANT, tab(by_device())),
        bench.sign_ins.start(TENANT, tab(by_device()))
    );
    assert_eq!(one.as_ref().unwrap().id, two.unwrap().id);
    assert_ne!(one.unwrap().id, browser.id);
    assert_eq!(bench.sign_ins.list(TENANT).len(), 2);
}

#[tokio::test]
async fn a_machine_that_slept_through_the_wait_ends_it_by_the_calendar() {
    tokio::time::pause();
    let mut bench = bench().await;
    let clock = Clock::manual(jiff::Timestamp::from_second(1_800_000_000).unwrap());
    let http = bench.issuer.fresh_client();
    bench.sign_ins = SignIns::new(SignInParts {
        oauth: OAuthClient::new(bench.issuer.url(""), http),
        browser: Arc::clone(&bench.seen) as Arc<dyn Browser>,
        sink: Arc::clone(&bench.seen) as Arc<dyn SignInSink>,
        announce: Arc::new(|_| {}),
        vault: Vault::start(Box::new(MemoryVault::default()), Duration::from_secs(10)),
        clock: clock.clone(),
        callback_ports: vec![0],
        timeout: Duration::from_mins(15),
    });
    let view = bench.start().await;
    let started = Instant::now();
    clock.advance(Duration::from_hours(8));
    assert_eq!(bench.ended(&view).await.state, SignInState::TimedOut);
    assert!(started.elapsed() <= LOOK_AT_CALENDAR * 2, "{:?}", started.elapsed());
}

#[tokio::test]
async fn the_port_is_free_again_after_an_exchange_that_outlasts_the_time_of_the_sign_in() {
    let bench = bench().await;
    bench.seen.gate.send_replace(false);
    let view = bench.start().await;
    let pasted = tokio::spawn({
        let (sign_ins, url) = (bench.sign_ins.clone(), format!("http://127.0.0.1{}", callback(&view)));
        async move { sign_ins.paste(TENANT, view.id, &url).await }
    });
    bench.seen.arrived.notified().await;
    assert_eq!(bench.view(&view).state, SignInState::Exchanging);
    tokio::time::pause();
    let later = async || {
        for _ in 0..100 {
            tokio::time::advance(Duration::from_secs(1)).await;
            tokio::task::yield_now().await;
        }
    };
    later().await;
    assert!(bench.sign_ins.shared.listener.lock().await.is_some(), "its browser may come back twice");
    bench.seen.gate.send_replace(true);
    assert_eq!(pasted.await.unwrap().unwrap().state, SignInState::Done);
    later().await;
    assert!(bench.sign_ins.shared.listener.lock().await.is_none(), "nobody waits for a callback any more");
}
