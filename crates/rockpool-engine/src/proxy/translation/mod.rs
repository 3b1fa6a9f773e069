//! Requests of tools that do not know the backend: translated on their way there and on their way back. In between
//! they go over the pool's accounts as any other.

pub(crate) mod answered;
pub(crate) mod continuation;
pub(crate) mod conversations;
pub(crate) mod count;
pub(crate) mod exchange;
pub(crate) mod reply;
pub(crate) mod socket;
pub(crate) mod stream;
