//! Records that the database has not taken yet: bounded, and mergeable with later ones.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use rockpool_routing::{AccountId, ClientId, ConversationKey, Reading, TenantId};

use crate::model::activity::RequestRecord;
use crate::store::{Batch, ConversationRow, LastUse, OutcomeRow, QuotaRow, QuotaSampleRow};

/// When the database refuses for long, the oldest records of a kind beyond this many are given up.
pub(super) const MOST: usize = 20_000;

#[derive(Default)]
pub(super) struct Pending {
    activity: Vec<Arc<RequestRecord>>,
    conversations: BTreeMap<ConversationKey, (AccountId, Timestamp)>,
    quota: BTreeMap<AccountId, (TenantId, Reading)>,
    history: Vec<QuotaSampleRow>,
    outcomes: Vec<OutcomeRow>,
    used: BTreeMap<ClientId, (TenantId, Timestamp)>,
}

impl Pending {
    pub(super) fn is_empty(&self) -> bool {
        self.activity.is_empty()
            && self.conversations.is_empty()
            && self.quota.is_empty()
            && self.history.is_empty()
            && self.outcomes.is_empty()
            && self.used.is_empty()
    }

    pub(super) fn request(&mut self, record: Arc<RequestRecord>) {
        self.activity.push(record);
        drop_oldest(&mut self.activity);
    }

    pub(super) fn outcome(&mut self, row: OutcomeRow) {
        self.outcomes.push(row);
        drop_oldest(&mut self.outcomes);
    }

    pub(super) fn conversation(&mut self, key: ConversationKey, account: AccountId, at: Timestamp) {
        self.conversations.insert(key, (account, at));
        let surplus = self.conversations.len().saturating_sub(MOST);
        if surplus > 0 {
            // A tenth more than needed, so that the next ones do not each look through all.
            let mut times: Vec<Timestamp> = self.conversations.values().map(|(_, at)| *at).collect();
            times.sort_unstable();
            let last_to_go = times[surplus.max(MOST / 10) - 1];
            self.conversations.retain(|_, (_, at)| *at > last_to_go);
        }
    }

    /// Two tasks may hand in their readings in the wrong order: the newer one stays.
    pub(super) fn quota(&mut self, tenant: TenantId, account: AccountId, reading: Reading) {
        let known = self.quota.get(&account);
        if known.is_none_or(|(_, known)| known.seen_at <= reading.seen_at) {
            self.quota.insert(account, (tenant, reading));
        }
    }

    pub(super) fn sample(&mut self, row: QuotaSampleRow) {
        self.history.push(row);
        drop_oldest(&mut self.history);
    }

    pub(super) fn used(&mut self, tenant: TenantId, client: ClientId, at: Timestamp) {
        self.used.insert(client, (tenant, at));
    }

    /// Takes back what was not written; what is newer stands.
    pub(super) fn put_back(&mut self, older: Self) {
        let newer = std::mem::replace(self, older);
        self.activity.extend(newer.activity);
        drop_oldest(&mut self.activity);
        self.outcomes.extend(newer.outcomes);
        drop_oldest(&mut self.outcomes);
        self.history.extend(newer.history);
        drop_oldest(&mut self.history);
        self.used.extend(newer.used);
        for (account, (tenant, reading)) in newer.quota {
            self.quota(tenant, account, reading);
        }
        for (key, (account, at)) in newer.conversations {
            self.conversation(key, account, at);
        }
    }

    /// The rows of these records.
    pub(super) fn batch(&self) -> Batch {
        let conversations = self.conversations.iter().map(|(key, (account, at))| ConversationRow {
            tenant: key.tenant,
            name: key.name.clone(),
            account: *account,
            at: *at,
        });
        let quota = self.quota.iter().map(|(account, (tenant, reading))| QuotaRow {
            tenant: *tenant,
            account: *account,
            reading: reading.clone(),
        });
        let used = self.used.iter().map(|(client, (tenant, at))| LastUse {
            tenant: *tenant,
            client: *client,
            at: *at,
        });
        Batch {
            activity: self.activity.clone(),
            conversations: conversations.collect(),
            quota: quota.collect(),
            history: self.history.clone(),
            outcomes: self.outcomes.clone(),
            used: used.collect(),
        }
    }
}

fn drop_oldest<T>(rows: &mut Vec<T>) {
    let surplus = rows.len().saturating_sub(MOST);
    rows.drain(..surplus);
}
