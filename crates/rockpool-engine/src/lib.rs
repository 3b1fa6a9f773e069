//! Does what the router decides: sign-in, tokens, proxy, store and management API.
//!
//! What is absent, on purpose: no Tauri, no display, no keychain library. A host supplies those
//! through [`Ports`]; tests supply others.

mod accounts;
mod activity;
pub mod api;
pub mod config;
mod core;
mod dashboard;
mod engine;
mod host;
mod jobs;
mod model;
mod operations;
mod ports;
mod prices;
mod provider;
mod proxy;
mod routing;
pub mod snapshot;
mod store;
#[cfg(test)]
mod test_http;
#[cfg(test)]
mod test_serving;
#[cfg(test)]
mod test_situations;
#[cfg(test)]
mod test_stage;
pub mod vault;

pub use dashboard::files::{DashboardFile, DashboardFiles, Freshness};
pub use engine::{Engine, RenewalsUnderWay, StartError};
pub use host::browser::{Browser, NoBrowser};
pub use host::clock::Clock;
pub use host::data_dir::{Control, DataDirError};
pub use host::end_requests::EndRequests;
pub use host::logging::{LogFilterError, Logging, log_to_stderr};
pub use host::port_holder::Holder;
pub use host::timeouts::{EndTimeouts, IssuerTimeouts, UploadTimeouts, WebSocketTimeouts};
pub use model::client::{KeyKind, OverrideMode};
pub use model::principal::{DashboardSessionId, Principal};
pub use model::sign_in::{OpenBrowser, SignInMethod};
pub use operations::dashboard::DashboardLink;
pub use operations::handle::EngineHandle;
pub use operations::rehearsal::RehearsalScenes;
pub use ports::Ports;
pub use snapshot::event::EngineEvent;
