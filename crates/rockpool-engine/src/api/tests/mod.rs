//! The management API at its boundary: one request, one answer, and what the engine was asked for.

mod document;
