//! Words: which language the person reads, its catalogue, and how times, states and figures are said in it.

pub mod catalogue;
pub mod language;
pub(crate) mod names;
