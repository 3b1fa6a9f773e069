//! Asks for an answer as a tool does, over either transport, and says what came.

use rockpool_tests::tools::Key;
use rockpool_tests::tools::codex::Transport;
use rockpool_tests::tools::request::{events, frame, user};
use rockpool_tests::tools::socket::Socket;
use serde_json::{Value, json};

use super::super::post::ask_for_what_comes;
use super::seen;

/// What came, in the words of the table and event by event.
pub(super) struct Came {
    pub(super) seen: String,
    pub(super) events: Vec<Value>,
}

/// One request for an answer in a conversation of its own. `account` is whose answer is `itself`.
pub(super) async fn ask(key: &Key, over: Transport, account: &str) -> Came {
    match over {
        Transport::Http => match ask_for_what_comes(key, account).await {
            Some(posted) => {
                let events = if posted.status == 200 { events(&posted.body) } else { Vec::new() };
                Came { seen: seen::over_http(&posted, account), events }
            }
            None => Came { seen: seen::BROKEN.to_owned(), events: Vec::new() },
        },
        Transport::WebSocket => match Socket::open(key, account).await {
            Ok(mut socket) => came(socket.ask(&frame(json!([user("hello")]))).await, account),
            Err(refusal) => {
                let body = refusal.body().as_deref();
                Came { seen: seen::refusal(refusal.status(), body), events: Vec::new() }
            }
        },
    }
}

/// A conversation whose first turn was answered.
pub(super) struct Begun {
    socket: Socket,
    response: Value,
}

impl Begun {
    pub(super) async fn with(key: &Key, session: &str) -> Self {
        let mut socket = Socket::open(key, session).await.unwrap();
        let frames = socket.ask(&frame(json!([user("hello")]))).await;
        let response = frames.last().unwrap()["response"]["id"].clone();
        assert!(response.is_string(), "the first turn ended with {:?}", frames.last());
        Self { socket, response }
    }

    /// The second turn, which builds on the first.
    pub(super) async fn go_on(mut self, account: &str) -> Came {
        let mut continued = frame(json!([user("more")]));
        continued["previous_response_id"] = self.response;
        came(self.socket.ask(&continued).await, account)
    }
}

fn came(events: Vec<Value>, account: &str) -> Came {
    Came { seen: seen::over_websocket(&events, account), events }
}
