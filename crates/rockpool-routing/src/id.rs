//! Identifiers that cannot be mistaken for one another.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

id!(
    /// The wall between groups of users: everything belongs to exactly one tenant.
    TenantId
);
id!(
    /// One signed-in workspace seat. Stays the same when the account is renamed or signed in again.
    AccountId
);
id!(
    /// One set of credentials; several accounts may refer to it.
    LoginId
);
id!(
    /// A local tool with a key of its own.
    ClientId
);
id!(
    /// A sign-in that a person has started.
    SignInId
);
id!(
    /// One downstream request, or one turn of a WebSocket.
    RequestId
);
