//! HTTP proxies that stand between a program and what it talks to.

mod recording;
mod refusing;

pub use recording::{Exchange, RecordingProxy};
pub use refusing::RefusingProxy;
