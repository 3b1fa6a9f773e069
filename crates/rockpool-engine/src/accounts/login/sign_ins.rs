//! The sign-ins under way: started, called back, pasted, approved by code, cancelled, timed out, several at once.
//!
//! Those through a browser share one listener, which is open only while one of them is pending; the `state` of a
//! callback tells them apart. Another program may take the port away (`GET /cancel`, as the provider's own
//! client does); they then go on by paste. Each with a device code has a task that asks the issuer.
//!
//! Two people who add an account each have a sign-in of their own. Who clicks twice has one: a caller that names
//! itself gets the pending sign-in of the same purpose and method again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use rockpool_routing::{AccountId, SignInId, TenantId};
use secrecy::SecretString;
use thiserror::Error;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use tracing::{info, warn};
use uuid::Uuid;

use super::admission::{Admission, SignInStart, admit, forget_ended};
use super::callback::{Answer, Callback};
use super::device::{self, DeviceEnd};
use super::error::{SignInError, exchange_failed};
use super::flow::{BrowserWay, End, Flow, Purpose, Status, Way};
use super::listener::{Answering, Ask, CALLBACK_PATH, Listener};
use super::pages::Page;
use crate::config::CALLBACK_PORTS;
use crate::host::browser::Browser;
use crate::host::clock::Clock;
use crate::host::tasks::Tasks;
use crate::model::sign_in::{OpenBrowser, SignInMethod};
use crate::provider::device::DeviceCode;
use crate::provider::oauth::{OAuthClient, TokenGrant};
use crate::provider::pkce::{Verifier, random_state};
use crate::snapshot::{BrowserView, CallbackView, SignInView};
use crate::vault::Vault;

/// Longest time between two looks at the calendar, for a machine that sleeps while a person is waited for.
const LOOK_AT_CALENDAR: Duration = Duration::from_secs(10);
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

    /// Starts a sign-in, or shows the pending one that the same caller has started before.
    ///
    /// # Errors
    /// [`SignInError::TooMany`]; [`SignInError::NoVault`], before a person goes through the browser for
    /// nothing; [`SignInError::NoDeviceCode`].
    pub(crate) async fn start(
        &self,
        tenant: TenantId,
        start: SignInStart,
    ) -> Result<SignInView, SignInError> {
        let shared = &self.shared;
        shared.parts.vault.probe().await?;
        let admission = admit(&shared.flows(), tenant, &start);
        let id = match admission {
            Admission::Full => return Err(SignInError::TooMany),
            Admission::Pending(id) => id,
            Admission::New => match start.method {
                SignInMethod::Browser => shared.start_browser(tenant, &start).await?,
                SignInMethod::Device => shared.start_device(tenant, &start).await?,
            },
        };
        shared.show(id, start.open);
        shared.tell(id);
        self.get(tenant, id)
    }

    /// Whether a browser can be opened on this machine.
    pub(crate) fn opens_browser(&self) -> bool {
        self.shared.parts.browser.is_there()
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
        if self.get(tenant, id)?.method == SignInMethod::Device {
            return Err(SignInError::NoCallback);
        }
        let callback = Callback::from_paste(text).ok_or(SignInError::NotACallback)?;
        if self.shared.owner_of(&callback.state) != Some(id) {
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

    /// Adds a sign-in, unless the same caller did while its way was made ready.
    fn add(&self, tenant: TenantId, start: &SignInStart, way: Way) -> Result<Added, SignInError> {
        let now = self.parts.clock.wall();
        let account = match start.purpose {
            Purpose::Add => None,
            Purpose::Repair(account) => self.parts.sink.name_of(account),
        };
        let patience = SignedDuration::try_from(self.parts.timeout).unwrap_or(SignedDuration::ZERO);
        let expires_at = match &way {
            Way::Browser(_) => now + patience,
            Way::Device(code) => code.expires_at,
        };
        let mut flows = self.flows();
        match admit(&flows, tenant, start) {
            Admission::New => {}
            Admission::Pending(id) => return Ok(Added::Known(id)),
            Admission::Full => return Err(SignInError::TooMany),
        }
        forget_ended(&mut flows, now);
        let id = SignInId(Uuid::now_v7());
        flows.push(Flow {
            id,
            tenant,
            purpose: start.purpose,
            caller: start.caller.clone(),
            account,
            way,
            status: Status::Waiting,
            browser: BrowserView::NotAsked,
            hint: None,
            expires_at,
        });
        Ok(Added::New(id))
    }

    async fn start_browser(
        self: &Arc<Self>,
        tenant: TenantId,
        start: &SignInStart,
    ) -> Result<SignInId, SignInError> {
        let mut open_one = self.listener.lock().await;
        if open_one.is_none() {
            *open_one = Listener::open(&self.parts.callback_ports, self.answering()).await;
        }
        let way = Way::Browser(self.browser_way(open_one.as_ref().map(Listener::port)));
        let added = self.add(tenant, start, way);
        drop(open_one);
        match added {
            Ok(Added::New(id)) => {
                self.expire_later(id);
                Ok(id)
            }
            Ok(Added::Known(id)) => Ok(id),
            Err(error) => {
                self.close_if_idle().await;
                Err(error)
            }
        }
    }

    /// Without a `port` the browser will end on a page that does not load, and its address is pasted.
    fn browser_way(&self, port: Option<u16>) -> BrowserWay {
        let wanted =
            self.parts.callback_ports.iter().copied().find(|port| *port != 0).unwrap_or(CALLBACK_PORTS[0]);
        let redirect_uri = format!("http://127.0.0.1:{}{CALLBACK_PATH}", port.unwrap_or(wanted));
        let (state, verifier) = (random_state(), Verifier::random());
        BrowserWay {
            authorize_url: self.parts.oauth.authorize_url(&redirect_uri, &verifier.challenge(), &state),
            state,
            verifier,
            redirect_uri,
            callback: if port.is_some() { CallbackView::Automatic } else { CallbackView::PasteOnly },
        }
    }

    /// The issuer, asked by the way out of whom the sign-in is for.
    fn issuer(&self, purpose: Purpose) -> OAuthClient {
        self.parts.oauth.on_behalf_of(purpose.on_behalf_of())
    }

    async fn start_device(
        self: &Arc<Self>,
        tenant: TenantId,
        start: &SignInStart,
    ) -> Result<SignInId, SignInError> {
        let issuer = self.issuer(start.purpose);
        let code = issuer.device_code(self.parts.clock.wall()).await?;
        match self.add(tenant, start, Way::Device(code.clone()))? {
            Added::New(id) => {
                self.ask_about(id, issuer, code);
                Ok(id)
            }
            // The code that was asked for meanwhile is entered by nobody, and lapses.
            Added::Known(id) => Ok(id),
        }
    }

    /// Asks the issuer about a device code until there is word, or the sign-in has ended otherwise.
    fn ask_about(self: &Arc<Self>, id: SignInId, issuer: OAuthClient, code: DeviceCode) {
        let shared = Arc::clone(self);
        tokio::spawn(async move {
            let asked = Arc::new(code.clone());
            let ask = || -> BoxFuture<'static, _> {
                let (issuer, asked) = (issuer.clone(), Arc::clone(&asked));
                Box::pin(async move { issuer.poll_device(&asked).await })
            };
            tokio::select! {
                end = device::wait(&code, &shared.parts.clock, ask, |words| shared.hint(id, words)) => match end {
                    DeviceEnd::Approved(grant) => {
                        shared.redeem(id, Redeemable {
                            code: grant.code,
                            redirect_uri: grant.redirect_uri,
                            verifier: grant.verifier,
                        });
                    }
                    DeviceEnd::Failed(why) => drop(shared.end_waiting(id, End::Failed(why))),
                    DeviceEnd::Expired => drop(shared.end_waiting(id, End::TimedOut)),
                },
                () = shared.ended(id) => {}
            }
        });
    }

    /// Says what is in the way of a waiting sign-in.
    fn hint(&self, id: SignInId, words: Option<String>) {
        {
            let mut flows = self.flows();
            let Some(flow) = flows.iter_mut().find(|flow| flow.id == id && flow.hint != words) else {
                return;
            };
            flow.hint = words;
        }
        self.tell(id);
    }

    /// Opens the browser on a waiting sign-in. Where that fails the person is told, and it goes on.
    fn show(&self, id: SignInId, open: OpenBrowser) {
        let waiting = |flow: &&Flow| flow.id == id && flow.status == Status::Waiting;
        let url = self.flows().iter().find(waiting).map(|flow| flow.way.page().to_string());
        let (OpenBrowser::Yes, Some(url)) = (open, url) else { return };
        let (browser, hint) = match self.parts.browser.open(&url) {
            Ok(()) => (BrowserView::Opened, None),
            Err(why) => {
                let hint = format!("The browser did not open ({why}). Open the address by hand.");
                (BrowserView::NotOpened, Some(hint))
            }
        };
        if let Some(flow) = self.flows().iter_mut().find(|flow| flow.id == id) {
            (flow.browser, flow.hint) = (browser, hint);
        }
    }

    fn expire_later(self: &Arc<Self>, id: SignInId) {
        let shared = Arc::clone(self);
        tokio::spawn(async move {
            tokio::select! {
                () = shared.expired(id) => drop(shared.end_waiting(id, End::TimedOut)),
                () = shared.ended(id) => {}
            }
            // Its time may be over while its code is being exchanged: the end of that is waited for.
            shared.ended(id).await;
            sleep(LINGER).await;
            shared.close_if_idle().await;
        });
    }

    /// Returns when the sign-in's time is over, also where the machine slept meanwhile: the monotonic clock stands
    /// still then, and the calendar's does not.
    async fn expired(&self, id: SignInId) {
        let deadline = Instant::now() + self.parts.timeout;
        let Some(end) = self.flows().iter().find(|flow| flow.id == id).map(|flow| flow.expires_at) else {
            return;
        };
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || self.parts.clock.wall() >= end {
                return;
            }
            sleep(left.min(LOOK_AT_CALENDAR)).await;
        }
    }

    async fn close_if_idle(&self) {
        let mut open_one = self.listener.lock().await;
        if self.flows().iter().any(Flow::awaits_callback) {
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
                let way = self.flows().iter().find(|flow| flow.id == id).map(|flow| flow.way.clone());
                match way {
                    Some(Way::Browser(BrowserWay { redirect_uri, verifier, .. })) => {
                        self.redeem(id, Redeemable { code, redirect_uri, verifier })
                    }
                    Some(Way::Device(_)) | None => false,
                }
            }
        }
    }

    /// Exchanges the code of a waiting sign-in; `false` where it does not wait.
    fn redeem(self: &Arc<Self>, id: SignInId, redeemable: Redeemable) -> bool {
        if !self.change(id, Status::Waiting, Status::Exchanging) {
            return false;
        }
        let shared = Arc::clone(self);
        self.tasks.spawn(async move {
            let inner = Arc::clone(&shared);
            // In a task again, so that a panic ends the sign-in instead of leaving it hanging.
            let end = tokio::spawn(async move { inner.exchange(id, redeemable).await }).await;
            let broke = |_| End::Failed("The sign-in broke down. Start it again.".to_owned());
            let end = end.unwrap_or_else(broke);
            let at = shared.parts.clock.wall();
            shared.change(id, Status::Exchanging, Status::Ended(end, at));
        });
        true
    }

    async fn exchange(&self, id: SignInId, redeemable: Redeemable) -> End {
        let found = self.flows().iter().find(|flow| flow.id == id).map(|flow| (flow.tenant, flow.purpose));
        let Some((tenant, purpose)) = found else { return End::Cancelled };
        let Redeemable { code, redirect_uri, verifier } = redeemable;
        let grant = match self.issuer(purpose).exchange_code(&code, &redirect_uri, &verifier).await {
            Ok(grant) => grant,
            Err(error) => {
                warn!(sign_in = %id, %error, "the code was not exchanged");
                return End::Failed(exchange_failed(&error));
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
        let Some(id) = self.owner_of(&callback.state) else { return Page::wrong_state() };
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

    fn owner_of(&self, state: &str) -> Option<SignInId> {
        self.flows().iter().find(|flow| flow.has_state(state)).map(|flow| flow.id)
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
            match &mut flow.way {
                Way::Browser(way) => {
                    way.callback = CallbackView::PasteOnly;
                    touched.push(flow.id);
                }
                Way::Device(_) => {}
            }
        }
        info!("another program took the callback port; sign-ins go on by paste");
        for id in touched {
            self.tell(id);
        }
        Page::yielded()
    }
}

/// What stands in the list after a start.
enum Added {
    New(SignInId),
    Known(SignInId),
}

/// What is exchanged for tokens.
struct Redeemable {
    code: SecretString,
    redirect_uri: String,
    verifier: Verifier,
}

#[cfg(test)]
mod tests;
