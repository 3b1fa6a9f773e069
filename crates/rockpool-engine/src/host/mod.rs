//! What the machine gives: time, ports, the data folder, background tasks, and what kind of machine it is.

pub(crate) mod browser;
pub(crate) mod clock;
pub(crate) mod data_dir;
pub(crate) mod end_requests;
pub(crate) mod logging;
pub(crate) mod loopback;
pub(crate) mod port_holder;
pub(crate) mod private_file;
pub(crate) mod secret;
pub(crate) mod surroundings;
pub(crate) mod tasks;
pub(crate) mod timeouts;
pub(crate) mod waking_time;
