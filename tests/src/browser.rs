//! A browser without a window: follows the provider's redirects back to the callback.

use rockpool_engine::ports::Browser;
use tokio::runtime::Handle;

use crate::web;

/// Redirects that a sign-in takes at most.
const HOPS: usize = 5;

/// Opens each address at once, on the runtime that made it. Who signs in is queued at the simulator.
#[derive(Debug)]
pub struct StandIn {
    runtime: Handle,
}

impl StandIn {
    /// A browser for the present runtime.
    #[must_use]
    pub fn here() -> Self {
        Self { runtime: Handle::current() }
    }
}

impl Browser for StandIn {
    fn open(&self, url: &str) -> Result<(), String> {
        self.runtime.spawn(follow(url.to_owned()));
        Ok(())
    }
}

/// Follows redirects from `url` and gives the status of the last page.
pub async fn follow(mut url: String) -> u16 {
    let web = web::client();
    for _ in 0..HOPS {
        let page = web.get(&url).send().await.unwrap();
        match page.headers().get("location") {
            Some(next) => url = next.to_str().unwrap().to_owned(),
            None => return page.status().as_u16(),
        }
    }
    panic!("more than {HOPS} redirects, last to {url}");
}

/// Where the page at `url` redirects to, without going there.
pub async fn redirect_of(url: &str) -> String {
    let page = web::client().get(url).send().await.unwrap();
    page.headers()["location"].to_str().unwrap().to_owned()
}
