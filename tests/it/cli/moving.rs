//! A conversation that has to move: it loses what only its old account can read, and goes on.

use rockpool_sim::{Action, Cost, Fault, On};
use rockpool_tests::harness::{Setup, seat};
use rockpool_tests::journal::{item_types, notes, served, turns};
use rockpool_tests::tools::codex::{Codex, Transport};

#[tokio::test]
async fn a_resumed_conversation_whose_account_ran_dry_loses_its_reasoning_and_goes_on_elsewhere() {
    for transport in Transport::ALL {
        let harness = Setup::of(["ada", "ben"]).start().await;
        let codex = Codex::custom(&harness.client("cli", "ada").await, transport).await;
        assert_eq!(codex.exec("first [[say: one]]").await.answer(), "one");
        harness.exhaust("ada").await;
        let second = codex.resume("second [[say: two]]").await;
        assert_eq!(second.answer(), "two", "{transport:?}");
        let turns = turns(&harness.sim);
        assert_eq!(served(&turns), ["ada 200", "ben 200"], "{transport:?}");
        for entry in harness.sim.journal().iter().filter(|entry| entry.seat == Some(seat("ben"))) {
            assert!(!item_types(entry).contains(&"reasoning".to_owned()), "{transport:?}");
        }
        let third = codex.resume("third [[say: three]]").await;
        assert_eq!(third.answer(), "three", "{transport:?}: its home is the new account now");
        let turns = rockpool_tests::journal::turns(&harness.sim);
        assert_eq!(served(&turns), ["ada 200", "ben 200", "ben 200"], "{transport:?}: no turn was wasted");
        assert_eq!(notes(&harness.sim), Vec::<String>::new(), "{transport:?}");
    }
}

#[tokio::test]
async fn a_turn_whose_account_runs_dry_between_call_and_output_is_ended_by_another() {
    for transport in Transport::ALL {
        let harness = Setup::of(["ada", "ben"]).start().await;
        let codex = Codex::custom(&harness.client("cli", "ada").await, transport).await;
        // Over WebSocket the tool's output continues the first answer of this very connection; over HTTP it
        // comes with the first account's turn state.
        harness.sim.set_cost(&seat("ada"), Cost { primary: 100.0, secondary: 0.0 }).unwrap();
        let ran = codex.exec("go [[tool: echo onwards]]").await;
        assert_eq!((ran.code, ran.stdout.trim()), (Some(0), "The tool said: onwards"), "{ran:#?}");
        let turns = turns(&harness.sim);
        let mut served = served(&turns);
        // A full window in a header does not say that the account refuses: it may be asked once more.
        served.retain(|line| line != "ada 429");
        assert_eq!(served, ["ada 200", "ben 200"], "{transport:?}");
        assert!(turns.len() <= 3, "{transport:?}");
        let last = turns.last().unwrap();
        assert!(last.body["previous_response_id"].is_null(), "the full input came anew");
        assert!(!item_types(last).contains(&"reasoning".to_owned()), "{transport:?}");
        assert_eq!(notes(&harness.sim), Vec::<String>::new(), "{transport:?}");
    }
}

#[tokio::test]
async fn response_ids_of_another_connection_are_refused_and_the_cli_comes_back_with_everything() {
    let harness = Setup::of(["ada", "ben"]).start().await;
    let codex = Codex::custom(&harness.client("cli", "ada").await, Transport::WebSocket).await;
    let gone = Action::error(400, "previous_response_not_found", "Previous response not found.");
    harness.sim.script(Fault::next(On::Frame, gone));
    let ran = codex.exec("hello").await;
    assert_eq!((ran.code, ran.stdout.trim()), (Some(0), "A simulated answer from acct-ada."), "{ran:#?}");
    assert_eq!(served(&turns(&harness.sim)), ["ada 400", "ada 200"]);
}
