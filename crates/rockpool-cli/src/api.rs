//! The management API as commands see it, whoever serves it.

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Method, StatusCode};
use rockpool_engine::api::PREFIX;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::failure::Failure;

/// A status and a body.
pub(crate) type Answered = (StatusCode, Bytes);

/// Carries one request to the engine: over a socket, within the process, or into a test's record.
pub(crate) trait Api: Sync {
    /// `path` is absolute and percent-encoded.
    fn send<'a>(
        &'a self,
        method: Method,
        path: &'a str,
        body: Option<Bytes>,
    ) -> BoxFuture<'a, Result<Answered, Failure>>;
}

/// Asks and reads the answer as JSON; `Null` where there is none.
pub(crate) async fn ask(
    api: &dyn Api,
    method: Method,
    segments: &[&str],
    body: Option<Value>,
) -> Result<Value, Failure> {
    let body = body.map(|value| Bytes::from(value.to_string()));
    let (status, answer) = api.send(method, &path(segments), body).await?;
    if !status.is_success() {
        return Err(Failure::from_answer(status, &answer));
    }
    if answer.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&answer).map_err(|_| Failure::Unreadable(status))
}

/// Reads one of the engine's views out of an answer.
pub(crate) fn view<T: DeserializeOwned>(answer: &Value) -> Result<T, Failure> {
    T::deserialize(answer).map_err(|_| Failure::Unreadable(StatusCode::OK))
}

fn path(segments: &[&str]) -> String {
    let mut path = PREFIX.to_owned();
    for segment in segments {
        path.push('/');
        segment.bytes().for_each(|byte| push_encoded(&mut path, byte));
    }
    path
}

/// Unreserved characters as they are, all others as `%XX` (RFC 3986, 2.1 and 2.3).
fn push_encoded(path: &mut String, byte: u8) {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        path.push(char::from(byte));
        return;
    }
    path.push('%');
    for digit in [byte >> 4, byte & 15] {
        path.push(char::from(b"0123456789ABCDEF"[usize::from(digit)]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_place_in_the_path() {
        assert_eq!(path(&["accounts", "codex-pro-1"]), "/api/v1/accounts/codex-pro-1");
        assert_eq!(path(&["clients", "a/b? ä"]), "/api/v1/clients/a%2Fb%3F%20%C3%A4");
    }
}
