//! The real Codex CLI through the endpoint, against the simulated provider.

mod answers;
mod connecting;
mod limits;
mod matrix;
mod moving;
mod resume;
mod side_paths;
mod sockets;
mod tokens;
mod tools;
