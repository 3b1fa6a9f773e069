//! The keeper in a scripted world, on paused time.

mod crash;
mod faults;
mod logins;
mod once;
mod saving;
mod timing;
mod world;
