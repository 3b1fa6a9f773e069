//! What a simulator is started with.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use crate::clock::SimClock;
use crate::world::people::Person;

/// How a simulator listens and how strict it is. The default is what tests want:
/// both listeners on free loopback ports, any loopback port as sign-in callback.
#[derive(Clone, Debug)]
pub struct SimConfig {
    /// Where plain HTTP is served. Loopback only.
    pub listen: SocketAddr,
    /// Where TLS is served, or `None` for plain HTTP alone. Loopback only.
    pub tls_listen: Option<SocketAddr>,
    /// Host names in the TLS certificate besides `localhost`, `127.0.0.1` and `::1`.
    pub tls_names: Vec<String>,
    /// Where to write the test authority's certificate (PEM), for `ROCKPOOL_CA_FILE` and the like.
    pub ca_out: Option<PathBuf>,
    /// Which ports a sign-in may call back to.
    pub callback_ports: CallbackPorts,
    /// Whether an id token can be exchanged for an API key.
    pub api_keys: ApiKeyExchange,
    /// What happens to a turn state that another account was given.
    pub foreign_turn_state: ForeignTurnState,
    /// Which streams over HTTP have no content type, as recorded from the live backend.
    pub without_content_type: Share,
    /// Which streams over HTTP begin with events that only the backend's own client knows.
    pub private_events: Share,
    /// In which answers a call names the namespace `functions`, which a model may leave out.
    pub named_namespaces: Share,
    /// What becomes of connections that were kept alive.
    pub reused_connections: ReusedConnections,
    /// Bytes of a WebSocket frame beyond which the connection is closed with 1009; 16 MiB are reported.
    pub largest_frame: usize,
    /// How many requests the journal holds before it forgets the oldest.
    pub journal_limit: usize,
    /// The clock; keep a clone to move it.
    pub clock: SimClock,
    /// Who can sign in from the start.
    pub people: Vec<Person>,
}

impl Default for SimConfig {
    fn default() -> Self {
        let free_port = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
        Self {
            listen: free_port,
            tls_listen: Some(free_port),
            tls_names: Vec::new(),
            ca_out: None,
            callback_ports: CallbackPorts::AnyLoopback,
            api_keys: ApiKeyExchange::Grant,
            foreign_turn_state: ForeignTurnState::Refuse,
            without_content_type: Share::EveryOther,
            private_events: Share::EveryThird,
            named_namespaces: Share::EveryOther,
            reused_connections: ReusedConnections::Kept,
            largest_frame: 16 << 20,
            journal_limit: 5000,
            clock: SimClock::system(),
            people: Vec::new(),
        }
    }
}

/// The provider allows 1455 and 1457 (the client 0.169.0's own list); tests need others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallbackPorts {
    /// 1455 and 1457, as the provider has it.
    Documented,
    /// The documented two and these.
    DocumentedAnd(Vec<u16>),
    /// Every port of `localhost` and `127.0.0.1`.
    AnyLoopback,
}

impl CallbackPorts {
    pub(crate) fn allows(&self, port: u16) -> bool {
        let documented = matches!(port, 1455 | 1457);
        match self {
            Self::Documented => documented,
            Self::DocumentedAnd(more) => documented || more.contains(&port),
            Self::AnyLoopback => true,
        }
    }
}

/// Whether the token-exchange grant hands out an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiKeyExchange {
    /// Answers with a made-up `sk-…` key.
    Grant,
    /// Answers 401, as for a person without a platform organisation.
    Refuse,
}

/// In which streams or answers something is so, counted from the first that a simulator sends. Each share holds for the first, so
/// that a test of one turn meets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    Never,
    EveryThird,
    EveryOther,
    Always,
}

impl Share {
    pub(crate) const fn holds(self, number: u64) -> bool {
        match self {
            Self::Never => false,
            Self::EveryThird => number.is_multiple_of(3),
            Self::EveryOther => number.is_multiple_of(2),
            Self::Always => true,
        }
    }
}

/// What happens to an `x-codex-turn-state` that was made for another account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForeignTurnState {
    /// 400, so that a router which mixes accounts fails loudly.
    Refuse,
    /// Served, with a note in the journal.
    Note,
}

/// What becomes of an HTTP/1.1 connection that has answered, when another request for an answer comes on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReusedConnections {
    /// It is served.
    Kept,
    /// One in so many of them is closed without a byte, as by a load balancer whose time for it was up. Such a
    /// request is in no journal. None is closed while the script holds orders.
    CutOneIn(u32),
    /// There are none: each answer closes its connection.
    None,
}
