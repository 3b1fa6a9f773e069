//! The words of the failure table as orders to the simulated provider.

use rockpool_sim::{Action, Cut, On, StreamFault};
use rockpool_tests::tools::codex::Transport;
use serde_json::{Value, json};

/// What to order.
pub(super) struct Ordered {
    pub(super) on: On,
    pub(super) action: Action,
    /// For how many attempts in a row.
    pub(super) times: u32,
}

/// The order for a row's `when` and `what`.
///
/// # Panics
/// At words that mean nothing.
pub(super) fn ordered(when: &str, what: &str, over: Transport) -> Ordered {
    let (what, times) = match what.split_once(" ×") {
        Some((what, times)) => (what, times.parse().unwrap()),
        None => (what, 1),
    };
    let on = match (when, over) {
        ("dial", _) => On::Handshake,
        (_, Transport::Http) => On::Http,
        (_, Transport::WebSocket) => On::Frame,
    };
    let action = match when {
        "dial" | "head" | "continued" => instead_of_an_answer(what),
        "headers" => inside(0, what),
        "created" => inside(1, what),
        "in progress" => inside(2, what),
        "output" => inside(INTO_THE_TEXT, what),
        other => panic!("{other:?} is no moment"),
    };
    Ordered { on, action, times }
}

/// Events of a good answer before the third word: lifecycle, reasoning, the beginning of the message.
const INTO_THE_TEXT: usize = 8;

const MESSAGE: &str = "It went wrong.";

const UNSUPPORTED: &str = "The 'gpt-5.5' model is not supported when using Codex with a ChatGPT account.";

const NO_ACCESS: &str = "The model `gpt-5.5` does not exist or you do not have access to it.";

fn instead_of_an_answer(what: &str) -> Action {
    let words: Vec<&str> = what.split(' ').collect();
    match words[..] {
        ["cut"] => Action::CutBefore,
        ["429", "limit"] => Action::UsageLimitReached,
        ["429", "model-limit"] => Action::model_limit_reached("codex_bengalfox", "GPT-5.3-Codex-Spark", 7200),
        ["frame", ..] => inside(0, what),
        ["failed" | "error", ..] => inside(2, what),
        [status, ref rest @ ..] => status_and_body(status.parse().unwrap(), rest),
        [] => panic!("nothing happens"),
    }
}

fn status_and_body(status: u16, rest: &[&str]) -> Action {
    let mut headers = Vec::new();
    let mut body = error_body(json!({"type": "server_error", "code": null}));
    for word in rest {
        match word.split_once('=').unwrap_or((word, "")) {
            ("retry-after", seconds) => headers.push(("retry-after".to_owned(), seconds.to_owned())),
            ("code", code) => body = error_body(json!({"type": "invalid_request_error", "code": code})),
            ("type", kind) => body = error_body(json!({"type": kind, "code": null})),
            ("unsupported", "detail") => body = json!({ "detail": UNSUPPORTED }),
            ("unsupported", _) => {
                body =
                    json!({"error": {"type": "invalid_request_error", "code": null, "message": UNSUPPORTED}});
            }
            ("no-access", _) => {
                body =
                    json!({"error": {"type": "invalid_request_error", "code": null, "message": NO_ACCESS}});
            }
            ("detail", "") => body = json!({"detail": MESSAGE}),
            ("detail", code) => body = json!({"detail": {"code": code}}),
            ("ciphertext", _) => body = json!({"error": ciphertext(None)}),
            ("page", _) => body = Value::from("<!DOCTYPE html><html><body><h1>Sorry</h1></body></html>"),
            ("nothing", _) => body = Value::Null,
            (other, _) => panic!("{other:?} is no body"),
        }
    }
    Action::Answer { status, headers, body }
}

fn error_body(mut error: Value) -> Value {
    error["message"] = MESSAGE.into();
    error["param"] = Value::Null;
    json!({ "error": error })
}

/// As the provider says it, with and without a code.
fn ciphertext(code: Option<&str>) -> Value {
    let message = "The encrypted content gAAAAABq... could not be verified. Reason: Encrypted content could not be decrypted or parsed.";
    json!({"message": message, "type": "invalid_request_error", "code": code, "param": null})
}

/// An error frame with its status under the name that the first word says.
fn frame(words: &str) -> Value {
    let [which, status, code] = words.split(' ').collect::<Vec<_>>()[..] else {
        panic!("{words:?} is no frame")
    };
    let status: u16 = status.parse().unwrap();
    let kind = match status {
        429 => code,
        500.. => "server_error",
        _ => "invalid_request_error",
    };
    let mut event = error_body(json!({"type": kind, "code": code}));
    event["type"] = "error".into();
    let names: &[&str] = match which {
        "status" => &["status"],
        "status_code" => &["status_code"],
        "both" => &["status", "status_code"],
        "neither" => &[],
        other => panic!("{other:?} is no way to tell a status"),
    };
    for name in names {
        event[*name] = status.into();
    }
    event
}

fn inside(after: usize, what: &str) -> Action {
    let event = match what.split_once(' ') {
        None => return Action::cut(after, cut(what)),
        Some(("frame", words)) => frame(words),
        Some(("failed", "ciphertext")) => failed(ciphertext(None)),
        Some(("failed", code)) => failed(json!({"code": code, "message": MESSAGE})),
        Some(("error", code)) => {
            json!({"type": "error", "code": code, "message": MESSAGE, "error": {"code": code, "message": MESSAGE}})
        }
        Some(("incomplete", reason)) => {
            let details = json!({ "reason": reason });
            json!({"type": "response.incomplete", "response": {"id": "resp_cut", "status": "incomplete", "incomplete_details": details}})
        }
        Some((other, _)) => panic!("{other:?} is no event"),
    };
    Action::InStream(StreamFault::Fail { after, event })
}

fn failed(error: Value) -> Value {
    json!({"type": "response.failed", "response": {"id": "resp_failed", "status": "failed", "error": error}})
}

fn cut(how: &str) -> Cut {
    match how {
        "reset" => Cut::Reset,
        "cut" => Cut::Abrupt,
        "end" => Cut::CleanEnd,
        other => panic!("{other:?} is no end"),
    }
}
