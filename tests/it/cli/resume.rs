//! One session of the real Codex CLI over several runs, whose account is switched under it before each.

use rockpool_engine::snapshot::{ActivityView, AffinityKind};
use rockpool_routing::AccountState;
use rockpool_sim::{Death, Windows};
use rockpool_tests::codex::{Codex, Transport};
use rockpool_tests::journal::{ciphertexts, notes, refreshes, served, turns};
use rockpool_tests::rig::{Rig, Setup, seat};
use serde_json::{Value, json};

/// Makes an account unfit for the next turn.
async fn out_of_use(rig: &Rig, name: &str, state: AccountState) {
    match state {
        AccountState::Exhausted => {
            rig.sim.set_windows(&seat(name), &Windows::five_hours_and_weekly().used(100.0, 0.0)).unwrap();
            rig.api.post(&format!("/accounts/{name}/quota"), Value::Null).await;
        }
        AccountState::Paused => {
            let paused = json!({"state": "paused"});
            rig.api.done(http::Method::PATCH, &format!("/accounts/{name}"), Some(paused)).await;
        }
        AccountState::NeedsReauth => {
            rig.sim.kill_login(&format!("user-{name}"), Death::Revoked).unwrap();
            let asked = rig.api.call(http::Method::POST, &format!("/accounts/{name}/quota"), None).await;
            assert_ne!(asked.status, 200, "a dead login can ask for nothing");
        }
        other => panic!("{other:?} is not made here"),
    }
    rig.until(&format!("{name} is {state:?}"), |snapshot| {
        snapshot.accounts.iter().find(|account| account.name == name && account.state == state).map(drop)
    })
    .await;
}

/// The record of the newest request for an answer, without those that only warm a connection up.
async fn newest(rig: &Rig, account: &str) -> ActivityView {
    let answered =
        |record: &&ActivityView| record.account.as_deref() == Some(account) && record.output_tokens > Some(0);
    rig.until(&format!("{account}'s answer is recorded"), |snapshot| {
        snapshot.recent.iter().find(answered).cloned()
    })
    .await
}

#[tokio::test]
async fn each_turn_of_a_resumed_session_succeeds_on_the_account_that_is_left() {
    for transport in Transport::ALL {
        let rig = Setup::of(["ada", "ben", "cleo", "dora"]).start().await;
        let codex = Codex::custom(&rig.client("cli", "ada").await, transport).await;
        assert_eq!(codex.exec("first [[say: one]]").await.answer(), "one", "{transport:?}");
        let changes = [
            ("ada", AccountState::Exhausted, "ben", "two"),
            ("ben", AccountState::Paused, "cleo", "three"),
            ("cleo", AccountState::NeedsReauth, "dora", "four"),
        ];
        for (from, state, to, said) in changes {
            out_of_use(&rig, from, state).await;
            rig.sim.clear_journal();
            let ran = codex.resume(&format!("next [[say: {said}]]")).await;
            assert_eq!(ran.answer(), said, "{transport:?}: from {from}, {state:?}");
            let turns = turns(&rig.sim);
            assert_eq!(served(&turns), [format!("{to} 200")], "{transport:?}: nobody was asked in vain");
            assert_eq!(ciphertexts(&turns[0]), 0, "{transport:?}: {to} got what {from} had encrypted");
            assert!(
                turns[0].body.to_string().contains("first [[say: one]]"),
                "{transport:?}: the history came along"
            );
            assert_eq!(notes(&rig.sim), Vec::<String>::new(), "{transport:?}");
            let affinity = newest(&rig, to).await.why.affinity;
            assert_eq!(
                (affinity.kind, affinity.from.as_deref()),
                (AffinityKind::Moved, Some(from)),
                "{transport:?}"
            );
            assert_eq!(affinity.reason.as_deref(), Some(state.name()), "{transport:?}");
        }
        rig.sim.clear_journal();
        let back = json!({"state": "active"});
        rig.api.done(http::Method::PATCH, "/accounts/ben", Some(back)).await;
        assert_eq!(codex.resume("last [[say: five]]").await.answer(), "five", "{transport:?}");
        assert_eq!(served(&turns(&rig.sim)), ["dora 200"], "{transport:?}: it stays where it is now");
        assert_eq!(newest(&rig, "dora").await.why.affinity.kind, AffinityKind::Kept, "{transport:?}");
        assert_eq!(refreshes(&rig.sim).len(), 0, "{transport:?}");
    }
}
