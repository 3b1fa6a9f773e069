//! A server of one build, set up as a person would: three accounts signed in, a pool of them, one client.

use std::path::Path;

use http::Method;
use rockpool_tests::harness::server::{Home, Server};
use rockpool_tests::tools::Key;
use serde_json::json;

use crate::process;
use crate::simulator::{PEOPLE, Simulator, SimulatorError};

pub(crate) struct MeasuredServer {
    server: Server,
    key: Key,
}

impl MeasuredServer {
    /// Starts `program` with its data below `folder`, which is made.
    ///
    /// # Panics
    /// If the server does not do what is asked of it.
    pub(crate) async fn start(
        program: &Path,
        folder: &Path,
        simulator: &Simulator,
    ) -> Result<Self, SimulatorError> {
        std::fs::create_dir(folder).map_err(SimulatorError::Folder)?;
        let home = Home::of_build(program, folder, simulator.auth_url(), simulator.backend_url());
        let server = home.serve().await;
        let mut accounts = Vec::new();
        for person in PEOPLE {
            simulator.next_sign_in(person).await?;
            accounts.push(server.sign_in_next(person, None).await);
        }
        let (owner, members) = accounts.split_first().expect("there are people");
        let pool = json!({"strategy": "round_robin", "extra_provider_names": members});
        server.api.done(Method::PUT, &format!("/pools/{owner}"), Some(pool)).await;
        let client = server.api.post("/clients", json!({"name": "load", "account": owner})).await;
        let text = |field: &str| client[field].as_str().unwrap_or_default().to_owned();
        let key = Key { secret: text("key"), base_url: text("base_url") };
        Ok(Self { server, key })
    }

    pub(crate) const fn pid(&self) -> u32 {
        self.server.control.pid
    }

    pub(crate) fn key(&self) -> Key {
        self.key.clone()
    }

    /// `None` once the process is gone.
    pub(crate) fn resident_kib(&self) -> Option<u64> {
        process::resident_kib(self.pid()).ok()
    }
}
