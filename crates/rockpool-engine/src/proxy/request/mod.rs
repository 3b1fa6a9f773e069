//! What the tool asked, understood once.

pub(crate) mod body;
pub(crate) mod facts;
pub(crate) mod headers;
pub(crate) mod history;
pub(crate) mod payload;
