//! A browser without a window: follows the sign-in page to the simulator and back, as the right person.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use rockpool_engine::Browser;
use rockpool_engine::api::Client;
use rockpool_engine::snapshot::{SignInState, SignInView};
use rockpool_routing::SignInId;
use rockpool_sim::SeatId;
use tokio::runtime::Handle;
use tokio::time::sleep;
use url::Url;

use super::cast::{Member, members};
use super::http::get;

/// Redirects that are followed before giving up.
const HOPS: usize = 5;

pub(crate) struct InProcessBrowser {
    runtime: Handle,
    /// How long a person takes at the page.
    reading: Duration,
    tab: Arc<Tab>,
}

/// What outlives one call of [`Browser::open`].
#[derive(Default)]
struct Tab {
    /// Set once the engine stands.
    client: OnceLock<Client>,
    /// Addresses of sign-in pages that were opened and not given up.
    opened: Mutex<BTreeSet<String>>,
    /// The sign-ins to new accounts, in the order in which the members of the cast took them.
    newcomers: Mutex<Vec<SignInId>>,
}

impl InProcessBrowser {
    pub(crate) fn new(runtime: Handle, reading: Duration) -> Self {
        Self { runtime, reading, tab: Arc::default() }
    }

    /// Lets the browser ask the engine which account a sign-in is for.
    pub(crate) fn connect(&self, client: Client) {
        // A second rehearsal over the same browser does not exist; the first engine stays.
        drop(self.tab.client.set(client));
    }

    /// Opens the page of each sign-in that waits, also where its starter wants to open it elsewhere: nobody has a
    /// browser of their own in a rehearsal.
    pub(crate) fn follow(&self, sign_ins: &[SignInView]) {
        for sign_in in sign_ins.iter().filter(|sign_in| sign_in.state == SignInState::Waiting) {
            if let Err(reason) = self.open(&sign_in.authorize_url) {
                tracing::warn!(reason, "the rehearsal's browser cannot open a page");
            }
        }
    }
}

impl Browser for InProcessBrowser {
    fn open(&self, url: &str) -> Result<(), String> {
        let page = Url::parse(url).map_err(|error| error.to_string())?;
        if !self.tab.opened().insert(url.to_owned()) {
            return Ok(());
        }
        let (tab, reading, url) = (Arc::clone(&self.tab), self.reading, url.to_owned());
        self.runtime.spawn(async move {
            sleep(reading).await;
            if let Err(reason) = tab.sign_in(page).await {
                tracing::warn!(reason, "the rehearsal's browser gave up");
                tab.opened().remove(&url);
            }
        });
        Ok(())
    }
}

impl Tab {
    fn opened(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn sign_in(&self, mut url: Url) -> Result<(), String> {
        match self.who(url.as_str()).await? {
            Some(seat) => url
                .query_pairs_mut()
                .append_pair("sim_user", &seat.user_id)
                .append_pair("sim_account", &seat.account_id),
            None => url.query_pairs_mut().append_pair("sim_deny", "access_denied"),
        };
        for _ in 0..HOPS {
            let reply = get(&url).await.map_err(|error| error.to_string())?;
            match reply.location {
                Some(next) if reply.status.is_redirection() => url = next,
                Some(_) | None if reply.status.is_success() => return Ok(()),
                Some(_) | None => return Err(format!("the page answered {}", reply.status)),
            }
        }
        Err("too many redirects".to_owned())
    }

    /// The person of the account that is to be repaired, else the next newcomer; `None` when all are in.
    async fn who(&self, url: &str) -> Result<Option<SeatId>, String> {
        let client = self.client.get().ok_or("the engine is not up yet")?;
        let sign_ins = client.list_sign_ins().await.map_err(|error| error.to_string())?;
        let known = sign_ins.into_iter().find(|sign_in| sign_in.authorize_url == url);
        let sign_in = known.ok_or("the engine knows no such sign-in")?;
        let cast = members();
        match sign_in.account {
            None => Ok(cast.get(self.turn_of(sign_in.id)).map(Member::seat)),
            Some(name) => {
                let account = client.get_account(&name).await.map_err(|error| error.to_string())?;
                let is = |member: &&Member| account.email.as_deref() == Some(member.person.email.as_str());
                Ok(cast.iter().find(is).map(Member::seat))
            }
        }
    }

    /// The same for a sign-in whose page is opened a second time.
    fn turn_of(&self, sign_in: SignInId) -> usize {
        let mut newcomers = self.newcomers.lock().unwrap_or_else(PoisonError::into_inner);
        newcomers.iter().position(|known| *known == sign_in).unwrap_or_else(|| {
            newcomers.push(sign_in);
            newcomers.len() - 1
        })
    }
}
