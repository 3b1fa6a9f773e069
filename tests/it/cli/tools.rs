//! Tool calls and later turns: the conversation stays on its account whatever the strategy.

use rockpool_routing::Strategy;
use rockpool_tests::harness::Setup;
use rockpool_tests::journal::{item_types, notes, served, turns};
use rockpool_tests::tools::codex::{Codex, Transport};

#[tokio::test]
async fn a_tool_call_under_round_robin_stays_on_one_account() {
    for transport in Transport::ALL {
        let harness = Setup::of(["ada", "ben"]).strategy(Strategy::RoundRobin).start().await;
        let codex = Codex::custom(&harness.client("cli", "ada").await, transport).await;
        let ran = codex.exec("run it [[tool: echo deep water]]").await;
        assert_eq!(ran.answer(), "The tool said: deep water", "{transport:?}");
        let turns = turns(&harness.sim);
        assert_eq!(turns.len(), 2);
        assert_eq!(turns[0].seat, turns[1].seat, "{transport:?}: {:?}", served(&turns));
        assert_eq!(notes(&harness.sim), Vec::<String>::new(), "{transport:?}");
    }
}

#[tokio::test]
async fn conversations_under_round_robin_are_spread_over_the_accounts() {
    let harness = Setup::of(["ada", "ben"]).strategy(Strategy::RoundRobin).start().await;
    let key = harness.client("cli", "ada").await;
    for _ in 0..2 {
        let codex = Codex::custom(&key, Transport::Http).await;
        assert_eq!(codex.exec("hello").await.code, Some(0));
    }
    let mut who = served(&turns(&harness.sim));
    who.sort();
    assert_eq!(who, ["ada 200", "ben 200"]);
}

#[tokio::test]
async fn a_resumed_conversation_goes_on_where_it_was() {
    for transport in Transport::ALL {
        let harness = Setup::of(["ada", "ben"]).strategy(Strategy::RoundRobin).start().await;
        let codex = Codex::custom(&harness.client("cli", "ada").await, transport).await;
        let first = codex.exec("remember the tide [[say: noted]]").await;
        assert_eq!(first.answer(), "noted");
        let second = codex.resume("and now? [[say: still here]]").await;
        assert_eq!(second.answer(), "still here");
        let turns = turns(&harness.sim);
        assert_eq!(turns[0].seat, turns[1].seat, "{transport:?}: {:?}", served(&turns));
        if transport == Transport::Http {
            assert!(item_types(&turns[1]).contains(&"reasoning".to_owned()), "the history went along whole");
        }
    }
}
