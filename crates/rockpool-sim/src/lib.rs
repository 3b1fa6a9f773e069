//! A simulated OpenAI: sign-in, tokens, Responses over SSE and WebSocket, usage, models; strict about what it
//! accepts, and scriptable about what goes wrong.
//!
//! It listens on loopback only, knows made-up people only, and says on its pages that it is a simulation.
//! Tests start one in their own process with [`Sim::start`]; rehearsals and scripts run the binary `rockpool-sim`
//! and steer it under `/_sim/`. Facts about the provider come from the client 0.169.0 and from public reports.

mod backend;
mod call;
mod cipher;
mod clock;
mod config;
mod control;
mod faults;
mod gate;
mod journal;
mod jwt;
mod logins;
mod minted;
mod models;
mod oauth;
mod people;
mod plain;
mod prompt_cache;
mod quota;
mod random;
mod reply;
mod responses;
mod route;
mod server;
mod sim;
mod tls;
mod usage;
mod wire;
mod world;

pub use clock::SimClock;
pub use config::{ApiKeyExchange, CallbackPorts, ForeignTurnState, SimConfig};
pub use faults::{Action, Cut, Fault, On, StreamFault, TokenFault};
pub use journal::{Entry, EntryId, EntryKind};
pub use logins::{Death, Secret, SecretKind};
pub use minted::Minted;
pub use oauth::SignIn;
pub use people::{Cost, Person, SeatId, Window, Windows, Workspace};
pub use sim::Sim;
pub use world::UnknownPerson;
