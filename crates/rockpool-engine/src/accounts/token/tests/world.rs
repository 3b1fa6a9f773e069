//! A scripted world for the keeper: a database and a vault that survive a kill, an issuer that remembers
//! every token it was shown.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use rockpool_routing::{CredentialState, LoginId, TenantId};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::accounts::token::traits::{
    CredentialWatcher, Issuer, LoginStore, LoginStoreError, RenewalWatcher, SecretStore,
};
use crate::accounts::token::{KeeperParts, NewLogin, TokenKeeper};
use crate::host::clock::Clock;
use crate::provider::claims::Claims;
use crate::provider::oauth::{RefreshError, RefreshReason, Renewal, RevokeError, TokenGrant};
use crate::provider::outbound::OnBehalfOf;
use crate::store::{KnownToken, LoginRow, Obtained, Presentation, RefreshPhase, Refreshed};
use crate::vault::{VaultError, VaultKey};

pub(super) const TENANT: TenantId = TenantId(Uuid::from_u128(1));
/// As the schedule has it: what is left of an access token's life when it is not handed out any more.
const LAST_MOMENTS: SignedDuration = SignedDuration::from_secs(30);
const START: i64 = 1_800_000_000;
/// Lifetime of the access tokens that the issuer makes, in seconds.
pub(super) const LIFETIME: i64 = 10 * 24 * 3600;

/// A step at which the world can stop, or something can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Step {
    ReadRefresh,
    MarkSent,
    Send,
    Answer,
    SaveRefresh,
    SaveAccess,
    Complete,
    MarkPhase,
    Insert,
}

/// What happens at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mishap {
    /// It fails and leaves nothing behind.
    Fails,
    /// It takes effect, and fails all the same.
    FailsAfter,
    /// The process is killed before it takes effect: it never returns.
    KilledBefore,
    /// The process is killed after it took effect: it never returns.
    KilledAfter,
    /// It panics.
    Panics,
}

/// How the issuer answers, in order; a plain rotation when nothing is scripted.
#[derive(Clone, Debug)]
pub(super) enum Scripted {
    Rotate,
    AccessOnly,
    RefreshOnly,
    Fail(RefreshError),
}

#[derive(Default)]
struct State {
    rows: HashMap<LoginId, LoginRow>,
    secrets: HashMap<String, String>,
    mishaps: HashMap<Step, Mishap>,
    script: VecDeque<Scripted>,
    /// Each refresh token as often as it was presented.
    presented: Vec<String>,
    /// Fingerprints of tokens that were marked as sent.
    sent: HashSet<[u8; 32]>,
    reasons: Vec<RefreshReason>,
    used_up: HashSet<String>,
    made: u32,
    revoked: Vec<String>,
    told: Vec<CredentialState>,
    renewed: Vec<Claims>,
    /// When the newest access token that Rockpool saved ends; `None` when it is refused.
    live_until: Option<Timestamp>,
    /// How often a used-up token came while such an access token lived.
    live_logins_ended: u32,
}

/// What outlives a process, and what the issuer knows.
pub(super) struct World {
    state: Mutex<State>,
    pub(super) clock: Clock,
    /// Refreshes wait here while the gate is shut.
    pub(super) gate: tokio::sync::watch::Sender<bool>,
    pub(super) arrived: Notify,
}

impl World {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::default(),
            clock: Clock::manual(Timestamp::from_second(START).unwrap()),
            gate: tokio::sync::watch::Sender::new(true),
            arrived: Notify::new(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a process: a keeper that knows what the database knows.
    pub(super) async fn boot(self: &Arc<Self>) -> TokenKeeper {
        let keeper = self.bare();
        let rows = self.state().rows.values().cloned().collect();
        keeper.load(rows).await;
        keeper
    }

    pub(super) fn bare(self: &Arc<Self>) -> TokenKeeper {
        self.keeper_over(Arc::clone(self) as Arc<dyn SecretStore>)
    }

    /// A keeper that knows no login yet, and keeps secrets there.
    pub(super) fn keeper_over(self: &Arc<Self>, secrets: Arc<dyn SecretStore>) -> TokenKeeper {
        TokenKeeper::start(KeeperParts {
            logins: Arc::clone(self) as Arc<dyn LoginStore>,
            secrets,
            issuer: Arc::clone(self) as Arc<dyn Issuer>,
            watcher: Arc::clone(self) as Arc<dyn CredentialWatcher>,
            renewals: Arc::clone(self) as Arc<dyn RenewalWatcher>,
            clock: self.clock.clone(),
            installation: "inst".into(),
        })
    }

    /// A process with one login, signed in a moment ago.
    pub(super) async fn signed_in() -> (Arc<Self>, TokenKeeper, LoginId) {
        let world = Self::new();
        let keeper = world.boot().await;
        let login = keeper.adopt(TENANT, new_login(None), world.grant()).await.unwrap();
        (world, keeper, login)
    }

    /// What a sign-in brings.
    pub(super) fn grant(&self) -> TokenGrant {
        self.make_grant()
    }

    fn make_grant(&self) -> TokenGrant {
        let mut state = self.state();
        state.made += 1;
        let made = state.made;
        TokenGrant {
            access_token: self.access_token(made),
            refresh_token: Some(format!("rt-{made}").into()),
            id_token: None,
        }
    }

    fn access_token(&self, number: u32) -> SecretString {
        let now = self.clock.wall().as_second();
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let payload = format!(r#"{{"iat":{now},"exp":{},"jti":"{number}"}}"#, now + LIFETIME);
        format!("{}.{}.at-{number}", part("{}"), part(&payload)).into()
    }

    pub(super) fn script(&self, steps: impl IntoIterator<Item = Scripted>) {
        self.state().script.extend(steps);
    }

    pub(super) fn mishap(&self, step: Step, mishap: Mishap) {
        self.state().mishaps.insert(step, mishap);
    }

    pub(super) fn all_well(&self) {
        self.state().mishaps.clear();
    }

    pub(super) fn presented(&self) -> Vec<String> {
        self.state().presented.clone()
    }

    pub(super) fn reasons(&self) -> Vec<RefreshReason> {
        self.state().reasons.clone()
    }

    pub(super) fn revoked(&self) -> Vec<String> {
        self.state().revoked.clone()
    }

    pub(super) fn told(&self) -> Vec<CredentialState> {
        self.state().told.clone()
    }

    /// What was said of new tokens.
    pub(super) fn renewed(&self) -> Vec<Claims> {
        self.state().renewed.clone()
    }

    pub(super) fn row(&self, login: LoginId) -> LoginRow {
        self.state().rows[&login].clone()
    }

    pub(super) fn rows(&self) -> usize {
        self.state().rows.len()
    }

    pub(super) fn secrets(&self) -> usize {
        self.state().secrets.len()
    }

    pub(super) fn refresh_token_at_rest(&self, login: LoginId) -> Option<String> {
        self.state().secrets.get(&format!("inst/refresh/{login}")).cloned()
    }

    /// An old backup of the keychain comes back.
    pub(super) fn restore_refresh_token(&self, login: LoginId, entry: &str) {
        self.state().secrets.insert(format!("inst/refresh/{login}"), entry.to_owned());
    }

    /// The keychain is wiped.
    pub(super) fn lose_secrets(&self) {
        self.state().secrets.clear();
    }

    /// No refresh token was presented twice.
    pub(super) fn assert_nothing_reused(&self) {
        let state = self.state();
        let unique: HashSet<_> = state.presented.iter().collect();
        assert_eq!(unique.len(), state.presented.len(), "presented twice: {:?}", state.presented);
    }

    /// No refresh token was presented more than twice, and the second time only when the access token that was in
    /// hand had been refused or had ended.
    pub(super) fn assert_only_last_chances(&self) {
        let state = self.state();
        for token in &state.used_up {
            let times = state.presented.iter().filter(|presented| *presented == token).count();
            assert!(times <= 2, "{token} was presented {times} times: {:?}", state.presented);
        }
        assert_eq!(state.live_logins_ended, 0, "presented: {:?}", state.presented);
    }

    /// The backend refuses every access token that was made so far.
    pub(super) fn refuse_access_tokens(&self) {
        self.state().live_until = None;
    }

    /// Lets time pass on all clocks.
    pub(super) async fn pass(&self, time: Duration) {
        self.clock.advance(time);
        tokio::time::advance(time).await;
        self.settle().await;
    }

    /// Lets everything that can run, run.
    pub(super) async fn settle(&self) {
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
    }

    async fn at(&self, step: Step, effect: impl FnOnce(&mut State)) -> Result<(), ()> {
        let mishap = self.state().mishaps.get(&step).copied();
        match mishap {
            None => {
                effect(&mut self.state());
                Ok(())
            }
            Some(Mishap::Fails) => Err(()),
            Some(Mishap::FailsAfter) => {
                effect(&mut self.state());
                Err(())
            }
            Some(Mishap::Panics) => panic!("scripted panic at {step:?}"),
            Some(Mishap::KilledBefore) => std::future::pending().await,
            Some(Mishap::KilledAfter) => {
                effect(&mut self.state());
                std::future::pending().await
            }
        }
    }

    fn answer(&self, token: &SecretString) -> Result<Renewal, RefreshError> {
        let scripted = self.state().script.pop_front().unwrap_or(Scripted::Rotate);
        if let Scripted::Fail(error) = scripted {
            if matches!(error, RefreshError::Unknown(_)) {
                self.state().used_up.insert(token.expose_secret().to_owned());
            }
            return Err(error);
        }
        if self.state().used_up.contains(token.expose_secret()) {
            let mut state = self.state();
            if state.live_until.is_some_and(|end| self.clock.wall() < end - LAST_MOMENTS) {
                state.live_logins_ended += 1;
            }
            return Err(RefreshError::Final { code: "refresh_token_reused".into() });
        }
        let grant = self.make_grant();
        let (access, refresh) = match scripted {
            Scripted::Rotate => (Some(grant.access_token), grant.refresh_token),
            Scripted::AccessOnly => (Some(grant.access_token), None),
            Scripted::RefreshOnly => (None, grant.refresh_token),
            Scripted::Fail(_) => unreachable!(),
        };
        if refresh.is_some() {
            self.state().used_up.insert(token.expose_secret().to_owned());
        }
        Ok(Renewal { access_token: access, refresh_token: refresh, id_token: None })
    }
}

pub(super) fn new_login(replaces: Option<LoginId>) -> NewLogin {
    NewLogin {
        replaces,
        issuer: "http://issuer.test".into(),
        user_id: "user-1".into(),
        email: None,
        obtained: Obtained::SignIn,
    }
}

/// The number at the end of an access token.
pub(super) fn name(token: &SecretString) -> String {
    token.expose_secret().rsplit('.').next().unwrap().to_owned()
}

fn full() -> LoginStoreError {
    LoginStoreError::Database("the disk is full".to_owned())
}

impl LoginStore for World {
    fn insert(&self, row: LoginRow) -> BoxFuture<'_, Result<(), LoginStoreError>> {
        Box::pin(async move {
            let add = |state: &mut State| drop(state.rows.insert(row.id, row));
            self.at(Step::Insert, add).await.map_err(|()| full())
        })
    }

    fn replace(&self, row: LoginRow) -> BoxFuture<'_, Result<(), LoginStoreError>> {
        self.insert(row)
    }

    fn known(&self, fingerprint: [u8; 32]) -> BoxFuture<'_, Result<Option<KnownToken>, LoginStoreError>> {
        let state = self.state();
        let holder = state.rows.values().find(|row| row.fingerprint == fingerprint);
        let held = holder.map(|row| KnownToken::Held(row.id));
        let known = held.or(state.sent.contains(&fingerprint).then_some(KnownToken::Spent));
        Box::pin(async move { Ok(known) })
    }

    fn mark_sent(
        &self,
        _tenant: TenantId,
        id: LoginId,
        presentation: Presentation,
    ) -> BoxFuture<'_, Result<(), LoginStoreError>> {
        Box::pin(async move {
            let next = match (presentation, self.state().rows[&id].phase) {
                (Presentation::First, RefreshPhase::Idle) => RefreshPhase::Sent,
                (Presentation::LastChance, RefreshPhase::Sent | RefreshPhase::Uncertain) => {
                    RefreshPhase::LastChanceTaken
                }
                _ => return Err(LoginStoreError::RefreshTokenSpent),
            };
            let mark = |state: &mut State| {
                let row = state.rows.get_mut(&id).unwrap();
                row.phase = next;
                let fingerprint = row.fingerprint;
                state.sent.insert(fingerprint);
            };
            self.at(Step::MarkSent, mark).await.map_err(|()| full())
        })
    }

    fn complete(
        &self,
        _tenant: TenantId,
        id: LoginId,
        done: Refreshed,
    ) -> BoxFuture<'_, Result<(), LoginStoreError>> {
        Box::pin(async move {
            let complete = |state: &mut State| {
                let row = state.rows.get_mut(&id).unwrap();
                row.phase = RefreshPhase::Idle;
                row.generation = done.generation;
                row.fingerprint = done.fingerprint;
                row.access_expires_at = done.access_expires_at;
            };
            self.at(Step::Complete, complete).await.map_err(|()| full())
        })
    }

    fn mark_phase(
        &self,
        _tenant: TenantId,
        id: LoginId,
        phase: RefreshPhase,
        code: Option<String>,
    ) -> BoxFuture<'_, Result<(), LoginStoreError>> {
        Box::pin(async move {
            let mark = |state: &mut State| {
                let row = state.rows.get_mut(&id).unwrap();
                row.phase = phase;
                row.phase_code = code;
                let fingerprint = row.fingerprint;
                if phase == RefreshPhase::Idle {
                    state.sent.remove(&fingerprint);
                }
            };
            self.at(Step::MarkPhase, mark).await.map_err(|()| full())
        })
    }

    fn delete(&self, _tenant: TenantId, id: LoginId) -> BoxFuture<'_, Result<(), LoginStoreError>> {
        self.state().rows.remove(&id);
        Box::pin(async { Ok(()) })
    }
}

impl SecretStore for World {
    fn get<'a>(&'a self, key: &'a VaultKey) -> BoxFuture<'a, Result<Option<SecretString>, VaultError>> {
        Box::pin(async move {
            self.at(Step::ReadRefresh, |_| {}).await.map_err(|()| VaultError::Locked)?;
            Ok(self.state().secrets.get(key.as_str()).map(|secret| secret.clone().into()))
        })
    }

    fn set<'a>(
        &'a self,
        key: &'a VaultKey,
        secret: &'a SecretString,
    ) -> BoxFuture<'a, Result<(), VaultError>> {
        let step = if key.as_str().contains("/refresh/") { Step::SaveRefresh } else { Step::SaveAccess };
        Box::pin(async move {
            let end = self.clock.wall() + SignedDuration::from_secs(LIFETIME);
            let save = |state: &mut State| {
                if step == Step::SaveAccess {
                    state.live_until = Some(end);
                }
                state.secrets.insert(key.as_str().to_owned(), secret.expose_secret().to_owned());
            };
            self.at(step, save).await.map_err(|()| VaultError::Locked)
        })
    }

    fn delete<'a>(&'a self, key: &'a VaultKey) -> BoxFuture<'a, Result<(), VaultError>> {
        self.state().secrets.remove(key.as_str());
        Box::pin(async { Ok(()) })
    }
}

impl Issuer for World {
    fn refresh<'a>(
        &'a self,
        _login: LoginId,
        token: &'a SecretString,
        reason: RefreshReason,
    ) -> BoxFuture<'a, Result<Renewal, RefreshError>> {
        Box::pin(async move {
            let _ = self.at(Step::Send, |_| {}).await;
            {
                let mut state = self.state();
                state.presented.push(token.expose_secret().to_owned());
                state.reasons.push(reason);
            }
            self.arrived.notify_one();
            let _ = self.gate.subscribe().wait_for(|open| *open).await;
            let answer = self.answer(token);
            let _ = self.at(Step::Answer, |_| {}).await;
            answer
        })
    }

    fn revoke<'a>(
        &'a self,
        _whom: OnBehalfOf,
        token: &'a SecretString,
    ) -> BoxFuture<'a, Result<(), RevokeError>> {
        self.state().revoked.push(token.expose_secret().to_owned());
        Box::pin(async { Ok(()) })
    }
}

impl CredentialWatcher for World {
    fn changed(&self, _login: LoginId, state: CredentialState) {
        self.state().told.push(state);
    }
}

impl RenewalWatcher for World {
    fn renewed(&self, _login: LoginId, claims: Claims) -> BoxFuture<'_, ()> {
        self.state().renewed.push(claims);
        Box::pin(async {})
    }
}
