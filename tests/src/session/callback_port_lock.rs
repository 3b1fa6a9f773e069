//! One sign-in at a time: the provider allows two fixed callback ports on the whole machine.

use std::fs::File;

/// The right to sign in, across threads and processes, until it is dropped.
#[derive(Debug)]
pub struct CallbackPortLock {
    _file: File,
}

impl CallbackPortLock {
    /// Waits for the others.
    pub async fn acquire() -> Self {
        let path = std::env::temp_dir().join("rockpool-tests-callback-ports.lock");
        let file = File::create(path).unwrap();
        let locked = tokio::task::spawn_blocking(move || file.lock().map(|()| file));
        Self { _file: locked.await.unwrap().unwrap() }
    }
}
