//! Tokens that end: refreshed once and unseen, or given up while the pool goes on.

use rockpool_engine::OpenBrowser;
use rockpool_engine::api::requests::NewSignIn;
use rockpool_routing::AccountState;
use rockpool_sim::{Action, Death, Fault, On};
use rockpool_tests::harness::Setup;
use rockpool_tests::journal::{refreshes, served, turns};
use rockpool_tests::tools::codex::{Codex, Transport};

#[tokio::test]
async fn an_expired_access_token_is_refreshed_once_and_the_cli_does_not_notice() {
    for transport in Transport::ALL {
        let harness = Setup::of(["ada", "ben"]).start().await;
        let codex = Codex::custom(&harness.client("cli", "ada").await, transport).await;
        harness.sim.expire_access_tokens("user-ada").unwrap();
        assert_eq!(codex.exec("hello").await.answer(), "A simulated answer from acct-ada.", "{transport:?}");
        assert_eq!(served(&refreshes(&harness.sim)), ["ada 200"], "{transport:?}");
        assert_eq!(harness.account("ada").state, AccountState::Ready);
    }
}

#[tokio::test]
async fn a_dead_refresh_token_ends_in_needs_reauth_while_the_pool_goes_on() {
    for transport in Transport::ALL {
        let harness = Setup::of(["ada", "ben"]).start().await;
        let codex = Codex::custom(&harness.client("cli", "ada").await, transport).await;
        harness.sim.kill_login("user-ada", Death::Revoked).unwrap();
        assert_eq!(codex.exec("hello").await.answer(), "A simulated answer from acct-ben.", "{transport:?}");
        assert_eq!(harness.account("ada").state, AccountState::NeedsReauth, "{transport:?}");
        assert_eq!(served(&turns(&harness.sim)).last().map(String::as_str), Some("ben 200"));
        assert_eq!(refreshes(&harness.sim).len(), 1, "{transport:?}: a dead token is presented once");
        assert_eq!(codex.exec("again").await.answer(), "A simulated answer from acct-ben.", "{transport:?}");
        assert_eq!(refreshes(&harness.sim).len(), 1, "{transport:?}: and never again");
    }
}

#[tokio::test]
async fn with_nobody_left_to_serve_the_cli_is_told_what_to_do_and_asks_once() {
    for transport in Transport::ALL {
        let harness = Setup::of(["ada"]).start().await;
        let codex = Codex::custom(&harness.client("cli", "ada").await, transport).await;
        harness.sim.kill_login("user-ada", Death::Revoked).unwrap();
        let ran = codex.exec("hello").await;
        assert_eq!(ran.code, Some(1), "{ran:#?}");
        assert!(ran.stderr.contains("Sign in again"), "{transport:?}: {ran:#?}");
        let records = harness.activity(1).await;
        assert!(records.iter().all(|record| record.status == 400), "{transport:?}: {records:#?}");
        let most = if transport == Transport::Http { 1 } else { 2 };
        assert!(records.len() <= most, "{transport:?}: {} requests", records.len());
        assert_eq!(refreshes(&harness.sim).len(), 1, "{transport:?}");
    }
}

#[tokio::test]
async fn a_provider_that_refuses_new_bearers_too_is_not_flooded_with_refreshes() {
    for transport in Transport::ALL {
        let harness = Setup::of(["ada"]).start().await;
        let codex = Codex::custom(&harness.client("cli", "ada").await, transport).await;
        harness.sim.script(Fault::next(On::Turn, Action::unauthorized("token_invalidated")).times(1000));
        let ran = codex.exec("hello").await;
        assert_eq!(ran.code, Some(1), "{ran:#?}");
        assert!(ran.stderr.contains("forbidden"), "{transport:?}: {ran:#?}");
        assert_eq!(refreshes(&harness.sim).len(), 1, "{transport:?}");
        assert!(turns(&harness.sim).len() <= 3, "{transport:?}: {:?}", served(&turns(&harness.sim)));
    }
}

#[tokio::test]
async fn signing_in_again_repairs_the_account_in_place() {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let key = harness.client("cli", "ada").await;
    harness.sim.kill_login("user-ada", Death::SessionTerminated).unwrap();
    let codex = Codex::custom(&key, Transport::Http).await;
    assert_eq!(codex.exec("hello").await.answer(), "A simulated answer from acct-ben.");
    harness.sim.next_sign_in(rockpool_sim::SignIn::As(rockpool_tests::harness::seat("ada")));
    let repair =
        NewSignIn { account: Some("ada".to_owned()), open_browser: OpenBrowser::Yes, ..NewSignIn::default() };
    let started = harness.api.client().start_sign_in(&repair).await.unwrap();
    assert_eq!(harness.signed_in(started.id).await, "ada");
    harness
        .until("the account serves again", |snapshot| {
            let ada = snapshot.accounts.iter().find(|account| account.name == "ada")?;
            (ada.state == AccountState::Ready).then_some(())
        })
        .await;
    let codex = Codex::custom(&key, Transport::Http).await;
    assert_eq!(codex.exec("hello").await.answer(), "A simulated answer from acct-ada.");
}
