//! The one activity record that every request leaves, however it ends.

use std::sync::Arc;
use std::time::Instant;

use rockpool_routing::{AccountId, Class, ClientId, Placement, RequestId, Selection, TenantId};
use uuid::Uuid;

use super::authenticate::Caller;
use super::frame::Tokens;
use crate::core::Core;
use crate::registry::Registry;
use crate::snapshot::{ActivityView, AttemptView, DeliveryView, SkippedView, WhyView};
use crate::store::ActivityRow;

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
        }
    }

    fn elapsed_ms(&self, since: Instant) -> u64 {
        self.core.clock.now().mono.saturating_duration_since(since).as_millis() as u64
    }

    /// Notes the choice that was made.
    pub(crate) fn chosen(&mut self, selection: &Selection) {
        let Some(view) = &mut self.view else { return };
        if let Some(first) = selection.candidates.first() {
            view.first_account = Some(self.registry.name_of(first.account));
            view.placement = Some(placement_name(first.placement).to_owned());
        }
        view.skipped = selection
            .skipped
            .iter()
            .map(|skipped| SkippedView {
                account: self.registry.name_of(skipped.account),
                reason: skipped.blocked.state.name().to_owned(),
                until: skipped.blocked.until,
            })
            .collect();
    }

    /// Notes one try.
    pub(crate) fn tried(&mut self, account: AccountId, class: Class, status: Option<u16>, since: Instant) {
        let ms = self.elapsed_ms(since);
        if let Some(view) = &mut self.view {
            let account = self.registry.name_of(account);
            view.attempts.push(AttemptView {
                account,
                class: class.name().to_owned(),
                status,
                ms,
                delivery: DeliveryView::default(),
            });
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
        let Some(mut view) = self.view.take() else { return };
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

fn placement_name(placement: Placement) -> &'static str {
    match placement {
        Placement::Conversation => "conversation",
        Placement::Strategy => "strategy",
        Placement::Fallback => "fallback",
    }
}
