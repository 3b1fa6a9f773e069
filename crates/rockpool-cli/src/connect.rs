//! Finds the engine: the one that serves, else one in this process for as long as the command takes.

use http::StatusCode;
use rockpool_engine::Control;
use rockpool_engine::Engine;
use rockpool_engine::Principal;
use rockpool_engine::api::{Client, ClientError, InProcess, Remote};
use rockpool_engine::config::Config;

use crate::failure::Failure;
use crate::host;

/// An engine, wherever it runs.
pub(crate) enum Connection {
    /// An engine of another process, over its socket.
    Remote(Client),
    /// In this process, for as long as the command takes.
    Local { client: Client, engine: Engine },
}

impl Connection {
    pub(crate) fn client(&self) -> &Client {
        match self {
            Self::Remote(client) | Self::Local { client, .. } => client,
        }
    }

    /// Waits until what the command began is saved.
    pub(crate) async fn close(self) {
        match self {
            Self::Remote(_) => {}
            Self::Local { engine, .. } => engine.shutdown().await,
        }
    }
}

/// A killed server leaves its `control.json` behind, so what it names has to answer before it counts.
/// A server that is just starting, and another command at work, are waited for.
pub(crate) async fn connect(config: Config) -> Result<Connection, Failure> {
    let mut patience = host::Patience::new();
    loop {
        if let Some(control) = Control::read(&config.data_dir) {
            let client = Client::new(Remote::new(control.address, control.token));
            if answers(&client).await {
                return Ok(Connection::Remote(client));
            }
        }
        match host::offline(config.clone()).await {
            Ok(engine) => {
                let client = Client::new(InProcess::new(engine.handle(), Principal::Owner));
                return Ok(Connection::Local { client, engine });
            }
            Err(failure) => patience.wait_after(failure).await?,
        }
    }
}

/// A server of another version counts as well: whoever asks it is told so.
async fn answers(client: &Client) -> bool {
    matches!(client.list_pools().await, Ok(_) | Err(ClientError::Unreadable(StatusCode::OK)))
}
