//! Orders of the script: what goes wrong, or just differently, for the next requests of a kind.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::coding::Coding;
use crate::world::people::SeatId;

/// One order of the script. Orders are kept in a queue; a request takes the first that fits it, and only that one.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// For this seat only, or for everyone if absent.
    #[serde(default)]
    pub seat: Option<SeatId>,
    /// Which requests it is for.
    pub on: On,
    /// For how many of them, at least 1.
    #[serde(default = "once")]
    pub times: u32,
    pub action: Action,
}

const fn once() -> u32 {
    1
}

impl Fault {
    /// For the next request of that kind, whoever makes it.
    #[must_use]
    pub const fn next(on: On, action: Action) -> Self {
        Self { seat: None, on, times: 1, action }
    }

    #[must_use]
    pub fn of(mut self, seat: &SeatId) -> Self {
        self.seat = Some(seat.clone());
        self
    }

    /// For that many requests instead of one.
    #[must_use]
    pub const fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }
}

/// Which requests an order is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum On {
    /// `POST …/codex/responses`.
    Http,
    Handshake,
    /// A WebSocket frame that asks for an answer.
    Frame,
    /// A WebSocket frame with `generate: false`.
    Prewarm,
    /// An answer over either transport: `Http` or `Frame`.
    Turn,
    /// `POST …/codex/responses/compact`.
    Compact,
    /// `POST …/codex/images/generations` and `…/edits`. A 404 stands for a plan without images; `free` has none anyway.
    Images,
    /// `POST …/codex/alpha/search`.
    Search,
    /// `POST …/transcribe`.
    Transcribe,
    /// `GET …/wham/usage`.
    Usage,
    /// `GET …/codex/models`.
    Models,
    /// `GET …/wham/accounts/check`.
    AccountsCheck,
    Refresh,
    Exchange,
    /// `POST …/deviceauth/usercode`; a 404 says that device codes are switched off.
    DeviceCode,
    /// `POST …/deviceauth/token`.
    DevicePoll,
}

impl On {
    pub(crate) fn covers(self, request: Self) -> bool {
        self == request || (self == Self::Turn && matches!(request, Self::Http | Self::Frame))
    }
}

/// What happens to a request. What a kind of request does not understand is ignored, with a note in the journal.
///
/// | action | understood by |
/// |---|---|
/// | `Answer`, `NeverAnswer`, `CutBefore` | every kind |
/// | `HoldHeaders` | every kind but `Prewarm` |
/// | `UsageLimitReached` | `Http`, `Frame`, `Prewarm`, `Handshake`, `Images` |
/// | `Say`, `InStream` | `Http`, `Frame` |
/// | `Patch` | `Usage`, `Models`, `AccountsCheck`, `Compact`, `Images`, `Search`, `Transcribe` |
/// | `Token` | `Refresh`, `Exchange` |
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Action {
    /// Answer like this instead. On a WebSocket frame: an error frame with that `status_code`.
    Answer {
        /// 100 to 999.
        status: u16,
        /// Header lines, added to the answer. With a `content-encoding` the body is encoded so.
        #[serde(default)]
        headers: Vec<(String, String)>,
        /// A string is sent as `text/html`, anything else as JSON.
        #[serde(default)]
        body: Value,
    },
    /// 429 `usage_limit_reached` with the account's plan and true reset times, whatever is left.
    UsageLimitReached,
    /// Answer with this text instead of the usual one.
    Say { text: String },
    /// Wait this long before the headers (or, on a WebSocket, before the first event), then serve as usual.
    HoldHeaders {
        /// Milliseconds.
        ms: u64,
    },
    /// Accept the request and never answer.
    NeverAnswer,
    /// Cut the connection before any answer; for tokens: before the rotation.
    CutBefore,
    /// Merge this into the JSON answer (objects are merged, other values and nulls replace).
    Patch {
        /// The object to merge in.
        with: Value,
    },
    /// Do this to the stream of a good answer.
    InStream(StreamFault),
    /// Do this to a grant.
    Token(TokenFault),
}

/// What goes wrong inside a stream that began well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum StreamFault {
    /// Wait this long before each event.
    Pace {
        /// Milliseconds.
        ms: u64,
    },
    /// Send `after` events of a good answer, then this one, and end the stream.
    Fail {
        /// 1: after `response.created`, 2: after `response.in_progress` too, …
        after: usize,
        /// The event, such as `response.failed` or `error`.
        event: Value,
    },
    /// Send `after` events of a good answer, then cut the connection.
    Cut {
        /// 0: right after the headers.
        after: usize,
        how: Cut,
    },
    /// Send `after` events of a good answer and then nothing more, with the connection open.
    Stall {
        /// 0: headers only.
        after: usize,
    },
    /// After `after` events, one whose data is no JSON; then go on as usual.
    Malformed {
        /// 0: first of all.
        after: usize,
    },
    /// After `after` events, one padded to that many bytes; then go on as usual.
    Huge {
        /// 0: first of all.
        after: usize,
        /// Size of its padding.
        bytes: usize,
    },
    /// Send an event of a type that nobody knows before each real one.
    UnknownEvents,
    /// Over HTTP: end each line so. A WebSocket has no lines.
    LineEnds { with: LineEnd },
    /// Over HTTP: spread the JSON of each event over several lines of data.
    SeveralDataLines,
    /// Over HTTP: encode the body so, whatever the request accepts.
    Encoded { coding: Coding },
}

/// How lines may end besides with a line feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineEnd {
    CarriageReturn,
    /// A carriage return and a line feed.
    Both,
}

/// What goes wrong with a grant that was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum TokenFault {
    /// Rotate, then cut the connection, so that nobody ever sees the new tokens.
    CutAfterRotation,
    /// Rotate, then answer with this status and a gateway's page.
    FailAfterRotation {
        /// Any but 2xx.
        status: u16,
    },
    /// Refresh only: answer with an access token alone; the refresh token stays good.
    OnlyAccessToken,
    /// Rotate and leave the id token out.
    WithoutIdToken,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// A TCP reset (HTTP/2: the stream is reset).
    Reset,
    /// The connection is closed in the middle of the body, without its last chunk or close frame.
    Abrupt,
    /// A proper end of the body, or close frame 1000, before `response.completed`.
    CleanEnd,
}

impl Action {
    /// An answer in OpenAI's form.
    #[must_use]
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        let body = json!({"error": {"message": message, "type": "invalid_request_error", "code": code, "param": null}, "status": status});
        Self::Answer { status, headers: Vec::new(), body }
    }

    /// 429 without a usage limit, with or without `Retry-After` (seconds).
    #[must_use]
    pub fn rate_limited(retry_after: Option<u32>) -> Self {
        let headers =
            retry_after.map(|seconds| ("retry-after".to_owned(), seconds.to_string())).into_iter().collect();
        let body = json!({"error": {"message": "Rate limit reached for requests", "type": "requests", "code": "rate_limit_exceeded", "param": null}});
        Self::Answer { status: 429, headers, body }
    }

    /// 401 with a code such as `token_invalidated` or `token_expired`.
    #[must_use]
    pub fn unauthorized(code: &str) -> Self {
        Self::error(401, code, "Your authentication token has been invalidated. Please try signing in again.")
    }

    /// 402 `deactivated_workspace`.
    #[must_use]
    pub fn deactivated_workspace() -> Self {
        Self::Answer {
            status: 402,
            headers: Vec::new(),
            body: json!({"detail": {"code": "deactivated_workspace"}}),
        }
    }

    /// 403 with the HTML page of a content delivery network.
    #[must_use]
    pub fn blocked_by_network() -> Self {
        let page = "<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head><body><h1>Sorry, you have been blocked</h1></body></html>";
        let headers = vec![("cf-ray".to_owned(), "0000000000000000-SIM".to_owned())];
        Self::Answer { status: 403, headers, body: Value::from(page) }
    }

    /// 500, 502, 503, … without a known code.
    #[must_use]
    pub fn server_error(status: u16) -> Self {
        let body = json!({"error": {"message": "The server had an error while processing your request.", "type": "server_error", "code": null, "param": null}});
        Self::Answer { status, headers: Vec::new(), body }
    }

    /// 503 `server_is_overloaded`.
    #[must_use]
    pub fn overloaded() -> Self {
        let body = json!({"error": {"message": "The server is overloaded.", "type": "server_error", "code": "server_is_overloaded", "param": null}});
        Self::Answer { status: 503, headers: Vec::new(), body }
    }

    /// 426, after which the client 0.169.0 turns to HTTP for good.
    #[must_use]
    pub fn upgrade_required() -> Self {
        Self::Answer {
            status: 426,
            headers: vec![("upgrade".to_owned(), "h2c".to_owned())],
            body: json!({"detail": "Upgrade Required"}),
        }
    }

    /// The usage answer without a figure in any window.
    #[must_use]
    pub fn usage_without_percent() -> Self {
        let untold = json!({"used_percent": null});
        let with = json!({"rate_limit": {"primary_window": untold, "secondary_window": untold}});
        Self::Patch { with }
    }

    /// 400 with a sentence and no code: the plan lacks the model.
    #[must_use]
    pub fn model_not_supported(model: &str) -> Self {
        let detail = format!("The '{model}' model is not supported when using Codex with a ChatGPT account.");
        Self::Answer { status: 400, headers: Vec::new(), body: json!({ "detail": detail }) }
    }

    /// 429 for a limit that single models have: `name` as in `codex_bengalfox`, `title` as in
    /// `GPT-5.3-Codex-Spark`.
    #[must_use]
    pub fn model_limit_reached(name: &str, title: &str, resets_in_seconds: u64) -> Self {
        let stem = format!("x-{}", name.replace('_', "-"));
        let headers = vec![
            ("x-codex-active-limit".to_owned(), name.to_owned()),
            ("x-codex-limit-name".to_owned(), title.to_owned()),
            ("x-codex-rate-limit-reached-type".to_owned(), "rate_limit_reached".to_owned()),
            (format!("{stem}-primary-used-percent"), "100".to_owned()),
            (format!("{stem}-primary-window-minutes"), "300".to_owned()),
            (format!("{stem}-primary-reset-after-seconds"), resets_in_seconds.to_string()),
        ];
        let body = json!({"error": {
            "type": "usage_limit_reached", "message": "The usage limit has been reached", "plan_type": "pro",
            "resets_in_seconds": resets_in_seconds,
        }});
        Self::Answer { status: 429, headers, body }
    }

    /// On a WebSocket frame: the connection has lived for its 60 minutes.
    #[must_use]
    pub fn connection_limit_reached() -> Self {
        let message = "Responses websocket connection limit reached (60 minutes). Create a new websocket connection to continue.";
        Self::error(400, "websocket_connection_limit_reached", message)
    }

    /// Cut the connection after so many events of a good answer.
    #[must_use]
    pub const fn cut(after: usize, how: Cut) -> Self {
        Self::InStream(StreamFault::Cut { after, how })
    }

    /// Say nothing more after so many events of a good answer.
    #[must_use]
    pub const fn stall(after: usize) -> Self {
        Self::InStream(StreamFault::Stall { after })
    }

    /// Wait so many milliseconds before each event.
    #[must_use]
    pub const fn pace(ms: u64) -> Self {
        Self::InStream(StreamFault::Pace { ms })
    }

    /// A `response.failed` that hides in a 200, after so many events of a good answer.
    #[must_use]
    pub fn failed_in_stream(after: usize, code: &str, message: &str) -> Self {
        let event = json!({
            "type": "response.failed",
            "response": {"id": "resp_failed", "object": "response", "status": "failed", "error": {"code": code, "message": message}},
        });
        Self::InStream(StreamFault::Fail { after, event })
    }
}
