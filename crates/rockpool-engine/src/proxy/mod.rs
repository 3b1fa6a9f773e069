//! The data plane: from the local tool to the provider and back.

pub(crate) mod body;
pub(crate) mod facts;
pub(crate) mod frame;
pub(crate) mod headers;
pub(crate) mod history;
pub(crate) mod payload;
pub(crate) mod rescue;
pub(crate) mod sse;
pub(crate) mod walk;
