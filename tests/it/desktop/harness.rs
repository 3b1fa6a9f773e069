//! A session with everything a person's desktop has, a simulated provider, and people who can sign in.

use rockpool_engine::snapshot::AccountView;
use rockpool_sim::{Person, SeatId, SignIn, Sim, SimConfig, Windows};
use rockpool_tests::harness::Api;
use rockpool_tests::session::app::snapshot;
use rockpool_tests::session::callback_port_lock::CallbackPortLock;
use rockpool_tests::session::{App, DesktopSession, Keyring, Notifications, Start, Tray, ask};
use rockpool_tests::tools::browser::follow;
use rockpool_tests::tools::{Key, request, web};
use serde_json::json;

/// The desktop without its keychain. Programs end before the session that they are in.
pub(crate) struct DesktopHarness {
    pub(crate) notes: Notifications,
    pub(crate) tray: Tray,
    pub(crate) sim: Sim,
    pub(crate) session: DesktopSession,
}

impl DesktopHarness {
    /// Nobody is signed in; the named people could, each with 40 % of the five hours and 20 % of the week used.
    pub(crate) async fn with<const N: usize>(names: [&str; N]) -> Self {
        let windows = Windows::five_hours_and_weekly().used(40.0, 20.0);
        Self::with_people(names.iter().map(|name| Person::named(name, "plus", windows.clone())).collect())
            .await
    }

    /// Nobody is signed in; these people could.
    pub(crate) async fn with_people(people: Vec<Person>) -> Self {
        let sim = Sim::start(SimConfig { people, tls_listen: None, ..SimConfig::default() }).await.unwrap();
        let session = DesktopSession::start().await;
        let tray = Tray::host(&session).await;
        let notes = Notifications::serve(&session).await;
        Self { notes, tray, sim, session }
    }

    /// Starts the app and a keyring for it.
    pub(crate) async fn open(&self) -> (Keyring, App, Api) {
        let keyring = Keyring::start(&self.session).await;
        let (app, api) = Start::before(&self.sim).serve(&self.session).await;
        (keyring, app, api)
    }

    /// Plays the person at the browser: takes the address number `place` that was opened, and signs in as `name`.
    pub(crate) async fn sign_in_at_browser(&self, place: usize, name: &str) -> String {
        let url = self.session.browser().nth(place).await;
        self.sim.next_sign_in(SignIn::As(seat(name)));
        assert_eq!(follow(web::client(), url.clone()).await, 200);
        url
    }

    /// Adds an account by a click in the menu and a visit to the browser.
    pub(crate) async fn add_by_click(&self, name: &str) -> String {
        let _ports = CallbackPortLock::acquire().await;
        let place = self.session.browser().opened().len();
        self.tray.click("Add account…").await;
        self.tray.shows("Waiting for the browser").await;
        let url = self.sign_in_at_browser(place, name).await;
        self.tray.shows("Add account…").await;
        url
    }

    /// Adds an account without a browser, named after the person, and waits until its quota is known.
    pub(crate) async fn import(&self, api: &Api, name: &str) {
        let login = self.sim.mint_login(&seat(name)).unwrap();
        let import = json!({"auth_json": login.auth_json, "name": name, "mode": "take_over"});
        api.post("/accounts/import", import).await;
        ask::until(&format!("the quota of {name} is known"), async || {
            account(api, name).await.quota_seen_at.map(drop)
        })
        .await;
    }
}

pub(crate) fn seat(name: &str) -> SeatId {
    SeatId::new(&format!("user-{name}"), &format!("acct-{name}"))
}

/// One account as the API shows it.
pub(crate) async fn account(api: &Api, name: &str) -> AccountView {
    let accounts = snapshot(api).await.accounts;
    accounts.into_iter().find(|account| account.name == name).unwrap_or_else(|| panic!("no account {name}"))
}

/// A key of a local tool that is pointed at `account`.
pub(crate) async fn client(api: &Api, account: &str) -> Key {
    let made = api.post("/clients", json!({"name": format!("tool-of-{account}"), "account": account})).await;
    let text = |field: &str| made[field].as_str().unwrap().to_owned();
    Key { secret: text("key"), base_url: text("base_url") }
}

/// What a local tool does: asks, and reads the answer to its end.
pub(crate) async fn ask_for_an_answer(key: &Key) -> u16 {
    let body = request::question("hello").to_string();
    let request = web::client().post(format!("{}/responses", key.base_url)).bearer_auth(&key.secret);
    let answer = request.header("content-type", "application/json").body(body).send().await.unwrap();
    let status = answer.status().as_u16();
    answer.bytes().await.unwrap();
    status
}
