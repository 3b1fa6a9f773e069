//! A browser without a window: follows redirects, as the provider's sign-in page answers with.

use reqwest::Client;
use rockpool_engine::Browser;
use tokio::runtime::Handle;

use crate::tools::web;

/// Redirects that a sign-in takes at most.
pub const HOPS: usize = 5;

/// Opens each address at once, on the runtime that made it. Who signs in is queued at the simulator.
#[derive(Debug)]
pub struct RedirectFollower {
    runtime: Handle,
    ca_pem: String,
}

impl RedirectFollower {
    /// A browser on the present runtime that trusts the authority in `ca_pem`.
    #[must_use]
    pub fn here(ca_pem: &str) -> Self {
        Self { runtime: Handle::current(), ca_pem: ca_pem.to_owned() }
    }
}

impl Browser for RedirectFollower {
    fn open(&self, url: &str) -> Result<(), String> {
        let (web, url) = (web::trusting(&self.ca_pem), url.to_owned());
        self.runtime.spawn(async move {
            let status = follow(web, url.clone()).await;
            assert!((200..300).contains(&status), "{url} ended with {status}");
        });
        Ok(())
    }
}

/// Goes where `url` leads and gives the status of the last page.
///
/// # Panics
/// After [`HOPS`] redirects.
pub async fn follow(web: Client, mut url: String) -> u16 {
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
