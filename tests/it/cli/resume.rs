//! One session of the real Codex CLI over several runs, whose account is switched under it before each.

use http::Method;
use rockpool_engine::snapshot::{AccountView, ActivityView, AffinityKind};
use rockpool_routing::AccountState;
use rockpool_sim::{Death, Windows};
use rockpool_tests::harness::{Harness, Setup, seat};
use rockpool_tests::journal::{ciphertexts, notes, refreshes, served, turns};
use rockpool_tests::tools::codex::{Codex, Transport};
use serde_json::{Value, json};

/// What takes an account out of use between two turns.
#[derive(Clone, Copy, Debug)]
enum Change {
    Exhausted,
    PausedByHand,
    LoginDied,
}

impl Change {
    fn state(self) -> AccountState {
        match self {
            Self::Exhausted => AccountState::Exhausted,
            Self::PausedByHand => AccountState::Paused,
            Self::LoginDied => AccountState::NeedsReauth,
        }
    }

    /// Makes it happen, and waits until it is known.
    async fn befall(self, harness: &Harness, name: &str) {
        match self {
            Self::Exhausted => {
                let windows = Windows::five_hours_and_weekly().used(100.0, 0.0);
                harness.sim.set_windows(&seat(name), &windows).unwrap();
                harness.api.post(&format!("/accounts/{name}/quota"), Value::Null).await;
            }
            Self::PausedByHand => {
                let paused = json!({"state": "paused"});
                harness.api.done(Method::PATCH, &format!("/accounts/{name}"), Some(paused)).await;
            }
            Self::LoginDied => {
                harness.sim.kill_login(&format!("user-{name}"), Death::Revoked).unwrap();
                let asked = harness.api.call(Method::POST, &format!("/accounts/{name}/quota"), None).await;
                assert_ne!(asked.status, 200, "a dead login can ask for nothing");
            }
        }
        harness
            .until(&format!("{name} is {:?}", self.state()), |snapshot| {
                let is_out = |account: &&AccountView| account.name == name && account.state == self.state();
                snapshot.accounts.iter().find(is_out).map(drop)
            })
            .await;
    }
}

/// The record of the newest request for an answer, without those that only warm a connection up.
async fn newest(harness: &Harness, account: &str) -> ActivityView {
    let answered =
        |record: &&ActivityView| record.account.as_deref() == Some(account) && record.output_tokens > Some(0);
    harness
        .until(&format!("{account}'s answer is recorded"), |snapshot| {
            snapshot.recent.iter().find(answered).cloned()
        })
        .await
}

#[tokio::test]
async fn each_turn_of_a_resumed_session_succeeds_on_the_account_that_is_left() {
    for transport in Transport::ALL {
        let harness = Setup::of(["ada", "ben", "cleo", "dora"]).start().await;
        let codex = Codex::custom(&harness.client("cli", "ada").await, transport).await;
        assert_eq!(codex.exec("first [[say: one]]").await.answer(), "one", "{transport:?}");
        let changes = [
            ("ada", Change::Exhausted, "ben", "two"),
            ("ben", Change::PausedByHand, "cleo", "three"),
            ("cleo", Change::LoginDied, "dora", "four"),
        ];
        for (from, change, to, said) in changes {
            change.befall(&harness, from).await;
            harness.sim.clear_journal();
            let ran = codex.resume(&format!("next [[say: {said}]]")).await;
            assert_eq!(ran.answer(), said, "{transport:?}: from {from}, {change:?}");
            let turns = turns(&harness.sim);
            assert_eq!(served(&turns), [format!("{to} 200")], "{transport:?}: nobody was asked in vain");
            assert_eq!(ciphertexts(&turns[0]), 0, "{transport:?}: {to} got what {from} had encrypted");
            assert!(
                turns[0].body.to_string().contains("first [[say: one]]"),
                "{transport:?}: the history came along"
            );
            assert_eq!(notes(&harness.sim), Vec::<String>::new(), "{transport:?}");
            let affinity = newest(&harness, to).await.why.affinity;
            assert_eq!(
                (affinity.kind, affinity.from.as_deref()),
                (AffinityKind::Moved, Some(from)),
                "{transport:?}"
            );
            assert_eq!(affinity.reason, Some(change.state().into()), "{transport:?}");
        }
        harness.sim.clear_journal();
        let back = json!({"state": "active"});
        harness.api.done(Method::PATCH, "/accounts/ben", Some(back)).await;
        assert_eq!(codex.resume("last [[say: five]]").await.answer(), "five", "{transport:?}");
        assert_eq!(served(&turns(&harness.sim)), ["dora 200"], "{transport:?}: it stays where it is now");
        assert_eq!(newest(&harness, "dora").await.why.affinity.kind, AffinityKind::Kept, "{transport:?}");
        assert_eq!(refreshes(&harness.sim).len(), 0, "{transport:?}");
    }
}
