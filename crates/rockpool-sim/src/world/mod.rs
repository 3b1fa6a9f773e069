//! What the simulator knows: who exists, who is signed in, what was handed out, what is ordered, what happened.

pub(crate) mod authorization_codes;
pub(crate) mod cipher;
pub(crate) mod device_codes;
mod directory;
pub(crate) mod faults;
pub(crate) mod journal;
pub(crate) mod jwt;
pub(crate) mod logins;
pub(crate) mod minted;
pub(crate) mod people;
mod prompt_cache;
pub(crate) mod quota;
mod script;
mod state;

pub use directory::UnknownPerson;
pub(crate) use directory::{Directory, Seat};
pub use state::SignIn;
pub(crate) use state::World;
