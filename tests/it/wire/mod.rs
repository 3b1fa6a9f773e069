//! The endpoint without a tool's library in between: bytes, failures, bad input.

mod affinity;
mod after_output;
mod answers;
mod bad_input;
mod encodings;
mod failures;
mod forwarding;
mod gone;
mod management;
mod many;
mod models;
mod nobody_left;
mod paths;
pub(crate) mod post;
mod probes;
mod reuse;
mod sockets;
mod table;
mod tolerated;
mod unknown_quota;
mod uploads;
