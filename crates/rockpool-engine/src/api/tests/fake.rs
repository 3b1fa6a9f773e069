//! An engine that does nothing and writes down what it was asked for.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{Method, StatusCode};
use jiff::Timestamp;
use rockpool_routing::{AccountId, ClientId, Conversations, SignInId, Strategy, TenantId};
use secrecy::SecretString;
use serde_json::Value;
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::api::operations::{Answer, Operations};
use crate::api::{InProcess, router};
use crate::model::client::{KeyKind, OverrideMode};
use crate::model::principal::{Principal, Viewer};
use crate::operations::action::*;
use crate::snapshot::event::EngineEvent;
use crate::snapshot::*;

pub(super) const HOME: TenantId = TenantId(Uuid::from_u128(7));
pub(super) const SIGN_IN: SignInId = SignInId(Uuid::from_u128(3));
pub(super) const KEY: &str = "rp_0123456789abcdef0123456789abcdef";

pub(super) struct Fake {
    calls: Mutex<Vec<String>>,
    refusal: Option<ActionError>,
    pub(super) events: broadcast::Sender<EngineEvent>,
}

impl Fake {
    pub(super) fn new() -> Arc<Self> {
        Self::with(None)
    }

    pub(super) fn refusing(refusal: ActionError) -> Arc<Self> {
        Self::with(Some(refusal))
    }

    fn with(refusal: Option<ActionError>) -> Arc<Self> {
        Arc::new(Self { calls: Mutex::default(), refusal, events: broadcast::channel(2).0 })
    }

    pub(super) fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    fn note<T: Send + 'static>(
        &self,
        call: &str,
        tenant: TenantId,
        what: impl Debug,
        answer: T,
    ) -> Answer<'_, T> {
        assert_eq!(tenant, HOME);
        self.calls.lock().unwrap().push(format!("{call} {what:?}"));
        let answer = self.refusal.clone().map_or(Ok(answer), Err);
        async { answer }.boxed()
    }
}

/// Asks as the app does and reads the answer as JSON; `Null` where there is no body.
pub(super) async fn ask(fake: &Arc<Fake>, method: Method, path: &str, body: &str) -> (StatusCode, Value) {
    let body = (!body.is_empty()).then(|| Bytes::from(body.to_owned()));
    let door = InProcess::new(router(fake.clone()), Principal::Owner);
    let reply = door.call(method, &format!("/api/v1{path}"), body).await;
    (reply.status, serde_json::from_slice(&reply.body).unwrap_or(Value::Null))
}

fn account() -> AccountView {
    AccountView {
        display_name: "Work".to_owned(),
        plan: Some("pro".to_owned()),
        ..AccountView::bare(AccountId(Uuid::from_u128(1)), "codex-pro-1")
    }
}

fn client(name: &str, key_kind: KeyKind) -> ClientView {
    ClientView {
        id: ClientId(Uuid::from_u128(2)),
        name: name.to_owned(),
        account: "codex-pro-1".to_owned(),
        key_kind,
        key_hint: "rp_0123".to_owned(),
        override_mode: OverrideMode::Inherit,
        strategy: None,
        last_used_at: None,
    }
}

fn pool() -> PoolView {
    PoolView {
        owner: "codex-pro-1".to_owned(),
        strategy: Strategy::RoundRobin,
        conversations: Conversations::Stay,
        extra_provider_names: vec!["codex-pro-2".to_owned()],
        last_account: None,
        last_used_at: None,
        serving: true,
        runway: RunwayView::default(),
        moves: MovesView::default(),
        until: None,
    }
}

fn sign_in() -> SignInView {
    SignInView {
        id: SIGN_IN,
        account: None,
        state: SignInState::Waiting,
        authorize_url: "http://127.0.0.1:1/oauth/authorize".to_owned(),
        callback: CallbackView::Automatic,
        message: None,
        result: None,
        expires_at: Timestamp::UNIX_EPOCH,
    }
}

impl Operations for Fake {
    fn viewer(&self, _principal: Principal) -> Viewer {
        Viewer::of(HOME)
    }

    fn snapshot(&self, viewer: &Viewer) -> Snapshot {
        assert!(viewer.sees(HOME));
        Snapshot {
            version: "0.0.0".to_owned(),
            mode: ModeView::Normal,
            endpoint: "http://127.0.0.1:7625/v1".to_owned(),
            taken_at: Timestamp::UNIX_EPOCH,
            vault: VaultView { kind: "memory".to_owned(), state: VaultState::Ready, message: None },
            accounts: vec![account()],
            pools: vec![pool()],
            clients: vec![client("codex", KeyKind::Bearer)],
            sign_ins: vec![sign_in()],
            recent: Vec::new(),
        }
    }

    fn events(&self) -> broadcast::Receiver<EngineEvent> {
        self.events.subscribe()
    }

    fn start_sign_in<'a>(
        &'a self,
        tenant: TenantId,
        account: Option<&'a str>,
        browser: OpenBrowser,
    ) -> Answer<'a, SignInView> {
        self.note("start_sign_in", tenant, (account, browser), sign_in())
    }

    fn sign_ins(&self, _tenant: TenantId) -> Vec<SignInView> {
        vec![sign_in()]
    }

    fn paste_callback<'a>(&'a self, tenant: TenantId, id: SignInId, url: &'a str) -> Answer<'a, SignInView> {
        self.note("paste_callback", tenant, (id, url), sign_in())
    }

    fn cancel_sign_in(&self, tenant: TenantId, id: SignInId) -> Answer<'_, ()> {
        self.note("cancel_sign_in", tenant, id, ())
    }

    fn import_account(&self, tenant: TenantId, import: NewImport) -> Answer<'_, AccountView> {
        self.note("import_account", tenant, import, account())
    }

    fn update_account<'a>(
        &'a self,
        tenant: TenantId,
        name: &'a str,
        patch: AccountPatch,
    ) -> Answer<'a, AccountView> {
        self.note("update_account", tenant, (name, patch), account())
    }

    fn remove_account<'a>(&'a self, tenant: TenantId, name: &'a str) -> Answer<'a, ()> {
        self.note("remove_account", tenant, name, ())
    }

    fn refresh_quota<'a>(&'a self, tenant: TenantId, name: &'a str) -> Answer<'a, AccountView> {
        self.note("refresh_quota", tenant, name, account())
    }

    fn set_pool<'a>(
        &'a self,
        tenant: TenantId,
        owner: &'a str,
        settings: PoolSettings,
    ) -> Answer<'a, PoolView> {
        self.note("set_pool", tenant, (owner, settings), pool())
    }

    fn remove_pool<'a>(&'a self, tenant: TenantId, owner: &'a str) -> Answer<'a, ()> {
        self.note("remove_pool", tenant, owner, ())
    }

    fn what_if<'a>(
        &'a self,
        tenant: TenantId,
        owner: &'a str,
        without: Vec<String>,
    ) -> Answer<'a, WhatIfView> {
        let nothing = ScenarioView {
            strategy: None,
            accounts: Vec::new(),
            cache_breaks: 0,
            cached_tokens_lost: 0,
            unserved: 0,
            dry_seconds: 0,
        };
        let view = WhatIfView {
            owner: owner.to_owned(),
            from: None,
            to: None,
            requests: 0,
            conversations: 0,
            without: without.clone(),
            recorded: nothing,
            scenarios: Vec::new(),
            assumptions: Vec::new(),
        };
        self.note("what_if", tenant, (owner, without), view)
    }

    fn add_client(&self, tenant: TenantId, new: NewClient) -> Answer<'_, (ClientView, SecretString)> {
        let answer = (client(&new.name, new.key_kind), SecretString::from(KEY));
        self.note("add_client", tenant, new, answer)
    }

    fn update_client<'a>(
        &'a self,
        tenant: TenantId,
        name: &'a str,
        patch: ClientPatch,
    ) -> Answer<'a, ClientView> {
        self.note("update_client", tenant, (name, patch), client(name, KeyKind::Bearer))
    }

    fn rotate_client<'a>(
        &'a self,
        tenant: TenantId,
        name: &'a str,
    ) -> Answer<'a, (ClientView, SecretString)> {
        let answer = (client(name, KeyKind::Path), SecretString::from(KEY));
        self.note("rotate_client", tenant, name, answer)
    }

    fn remove_client<'a>(&'a self, tenant: TenantId, name: &'a str) -> Answer<'a, ()> {
        self.note("remove_client", tenant, name, ())
    }

    fn activity(&self, tenant: TenantId, limit: u32) -> Answer<'_, Vec<ActivityView>> {
        self.note("activity", tenant, limit, Vec::new())
    }
}
