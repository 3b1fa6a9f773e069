//! What all parts of a running engine share.

use std::sync::Arc;

use tokio::sync::watch;

use rockpool_routing::{AccountId, Class, ConversationKey, PinKey, PinKind, Ticket};

use crate::accounts::token::TokenKeeper;
use crate::activity::ledger::Ledger;
use crate::config::Config;
use crate::host::clock::Clock;
use crate::provider::outbound::Outbound;
use crate::provider::usage::LimitReadings;
use crate::routing::forecast::Forecasts;
use crate::routing::shared_router::Routing;
use crate::snapshot::event_bus::EventBus;
use crate::store::live_settings::LiveSettings;
use crate::store::registry::RegistryCell;
use crate::store::{Store, StoreError};
use crate::vault::{Vault, VaultOpener};

/// The shared parts; each owns its own state and lock.
pub(crate) struct Core {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) store: Store,
    pub(crate) vault: Vault,
    pub(crate) vault_opener: Arc<dyn VaultOpener>,
    pub(crate) keeper: TokenKeeper,
    pub(crate) outbound: Outbound,
    pub(crate) registry: Arc<RegistryCell>,
    pub(crate) routing: Arc<Routing>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) forecasts: Forecasts,
    pub(crate) event_bus: EventBus,
    pub(crate) settings: Arc<LiveSettings>,
    /// Turns true when the engine stops.
    pub(crate) stopped: watch::Receiver<bool>,
}

impl Core {
    /// Reads the registry afresh after a change, and publishes that something changed.
    pub(crate) async fn reload(&self) -> Result<(), StoreError> {
        self.registry.reload(&self.store).await?;
        self.event_bus.snapshot_changed();
        Ok(())
    }

    pub(crate) fn record_quota(&self, account: AccountId, told: impl Into<LimitReadings>) {
        let LimitReadings { main, families } = told.into();
        self.routing.record_families(account, families);
        let Some(reading) = main else { return };
        self.routing.record_quota(account, reading);
        // What is kept is what the router made of it: a reading may say less than is known already.
        let known = self.routing.read(|router, _| router.quota(account)?.reading().cloned());
        if let (Some(known), Some(row)) = (known, self.registry.get().account(account)) {
            self.ledger.quota(row.tenant, account, known);
        }
    }

    pub(crate) fn attempt_ended(&self, ticket: Ticket, class: Class) {
        let account = ticket.account();
        // An account that was removed meanwhile leaves no trace, and its ticket still has to end.
        if let (Some(outcome), Some(row)) = (class.outcome(), self.registry.get().account(account)) {
            self.ledger.outcome(row.tenant, account, outcome);
        }
        self.routing.attempt_ended(ticket, class);
    }

    /// Notes what the account that ended an exchange has in its prompt cache: the input tokens of the
    /// conversation, where there is one and they were counted.
    pub(crate) fn prompt_cached(
        &self,
        conversation: Option<&ConversationKey>,
        account: AccountId,
        input: Option<u64>,
    ) {
        if let (Some(conversation), Some(input)) = (conversation, input) {
            self.routing.remember(|router, now| router.prompt_cached(conversation, account, input, now.wall));
        }
    }

    /// Pins what an account gave, and its tool may present again, to that account.
    pub(crate) fn pin(&self, account: AccountId, kind: PinKind, name: &str) {
        let tenant = self.registry.get().account(account).map(|row| row.tenant);
        if let Some(key) = tenant.and_then(|tenant| PinKey::new(tenant, kind, name)) {
            self.routing.remember(|router, now| router.pin(&key, account, now.wall));
        }
    }

    /// Notes that an account's fresh bearer was refused: asking again would only rotate its tokens.
    pub(crate) fn bearer_refused(&self, account: AccountId) {
        self.routing.learn(|router, now| router.bearer_refused(account, now));
    }

    /// Puts a conversation on the account that has begun to answer it.
    pub(crate) fn place(&self, conversation: &ConversationKey, account: AccountId) {
        self.routing.remember(|router, now| router.place(conversation, account, now.wall));
        self.ledger.conversation(conversation, account, self.clock.wall());
    }
}
