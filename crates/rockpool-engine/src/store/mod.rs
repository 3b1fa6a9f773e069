//! Domain state in SQLite: one thread owns the connection, callers await its answers.
//!
//! What is absent, on purpose: secrets (see [`crate::vault`]), request and response bodies, a clock
//! (each write is told its time), and any way to ask without a tenant: every function takes a
//! [`TenantId`](rockpool_routing::TenantId), a row that holds one, or a [`SystemScope`].

mod accounts;
mod activity;
mod batch;
mod clients;
mod column;
mod conversations;
mod error;
pub(crate) mod live_settings;
mod logins;
mod open;
mod outcomes;
mod picture;
mod pools;
mod presented_tokens;
mod quota;
mod quota_history;
pub(crate) mod registry;
mod retention;
mod scope;
mod settings;
mod tenants;
#[cfg(test)]
mod tests;
mod tool_connections;
mod traffic;
mod usage;
mod worker;

pub(crate) use accounts::{AccountEdit, AccountRenewal, AccountRepair, AccountRow};
pub(crate) use activity::REQUESTS_KEPT;
pub(crate) use batch::Batch;
pub(crate) use clients::{ClientRow, LastUse};
pub(crate) use conversations::{CONVERSATIONS_KEPT, ConversationRow};
pub(crate) use error::StoreError;
pub(crate) use logins::{KnownToken, LoginRow, Obtained, Presentation, RefreshPhase, Refreshed};
pub(crate) use open::BUSY;
pub(crate) use outcomes::OutcomeRow;
pub(crate) use picture::Picture;
pub(crate) use pools::PoolRow;
pub(crate) use quota::QuotaRow;
pub(crate) use quota_history::QuotaSampleRow;
pub(crate) use retention::Keep;
pub(crate) use scope::SystemScope;
pub(crate) use scope::system_scope;
pub(crate) use settings::peek;
pub(crate) use tenants::TenantRow;
pub(crate) use tool_connections::{ToolConnectionRow, ToolKey};
pub(crate) use traffic::{Considered, TrafficRow};
pub(crate) use usage::UsageRow;
pub(crate) use worker::{Durability, Store};
