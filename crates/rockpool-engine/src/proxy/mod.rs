//! The data plane: from the local tool to the provider and back.
//!
//! A request's way: [`server`] accepts, [`dispatch`] checks and dispatches, [`authenticate`] finds the
//! client; [`request`] understands what was asked, [`exchange`] and [`websocket`] ask the accounts by
//! [`failover`], [`translation`] stands between tools that do not know the backend and the same way, [`response`] is what the tool gets, [`record`] writes the one activity record. [`local`]
//! answers what must be the pool's own.

pub(crate) mod admission;
pub(crate) mod authenticate;
pub(crate) mod dispatch;
pub(crate) mod endpoint;
pub(crate) mod exchange;
pub(crate) mod failover;
pub(crate) mod local;
pub(crate) mod media;
pub(crate) mod record;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod server;
mod soft_close;
pub(crate) mod state;
pub(crate) mod translation;
pub(crate) mod websocket;
