//! Snapshots for tests.

use jiff::Timestamp;
use rockpool_engine::snapshot::{
    AccountView, BrowserView, CallbackView, ClientView, ModeView, MovesView, Needs, PoolView, Remedy,
    RunwayView, SignInMethod, SignInState, SignInView, Snapshot, VaultKind, VaultState, VaultView,
    WindowView,
};
use rockpool_routing::{AccountId, AccountState, Conversations, SignInId, Strategy, WindowKind};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// The moment at which all fixtures are taken.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(1_790_000_000).unwrap()
}

/// So many minutes after [`now`].
pub(crate) fn in_minutes(minutes: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() + minutes * 60).unwrap()
}

pub(crate) fn account_id(n: u128) -> AccountId {
    AccountId(Uuid::from_u128(n))
}

#[derive(Clone)]
pub(crate) struct Account(AccountView);

/// A ready account without known quota.
pub(crate) fn account(n: u128, name: &str) -> Account {
    Account(AccountView { plan: Some("plus".to_owned()), ..AccountView::bare(account_id(n), name) })
}

/// Puts an account into a state, with what follows from it.
pub(crate) fn put(account: &mut AccountView, state: AccountState) {
    account.state = state;
    account.needs = Needs::of(state);
    account.remedy = Remedy::of(state);
}

impl Account {
    /// Remaining percent of the five-hour and the weekly window, which reset in 134 minutes and three days.
    pub(crate) fn left(mut self, five_hour: u8, weekly: u8) -> Self {
        let window = |kind, left: u8, minutes| WindowView {
            kind,
            length_seconds: None,
            used_percent: Some(100.0 - f64::from(left)),
            remaining_percent: Some(left),
            measured_at: None,
            resets_at: Some(in_minutes(minutes)),
            contested: None,
        };
        self.0.windows =
            vec![window(WindowKind::FiveHour, five_hour, 134), window(WindowKind::Weekly, weekly, 3 * 1440)];
        self.0.remaining_percent = Some(five_hour.min(weekly));
        self
    }

    pub(crate) fn state(mut self, state: AccountState) -> Self {
        put(&mut self.0, state);
        self
    }

    pub(crate) fn until(mut self, minutes: i64) -> Self {
        self.0.until = Some(in_minutes(minutes));
        self
    }

    pub(crate) fn pool(mut self, owner: &str) -> Self {
        self.0.pool = Some(owner.to_owned());
        self
    }

    pub(crate) fn view(self) -> AccountView {
        self.0
    }
}

pub(crate) fn pool(owner: &str, members: &[&str]) -> PoolView {
    PoolView {
        owner: owner.to_owned(),
        strategy: Strategy::RoundRobin,
        conversations: Conversations::Stay,
        extra_provider_names: members.iter().map(|name| (*name).to_owned()).collect(),
        last_account: None,
        last_used_at: None,
        level_percent: None,
        serving: true,
        runway: RunwayView::default(),
        moves: MovesView::default(),
        until: None,
    }
}

pub(crate) fn sign_in(n: u128, account: Option<&str>) -> SignInView {
    SignInView {
        id: SignInId(Uuid::from_u128(n)),
        account: account.map(str::to_owned),
        method: SignInMethod::Browser,
        state: SignInState::Waiting,
        authorize_url: "http://127.0.0.1:1/oauth/authorize".to_owned(),
        user_code: None,
        callback: CallbackView::Automatic,
        browser: BrowserView::Opened,
        message: None,
        result: None,
        expires_at: in_minutes(15),
    }
}

/// A client that was made for this tool, or by hand.
pub(crate) fn client(tool: Option<&str>) -> ClientView {
    let told = json!({
        "id": Uuid::from_u128(9), "name": "a-client", "account": "ada", "key_kind": "bearer", "key_hint": "rp_01",
        "override_mode": "inherit", "strategy": null, "last_used_at": null, "tool": tool
    });
    serde_json::from_value(told).unwrap()
}

pub(crate) fn snapshot(accounts: Vec<AccountView>) -> Snapshot {
    Snapshot {
        version: "0.1.0".to_owned(),
        mode: ModeView::Normal,
        endpoint: "http://127.0.0.1:7625/v1".to_owned(),
        taken_at: now(),
        vault: VaultView { kind: VaultKind::Keychain, file: None, state: VaultState::Ready, message: None },
        rehearsal: None,
        level_percent: None,
        needing_person: accounts.iter().filter(|account| account.needs.takes_a_person()).count(),
        accounts,
        pools: Vec::new(),
        clients: Vec::new(),
        sign_ins: Vec::new(),
        recent: Vec::new(),
    }
}

/// A situation for which tray, window, command line and tools show the same.
#[derive(Deserialize)]
pub(crate) struct Situation {
    pub(crate) name: String,
    accounts: Vec<Placed>,
    pub(crate) level: Option<u8>,
    pub(crate) needing_person: usize,
}

#[derive(Deserialize)]
struct Placed {
    state: AccountState,
}

pub(crate) fn situations() -> Vec<Situation> {
    let table = include_str!("../../rockpool-engine/src/snapshot/situations.json");
    serde_json::from_str(table).unwrap()
}

impl Situation {
    pub(crate) fn snapshot(&self) -> Snapshot {
        let accounts = (1..).zip(&self.accounts);
        let views = accounts.map(|(n, placed)| account(n, &format!("codex-{n}")).state(placed.state).view());
        Snapshot { level_percent: self.level, ..snapshot(views.collect()) }
    }
}

/// The settings with this language, of which nobody has chosen any.
pub(crate) fn settings(language: &str) -> Value {
    let unset = |value: Value| json!({ "value": value, "default": value, "source": "default" });
    let figures = ["keep_requests", "keep_requests_days", "keep_quota_days", "keep_conversations_days"];
    let mut settings = json!({
        "listen": unset(json!("127.0.0.1:7625")), "hosts": unset(json!([])), "origins": unset(json!([])),
        "model_aliases": unset(json!([])),
        "language": unset(json!(language)), "theme": unset(json!("system")), "proxy": unset(json!("system")),
        "account_proxies": unset(json!({})), "ca_file": unset(Value::Null), "endpoint": "http://127.0.0.1:7625/v1",
        "reach": { "scope": "this_machine", "address": "127.0.0.1:7625", "hosts": [], "origins": [], "sentence": "" },
        "vault": unset(json!("keychain")),
        "vault_state": { "kind": "keychain", "state": "ready", "message": null },
        "about": { "version": "0", "licence": "", "data_folder": "", "issuer": "", "backend": "" },
    });
    for figure in figures {
        settings[figure] = unset(json!(1));
    }
    settings
}
