//! A simulated OpenAI: sign-in, tokens, Responses over SSE and WebSocket, usage, models; strict about what it
//! accepts, and scriptable about what goes wrong.
//!
//! It listens on loopback only, knows made-up people only, and says on its pages that it is a simulation.
//! Tests start one in their own process with [`Sim::start`]; rehearsals and scripts run the binary `rockpool-sim`
//! and steer it under `/_sim/`. Facts about the provider come from the client 0.169.0 and from public reports.

mod backend;
mod byte_stream;
mod call;
mod clock;
mod coding;
mod config;
mod control;
mod lenient_json;
mod oauth;
mod random;
mod reply;
mod responses;
mod reuse;
mod route;
mod scripted;
mod server;
mod shared;
mod sim;
mod tls;
mod world;

pub use clock::SimClock;
pub use coding::Coding;
pub use config::{ApiKeyExchange, CallbackPorts, ForeignTurnState, ReusedConnections, Share, SimConfig};
pub use sim::Sim;
pub use world::faults::{Action, Cut, Fault, LineEnd, On, StreamFault, TokenFault};
pub use world::journal::{Entry, EntryId, EntryKind};
pub use world::logins::{Death, Secret, SecretKind};
pub use world::minted::Minted;
pub use world::people::{Cost, ModelLimit, Person, SeatId, Window, Windows, Workspace};
pub use world::{SignIn, UnknownPerson};
