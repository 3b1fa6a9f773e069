//! Decides which account serves a request, and what to do after an attempt.
//!
//! What is absent, on purpose: this crate cannot wait, read a clock, touch a file or draw a random
//! number. Every decision takes [`Now`] and returns a value, so each rule is tested without a server.

pub mod account;
pub mod affinity;
pub mod breaker;
pub mod classify;
pub mod failover;
pub mod health;
pub mod id;
pub mod now;
pub mod polling;
pub mod pool;
mod probe;
pub mod quota;
pub mod replay;
pub mod router;
pub mod runway;
#[cfg(test)]
mod test_random;

pub use account::{
    AccountState, Blocked, CredentialState, ModelBlock, ModelReason, Obstacle, Readiness, Standing,
};
pub use affinity::{AffinityOutcome, ConversationKey, ConversationPin, History, MoveReason, PinKey, PinKind};
pub use breaker::{Admission, Breaker, Evidence};
pub use classify::{Class, Signals};
pub use failover::{Delivery, Progress, Remedies, Verdict, verdict};
pub use id::{AccountId, ClientId, LoginId, RequestId, SignInId, TenantId};
pub use now::Now;
pub use pool::{Conversations, Pool, PoolError, Strategy};
pub use quota::{
    Credits, ExtraLimit, Extras, FamilyReading, LimitFamily, Quota, Reading, Source, Spend, UnmeasuredWindow,
    Window, WindowKind,
};
pub use router::{Ask, Candidate, Outlook, Placement, Router, Selection, Skipped, Ticket};
