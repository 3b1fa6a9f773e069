//! What the engine tells its listeners, as it happens.

use jiff::Timestamp;
use rockpool_routing::{AccountId, AccountState, SignInId};
use serde::Serialize;
use utoipa::ToSchema;

use super::names;

/// Something happened. A listener that lags reads the snapshot afresh and goes on.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EngineEvent {
    /// Anything that the snapshot shows is different from before; sent at most a few times a second.
    Changed,
    /// An account went from one state to another.
    AccountState {
        #[schema(value_type = String)]
        account: AccountId,
        name: String,
        /// The state before.
        #[schema(value_type = names::AccountState)]
        from: AccountState,
        /// The state now.
        #[schema(value_type = names::AccountState)]
        to: AccountState,
        /// When time alone cures it, if known.
        #[schema(value_type = Option<String>, format = "date-time")]
        until: Option<Timestamp>,
    },
    /// No account of a pool can serve any more.
    PoolDry {
        /// Slug of the pool's owner.
        owner: String,
        /// When the first account comes back, if known.
        #[schema(value_type = Option<String>, format = "date-time")]
        until: Option<Timestamp>,
    },
    /// A pool that could not serve can again.
    PoolBack {
        /// Slug of the pool's owner.
        owner: String,
    },
    /// A sign-in moved on.
    SignIn {
        #[schema(value_type = String)]
        id: SignInId,
    },
    /// The vault became usable, or ceased to be.
    Vault,
    /// A setting was changed.
    Settings {
        /// Base address that tools are pointed at now: a page that was loaded from another one cannot ask for it.
        endpoint: String,
    },
}
