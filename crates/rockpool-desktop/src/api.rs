//! The one way to the engine: its management API, without a socket.

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::Method;
use rockpool_engine::api::InProcess;
use serde::Serialize;
use serde_json::Value;

/// An answer of the management API, whatever its status.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Parsed JSON; null for an empty answer.
    pub body: Value,
}

/// Calls routes of the management API. The engine provides it; tests record it.
pub trait Api: Send + Sync {
    /// Calls one route; `path` is what follows the host, such as `/api/v1/status`.
    fn call(&self, method: Method, path: &str, body: Option<Value>) -> BoxFuture<'static, Answer>;
}

impl Api for InProcess {
    fn call(&self, method: Method, path: &str, body: Option<Value>) -> BoxFuture<'static, Answer> {
        let (way, path) = (self.clone(), path.to_owned());
        Box::pin(async move {
            let json = body.map(|value| Bytes::from(value.to_string()));
            let reply = InProcess::call(&way, method, &path, json).await;
            let body = serde_json::from_slice(&reply.body).unwrap_or(Value::Null);
            Answer { status: reply.status.as_u16(), body }
        })
    }
}

impl Answer {
    /// The body of a success, or the sentence that a refusal gives.
    pub fn success(self) -> Result<Value, String> {
        if (200..300).contains(&self.status) {
            return Ok(self.body);
        }
        let text = |field: &str| self.body.get(field).and_then(Value::as_str).map(str::to_owned);
        Err(text("detail").or_else(|| text("title")).unwrap_or_else(|| format!("HTTP {}", self.status)))
    }
}

/// One segment of a path, with everything but unreserved characters escaped (RFC 3986, 2.3).
pub fn segment(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_refusal_speaks_in_its_own_sentence() {
        let refusal = Answer { status: 409, body: json!({"title": "Conflict", "detail": "It is taken."}) };
        assert_eq!(refusal.success(), Err("It is taken.".to_owned()));
        assert_eq!(Answer { status: 502, body: Value::Null }.success(), Err("HTTP 502".to_owned()));
        assert_eq!(Answer { status: 204, body: Value::Null }.success(), Ok(Value::Null));
    }

    #[test]
    fn a_name_cannot_leave_its_segment() {
        assert_eq!(segment("codex-pro-1"), "codex-pro-1");
        assert_eq!(segment("a/b?c é"), "a%2Fb%3Fc%20%C3%A9");
    }
}
