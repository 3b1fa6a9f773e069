//! A browser without a window: follows the provider's redirects back to the callback.

use reqwest::Client;
use rockpool_engine::Browser;
use tokio::runtime::Handle;

use crate::web;

/// Redirects that a sign-in takes at most.
const HOPS: usize = 5;

/// Opens each address at once, on the runtime that made it. Who signs in is queued at the simulator.
#[derive(Debug)]
pub struct StandIn {
    runtime: Handle,
    ca_pem: String,
}

impl StandIn {
    /// A browser on the present runtime that trusts the authority in `ca_pem`.
    #[must_use]
    pub fn here(ca_pem: &str) -> Self {
        Self { runtime: Handle::current(), ca_pem: ca_pem.to_owned() }
    }
}

impl Browser for StandIn {
    fn open(&self, url: &str) -> Result<(), String> {
        self.runtime.spawn(follow(web::trusting(&self.ca_pem), url.to_owned()));
        Ok(())
    }
}

async fn follow(web: Client, mut url: String) {
    for _ in 0..HOPS {
        let page = web.get(&url).send().await.unwrap();
        match page.headers().get("location") {
            Some(next) => url = next.to_str().unwrap().to_owned(),
            None => return assert!(page.status().is_success(), "{url} answered {}", page.status()),
        }
    }
    panic!("more than {HOPS} redirects, last to {url}");
}

/// Where the page at `url` redirects to, without going there.
pub async fn redirect_of(url: &str) -> String {
    let page = web::client().get(url).send().await.unwrap();
    page.headers()["location"].to_str().unwrap().to_owned()
}
