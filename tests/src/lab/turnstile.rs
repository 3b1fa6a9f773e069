//! Lets one sign-in through at a time: the provider allows two fixed callback ports on the whole machine.

use std::fs::File;

/// The right to sign in, until dropped; across threads and processes.
#[derive(Debug)]
pub struct Turn {
    _lock: File,
}

impl Turn {
    /// Waits for the others.
    pub async fn wait() -> Self {
        let path = std::env::temp_dir().join("rockpool-tests-callback-ports.lock");
        let file = File::create(path).unwrap();
        let locked = tokio::task::spawn_blocking(move || file.lock().map(|()| file));
        Self { _lock: locked.await.unwrap().unwrap() }
    }
}
