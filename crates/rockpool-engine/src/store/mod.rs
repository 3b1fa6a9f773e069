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
mod logins;
mod members;
mod open;
mod outcomes;
mod picture;
mod pools;
mod quota;
mod quota_history;
pub(crate) mod registry;
mod scope;
mod settings;
mod tenants;
#[cfg(test)]
mod tests;
mod traffic;
mod worker;

pub use accounts::{AccountEdit, AccountRepair, AccountRow, Dependents};
pub use activity::ActivityRow;
pub use batch::Batch;
pub use clients::{ClientRow, LastUse};
pub use conversations::ConversationRow;
pub use error::{StoreError, Unique};
pub use logins::{LoginRow, Obtained, RefreshPhase, Refreshed};
pub use members::{MemberRow, Role};
pub use outcomes::OutcomeRow;
pub use picture::Picture;
pub use pools::PoolRow;
pub use quota::QuotaRow;
pub use quota_history::QuotaSampleRow;
pub use scope::SystemScope;
pub(crate) use scope::system_scope;
pub use tenants::TenantRow;
pub use traffic::{Considered, TrafficRow, TrafficSum};
pub use worker::{Durability, Store};
