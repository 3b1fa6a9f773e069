//! `rockpool dashboard`: a link that signs a browser in, shown and opened.

use rockpool_engine::DashboardLink;
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::session::Session;
use crate::args::DashboardArgs;
use crate::console::{Console, Style};
use crate::failure::Failure;

pub(super) async fn open(session: &Session<'_>, args: &DashboardArgs) -> Result<(), Failure> {
    let link = session.client.new_dashboard_link().await?;
    if args.no_browser { show(&link, session.console) } else { present(&link, session.console) }
}

/// Prints a link, and opens it where there is a browser.
pub(crate) fn present(link: &DashboardLink, console: &dyn Console) -> Result<(), Failure> {
    show(link, console)?;
    console.open(link.url.expose_secret());
    Ok(())
}

/// Prints a link for the person at this terminal, and nowhere else: whoever reads it can use it.
pub(crate) fn show(link: &DashboardLink, console: &dyn Console) -> Result<(), Failure> {
    let url = link.url.expose_secret();
    match console.style() {
        Style::Text => {
            console.hint(
                "The dashboard, for a browser on this machine; the link works once, within ten minutes:",
            );
            console.result(url)
        }
        Style::Json => console.result(&json!({ "url": url, "expires_at": link.expires_at }).to_string()),
    }
}
