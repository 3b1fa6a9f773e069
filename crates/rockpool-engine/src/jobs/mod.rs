//! What the engine does by itself, or when a sign-in ends.

pub(crate) mod enroll;
pub(crate) mod identity;
pub(crate) mod poll;
pub(crate) mod renewals;
pub(crate) mod retention;
#[cfg(test)]
mod tests;
