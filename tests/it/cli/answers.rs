//! A plain answer: as a custom provider and as the built-in one, over both transports, with and without TLS.

use rockpool_engine::snapshot;
use rockpool_sim::{Action, Fault, On, Share};
use rockpool_tests::harness::{ProviderLink, Setup, seat};
use rockpool_tests::journal::{notes, prewarms, served, turns};
use rockpool_tests::tools::codex::{Codex, Transport};
use rockpool_tests::wait;

#[tokio::test]
async fn a_custom_provider_gets_its_answer_over_websocket() {
    let harness = Setup::of(["ada"]).start().await;
    let codex = Codex::custom(&harness.client("cli", "ada").await, Transport::WebSocket).await;
    assert_eq!(codex.exec("hello").await.answer(), "A simulated answer from acct-ada.");
    assert_eq!(served(&turns(&harness.sim)), ["ada 200"]);
    assert_eq!(prewarms(&harness.sim).len(), 1);
    let records = harness.activity(2).await;
    assert!(records.iter().all(|record| (record.transport, record.outcome)
        == (snapshot::Transport::WebSocket, snapshot::OutcomeClass::Success)));
    assert_eq!(notes(&harness.sim), Vec::<String>::new());
}

#[tokio::test]
async fn a_custom_provider_gets_its_answer_over_http() {
    let harness = Setup::of(["ada"]).start().await;
    let codex = Codex::custom(&harness.client("cli", "ada").await, Transport::Http).await;
    assert_eq!(codex.exec("hello").await.answer(), "A simulated answer from acct-ada.");
    assert_eq!(served(&turns(&harness.sim)), ["ada 200"]);
    let records = harness.activity(1).await;
    assert_eq!((records.len(), records[0].transport), (1, snapshot::Transport::Http));
}

/// How long the answer of the next test takes; `cargo xtask test --full` makes it longer than a whole answer may take.
fn answer_seconds() -> u64 {
    std::env::var("ROCKPOOL_ANSWER_SECONDS").map_or(3, |seconds| seconds.parse().unwrap())
}

#[tokio::test]
async fn a_long_answer_without_a_content_type_reaches_the_cli_over_http_and_is_asked_for_once() {
    /// Events of this answer.
    const EVENTS: u64 = 16;
    for link in [ProviderLink::Plain, ProviderLink::Tls] {
        let harness = Setup::of(["ada"]).over(link).without_content_type(Share::Always).start().await;
        let codex = Codex::custom(&harness.client("cli", "ada").await, Transport::Http).await;
        let pace = Action::pace(answer_seconds() * 1000 / EVENTS + 1);
        harness.sim.script(Fault::next(On::Http, pace).of(&seat("ada")));
        assert_eq!(codex.exec("hello").await.answer(), "A simulated answer from acct-ada.", "{link:?}");
        assert_eq!(served(&turns(&harness.sim)), ["ada 200"], "{link:?}");
        let records = harness.activity(1).await;
        assert_eq!((records.len(), records[0].outcome), (1, snapshot::OutcomeClass::Success), "{link:?}");
        assert!(records[0].output_tokens.is_some(), "{link:?}");
    }
}

#[tokio::test]
async fn the_built_in_provider_gets_its_answer_and_its_own_login_never_goes_further() {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let outsider = outsider(&harness.sim);
    let codex = Codex::built_in(&harness.path_client("cli", "ada").await, &outsider.auth_json).await;
    harness.sim.clear_journal();
    assert_eq!(codex.exec("hello").await.answer(), "A simulated answer from acct-ada.");
    assert_eq!(served(&turns(&harness.sim)), ["ada 200"]);
    assert_eq!(codex.auth_json(), outsider.auth_json, "the CLI kept its own login");
    let journal = serde_json::to_string(&harness.sim.journal()).unwrap();
    for (what, own) in [
        ("access token", outsider.access_token.as_str()),
        ("refresh token", outsider.refresh_token.as_str()),
        ("account id", "acct-outsider"),
    ] {
        assert!(!journal.contains(own), "the CLI's own {what} reached the provider");
    }
}

#[tokio::test]
async fn a_provider_without_websockets_turns_the_built_in_provider_to_http_without_a_word() {
    let harness = Setup::of(["ada"]).start().await;
    harness.sim.script(Fault::next(On::Handshake, Action::upgrade_required()).times(20));
    let outsider = outsider(&harness.sim);
    let codex = Codex::built_in(&harness.path_client("cli", "ada").await, &outsider.auth_json).await;
    let ran = codex.exec("hello").await;
    // A line of its log; what the person reads in the TUI has no word of it.
    let logged = "failed to connect to responses websocket";
    assert_eq!(ran.answer_but_for(logged), "A simulated answer from acct-ada.");
    let turns = turns(&harness.sim);
    assert_eq!(served(&turns), ["ada 200"]);
    assert_eq!(turns[0].header("content-encoding"), Some("zstd"), "the body went on as it came");
}

#[tokio::test]
async fn over_tls_the_answer_comes_on_both_transports() {
    let harness = Setup::of(["ada"]).over(ProviderLink::Tls).start().await;
    let key = harness.client("cli", "ada").await;
    for transport in Transport::ALL {
        let codex = Codex::custom(&key, transport).await;
        assert_eq!(codex.exec("hello").await.answer(), "A simulated answer from acct-ada.", "{transport:?}");
    }
    let journal = harness.sim.journal();
    assert!(journal.iter().all(|entry| entry.base.starts_with("https://")));
    let posted = journal.iter().find(|entry| entry.method == "POST").unwrap();
    assert_eq!(posted.version, "HTTP/2.0", "HTTP goes over h2 where the provider offers it");
}

#[tokio::test]
async fn an_unreachable_provider_is_waited_for_and_the_answer_comes_in_the_end() {
    let harness = Setup::of(["ada"]).start().await;
    let codex = Codex::custom(&harness.client("cli", "ada").await, Transport::Http).await;
    harness.sim.script(Fault::next(On::Http, Action::CutBefore).of(&seat("ada")));
    let ran = wait::within("the CLI's run", codex.exec("hello")).await;
    assert_eq!((ran.code, ran.stdout.trim()), (Some(0), "A simulated answer from acct-ada."), "{ran:#?}");
}

/// Somebody with a login of their own, whose account is in no pool.
fn outsider(sim: &rockpool_sim::Sim) -> rockpool_sim::Minted {
    sim.add_person(rockpool_sim::Person::named("outsider", "plus", rockpool_sim::Windows::weekly_only()))
        .unwrap();
    sim.mint_login(&seat("outsider")).unwrap()
}
