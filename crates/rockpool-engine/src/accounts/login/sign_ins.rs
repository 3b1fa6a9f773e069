//! The sign-ins under way: started, called back, pasted, cancelled, timed out, several at once.
//!
//! All share one listener, which is open only while one of them is pending; the `state` of a callback
//! tells them apart. Another program may take the port away (`GET /cancel`, as the provider's own
//! client does); sign-ins then go on by paste.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use rockpool_routing::{AccountId, SignInId, TenantId};
use secrecy::SecretString;
use thiserror::Error;
use tokio::sync::watch;
use tracing::{info, warn};
use uuid::Uuid;

use super::callback::{Answer, Callback};
use super::flow::{End, Flow, Purpose, Status};
use super::listener::{Answering, Ask, CALLBACK_PATH, Listener};
use super::pages::Page;
use crate::config::CALLBACK_PORTS;
use crate::host::browser::Browser;
use crate::host::clock::Clock;
use crate::host::tasks::Tasks;
use crate::model::sign_in::OpenBrowser;
use crate::provider::oauth::{ExchangeError, OAuthClient, TokenGrant};
use crate::provider::pkce::{Verifier, random_state};
use crate::snapshot::{CallbackView, SignInView};
use crate::vault::{Vault, VaultError};

/// Sign-ins that may be pending at once, over all tenants.
const PENDING_LIMIT: usize = 32;
/// The listener stays this long after the last sign-in, for a browser that asks twice.
const LINGER: Duration = Duration::from_secs(2);
/// Longest time that the browser's last page waits for the exchange.
const PAGE_PATIENCE: Duration = Duration::from_secs(20);

/// Why a grant became no account, in a sentence for the person.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub(crate) struct GrantRefused(pub String);

/// What becomes of a grant.
pub(crate) trait SignInSink: Send + Sync {
    /// Makes or repairs the account, and gives its slug.
    fn complete(
        &self,
        tenant: TenantId,
        purpose: Purpose,
        grant: TokenGrant,
    ) -> BoxFuture<'_, Result<String, GrantRefused>>;
    /// Slug of an account, for the views of its repair.
    fn name_of(&self, _account: AccountId) -> Option<String> {
        None
    }
}

/// Why something could not be done with a sign-in.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum SignInError {
    /// There is none of this id.
    #[error("there is no such sign-in; start a new one")]
    NotFound,
    /// It has ended, or its code is being exchanged.
    #[error("this sign-in is over or being completed; start a new one if it failed")]
    NotWaiting,
    /// The pasted text is no callback.
    #[error(
        "this is not the address of the page after signing in; copy all of it from the browser, from http:// to the end"
    )]
    NotACallback,
    /// The pasted callback belongs to another sign-in.
    #[error("this address belongs to another sign-in; paste the one of the page that this sign-in opened")]
    WrongState,
    /// Too many are pending.
    #[error("too many sign-ins are under way; cancel some first")]
    TooMany,
    /// Its tokens could not be kept.
    #[error("{}", .0.with_remedy())]
    NoVault(#[from] VaultError),
}

/// What the sign-ins are made of.
pub(crate) struct SignInParts {
    pub oauth: OAuthClient,
    /// How a page is shown.
    pub browser: Arc<dyn Browser>,
    /// What becomes of a grant.
    pub sink: Arc<dyn SignInSink>,
    /// Is called whenever a sign-in moved on. Must not wait.
    pub announce: Arc<dyn Fn(SignInId) + Send + Sync>,
    /// Where the tokens will rest.
    pub vault: Vault,
    pub clock: Clock,
    /// Callback ports in order of preference.
    pub callback_ports: Vec<u16>,
    /// How long a sign-in waits for the person.
    pub timeout: Duration,
}

/// Handle on the sign-ins; clones share them.
#[derive(Clone)]
pub(crate) struct SignIns {
    shared: Arc<Shared>,
}

struct Shared {
    parts: SignInParts,
    flows: Mutex<Vec<Flow>>,
    /// Opened and closed by one at a time.
    listener: tokio::sync::Mutex<Option<Listener>>,
    /// Counts changes; those who wait for a sign-in look again.
    moved: watch::Sender<u64>,
    tasks: Tasks,
}

impl SignIns {
    /// Makes the handle; nothing is opened yet.
    pub(crate) fn new(parts: SignInParts) -> Self {
        Self {
            shared: Arc::new(Shared {
                parts,
                flows: Mutex::default(),
                listener: tokio::sync::Mutex::default(),
                moved: watch::Sender::new(0),
                tasks: Tasks::default(),
            }),
        }
    }

    /// Starts a sign-in, or shows the pending one of the same purpose again.
    ///
    /// # Errors
    /// [`SignInError::TooMany`]; [`SignInError::NoVault`], before a person goes through the browser for
    /// nothing.
    pub(crate) async fn start(
        &self,
        tenant: TenantId,
        purpose: Purpose,
        open: OpenBrowser,
    ) -> Result<SignInView, SignInError> {
        let shared = &self.shared;
        shared.parts.vault.probe().await?;
        let mut open_one = shared.listener.lock().await;
        let same = |flow: &Flow| flow.pending() && flow.tenant == tenant && flow.purpose == purpose;
        let known = shared.flows().iter().find(|flow| same(flow)).map(|flow| flow.id);
        if let Some(id) = known {
            drop(open_one);
            shared.show(id, open);
            return self.get(tenant, id);
        }
        if shared.flows().iter().filter(|flow| flow.pending()).count() >= PENDING_LIMIT {
            return Err(SignInError::TooMany);
        }
        if open_one.is_none() {
            *open_one = Listener::open(&shared.parts.callback_ports, shared.answering()).await;
        }
        let port = open_one.as_ref().map(Listener::port);
        let id = shared.add(tenant, purpose, port);
        drop(open_one);
        shared.expire_later(id);
        shared.show(id, open);
        shared.tell(id);
        self.get(tenant, id)
    }

    /// Gives up a sign-in that waits for the person.
    ///
    /// # Errors
    /// [`SignInError::NotFound`], [`SignInError::NotWaiting`].
    pub(crate) fn cancel(&self, tenant: TenantId, id: SignInId) -> Result<SignInView, SignInError> {
        self.get(tenant, id)?;
        if !self.shared.end_waiting(id, End::Cancelled) {
            return Err(SignInError::NotWaiting);
        }
        self.get(tenant, id)
    }

    /// Takes a callback that the person pasted, and returns when the sign-in has ended.
    ///
    /// # Errors
    /// Text that is no callback of this sign-in is refused, and the sign-in goes on waiting.
    pub(crate) async fn paste(
        &self,
        tenant: TenantId,
        id: SignInId,
        text: &str,
    ) -> Result<SignInView, SignInError> {
        self.get(tenant, id)?;
        let callback = Callback::from_paste(text).ok_or(SignInError::NotACallback)?;
        let owner = self.shared.flows().iter().find(|flow| flow.state == callback.state).map(|flow| flow.id);
        if owner != Some(id) {
            return Err(SignInError::WrongState);
        }
        if !self.shared.take_answer(id, callback.answer) {
            return Err(SignInError::NotWaiting);
        }
        self.shared.ended(id).await;
        self.get(tenant, id)
    }

    /// The tenant's sign-ins that are under way or ended in the last minute, oldest first.
    pub(crate) fn list(&self, tenant: TenantId) -> Vec<SignInView> {
        let now = self.shared.parts.clock.wall();
        let flows = self.shared.flows();
        flows.iter().filter(|flow| flow.tenant == tenant && flow.listed(now)).map(Flow::view).collect()
    }

    /// One sign-in of the tenant; for a quarter of an hour after its end.
    ///
    /// # Errors
    /// [`SignInError::NotFound`].
    pub(crate) fn get(&self, tenant: TenantId, id: SignInId) -> Result<SignInView, SignInError> {
        let flows = self.shared.flows();
        let found = flows.iter().find(|flow| flow.id == id && flow.tenant == tenant);
        found.map(Flow::view).ok_or(SignInError::NotFound)
    }

    /// Cancels what waits for a person, closes the listener, and returns when codes that are being
    /// exchanged have been.
    pub(crate) async fn drain(&self) {
        let waiting: Vec<_> = self.shared.flows().iter().map(|flow| flow.id).collect();
        for id in waiting {
            self.shared.end_waiting(id, End::Cancelled);
        }
        self.shared.tasks.finished().await;
        let listener = self.shared.listener.lock().await.take();
        if let Some(listener) = listener {
            listener.close().await;
        }
    }
}

impl Shared {
    fn flows(&self) -> MutexGuard<'_, Vec<Flow>> {
        self.flows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, tenant: TenantId, purpose: Purpose, port: Option<u16>) -> SignInId {
        let now = self.parts.clock.wall();
        let wanted =
            self.parts.callback_ports.iter().copied().find(|port| *port != 0).unwrap_or(CALLBACK_PORTS[0]);
        let redirect_uri = format!("http://127.0.0.1:{}{CALLBACK_PATH}", port.unwrap_or(wanted));
        let (state, verifier) = (random_state(), Verifier::random());
        let account = match purpose {
            Purpose::Add => None,
            Purpose::Repair(account) => self.parts.sink.name_of(account),
        };
        let flow = Flow {
            id: SignInId(Uuid::now_v7()),
            tenant,
            purpose,
            account,
            authorize_url: self.parts.oauth.authorize_url(&redirect_uri, &verifier.challenge(), &state),
            state,
            verifier,
            redirect_uri,
            callback: if port.is_some() { CallbackView::Automatic } else { CallbackView::PasteOnly },
            status: Status::Waiting,
            hint: None,
            expires_at: now + SignedDuration::try_from(self.parts.timeout).unwrap_or(SignedDuration::ZERO),
        };
        let id = flow.id;
        let mut flows = self.flows();
        flows.retain(|flow| flow.remembered(now));
        flows.push(flow);
        id
    }

    /// Opens the browser on a waiting sign-in. Where that fails the person is told, and it goes on.
    fn show(&self, id: SignInId, open: OpenBrowser) {
        let waiting = |flow: &&Flow| flow.id == id && flow.status == Status::Waiting;
        let url = self.flows().iter().find(waiting).map(|flow| flow.authorize_url.to_string());
        let (OpenBrowser::Yes, Some(url)) = (open, url) else { return };
        let hint = self
            .parts
            .browser
            .open(&url)
            .err()
            .map(|why| format!("The browser did not open ({why}). Open the address by hand."));
        if let Some(flow) = self.flows().iter_mut().find(|flow| flow.id == id) {
            flow.hint = hint;
        }
    }

    fn expire_later(self: &Arc<Self>, id: SignInId) {
        let shared = Arc::clone(self);
        tokio::spawn(async move {
            tokio::select! {
                () = tokio::time::sleep(shared.parts.timeout) => {
                    shared.end_waiting(id, End::TimedOut);
                }
                () = shared.ended(id) => {}
            }
            tokio::time::sleep(LINGER).await;
            shared.close_if_idle().await;
        });
    }

    async fn close_if_idle(&self) {
        let mut open_one = self.listener.lock().await;
        if self.flows().iter().any(Flow::pending) {
            return;
        }
        if let Some(listener) = open_one.take() {
            listener.close().await;
        }
    }

    /// Ends a sign-in that waits; `false` where it does not.
    fn end_waiting(&self, id: SignInId, end: End) -> bool {
        self.change(id, Status::Waiting, Status::Ended(end, self.parts.clock.wall()))
    }

    fn change(&self, id: SignInId, from: Status, to: Status) -> bool {
        {
            let mut flows = self.flows();
            let Some(flow) = flows.iter_mut().find(|flow| flow.id == id && flow.status == from) else {
                return false;
            };
            info!(sign_in = %id, ?to, "sign-in moved on");
            flow.status = to;
        }
        self.tell(id);
        true
    }

    fn tell(&self, id: SignInId) {
        self.moved.send_modify(|count| *count += 1);
        (self.parts.announce)(id);
    }

    /// Returns when the sign-in has ended, or is forgotten.
    async fn ended(&self, id: SignInId) {
        let over = || !self.flows().iter().any(|flow| flow.id == id && flow.pending());
        // The sender lives in `self`, so waiting cannot fail.
        let _ = self.moved.subscribe().wait_for(|_| over()).await;
    }

    /// Takes the issuer's answer to a waiting sign-in; `false` where it does not wait. The exchange runs
    /// in a task of its own: a browser that goes away must not lose a login.
    fn take_answer(self: &Arc<Self>, id: SignInId, answer: Answer) -> bool {
        match answer {
            Answer::Refused(why) => self.end_waiting(id, End::Failed(why)),
            Answer::Code(code) => {
                if !self.change(id, Status::Waiting, Status::Exchanging) {
                    return false;
                }
                let shared = Arc::clone(self);
                self.tasks.spawn(async move {
                    let inner = Arc::clone(&shared);
                    // In a task again, so that a panic ends the sign-in instead of leaving it hanging.
                    let end = tokio::spawn(async move { inner.exchange(id, code).await }).await;
                    let broke = |_| End::Failed("The sign-in broke down. Start it again.".to_owned());
                    let end = end.unwrap_or_else(broke);
                    let at = shared.parts.clock.wall();
                    shared.change(id, Status::Exchanging, Status::Ended(end, at));
                });
                true
            }
        }
    }

    async fn exchange(&self, id: SignInId, code: SecretString) -> End {
        let found = {
            let flows = self.flows();
            flows
                .iter()
                .find(|flow| flow.id == id)
                .map(|flow| (flow.tenant, flow.purpose, flow.redirect_uri.clone(), flow.verifier.clone()))
        };
        let Some((tenant, purpose, redirect_uri, verifier)) = found else { return End::Cancelled };
        let grant = match self.parts.oauth.exchange_code(&code, &redirect_uri, &verifier).await {
            Ok(grant) => grant,
            Err(error) => {
                warn!(sign_in = %id, %error, "the code was not exchanged");
                return End::Failed(why(&error));
            }
        };
        match self.parts.sink.complete(tenant, purpose, grant).await {
            Ok(account) => End::Done(account),
            Err(GrantRefused(why)) => End::Failed(why),
        }
    }

    fn answering(self: &Arc<Self>) -> Answering {
        let shared = Arc::downgrade(self);
        Arc::new(move |ask| {
            let shared = shared.upgrade();
            Box::pin(async move {
                let Some(shared) = shared else { return Page::ended() };
                match ask {
                    Ask::Callback(query) => shared.called_back(&query).await,
                    Ask::Cancel => shared.yield_port().await,
                }
            })
        })
    }

    async fn called_back(self: &Arc<Self>, query: &str) -> Page {
        let Some(callback) = Callback::from_query(query) else { return Page::bad_request(400) };
        let known = self.flows().iter().find(|flow| flow.state == callback.state).map(|flow| flow.id);
        let Some(id) = known else { return Page::wrong_state() };
        if !self.take_answer(id, callback.answer) {
            return self.page_of_another_time(id);
        }
        let _ = tokio::time::timeout(PAGE_PATIENCE, self.ended(id)).await;
        match self.status(id) {
            Some(Status::Ended(End::Done(_), _)) => Page::done(),
            Some(Status::Ended(End::Failed(why), _)) => Page::failed(&why),
            Some(Status::Waiting | Status::Exchanging) => Page::under_way(),
            Some(Status::Ended(End::Cancelled | End::TimedOut, _)) | None => Page::ended(),
        }
    }

    /// The page for a callback whose sign-in does not wait for it any more.
    fn page_of_another_time(&self, id: SignInId) -> Page {
        match self.status(id) {
            Some(Status::Exchanging | Status::Ended(End::Done(_), _)) => Page::already_done(),
            Some(Status::Ended(End::Failed(why), _)) => Page::failed(&why),
            Some(Status::Waiting | Status::Ended(End::Cancelled | End::TimedOut, _)) | None => Page::ended(),
        }
    }

    fn status(&self, id: SignInId) -> Option<Status> {
        self.flows().iter().find(|flow| flow.id == id).map(|flow| flow.status.clone())
    }

    async fn yield_port(&self) -> Page {
        let listener = self.listener.lock().await.take();
        if let Some(listener) = listener {
            listener.close().await;
        }
        let mut touched = Vec::new();
        for flow in self.flows().iter_mut().filter(|flow| flow.pending()) {
            flow.callback = CallbackView::PasteOnly;
            touched.push(flow.id);
        }
        info!("another program took the callback port; sign-ins go on by paste");
        for id in touched {
            self.tell(id);
        }
        Page::yielded()
    }
}

fn why(error: &ExchangeError) -> String {
    match error {
        ExchangeError::Refused { status, code } => {
            format!("The provider did not accept the sign-in ({status} {code}). Start it again.")
        }
        ExchangeError::Unreachable(text) => {
            format!(
                "The provider could not be reached ({text}). Check the connection and start the sign-in again."
            )
        }
    }
}

#[cfg(test)]
mod tests;
