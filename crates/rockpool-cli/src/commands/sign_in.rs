//! `rockpool account add` and `sign-in`: show the address or the code, wait, and take a pasted callback meanwhile.

use std::time::Duration;

use rockpool_engine::api::ClientError;
use rockpool_engine::api::requests::{NewSignIn, PastedCallback};
use rockpool_engine::snapshot::{CallbackView, SignInState, SignInView, SignInWay};
use rockpool_engine::{OpenBrowser, SignInMethod};
use rockpool_routing::SignInId;

use super::session::Session;
use crate::args::SignInArgs;
use crate::failure::Failure;

/// Between two looks at a sign-in: a person does not notice half a second.
const LOOK_EVERY: Duration = Duration::from_millis(500);

pub(super) async fn run(
    session: &Session<'_>,
    account: Option<&str>,
    how: &SignInArgs,
) -> Result<(), Failure> {
    let method = if how.device { SignInMethod::Device } else { SignInMethod::Browser };
    // The browser is opened here, in the session of the person who typed this, never by the server. Two terminals are
    // two people, so that no caller is named.
    let new = NewSignIn {
        account: account.map(str::to_owned),
        method,
        open_browser: OpenBrowser::No,
        caller: None,
    };
    let sign_in = session.client.start_sign_in(&new).await?;
    session.tell(&sign_in, || how_to(&sign_in))?;
    match sign_in.method {
        SignInMethod::Browser => {
            if !how.no_browser {
                session.console.open(&sign_in.authorize_url);
            }
            hint_at_browser(session, &sign_in, account).await;
        }
        SignInMethod::Device => session.console.hint(
            "Waiting. Enter the code only if you started this yourself. If the page says that device codes are off, \
             switch them on in ChatGPT's settings under Security, or leave --device out and sign in through a browser.",
        ),
    }
    let slug = wait(session, sign_in.id).await?;
    let account = session.client.get_account(&slug).await?;
    session.tell(&account, || {
        let who = account.email.as_ref().map(|email| format!(" ({email})")).unwrap_or_default();
        vec![format!("Signed in: {}{who}", account.name)]
    })
}

/// What the person does now.
fn how_to(sign_in: &SignInView) -> Vec<String> {
    let address = sign_in.authorize_url.clone();
    match &sign_in.user_code {
        Some(code) => vec![
            "Open this address on any device and sign in:".to_owned(),
            address,
            format!("Then enter this code: {code}"),
        ],
        None => vec!["Open this address and sign in:".to_owned(), address],
    }
}

async fn hint_at_browser(session: &Session<'_>, sign_in: &SignInView, account: Option<&str>) {
    session.console.hint(match sign_in.callback {
        CallbackView::Automatic => {
            "Waiting. If the browser ends on a page that does not load, paste that page's address here."
        }
        CallbackView::PasteOnly => {
            "The callback port is taken: the browser will end on a page that does not load or is another \
             program's. Paste that page's address here."
        }
    });
    // A server of an older version has no such route, and the sign-in goes on without the advice.
    let Ok(ways) = session.client.list_sign_in_ways().await else { return };
    if ways.ways.first() == Some(&SignInWay::Device) {
        let command = match account {
            Some(name) => format!("rockpool account sign-in {name} --device"),
            None => "rockpool account add --device".to_owned(),
        };
        session.console.hint(&format!("{} Stop with Ctrl-C and use `{command}`.", ways.why));
    }
}

/// The slug of the account that comes of the sign-in.
async fn wait(session: &Session<'_>, id: SignInId) -> Result<String, Failure> {
    let mut typed = session.console.lines();
    let mut listening = true;
    let mut told = None;
    loop {
        let answer = tokio::select! {
            line = typed.recv(), if listening => match line {
                Some(line) => paste(session, id, line.trim()).await?,
                None => { listening = false; None }
            },
            () = tokio::time::sleep(LOOK_EVERY) => Some(session.client.get_sign_in(id).await?),
            _ = tokio::signal::ctrl_c() => {
                session.client.cancel_sign_in(id).await?;
                return Err(Failure::Interrupted);
            }
        };
        let Some(sign_in) = answer else { continue };
        if sign_in.state == SignInState::Waiting && sign_in.message != told {
            told.clone_from(&sign_in.message);
            told.iter().for_each(|words| session.console.hint(words));
        }
        if let Some(slug) = outcome(sign_in)? {
            return Ok(slug);
        }
    }
}

/// Hands a pasted address in; a refusal is told, and the sign-in stays open.
async fn paste(session: &Session<'_>, id: SignInId, url: &str) -> Result<Option<SignInView>, Failure> {
    if url.is_empty() {
        return Ok(None);
    }
    match session.client.paste_callback(id, &PastedCallback { url: url.into() }).await {
        Ok(sign_in) => Ok(Some(sign_in)),
        Err(ClientError::Refused(problem)) => {
            session.console.hint(&problem.detail);
            Ok(None)
        }
        Err(other) => Err(other.into()),
    }
}

/// `None` while it goes on.
fn outcome(sign_in: SignInView) -> Result<Option<String>, Failure> {
    let refused =
        |sentence: &str| Err(Failure::Refused(sign_in.message.clone().unwrap_or(sentence.to_owned())));
    match sign_in.state {
        SignInState::Waiting | SignInState::Exchanging => Ok(None),
        SignInState::Done => match &sign_in.result {
            Some(slug) => Ok(Some(slug.clone())),
            None => refused("the sign-in is done but names no account; `rockpool account list` shows it"),
        },
        SignInState::Failed => refused("the sign-in failed; try again"),
        SignInState::Cancelled => refused("the sign-in was given up elsewhere"),
        SignInState::TimedOut => refused("nobody finished the sign-in in time; try again"),
    }
}
