//! The one activity record that every request leaves, however it ends.

use std::sync::Arc;
use std::time::Instant;

use rockpool_routing::{
    AccountId, AffinityOutcome, Ask, Blocked, Class, ClientId, ConversationKey, Delivery, MoveReason, Pool,
    RequestId, Selection, Skipped, TenantId,
};
use uuid::Uuid;

use sha2::{Digest as _, Sha256};

use super::authenticate::Caller;
use crate::core::Core;
use crate::provider::event::Tokens;
use crate::snapshot::{
    ActivityView, AffinityKind, AffinityView, AttemptView, CandidateView, DeliveryView, SkippedView, WhyView,
};
use crate::store::ActivityRow;
use crate::store::registry::Registry;

/// Status recorded for a tool that went away (nginx's convention).
const CLIENT_CLOSED: u16 = 499;

/// How the request arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Http,
    WebSocket,
}

impl Transport {
    fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::WebSocket => "websocket",
        }
    }
}

/// How a request ended for the tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ending {
    pub(crate) class: Class,
    pub(crate) status: u16,
    pub(crate) account: Option<AccountId>,
    pub(crate) tokens: Tokens,
}

/// A record in the making. Dropped unfinished, it records that the tool went away.
pub(crate) struct Record {
    core: Arc<Core>,
    registry: Arc<Registry>,
    tenant: TenantId,
    client: ClientId,
    started: Instant,
    view: Option<ActivityView>,
    serving: Option<AccountId>,
    choice: Option<Choice>,
    tried: Vec<(AccountId, Class)>,
    /// 1 while the last try may have been billed without an answer.
    in_the_dark: u32,
    /// Tries that may have been billed without an answer and were followed by another.
    sent_again: u32,
}

/// What the choice went by; with it, the end can say what became of the conversation.
struct Choice {
    pool: Pool,
    conversation: Option<ConversationKey>,
    selection: Selection,
}

impl Record {
    pub(crate) fn open(
        core: &Arc<Core>,
        caller: &Caller,
        transport: Transport,
        model: Option<String>,
    ) -> Self {
        let now = core.clock.now();
        let view = ActivityView {
            id: RequestId(Uuid::now_v7()),
            at: now.wall,
            client: caller.client.name.clone(),
            account: None,
            first_account: None,
            model,
            transport: transport.name().to_owned(),
            outcome: String::new(),
            status: 0,
            placement: None,
            attempts: Vec::new(),
            skipped: Vec::new(),
            first_byte_ms: None,
            duration_ms: 0,
            input_tokens: None,
            cached_tokens: None,
            output_tokens: None,
            why: WhyView::default(),
        };
        Self {
            core: Arc::clone(core),
            registry: Arc::clone(&caller.registry),
            tenant: caller.client.tenant,
            client: caller.client.id,
            started: now.mono,
            view: Some(view),
            serving: None,
            choice: None,
            tried: Vec::new(),
            in_the_dark: 0,
            sent_again: 0,
        }
    }

    fn elapsed_ms(&self, since: Instant) -> u64 {
        self.core.clock.now().mono.saturating_duration_since(since).as_millis() as u64
    }

    /// Notes the choice that was made.
    pub(crate) fn chosen(&mut self, ask: &Ask<'_>, selection: &Selection) {
        let Some(view) = &mut self.view else { return };
        let registry = &self.registry;
        if let Some(first) = selection.candidates.first() {
            view.first_account = Some(registry.name_of(first.account));
            view.placement = Some(first.placement.name().to_owned());
        }
        view.skipped = selection.skipped.iter().map(|skipped| skipped_view(registry, skipped)).collect();
        view.why.strategy = Some(ask.pool.strategy);
        view.why.conversation = ask.conversation.map(digest);
        let candidate = |account, placement: &str| CandidateView {
            account: registry.name_of(account),
            placement: placement.to_owned(),
        };
        view.why.candidates =
            selection.candidates.iter().map(|one| candidate(one.account, one.placement.name())).collect();
        self.choice = Some(Choice {
            pool: ask.pool.clone(),
            conversation: ask.conversation.cloned(),
            selection: selection.clone(),
        });
    }

    /// Notes that the accounts were looked at once more, after the first choice came to nothing.
    pub(crate) fn chosen_again(&mut self, selection: &Selection) {
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
            self.skipped(skipped.account, skipped.blocked);
        }
        let Some(view) = &mut self.view else { return };
        for candidate in &selection.candidates {
            let account = self.registry.name_of(candidate.account);
            if !view.why.candidates.iter().any(|known| known.account == account) {
                let placement = candidate.placement.name().to_owned();
                view.why.candidates.push(CandidateView { account, placement });
            }
        }
    }

    /// Notes how large the tool's request is.
    pub(crate) fn read(&mut self, bytes: usize) {
        if let Some(view) = &mut self.view {
            view.why.request_bytes = bytes as u64;
        }
    }

    /// Notes bytes on their way to the tool.
    pub(crate) fn wrote(&mut self, bytes: usize) {
        if let Some(view) = &mut self.view {
            view.why.response_bytes += bytes as u64;
        }
    }

    /// Notes an account that was passed over after the choice.
    pub(crate) fn skipped(&mut self, account: AccountId, blocked: Blocked) {
        let skipped = Skipped { account, blocked };
        if let Some(view) = &mut self.view {
            view.skipped.push(skipped_view(&self.registry, &skipped));
        }
        if let Some(choice) = &mut self.choice {
            choice.selection.skipped.push(skipped);
        }
    }

    /// Notes one try.
    pub(crate) fn tried(&mut self, account: AccountId, try_: Try) {
        let ms = self.elapsed_ms(try_.since);
        self.sent_again += std::mem::take(&mut self.in_the_dark);
        self.in_the_dark = u32::from(try_.delivery.may_be_billed());
        self.tried.push((account, try_.class));
        if let Some(view) = &mut self.view {
            let account = self.registry.name_of(account);
            let (class, delivery) = (try_.class.name().to_owned(), delivery_view(try_.delivery));
            view.attempts.push(AttemptView { account, class, status: try_.status, ms, delivery });
        }
    }

    /// Notes that only `home` could have gone on with the conversation, and could not.
    pub(crate) fn bound(&mut self, home: AccountId) {
        let Some(choice) = &self.choice else { return };
        let reason = choice.selection.why_left(home, &choice.pool, &self.tried);
        let affinity = AffinityView {
            kind: AffinityKind::Bound,
            from: Some(self.registry.name_of(home)),
            reason: Some(reason_name(reason).to_owned()),
            cached_tokens_lost: None,
        };
        if let Some(view) = &mut self.view {
            view.why.affinity = affinity;
        }
    }

    /// Notes that the first output is on its way downstream.
    pub(crate) fn committed(&mut self, account: AccountId) {
        let ms = self.elapsed_ms(self.started);
        self.serving = Some(account);
        if let Some(view) = &mut self.view {
            view.first_byte_ms = Some(ms);
        }
    }

    /// Leaves no record: there was no request in the end.
    pub(crate) fn discard(mut self) {
        self.view = None;
    }

    /// Ends the record of a request that no account served.
    pub(crate) fn unserved(self, class: Class, status: u16) {
        self.finish(&Ending { class, status, account: None, tokens: Tokens::default() });
    }

    /// Ends the record.
    pub(crate) fn finish(mut self, ending: &Ending) {
        self.write(ending);
    }

    fn write(&mut self, ending: &Ending) {
        let duration_ms = self.elapsed_ms(self.started);
        let affinity = ending.account.and_then(|served| self.affinity(served, ending.tokens));
        let Some(mut view) = self.view.take() else { return };
        if let Some(affinity) = affinity {
            view.why.affinity = affinity;
        }
        view.why.maybe_billed_twice = self.sent_again;
        view.outcome = ending.class.name().to_owned();
        view.status = ending.status;
        view.account = ending.account.map(|account| self.registry.name_of(account));
        view.duration_ms = duration_ms;
        view.input_tokens = ending.tokens.input;
        view.cached_tokens = ending.tokens.cached;
        view.output_tokens = ending.tokens.output;
        self.core.ledger.request(ActivityRow {
            tenant: self.tenant,
            client: Some(self.client),
            account: ending.account,
            view,
        });
    }
}

impl Record {
    /// What became of the conversation's tie, now that `served` has answered; its warmth goes to the router.
    fn affinity(&self, served: AccountId, tokens: Tokens) -> Option<AffinityView> {
        let Choice { pool, conversation, selection } = self.choice.as_ref()?;
        let wall = self.core.clock.wall();
        let ask = Ask { pool, conversation: conversation.as_ref(), pins: &[] };
        let affinity = selection.affinity_outcome(&ask, &self.tried, served);
        if let (Some(key), Some(input)) = (conversation, tokens.input) {
            self.core.routing.remember(|router, now| router.prompt_cached(key, served, input, now.wall));
        }
        let plain = |kind| AffinityView { kind, ..AffinityView::default() };
        Some(match affinity {
            AffinityOutcome::None => plain(AffinityKind::None),
            AffinityOutcome::New => plain(AffinityKind::New),
            AffinityOutcome::Kept => plain(AffinityKind::Kept),
            AffinityOutcome::Moved { from, reason } => AffinityView {
                kind: AffinityKind::Moved,
                from: Some(self.registry.name_of(from)),
                reason: Some(reason_name(reason).to_owned()),
                cached_tokens_lost: selection
                    .pin
                    .map(|home| home.tokens_lost(tokens.cached.unwrap_or_default(), wall)),
            },
        })
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let ending = Ending {
            class: Class::Abandoned,
            status: CLIENT_CLOSED,
            account: self.serving,
            tokens: Tokens::default(),
        };
        self.write(&ending);
    }
}

/// One try, as it is noted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Try {
    pub(crate) class: Class,
    pub(crate) status: Option<u16>,
    pub(crate) delivery: Delivery,
    pub(crate) since: Instant,
}

fn skipped_view(registry: &Registry, skipped: &Skipped) -> SkippedView {
    SkippedView {
        account: registry.name_of(skipped.account),
        reason: skipped.blocked.state.name().to_owned(),
        until: skipped.blocked.until,
    }
}

fn reason_name(reason: MoveReason) -> &'static str {
    match reason {
        MoveReason::State(state) => state.name(),
        MoveReason::Failed(class) => class.name(),
        MoveReason::Rotation => "rotation",
        MoveReason::LeftPool => "left_pool",
    }
}

fn delivery_view(delivery: Delivery) -> DeliveryView {
    match delivery {
        Delivery::Answered => DeliveryView::Answered,
        Delivery::NotSent => DeliveryView::NotSent,
        Delivery::Unknown => DeliveryView::Unknown,
        Delivery::Begun => DeliveryView::Begun,
    }
}

/// Tells conversations apart in records without repeating the tool's own names for them.
fn digest(key: &ConversationKey) -> String {
    let mut hash = Sha256::new();
    hash.update(key.tenant.0.as_bytes());
    hash.update(key.name.as_bytes());
    hash.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}
