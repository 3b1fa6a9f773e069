//! What an orderly stop and a new start keep: accounts, pools, clients, and where conversations live.

use rockpool_engine::snapshot::Snapshot;
use rockpool_routing::AccountState;
use rockpool_tests::journal::{served, turns};
use rockpool_tests::request::question;
use rockpool_tests::rig::{Key, Rig, Setup};

use crate::wire::post::post;

/// The port is another after a restart; the secret is the same.
fn moved(key: &Key, rig: &Rig) -> Key {
    Key { base_url: format!("{}/v1", rig.root()), ..key.clone() }
}

#[tokio::test]
async fn accounts_pools_clients_and_activity_survive_a_restart() {
    let mut rig = Setup::of(["ada", "ben", "cleo"]).strategy("round_robin").start().await;
    let key = rig.client("tool", "ada").await;
    assert_eq!(post(&key, "conversation-1", &question("one")).await.status, 200);
    rig.activity(1).await;
    let before = rig.handle().snapshot();
    rig.stop().await;
    rig.start_again().await;
    let after = rig.handle().snapshot();
    assert_eq!(after.pools[0].extra_provider_names, before.pools[0].extra_provider_names);
    assert_eq!(after.pools[0].strategy, before.pools[0].strategy);
    let told = |snapshot: &Snapshot| -> Vec<_> {
        snapshot.recent.iter().map(|it| (it.id, it.account.clone(), it.outcome.clone(), it.status)).collect()
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
    let posted = post(&moved(&key, &rig), "conversation-2", &question("two")).await;
    assert_eq!(posted.status, 200, "the key is still good");
}

#[tokio::test]
async fn a_conversation_is_still_at_home_after_a_restart() {
    let mut rig = Setup::of(["ada", "ben"]).strategy("round_robin").start().await;
    let key = rig.client("tool", "ada").await;
    for number in 0..4 {
        post(&key, &format!("conversation-{number}"), &question("one")).await;
    }
    rig.activity(4).await;
    rig.stop().await;
    rig.start_again().await;
    let key = moved(&key, &rig);
    for number in 0..4 {
        post(&key, &format!("conversation-{number}"), &question("two")).await;
    }
    let served = served(&turns(&rig.sim));
    assert_eq!(served[..4], served[4..], "each went where it had been");
}

#[tokio::test]
async fn a_second_engine_on_the_same_folder_is_refused_and_the_first_goes_on() {
    let rig = Setup::of(["ada"]).start().await;
    let key = rig.client("tool", "ada").await;
    let refused = rig.start_a_second().await.unwrap_err();
    assert!(refused.contains(&rig.address().to_string()), "{refused}");
    assert_eq!(post(&key, "a", &question("one")).await.status, 200);
}
