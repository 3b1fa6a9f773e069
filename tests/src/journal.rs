//! What the simulator was asked, in the words of the tests.

use rockpool_sim::{Entry, EntryKind, Sim};
use serde_json::Value;

/// Requests for an answer, over either transport: no handshakes, no prewarm frames.
#[must_use]
pub fn turns(sim: &Sim) -> Vec<Entry> {
    sim.journal().into_iter().filter(is_turn).collect()
}

/// Frames that only warm a connection up.
#[must_use]
pub fn prewarms(sim: &Sim) -> Vec<Entry> {
    let prewarm = |entry: &Entry| is_frame(entry) && entry.body["generate"] == Value::Bool(false);
    sim.journal().into_iter().filter(prewarm).collect()
}

/// Refresh-token grants.
#[must_use]
pub fn refreshes(sim: &Sim) -> Vec<Entry> {
    let refresh = |entry: &Entry| entry.body["grant_type"] == "refresh_token";
    sim.journal().into_iter().filter(refresh).collect()
}

/// Requests to a path below the backend, such as `/codex/models`.
#[must_use]
pub fn to_path(sim: &Sim, path: &str) -> Vec<Entry> {
    sim.journal()
        .into_iter()
        .filter(|entry| entry.kind == EntryKind::Request && entry.bare_path().ends_with(path))
        .collect()
}

/// Who was asked, and how it was answered: `ada 200`.
#[must_use]
pub fn served(entries: &[Entry]) -> Vec<String> {
    let person = |entry: &Entry| {
        let user = entry.seat.as_ref().map_or("nobody", |seat| seat.user_id.as_str());
        user.trim_start_matches("user-").to_owned()
    };
    let status = |entry: &Entry| entry.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
    entries.iter().map(|entry| format!("{} {}", person(entry), status(entry))).collect()
}

/// How many ciphertexts a turn sent.
#[must_use]
pub fn ciphertexts(entry: &Entry) -> usize {
    entry.body.to_string().matches("gAAAAA").count()
}

/// The types of the items that a turn sent, in order.
#[must_use]
pub fn item_types(entry: &Entry) -> Vec<String> {
    let items = entry.body["input"].as_array().cloned().unwrap_or_default();
    items.iter().map(|item| item["type"].as_str().unwrap_or("?").to_owned()).collect()
}

/// Everything that struck the simulator as odd about what reached the backend.
#[must_use]
pub fn notes(sim: &Sim) -> Vec<String> {
    sim.journal().into_iter().flat_map(|entry| entry.notes).collect()
}

fn is_frame(entry: &Entry) -> bool {
    matches!(entry.kind, EntryKind::Frame(_))
}

fn is_turn(entry: &Entry) -> bool {
    let posted = entry.method == "POST" && entry.bare_path().ends_with("/codex/responses");
    posted || (is_frame(entry) && entry.body["generate"] != Value::Bool(false))
}
