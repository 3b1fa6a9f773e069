//! What a snapshot says of accounts together, and what stays in it of requests that are over.

use rockpool_routing::AccountState;

use crate::model::activity::{
    AffinityOutcome, Attempt, CandidateAccount, Delivery, MoveReason, OutcomeClass, Placement, SkippedAccount,
};
use crate::operations::requests::{AccountChange, ActivityQuery};
use crate::operations::{accounts, activity};
use crate::snapshot::{ActivityView, Needs, Remedy};
use crate::test_stage::{EngineStage, five_hour};

/// A request that `ada` and `grace` took part in, and in which `grace` answered.
fn asked(stage: &EngineStage) {
    let (ada, grace) = ("ada".to_owned(), "grace".to_owned());
    stage.asked("grace", |record| {
        record.first_account = Some(ada.clone());
        record.skipped = vec![SkippedAccount {
            account: grace.clone(),
            reason: AccountState::RateLimited.into(),
            until: None,
        }];
        record.attempts = vec![Attempt {
            account: ada.clone(),
            class: OutcomeClass::UsageLimit,
            status: Some(429),
            ms: 5,
            delivery: Delivery::Answered,
        }];
        record.why.candidates =
            vec![CandidateAccount { account: ada.clone(), placement: Placement::Conversation }];
        record.why.affinity = AffinityOutcome::Moved {
            from: ada.clone(),
            reason: MoveReason::UsageLimit,
            cached_tokens_lost: Some(7),
        };
    });
}

async fn renamed(stage: &EngineStage, name: &str, new: &str) {
    let change = AccountChange { name: Some(new.to_owned()), display_name: None, state: None };
    accounts::update(&stage.handle(), stage.tenant(), name, change).await.unwrap();
}

async fn shown(stage: &EngineStage) -> ActivityView {
    let handle = stage.handle();
    let recent = handle.snapshot().recent;
    let query = ActivityQuery { limit: Some(10) };
    let asked_for = activity::list(&handle, stage.tenant(), query).await.unwrap();
    assert_eq!(asked_for, recent, "asked for, or in the snapshot");
    recent.into_iter().next().unwrap()
}

#[tokio::test]
async fn a_request_keeps_the_names_of_its_time_when_accounts_are_renamed_or_removed() {
    let stage = EngineStage::with(&["ada", "grace"]).await;
    asked(&stage);
    let before = shown(&stage).await;
    assert_eq!(before.account.as_deref(), Some("grace"));
    renamed(&stage, "ada", "lovelace").await;
    renamed(&stage, "grace", "hopper").await;
    assert_eq!(shown(&stage).await, before);
    accounts::remove(&stage.handle(), stage.tenant(), "hopper").await.unwrap();
    assert_eq!(shown(&stage).await, before);
    let stage = stage.restarted().await;
    assert_eq!(shown(&stage).await, before);
    assert_eq!(stage.account("lovelace").name, "lovelace");
}

#[tokio::test]
async fn a_pool_and_all_accounts_together_have_a_level_and_each_account_what_it_needs() {
    let stage = EngineStage::with(&["ada", "grace"]).await;
    stage.add("alan").await;
    assert_eq!(stage.handle().snapshot().level_percent, None, "nothing was seen yet");
    for (name, used) in [("ada", 20.0), ("grace", 100.0), ("alan", 50.0)] {
        stage.sees(name, vec![five_hour(used, 3600)]);
    }
    let snapshot = stage.handle().snapshot();
    assert_eq!((stage.pool().level_percent, snapshot.level_percent), (Some(40), Some(43)));
    assert_eq!(snapshot.needing_person, 0);
    let said = |name| {
        let account = stage.account(name);
        (account.needs, account.remedy)
    };
    assert_eq!(said("ada"), (Needs::Nothing, None));
    assert_eq!(said("grace"), (Needs::Time, Some(Remedy::WaitForReset)));
}
