//! The other parameters of a request, and what is refused.

use serde_json::{Value, json};

use super::{refused, request, sent, translated, translated_bytes};
use crate::answer::Delivery;

#[test]
fn what_the_backend_has_no_use_for_is_dropped_by_name() {
    let body = request(json!({
        "temperature": 0.2, "top_k": 5, "top_p": 0.9, "service_tier": "standard_only", "betas": ["x"],
        "context_management": { "edits": [{ "type": "clear_thinking_20251015", "keep": "all" }] },
        "metadata": { "user_id": "minh" }, "container": "c",
        "safeguards": { "rules": ["/srv/minh"] },
    }));
    let translated = translated(&body);
    assert_eq!(
        translated.form.dropped,
        [
            "betas",
            "container",
            "context_management",
            "metadata",
            "safeguards",
            "service_tier",
            "temperature",
            "top_k",
            "top_p"
        ]
    );
    let text = String::from_utf8(translated.body).unwrap();
    assert!(
        !text.contains("minh") && !text.contains("max_tokens") && !text.contains("temperature"),
        "{text}"
    );
}

#[test]
fn what_changes_nothing_is_not_told_as_dropped() {
    let body = request(json!({
        "temperature": 1, "top_p": 1.0, "top_k": null, "betas": [], "service_tier": "auto", "mcp_servers": [],
        "stop_sequences": [], "container": null, "stream": false, "system": null, "tools": null, "tool_choice": null,
    }));
    assert!(translated(&body).form.dropped.is_empty());
}

#[test]
fn thinking_and_effort_become_reasoning() {
    let reasoning = |more| sent(&request(more))["reasoning"].clone();
    assert_eq!(
        reasoning(
            json!({ "thinking": { "type": "adaptive", "display": "omitted" }, "output_config": { "effort": "high" } })
        ),
        json!({ "effort": "high" })
    );
    assert_eq!(
        reasoning(
            json!({ "thinking": { "type": "enabled", "budget_tokens": 2048, "display": "summarized" } })
        ),
        json!({ "effort": "low", "summary": "auto" })
    );
    assert_eq!(reasoning(json!({ "thinking": { "type": "disabled" } })), json!({ "effort": "low" }));
    assert_eq!(reasoning(json!({ "output_config": { "effort": "max" } })), json!({ "effort": "xhigh" }));
    assert_eq!(reasoning(json!({})), Value::Null);
}

#[test]
fn a_schema_for_the_answer_is_passed_on_under_a_name() {
    let format = json!({ "type": "json_schema", "schema": { "type": "object", "properties": { "n": { "type": "integer" } },
        "required": ["n"], "additionalProperties": false } });
    for more in [json!({ "output_config": { "format": format } }), json!({ "output_format": format })] {
        let written = sent(&request(more))["text"]["format"].clone();
        assert_eq!((&written["name"], &written["strict"]), (&json!("answer"), &json!(true)));
        assert_eq!(written["schema"], format["schema"]);
    }
}

#[test]
fn fast_mode_is_the_backends_priority() {
    assert_eq!(sent(&request(json!({ "speed": "fast" })))["service_tier"], "priority");
    assert!(sent(&request(json!({ "speed": "standard" })))["service_tier"].is_null());
}

#[test]
fn the_answer_goes_back_under_the_name_that_was_asked_for() {
    let translated = translated(&request(json!({ "model": "claude-opus", "stream": true })));
    assert_eq!((translated.model.as_str(), translated.form.model.as_str()), ("gpt-5.5", "claude-opus"));
    assert_eq!(translated.form.delivery, Delivery::Streamed);
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (more, param) in [
        (json!({ "model": null }), "model"),
        (json!({ "model": "gpt-1" }), "model"),
        (json!({ "messages": null }), "messages"),
        (json!({ "messages": [] }), "messages"),
        (json!({ "messages": {} }), "messages"),
        (json!({ "messages": [[]] }), "messages.0"),
        (json!({ "messages": [{ "role": "tool", "content": "x" }] }), "messages.0.role"),
        (json!({ "messages": [{ "role": "user", "content": 1 }] }), "messages.0.content"),
        (
            json!({ "messages": [{ "role": "user", "content": [{ "type": "text", "text": 1 }] }] }),
            "messages.0.content.0.text",
        ),
        (json!({ "system": [{ "type": "image" }] }), "system.0.type"),
        (json!({ "tools": [{ "description": "x" }] }), "tools.0.name"),
        (json!({ "tools": [{ "name": "f", "input_schema": [] }] }), "tools.0.input_schema"),
        (json!({ "thinking": { "type": "deep" } }), "thinking.type"),
        (json!({ "output_config": { "format": { "type": "xml" } } }), "output_config.format.type"),
        (json!({ "stream": "yes" }), "stream"),
        (json!({ "stop_sequences": [""] }), "stop_sequences"),
        (json!({ "mcp_servers": [{ "url": "https://example.org" }] }), "mcp_servers"),
    ] {
        let (blamed, message) = refused(&request(more));
        assert_eq!(blamed, param, "{message}");
        assert!(message.contains(param) || param == "model", "{message}");
    }
}

#[test]
fn what_is_no_request_is_malformed_and_a_byte_order_mark_is_no_obstacle() {
    for body in ["", "[]", "{", "{}x", r#"{"model":"gpt-5.5","model":"gpt-5.5"}"#] {
        let fault = translated_bytes(body.as_bytes()).unwrap_err().fault();
        assert!(fault.message.contains("not valid JSON"), "{body}: {}", fault.message);
    }
    let body = format!("\u{feff}{}", request(json!({})));
    assert!(translated_bytes(body.as_bytes()).is_ok());
}

#[test]
fn half_of_a_surrogate_pair_spoils_nothing_of_the_text_around_it() {
    let body = r#"{"model":"gpt-5.5","system":"a\n\"b\" \ud83d \udc00\ud83d\ude00 \\ud83d","messages":[{"role":"user","content":"hi"}]}"#;
    let sent: Value = serde_json::from_slice(&translated_bytes(body.as_bytes()).unwrap().body).unwrap();
    assert_eq!(sent["instructions"], "a\n\"b\" \u{fffd} \u{fffd}😀 \\ud83d");
}

/// Each name looked up among all before it would take minutes.
#[test]
fn a_request_of_very_many_members_is_read_in_one_pass() {
    let many: Vec<String> = (0..200_000).map(|at| format!(r#""m{at}":0"#)).collect();
    let with = |last: &str| {
        let body = format!(
            r#"{{"model":"gpt-5.5","messages":[{{"role":"user","content":"hi"}}],{},"{last}":1}}"#,
            many.join(",")
        );
        translated_bytes(body.as_bytes())
    };
    assert!(with("last").is_ok());
    let twice = with("m7").unwrap_err().to_string();
    assert!(twice.contains("“m7” is there twice"), "{twice}");
}

#[test]
fn text_is_copied_as_it_was_written() {
    let body = r#"{"model":"gpt-5.5","messages":[{"role":"user","content":"\ud83d \u00e9 \/"}]}"#;
    let sent = String::from_utf8(translated_bytes(body.as_bytes()).unwrap().body).unwrap();
    assert!(sent.contains(r#""text":"\ud83d \u00e9 \/""#), "{sent}");
}
