//! What an orderly stop and a new start keep: accounts, pools, clients, and where conversations live.

use rockpool_engine::snapshot::Snapshot;
use rockpool_routing::AccountState;
use rockpool_routing::Strategy;
use rockpool_tests::harness::{Harness, Setup};
use rockpool_tests::journal::{served, turns};
use rockpool_tests::tools::Key;
use rockpool_tests::tools::request::question;

use crate::wire::post::post;

/// The port is another after a restart; the secret is the same.
fn moved(key: &Key, harness: &Harness) -> Key {
    Key { base_url: format!("{}/v1", harness.root()), ..key.clone() }
}

#[tokio::test]
async fn accounts_pools_clients_and_activity_survive_a_restart() {
    let mut harness = Setup::of(["ada", "ben", "cleo"]).strategy(Strategy::RoundRobin).start().await;
    let key = harness.client("tool", "ada").await;
    assert_eq!(post(&key, "conversation-1", &question("one")).await.status, 200);
    harness.activity(1).await;
    let before = harness.handle().snapshot();
    harness.stop().await;
    harness.start_again().await;
    let after = harness.handle().snapshot();
    assert_eq!(after.pools[0].extra_provider_names, before.pools[0].extra_provider_names);
    assert_eq!(after.pools[0].strategy, before.pools[0].strategy);
    let told = |snapshot: &Snapshot| -> Vec<_> {
        snapshot.recent.iter().map(|it| (it.id, it.account.clone(), it.outcome, it.status)).collect()
    };
    assert_eq!(told(&after), told(&before));
    let known = |snapshot: &Snapshot| -> Vec<_> {
        let accounts = snapshot.accounts.iter();
        accounts
            .map(|it| {
                (it.id, it.name.clone(), it.plan.clone(), it.email.clone(), it.state, it.windows.clone())
            })
            .collect()
    };
    assert_eq!(known(&after), known(&before));
    assert!(after.accounts.iter().all(|account| account.state == AccountState::Ready));
    let posted = post(&moved(&key, &harness), "conversation-2", &question("two")).await;
    assert_eq!(posted.status, 200, "the key is still good");
}

#[tokio::test]
async fn a_conversation_is_still_at_home_after_a_restart() {
    let mut harness = Setup::of(["ada", "ben"]).strategy(Strategy::RoundRobin).start().await;
    let key = harness.client("tool", "ada").await;
    for number in 0..4 {
        post(&key, &format!("conversation-{number}"), &question("one")).await;
    }
    harness.activity(4).await;
    harness.stop().await;
    harness.start_again().await;
    let key = moved(&key, &harness);
    for number in 0..4 {
        post(&key, &format!("conversation-{number}"), &question("two")).await;
    }
    let served = served(&turns(&harness.sim));
    assert_eq!(served[..4], served[4..], "each went where it had been");
}

#[tokio::test]
async fn a_second_engine_on_the_same_folder_is_refused_and_the_first_goes_on() {
    let harness = Setup::of(["ada"]).start().await;
    let key = harness.client("tool", "ada").await;
    let refused = harness.start_a_second().await.unwrap_err();
    assert!(refused.contains(&harness.address().to_string()), "{refused}");
    assert_eq!(post(&key, "a", &question("one")).await.status, 200);
}
