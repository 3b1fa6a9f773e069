//! The router behind its lock, and how long quota will last.

pub(crate) mod forecast;
pub(crate) mod shared_router;
