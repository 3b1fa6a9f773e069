//! The data plane: from the local tool to the provider and back.
//!
//! A request's way, one file a step: [`server`] accepts, [`front`] checks and dispatches,
//! [`authenticate`] finds the client, [`body`] reads once, [`facts`] learns model and conversation,
//! [`exchange`] walks the candidates, [`attempt`] tries one, [`peek`] holds the answer until it is
//! known to be one, [`relay`] streams it on, [`record`] writes the one activity record. WebSockets go
//! through [`websocket`]; [`side`] and [`models`] answer what must be the pool's own; [`rescue`] is the
//! only place where an error becomes a response.

pub(crate) mod attempt;
pub(crate) mod authenticate;
pub(crate) mod body;
pub(crate) mod exchange;
pub(crate) mod facts;
pub(crate) mod frame;
pub(crate) mod front;
pub(crate) mod headers;
pub(crate) mod history;
pub(crate) mod models;
pub(crate) mod payload;
pub(crate) mod peek;
pub(crate) mod record;
pub(crate) mod relay;
pub(crate) mod rescue;
pub(crate) mod server;
pub(crate) mod side;
pub(crate) mod sse;
pub(crate) mod unservable;
pub(crate) mod walk;
pub(crate) mod websocket;
