//! The management API at its boundary: one request, one answer, and what the engine was asked for.

mod actions;
mod bodies;
mod document;
mod door;
mod events;
mod fake;
mod names;
