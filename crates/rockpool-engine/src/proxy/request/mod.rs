//! What the tool asked, understood once.

pub(crate) mod body;
pub(crate) mod budget;
pub(crate) mod facts;
pub(crate) mod form;
pub(crate) mod headers;
pub(crate) mod history;
pub(crate) mod path;
pub(crate) mod payload;
pub(crate) mod tool;
pub(crate) mod upload;
