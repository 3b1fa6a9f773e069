//! The one owner of every login's tokens: hands out bearers, renews them, never ends a live login by
//! sending a refresh token twice.
//!
//! # Who owns what
//!
//! A slot per login holds its [`LoginState`] and a write lock. Work runs in tracked tasks of its own, so
//! that no caller who goes away can stop it, and [`TokenKeeper::drain`] can wait for it.
//!
//! # The order of a refresh
//!
//! read from the vault → mark "sent" in the database → send → refresh token to the vault → access token
//! to the vault → complete in the database → hand out. Where a kill leaves a mark without a newer secret,
//! the fate of the token is unknown: it is sent once more at most, when no access token lives that its reuse
//! could end. Where the secret is newer than the row, it was never sent, and the row is brought up to it. See [`super::reconcile`], and the table in
//! [`super::login_state`].

use std::sync::Arc;
use std::time::Duration;

use rockpool_routing::{CredentialState, LoginId, TenantId};

use super::adopt::{AdoptError, adopt};
use super::credentials::NewLogin;
use super::forget::{ForgetError, forget};
use super::login_state::LoginState;
use super::refresh_state::{Decision, Fault, LoginLife, Need};
use super::save::LAST_TRIES;
use super::shared::{KeeperParts, Shared, Slot};
use super::traits::LoginStoreError;
use super::{refresh, reread, upkeep};
use crate::host::timeouts::IssuerTimeouts;
use crate::provider::bearer::{Bearer, TokenError};
use crate::provider::oauth::TokenGrant;
use crate::provider::outbound::OnBehalfOf;
use crate::store::{BUSY, KnownToken, LoginRow};
use crate::vault::DEFAULT_TIMEOUT;

/// Longest wait of one caller for a bearer. A healthy job ends sooner (30 s for the issuer, a few for vault and
/// database); a caller who is told that it takes too long can go to another account, and the job goes on.
const LONGEST_WAIT: Duration = Duration::from_secs(45);

/// Longest time from the start of a refresh until its tokens are saved or given up: what it reads and marks before the
/// token is sent, the issuer, what it saves, and the saver's last tries. A vault that was late once is not waited for
/// again.
pub(crate) fn longest_refresh(issuer: IssuerTimeouts) -> Duration {
    2 * (DEFAULT_TIMEOUT + BUSY) + issuer.longest() + LAST_TRIES
}

/// Handle on the keeper; clones share it.
#[derive(Clone)]
pub(crate) struct TokenKeeper {
    shared: Arc<Shared>,
}

impl TokenKeeper {
    /// Starts a keeper that knows no login yet; its upkeep runs until the last handle is dropped. Has to
    /// be called inside a tokio runtime.
    pub(crate) fn start(parts: KeeperParts) -> Self {
        let shared = Arc::new(Shared::new(parts));
        let (wake, stopping) = (Arc::clone(&shared.wake), shared.stopping.subscribe());
        tokio::spawn(upkeep::run(Arc::downgrade(&shared), wake, stopping));
        Self { shared }
    }

    /// Takes over the logins of the database, at start. What the vault does not give is asked for again
    /// later; each login's state is told to the watcher.
    pub(crate) async fn load(&self, rows: Vec<LoginRow>) {
        for row in rows {
            let (state, job) = LoginState::at_start(row);
            let slot = Slot::new(state);
            reread::reread(&self.shared, &slot, job).await;
            self.shared.insert(slot);
        }
        self.shared.wake.notify_one();
    }

    /// The present bearer of a login; waits for a refresh only where there is none that could serve.
    ///
    /// # Errors
    /// See [`TokenError`]; a login that is not known needs a sign-in.
    pub(crate) async fn bearer(&self, login: LoginId) -> Result<Bearer, TokenError> {
        self.get(login, Need::Present).await
    }

    /// A bearer after the backend refused the one of `generation`: the present one where that is newer
    /// already, else a new one.
    ///
    /// # Errors
    /// As [`TokenKeeper::bearer`].
    pub(crate) async fn after_refusal(&self, login: LoginId, generation: u64) -> Result<Bearer, TokenError> {
        self.get(login, Need::NewerThan(generation)).await
    }

    /// What the credentials of a login can do; `None` for one that is not known.
    pub(crate) fn state(&self, login: LoginId) -> Option<CredentialState> {
        let slot = self.shared.slot(login)?;
        let state = slot.state().credentials(self.shared.now());
        Some(state)
    }

    /// How long a login lasts; `None` for one that is not known.
    pub(crate) fn life(&self, login: LoginId) -> Option<LoginLife> {
        let slot = self.shared.slot(login)?;
        let life = slot.state().life();
        Some(life)
    }

    /// What this machine knows of the token with this SHA-256, in whichever tenant.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub(crate) async fn known(&self, fingerprint: [u8; 32]) -> Result<Option<KnownToken>, LoginStoreError> {
        self.shared.parts.logins.known(fingerprint).await
    }

    /// Takes over credentials: saved, then handed out. Goes on when the caller goes away.
    ///
    /// # Errors
    /// See [`AdoptError`]; a login that was to be repaired then stands as before.
    pub(crate) async fn adopt(
        &self,
        tenant: TenantId,
        login: NewLogin,
        grant: TokenGrant,
    ) -> Result<LoginId, AdoptError> {
        let shared = Arc::clone(&self.shared);
        let work = self.shared.tasks.spawn(async move { adopt(&shared, tenant, login, grant).await });
        work.await.unwrap_or(Err(AdoptError::BrokeDown))
    }

    /// Lets go of a login: no bearer from now on, secrets and row removed, and the issuer told where
    /// Rockpool obtained it itself, by the way out of `whom`: the account that had it. No account may refer to it any more. Letting go of one that is not
    /// known is fine.
    ///
    /// # Errors
    /// See [`ForgetError`]; the login then needs a sign-in, and can be let go of again.
    pub(crate) async fn forget(&self, login: LoginId, whom: OnBehalfOf) -> Result<(), ForgetError> {
        let Some(slot) = self.shared.slot(login) else { return Ok(()) };
        let shared = Arc::clone(&self.shared);
        let work = self.shared.tasks.spawn(async move { forget(&shared, &slot, whom).await });
        work.await.unwrap_or(Err(ForgetError::BrokeDown))
    }

    /// The logins that are renewed at this moment, or whose new tokens are not saved everywhere.
    pub(crate) fn at_stake(&self) -> Vec<LoginId> {
        self.shared.all().iter().filter(|slot| slot.state().is_at_stake()).map(|slot| slot.id).collect()
    }

    /// Starts no further refresh, and returns when those under way have ended and everything received
    /// is saved, or could not be in [`LAST_TRIES`].
    pub(crate) async fn drain(&self) {
        self.shared.stopping.send_replace(true);
        self.shared.tasks.finished().await;
    }

    async fn get(&self, login: LoginId, need: Need) -> Result<Bearer, TokenError> {
        let slot = self.shared.slot(login).ok_or(TokenError::NeedsReauth)?;
        let mut changes = slot.changes();
        let until = tokio::time::Instant::now() + LONGEST_WAIT;
        let mut reread = Reread::NotYet;
        loop {
            // Before the decision, so that a job that ends right after it is not waited for in vain.
            changes.mark_unchanged();
            let decision = self.shared.decide(&slot, need);
            match decision {
                Decision::Serve(bearer) => return Ok(bearer),
                Decision::Fail(error) => {
                    self.shared.publish(&slot);
                    return Err(error);
                }
                Decision::Refresh(job, bearer) => {
                    refresh::start(&self.shared, &slot, job);
                    if let Some(bearer) = bearer {
                        return Ok(bearer);
                    }
                }
                Decision::Wait => {}
                // What was read a moment ago did not serve, and this caller waits no longer. The claim still gets
                // its task: a sign-in that comes between could give it back to a job that nobody works on.
                Decision::Reread(job) if reread == Reread::Done => {
                    reread::start(&self.shared, &slot, job);
                    return Err(TokenError::NeedsReauth);
                }
                Decision::Reread(job) => {
                    reread = Reread::Done;
                    reread::start(&self.shared, &slot, job);
                }
            }
            // The slot outlives its waiters, so the sender cannot be gone.
            if tokio::time::timeout_at(until, changes.changed()).await.is_err() {
                return Err(Fault::TakesTooLong.into());
            }
        }
    }
}

#[derive(PartialEq, Eq)]
enum Reread {
    NotYet,
    Done,
}
