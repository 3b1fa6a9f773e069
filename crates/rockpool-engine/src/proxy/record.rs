//! The one activity record that every request leaves, however it ends.

use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use rockpool_routing as routing;
use rockpool_routing::{
    AccountId, Ask, Candidate, Class, ClientId, ConversationKey, Delivery, Obstacle, Pool, RequestId,
    Selection, Skipped, TenantId,
};
use uuid::Uuid;

use sha2::{Digest as _, Sha256};

use super::authenticate::Caller;
use crate::core::Core;
use crate::model::activity::{
    AffinityOutcome, Attempt, CandidateAccount, Placement, RequestRecord, ServingAccount, SkippedAccount, Why,
};
use crate::provider::event::TokenUsage;
use crate::provider::reuse::Sent;
use crate::store::registry::Registry;

pub(crate) use crate::model::activity::Transport;

/// Status recorded for a tool that went away (nginx's convention).
const CLIENT_CLOSED: u16 = 499;

/// How a request ended for the tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ending {
    pub(crate) class: Class,
    pub(crate) status: u16,
    pub(crate) account: Option<AccountId>,
    pub(crate) tokens: TokenUsage,
}

/// A record in the making. Dropped unfinished, it records that the tool went away.
pub(crate) struct OpenRecord {
    core: Arc<Core>,
    /// As it was when the request came: the record names its accounts as they were called then.
    registry: Arc<Registry>,
    id: RequestId,
    tenant: TenantId,
    client: ClientId,
    at: Timestamp,
    started: Instant,
    transport: Transport,
    notes: Notes,
    serving: Option<AccountId>,
    choice: Option<Choice>,
    tried: Vec<(AccountId, Class)>,
    last_delivery: Option<Delivery>,
    when_dropped: WhenDropped,
}

/// What is known so far of what will be recorded.
#[derive(Default)]
struct Notes {
    client: String,
    tool: Option<String>,
    model: Option<String>,
    first_account: Option<String>,
    placement: Option<Placement>,
    attempts: Vec<Attempt>,
    skipped: Vec<SkippedAccount>,
    first_byte_ms: Option<u64>,
    why: Why,
}

/// What the choice went by; with it, the end can say what became of the conversation.
struct Choice {
    pool: Pool,
    conversation: Option<ConversationKey>,
    selection: Selection,
}

/// What is left to do when the record goes out of scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WhenDropped {
    RecordThatTheToolWentAway,
    Nothing,
}

impl OpenRecord {
    pub(crate) fn open(
        core: &Arc<Core>,
        caller: &Caller,
        transport: Transport,
        model: Option<String>,
    ) -> Self {
        let now = core.clock.now();
        Self {
            core: Arc::clone(core),
            registry: Arc::clone(&caller.registry),
            id: RequestId(Uuid::now_v7()),
            tenant: caller.client.tenant,
            client: caller.client.id,
            at: now.wall,
            started: now.mono,
            transport,
            notes: Notes {
                client: caller.client.name.clone(),
                tool: caller.tool.clone(),
                model,
                ..Notes::default()
            },
            serving: None,
            choice: None,
            tried: Vec::new(),
            last_delivery: None,
            when_dropped: WhenDropped::RecordThatTheToolWentAway,
        }
    }

    fn elapsed_ms(&self, since: Instant) -> u64 {
        self.core.clock.now().mono.saturating_duration_since(since).as_millis() as u64
    }

    /// The model that the tool asks for.
    pub(crate) fn model(&self) -> Option<&str> {
        self.notes.model.as_deref()
    }

    /// Notes the choice that was made.
    pub(crate) fn chosen(&mut self, ask: &Ask<'_>, selection: &Selection) {
        if let Some(first) = selection.candidates.first() {
            self.notes.first_account = Some(self.registry.name_of(first.account));
            self.notes.placement = Some(first.placement.into());
        }
        self.notes.skipped = selection.skipped.iter().map(|skipped| self.skipped_account(skipped)).collect();
        self.notes.why.strategy = Some(ask.pool.strategy);
        self.notes.why.conversation = ask.conversation.map(digest);
        self.notes.why.candidates = selection.candidates.iter().map(|one| self.candidate(one)).collect();
        self.choice = Some(Choice {
            pool: ask.pool.clone(),
            conversation: ask.conversation.cloned(),
            selection: selection.clone(),
        });
    }

    /// Notes that the accounts were looked at once more, after the first choice came to nothing.
    pub(crate) fn chosen_again(&mut self, selection: &Selection) {
        // A second look meets most accounts again; one that was passed over twice is shown once.
        let known = |choice: &Choice, account| {
            choice.selection.skipped.iter().any(|skipped| skipped.account == account)
        };
        let unknown: Vec<Skipped> = match &self.choice {
            Some(choice) => {
                selection.skipped.iter().copied().filter(|one| !known(choice, one.account)).collect()
            }
            None => Vec::new(),
        };
        for skipped in unknown {
            self.skipped(skipped.account, skipped.obstacle);
        }
        for candidate in &selection.candidates {
            let candidate = self.candidate(candidate);
            let candidates = &mut self.notes.why.candidates;
            if !candidates.iter().any(|known| known.account == candidate.account) {
                candidates.push(candidate);
            }
        }
    }

    /// Notes how large the tool's request is.
    pub(crate) fn read(&mut self, bytes: usize) {
        self.notes.why.request_bytes = bytes as u64;
    }

    /// Notes bytes on their way to the tool.
    pub(crate) fn wrote(&mut self, bytes: usize) {
        self.notes.why.response_bytes += bytes as u64;
    }

    /// Notes an account that was passed over after the choice.
    pub(crate) fn skipped(&mut self, account: AccountId, obstacle: Obstacle) {
        let skipped = Skipped { account, obstacle };
        self.notes.skipped.push(self.skipped_account(&skipped));
        if let Some(choice) = &mut self.choice {
            choice.selection.skipped.push(skipped);
        }
    }

    pub(crate) fn tried(&mut self, account: AccountId, attempt: Try) {
        // The last attempt is the one whose answer the tool gets. One before it that broke off was made again without
        // a word, and the provider may count both.
        if self.last_delivery.is_some_and(Delivery::may_be_billed) {
            self.notes.why.maybe_billed_twice += 1;
        }
        if attempt.sent.may_be_billed_twice() {
            self.notes.why.maybe_billed_twice += 1;
        }
        self.last_delivery = Some(attempt.delivery);
        self.tried.push((account, attempt.class));
        self.notes.attempts.push(Attempt {
            account: self.registry.name_of(account),
            class: attempt.class.into(),
            status: attempt.status,
            ms: self.elapsed_ms(attempt.since),
            delivery: attempt.delivery.into(),
        });
    }

    /// Notes that only `pinned` could have gone on with the conversation, and could not serve.
    pub(crate) fn pinned_unavailable(&mut self, pinned: AccountId) {
        let Some(choice) = &self.choice else { return };
        let reason = choice.selection.why_left(pinned, &choice.pool, &self.tried).into();
        self.notes.why.affinity = AffinityOutcome::Pinned { from: self.registry.name_of(pinned), reason };
    }

    /// Notes that the first output is on its way downstream.
    pub(crate) fn committed(&mut self, account: AccountId) {
        self.serving = Some(account);
        self.notes.first_byte_ms = Some(self.elapsed_ms(self.started));
    }

    /// Leaves no record: there was no request in the end.
    pub(crate) fn discard(mut self) {
        self.when_dropped = WhenDropped::Nothing;
    }

    /// Ends the record of a request that no account served.
    pub(crate) fn unserved(self, class: Class, status: u16) {
        self.finish(&Ending { class, status, account: None, tokens: TokenUsage::default() });
    }

    pub(crate) fn finish(mut self, ending: &Ending) {
        self.when_dropped = WhenDropped::Nothing;
        self.write(ending);
    }

    fn write(&mut self, ending: &Ending) {
        let record = self.finished(ending);
        self.core.ledger.request(record);
    }

    fn finished(&mut self, ending: &Ending) -> RequestRecord {
        let mut notes = std::mem::take(&mut self.notes);
        if let Some(affinity) = ending.account.and_then(|served| self.affinity(served, ending.tokens)) {
            notes.why.affinity = affinity;
        }
        RequestRecord {
            id: self.id,
            tenant: self.tenant,
            at: self.at,
            client_id: Some(self.client),
            client: notes.client,
            tool: notes.tool,
            account: ending.account.map(|id| ServingAccount { id, name: self.registry.name_of(id) }),
            first_account: notes.first_account,
            model: notes.model,
            transport: self.transport,
            outcome: ending.class.into(),
            status: ending.status,
            placement: notes.placement,
            attempts: notes.attempts,
            skipped: notes.skipped,
            first_byte_ms: notes.first_byte_ms,
            duration_ms: self.elapsed_ms(self.started),
            input_tokens: ending.tokens.input,
            cached_tokens: ending.tokens.cached,
            cache_write_tokens: ending.tokens.cache_write,
            output_tokens: ending.tokens.output,
            reasoning_tokens: ending.tokens.reasoning,
            why: notes.why,
        }
    }

    /// What became of the conversation's pin, now that `served` has answered.
    fn affinity(&self, served: AccountId, tokens: TokenUsage) -> Option<AffinityOutcome> {
        let Choice { pool, conversation, selection } = self.choice.as_ref()?;
        let ask = Ask { pool, conversation: conversation.as_ref(), model: None, pins: &[] };
        Some(match selection.affinity_outcome(&ask, &self.tried, served) {
            routing::AffinityOutcome::None => AffinityOutcome::None,
            routing::AffinityOutcome::New => AffinityOutcome::New,
            routing::AffinityOutcome::Kept => AffinityOutcome::Kept,
            routing::AffinityOutcome::Moved { from, reason } => {
                let (cached, wall) = (tokens.cached.unwrap_or_default(), self.core.clock.wall());
                AffinityOutcome::Moved {
                    from: self.registry.name_of(from),
                    reason: reason.into(),
                    cached_tokens_lost: selection.pin.map(|pin| pin.tokens_lost(cached, wall)),
                }
            }
        })
    }

    fn candidate(&self, candidate: &Candidate) -> CandidateAccount {
        let account = self.registry.name_of(candidate.account);
        CandidateAccount { account, placement: candidate.placement.into() }
    }

    fn skipped_account(&self, skipped: &Skipped) -> SkippedAccount {
        let reason = match skipped.obstacle {
            Obstacle::Account(blocked) => blocked.state.into(),
            Obstacle::Model(block) => block.reason.into(),
        };
        let account = self.registry.name_of(skipped.account);
        SkippedAccount { account, reason, until: skipped.obstacle.until() }
    }
}

impl Drop for OpenRecord {
    fn drop(&mut self) {
        match self.when_dropped {
            WhenDropped::Nothing => {}
            WhenDropped::RecordThatTheToolWentAway => self.write(&Ending {
                class: Class::Abandoned,
                status: CLIENT_CLOSED,
                account: self.serving,
                tokens: TokenUsage::default(),
            }),
        }
    }
}

/// One attempt, as it is noted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Try {
    pub(crate) class: Class,
    pub(crate) status: Option<u16>,
    pub(crate) delivery: Delivery,
    pub(crate) since: Instant,
    pub(crate) sent: Sent,
}

/// Tells conversations apart in records without repeating the tool's own names for them. Four bytes are enough
/// among those that are shown together.
fn digest(key: &ConversationKey) -> String {
    let mut hash = Sha256::new();
    hash.update(key.tenant.0.as_bytes());
    hash.update(key.name.as_bytes());
    hash.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}
