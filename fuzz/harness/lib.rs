//! What must hold of any bytes, for the fuzz targets: each panics where it does not.

pub mod answer;
pub mod config;
mod event;
pub mod request;
mod sdk;
mod world;

pub use rockpool_dialects::Dialect;
