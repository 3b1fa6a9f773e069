//! Nouns without IO that several rooms speak of.

pub(crate) mod activity;
pub(crate) mod client;
pub(crate) mod import;
pub(crate) mod principal;
pub(crate) mod settings;
pub(crate) mod sign_in;
pub(crate) mod vault;
