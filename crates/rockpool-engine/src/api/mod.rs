//! The management API: one router for window, dashboard, command line and scripts, and one client of it.
//!
//! Whoever lets a request in attaches a [`Principal`](crate::model::principal::Principal); without one, every
//! path here answers 401, but the one that redeems a link to the dashboard. Conventions: `docs/openapi.json` describes every route and is compared with this code
//! by a test; a refusal is an RFC 9457 problem with a stable `code`; bodies are JSON, at most 2 MiB, and unknown
//! fields are refused.

mod accounts;
mod activity;
mod client;
mod clients;
mod dashboard;
mod events;
mod extract;
mod imports;
mod in_process;
mod openapi;
mod path;
mod pools;
mod problem;
mod remote;
pub(crate) mod router;
mod settings;
mod sign_ins;
mod status;
#[cfg(test)]
mod tests;
mod tools;
mod transport;
mod usage;
mod workspaces;

pub use client::{Client, ClientError};
pub use in_process::InProcess;
pub use path::PREFIX;
pub use problem::{FieldProblem, Problem, ProblemType};
pub use remote::Remote;
pub use transport::{ApiReply, ApiTransport, Unreachable};

pub use crate::operations::clients::ClientKey;
pub use crate::operations::dashboard::DashboardSession;
pub use crate::operations::requests;
pub use crate::operations::tools::ToolConnected;
