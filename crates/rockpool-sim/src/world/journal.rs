//! What the simulator was asked: every request and every WebSocket frame, in order.

use std::collections::VecDeque;

use serde::Serialize;
use serde_json::Value;

use crate::world::people::SeatId;

/// Which number a request has in the journal; counts from 1 and never repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct EntryId(pub u64);

/// One request, or one text frame of a WebSocket.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    pub id: EntryId,
    /// When it was complete, in milliseconds since the Unix epoch by the simulator's clock.
    pub at_ms: i64,
    /// A request, or a frame and the handshake that it came through.
    pub kind: EntryKind,
    /// `GET`, `POST`; for a frame that of its handshake.
    pub method: String,
    /// Path and query as sent.
    pub path: String,
    /// How the client addressed the simulator: `http://host:port` or `https://host:port`.
    pub base: String,
    /// `HTTP/1.1` or `HTTP/2.0`.
    pub version: String,
    /// In the order as sent, names in lower case. Empty for a frame.
    pub headers: Vec<(String, String)>,
    /// The decoded body: JSON as such, a form as an object of strings, other text as a string, nothing as null.
    pub body: Value,
    /// Under which seat it was served, once the bearer was accepted.
    pub seat: Option<SeatId>,
    /// The answer's status; for a frame 200 or that of the error frame; `None` while there is none, or if there never was one.
    pub status: Option<u16>,
    /// What a real provider would not tell: why it was refused, what looked odd.
    pub notes: Vec<String>,
    /// Every demand on a request's form that it did not meet, in the provider's words; the first was the answer.
    /// Such a request never reached the model. What a script ordered, a limit or a bearer brought is none.
    pub violations: Vec<String>,
}

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// An HTTP request; a WebSocket handshake is one too.
    Request,
    /// A text frame on the WebSocket whose handshake is that entry.
    Frame(EntryId),
}

impl Entry {
    /// The first header of that name (lower case), if there is one.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The path without its query.
    #[must_use]
    pub fn bare_path(&self) -> &str {
        self.path.split('?').next().unwrap_or_default()
    }
}

#[derive(Debug)]
pub(crate) struct Journal {
    limit: usize,
    next: u64,
    entries: VecDeque<Entry>,
}

/// What an entry is made from.
pub(crate) struct Received {
    pub at_ms: i64,
    pub kind: EntryKind,
    pub method: String,
    pub path: String,
    pub base: String,
    pub version: String,
    pub headers: Vec<(String, String)>,
    pub body: Value,
}

impl Journal {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit: limit.max(1), next: 1, entries: VecDeque::new() }
    }

    pub(crate) fn receive(&mut self, received: Received) -> EntryId {
        let id = EntryId(self.next);
        self.next += 1;
        let Received { at_ms, kind, method, path, base, version, headers, body } = received;
        if self.entries.len() == self.limit {
            self.entries.pop_front();
        }
        self.entries.push_back(Entry {
            id,
            at_ms,
            kind,
            method,
            path,
            base,
            version,
            headers,
            body,
            seat: None,
            status: None,
            notes: Vec::new(),
            violations: Vec::new(),
        });
        id
    }

    pub(crate) fn served_as(&mut self, id: EntryId, seat: &SeatId) {
        self.change(id, |entry| entry.seat = Some(seat.clone()));
    }

    pub(crate) fn answered(&mut self, id: EntryId, status: u16) {
        self.change(id, |entry| entry.status = Some(status));
    }

    pub(crate) fn note(&mut self, id: EntryId, note: impl Into<String>) {
        self.change(id, |entry| entry.notes.push(note.into()));
    }

    pub(crate) fn violated(&mut self, id: EntryId, violation: String) {
        self.change(id, |entry| entry.violations.push(violation));
    }

    fn change(&mut self, id: EntryId, change: impl FnOnce(&mut Entry)) {
        let found = self.entries.binary_search_by_key(&id, |entry| entry.id);
        if let Ok(index) = found {
            change(&mut self.entries[index]);
        }
    }

    pub(crate) fn since(&self, after: EntryId) -> Vec<Entry> {
        self.entries.iter().filter(|entry| entry.id > after).cloned().collect()
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}
