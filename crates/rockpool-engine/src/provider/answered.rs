//! Which shared connections to the provider have answered before, told apart by their two ends.

use std::collections::HashMap;
use std::error::Error as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpInfo;

/// Connections that are remembered. Nobody says when one ends, so the older half is forgotten from time to time.
const MOST: usize = 2048;

/// A connection by its two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Connection {
    local: SocketAddr,
    remote: SocketAddr,
}

impl Connection {
    fn of(info: &HttpInfo) -> Self {
        Self { local: info.local_addr(), remote: info.remote_addr() }
    }

    /// The one that an error came about on.
    fn of_error(error: &reqwest::Error) -> Option<Self> {
        let mut source = error.source();
        while let Some(cause) = source {
            if let Some(connected) =
                cause.downcast_ref::<legacy::Error>().and_then(legacy::Error::connect_info)
            {
                let mut extras = http::Extensions::new();
                connected.get_extras(&mut extras);
                return extras.get().map(Self::of);
            }
            source = cause.source();
        }
        None
    }
}

/// Connections on which an answer has begun at some time, newest with the highest number.
#[derive(Clone, Debug, Default)]
pub(super) struct AnsweredConnections(Arc<Mutex<Remembered>>);

#[derive(Debug, Default)]
struct Remembered {
    connections: HashMap<Connection, u64>,
    answers: u64,
}

impl AnsweredConnections {
    fn add(&self, connection: Connection) {
        let mut remembered = self.remembered();
        remembered.answers += 1;
        let number = remembered.answers;
        remembered.connections.insert(connection, number);
        if remembered.connections.len() > MOST {
            let mut numbers: Vec<u64> = remembered.connections.values().copied().collect();
            let middle = numbers.len() / 2;
            let (_, oldest_kept, _) = numbers.select_nth_unstable(middle);
            let oldest_kept = *oldest_kept;
            remembered.connections.retain(|_, number| *number >= oldest_kept);
        }
    }

    /// Notes that an answer has begun on its connection.
    pub(super) fn note(&self, response: &reqwest::Response) {
        if let Some(connection) = response.extensions().get().map(Connection::of) {
            self.add(connection);
        }
    }

    /// Whether the connection that this error came about on had answered before. It stays known: over HTTP/2 it may
    /// have been lost under many requests at once, none of which is to blame.
    pub(super) fn had_answered(&self, error: &reqwest::Error) -> bool {
        Connection::of_error(error).is_some_and(|lost| self.knows(lost))
    }

    fn knows(&self, connection: Connection) -> bool {
        self.remembered().connections.contains_key(&connection)
    }

    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_connections_the_latest_stay_known() {
        let answered = AnsweredConnections::default();
        let connection = |port| Connection {
            local: SocketAddr::from(([127, 0, 0, 1], port)),
            remote: SocketAddr::from(([127, 0, 0, 1], 443)),
        };
        for port in 1..=10_000 {
            answered.add(connection(port));
        }
        assert!(answered.remembered().connections.len() <= MOST);
        assert!(answered.knows(connection(10_000)) && !answered.knows(connection(1)));
        assert!(
            answered.knows(connection(10_000)),
            "the second request that was on it is not to blame either"
        );
    }
}
