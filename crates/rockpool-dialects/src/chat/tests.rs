//! Both directions together, as a tool meets them.

mod answer;
mod assembler;
mod endings;
mod events;
mod messages;
mod properties;
mod recorded;
mod request;
mod world;
