//! The handle that tests and the binary hold: starts the simulator, changes its world, reads its journal.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::backend::usage::QuotaStatus;
use crate::config::SimConfig;
use crate::server::{Security, listen};
use crate::shared::{Shared, TlsListener};
use crate::tls::TlsSetup;
use crate::world::SignIn;
use crate::world::UnknownPerson;
use crate::world::faults::Fault;
use crate::world::journal::{Entry, EntryId};
use crate::world::logins::{Death, Secret};
use crate::world::minted::Minted;
use crate::world::people::{Cost, ModelLimit, Person, SeatId, Windows};
use crate::world::quota::Quota;

/// A running simulator. It stops when this is dropped.
#[derive(Debug)]
pub struct Sim {
    shared: Arc<Shared>,
    plain: SocketAddr,
    tls: Option<SocketAddr>,
    stop: watch::Sender<bool>,
    listeners: Vec<JoinHandle<()>>,
}

impl Sim {
    /// Binds the listeners and serves.
    ///
    /// # Errors
    /// If an address is not on loopback or is taken, the people are contradictory, or the CA file cannot be written.
    pub async fn start(config: SimConfig) -> io::Result<Self> {
        let plain_listener = bind(config.listen).await?;
        let plain = plain_listener.local_addr()?;
        let tls_listener = match config.tls_listen {
            Some(address) => Some(bind(address).await?),
            None => None,
        };
        let tls = tls_listener.as_ref().map(TcpListener::local_addr).transpose()?;
        let setup = match tls_listener {
            Some(_) => Some(TlsSetup::new(&config.tls_names).map_err(io::Error::other)?),
            None => None,
        };
        let ca_pem = setup.as_ref().map(|setup| setup.ca_pem.clone()).unwrap_or_default();
        if let Some(path) = &config.ca_out {
            std::fs::write(path, &ca_pem).map_err(|error| {
                io::Error::new(error.kind(), format!("writing {}: {error}", path.display()))
            })?;
        }
        let tls_served = TlsListener { ca_pem, tls_origin: tls.map(|address| format!("https://{address}")) };
        let (stop, stopping) = watch::channel(false);
        let invalid = |error| io::Error::new(io::ErrorKind::InvalidInput, error);
        let shared = Arc::new(Shared::new(config, tls_served, stopping).map_err(invalid)?);
        let mut listeners = vec![tokio::spawn(listen(Arc::clone(&shared), plain_listener, Security::Plain))];
        if let (Some(listener), Some(setup)) = (tls_listener, setup) {
            let security = Security::Tls(TlsAcceptor::from(setup.server));
            listeners.push(tokio::spawn(listen(Arc::clone(&shared), listener, security)));
        }
        Ok(Self { shared, plain, tls, stop, listeners })
    }

    /// The issuer over plain HTTP: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn auth_url(&self) -> String {
        format!("http://{}", self.plain)
    }

    /// The backend over plain HTTP; ends in `/backend-api`.
    #[must_use]
    pub fn backend_url(&self) -> String {
        format!("http://{}/backend-api", self.plain)
    }

    /// The issuer over TLS, if there is a TLS listener.
    #[must_use]
    pub fn tls_auth_url(&self) -> Option<String> {
        self.tls.map(|address| format!("https://{address}"))
    }

    /// The backend over TLS, if there is a TLS listener; ends in `/backend-api`.
    #[must_use]
    pub fn tls_backend_url(&self) -> Option<String> {
        self.tls.map(|address| format!("https://{address}/backend-api"))
    }

    /// The test authority's certificate in PEM; empty without a TLS listener.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.shared.ca_pem
    }

    /// Adds a person who can sign in.
    ///
    /// # Errors
    /// If the user id is taken or there is no workspace.
    pub fn add_person(&self, person: Person) -> Result<(), UnknownPerson> {
        self.shared.world().directory.add(person, self.shared.clock.now_seconds())
    }

    /// Queues who the next browser is signed in as; without a queue it sees the page.
    pub fn next_sign_in(&self, sign_in: SignIn) {
        self.shared.world().sign_ins.push_back(sign_in);
    }

    /// Approves a device code as this seat.
    ///
    /// # Errors
    /// If the seat or the code is unknown.
    pub fn approve_device(&self, user_code: &str, seat: &SeatId) -> Result<(), UnknownPerson> {
        let now_ms = self.shared.clock.now_ms();
        self.shared.world().decide_device(user_code, Some(seat), now_ms)
    }

    /// # Errors
    /// If the code is unknown.
    pub fn deny_device(&self, user_code: &str) -> Result<(), UnknownPerson> {
        let now_ms = self.shared.clock.now_ms();
        self.shared.world().decide_device(user_code, None, now_ms)
    }

    /// Adds an order to the script.
    pub fn script(&self, fault: Fault) {
        self.shared.world().script.add(fault);
    }

    /// Forgets all orders that are still queued.
    pub fn clear_script(&self) {
        self.shared.world().script.clear();
    }

    /// The orders that are still queued.
    #[must_use]
    pub fn pending_script(&self) -> Vec<Fault> {
        self.shared.world().script.pending()
    }

    /// Sets a seat's quota windows.
    ///
    /// # Errors
    /// If the seat is unknown.
    pub fn set_windows(&self, seat: &SeatId, windows: &Windows) -> Result<(), UnknownPerson> {
        let quota = Quota::starting(windows, self.shared.clock.now_seconds());
        let mut world = self.shared.world();
        let seat = world.directory.seat(seat)?;
        world.directory.set_quota(&seat, quota);
        Ok(())
    }

    /// Sets a limit that single models have on a seat, in place of one of the same name.
    ///
    /// # Errors
    /// If the seat is unknown.
    pub fn set_model_limit(&self, seat: &SeatId, limit: &ModelLimit) -> Result<(), UnknownPerson> {
        let now = self.shared.clock.now_seconds();
        let mut world = self.shared.world();
        let seat = world.directory.seat(seat)?;
        world.directory.set_model_limit(&seat, limit, now);
        Ok(())
    }

    /// Sets which models a seat's plan has; `None` for the whole catalogue.
    ///
    /// # Errors
    /// If the seat is unknown.
    pub fn set_models(&self, seat: &SeatId, models: Option<Vec<String>>) -> Result<(), UnknownPerson> {
        let mut world = self.shared.world();
        let seat = world.directory.seat(seat)?;
        world.directory.workspace_mut(&seat).models = models;
        Ok(())
    }

    /// Sets what one turn of a seat costs.
    ///
    /// # Errors
    /// If the seat is unknown.
    pub fn set_cost(&self, seat: &SeatId, cost: Cost) -> Result<(), UnknownPerson> {
        let mut world = self.shared.world();
        let seat = world.directory.seat(seat)?;
        world.directory.workspace_mut(&seat).cost = cost;
        Ok(())
    }

    /// What `GET /wham/usage` would say for a seat, without asking for it over the wire.
    ///
    /// # Errors
    /// If the seat is unknown.
    pub fn usage(&self, seat: &SeatId) -> Result<serde_json::Value, UnknownPerson> {
        let mut world = self.shared.world();
        let known = world.directory.seat(seat)?;
        let email = world.directory.person(&known).email.clone();
        let status = QuotaStatus::of(&mut world.directory, &known, self.shared.clock.now_seconds());
        Ok(status.usage_json(seat, &email))
    }

    /// From now on every access token of this person is answered with 401 `token_expired`. New ones are good.
    ///
    /// # Errors
    /// If there is no such person.
    pub fn expire_access_tokens(&self, user_id: &str) -> Result<(), UnknownPerson> {
        let mut world = self.shared.world();
        if !world.directory.has(user_id) {
            return Err(UnknownPerson::User(user_id.to_owned()));
        }
        for login in world.logins.logins_of(user_id) {
            world.logins.expire_access_of(login);
        }
        Ok(())
    }

    /// Ends every login of this person. A new sign-in makes a new one.
    ///
    /// # Errors
    /// If there is no such person.
    pub fn kill_login(&self, user_id: &str, death: Death) -> Result<(), UnknownPerson> {
        let mut world = self.shared.world();
        if !world.directory.has(user_id) {
            return Err(UnknownPerson::User(user_id.to_owned()));
        }
        for login in world.logins.logins_of(user_id) {
            world.logins.kill(login, death);
        }
        Ok(())
    }

    /// Makes a login for this seat at once, as if its browser sign-in had succeeded.
    ///
    /// # Errors
    /// If the seat is unknown.
    pub fn mint_login(&self, seat: &SeatId) -> Result<Minted, UnknownPerson> {
        self.mint_login_of_age(seat, Duration::ZERO)
    }

    /// As [`Sim::mint_login`], with tokens that were handed out that long ago.
    ///
    /// # Errors
    /// If the seat is unknown.
    pub fn mint_login_of_age(&self, seat: &SeatId, age: Duration) -> Result<Minted, UnknownPerson> {
        let age_ms = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
        let now_ms = self.shared.clock.now_ms().saturating_sub(age_ms);
        let issuer = self.auth_url();
        let mut world = self.shared.world();
        let known = world.directory.seat(seat)?;
        let login = world.logins.sign_in(known);
        let issued = world.issue(login, &issuer, now_ms);
        Ok(Minted::new(issued, seat, &issuer, now_ms))
    }

    /// Makes a personal access token for this seat: a bearer that is no JWT, with nothing to renew it by.
    ///
    /// # Errors
    /// If the seat is unknown.
    pub fn mint_personal_token(&self, seat: &SeatId) -> Result<String, UnknownPerson> {
        let mut world = self.shared.world();
        let known = world.directory.seat(seat)?;
        let login = world.logins.sign_in(known);
        Ok(world.logins.issue_personal(login))
    }

    /// Every request and frame that the journal still holds, oldest first.
    #[must_use]
    pub fn journal(&self) -> Vec<Entry> {
        self.journal_after(EntryId(0))
    }

    /// The entries after that one.
    #[must_use]
    pub fn journal_after(&self, id: EntryId) -> Vec<Entry> {
        self.shared.world().journal.since(id)
    }

    /// What requests did not meet of the provider's demands on their form, oldest first; empty where none was refused
    /// for it.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        self.journal().into_iter().flat_map(|entry| entry.violations).collect()
    }

    /// Empties the journal; numbers go on counting.
    pub fn clear_journal(&self) {
        self.shared.world().journal.clear();
    }

    /// Every token, code and key that was ever handed out.
    #[must_use]
    pub fn issued_secrets(&self) -> Vec<Secret> {
        self.shared.world().logins.secrets().to_vec()
    }

    /// Moves the simulator's clock forward.
    pub fn advance(&self, by: Duration) {
        self.shared.clock.advance(by);
    }

    /// Stops, and comes back when both ports are free again.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        for listener in std::mem::take(&mut self.listeners) {
            // A listener that panicked is gone as well.
            listener.await.ok();
        }
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    if !address.ip().is_loopback() {
        let message = format!(
            "{address} is not a loopback address; the simulator gives tokens to anyone who asks, so it listens on 127.0.0.1 or [::1] only"
        );
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    TcpListener::bind(address)
        .await
        .map_err(|error| io::Error::new(error.kind(), format!("listening on {address}: {error}")))
}
