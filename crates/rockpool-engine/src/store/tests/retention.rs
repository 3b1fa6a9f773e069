//! What is kept, and what goes when the settings say so.

use super::history::{activity, requests};
use super::record::sample;
use super::*;
use crate::model::activity::RequestRecord;
use crate::store::Keep;

fn of(tenant: TenantId, n: u8, second: i64) -> RequestRecord {
    RequestRecord { at: at(second), ..activity(tenant, Uuid::from_u128(900 + u128::from(n))) }
}

#[tokio::test]
async fn what_is_older_than_the_settings_say_goes_and_so_do_the_oldest_beyond_the_number() {
    let (_folder, store, tenant) = store().await;
    let ids = with_accounts(&store, tenant, 1).await;
    let conversation = |name: &str, second| ConversationRow {
        tenant,
        name: name.to_owned(),
        account: ids[0],
        at: at(second),
    };
    let batch = Batch {
        history: vec![sample(tenant, ids[0], 10), sample(tenant, ids[0], 20)],
        conversations: vec![conversation("old", 10), conversation("new", 20)],
        ..requests((1..=5).map(|n| of(tenant, n, i64::from(n) * 10)).collect())
    };
    store.record(batch).await.unwrap();
    let other = other_tenant(&store).await;
    store.record(requests(vec![of(other, 9, 20)])).await.unwrap();
    let keep = Keep { requests: 3, requests_since: at(20), quota_since: at(15), conversations_since: at(15) };
    store.prune(system_scope(), keep).await.unwrap();
    let seconds = async |tenant| {
        let rows = store.recent_activity(tenant, 100).await.unwrap();
        rows.iter().map(|row| row.at).collect::<Vec<_>>()
    };
    assert_eq!(seconds(tenant).await, [at(50), at(40), at(30)], "three of the four that are young enough");
    assert_eq!(seconds(other).await, [at(20)], "each tenant for itself");
    assert_eq!(store.quota_history(tenant, at(0)).await.unwrap(), [sample(tenant, ids[0], 20)]);
    let left = store.conversations(system_scope(), 10).await.unwrap();
    assert_eq!(left.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["new"]);
}
