//! Requests on their way to the backend.

use serde_json::{Value, json};

use super::world::{refused, refused_messages, request, sent, translated};
use crate::Delivery;

#[test]
fn the_old_form_of_functions_is_understood() {
    let value = sent(
        &json!({ "model": "plain", "functions": [{ "name": "f" }], "function_call": { "name": "f" }, "messages": [
        { "role": "user", "content": "go" },
        { "role": "assistant", "content": null, "function_call": { "name": "f", "arguments": "{}" } },
        { "role": "function", "name": "f", "content": "done" },
    ] }),
    );
    let call = &value["input"][1];
    assert_eq!((&call["type"], &call["name"]), (&json!("function_call"), &json!("f")));
    assert_eq!(
        value["input"][2],
        json!({ "type": "function_call_output", "call_id": call["call_id"], "output": "done" })
    );
    assert_eq!(
        value["tools"],
        json!([{ "type": "function", "name": "f", "parameters": { "type": "object", "properties": {} }, "strict": false }])
    );
    assert_eq!(
        (&value["tool_choice"], &value["parallel_tool_calls"]),
        (&json!({ "type": "function", "name": "f" }), &json!(false))
    );
    let (param, _) = refused_messages(json!([{ "role": "function", "name": "f", "content": "" }]));
    assert_eq!(param, "messages[0].name");
    let tool = json!({ "type": "function", "function": { "name": "g" } });
    assert_eq!(refused(&request(json!({ "functions": [{ "name": "f" }], "tools": [tool] }))).0, "functions");
}

#[test]
fn tools_lose_their_nesting_and_are_strict_only_where_they_say_so() {
    let schema = json!({ "type": "object", "properties": { "city": { "type": "string" } } });
    let value = sent(&request(json!({ "parallel_tool_calls": true, "tools": [
        { "type": "function", "function": { "name": "f", "description": "d", "parameters": schema, "strict": true } },
        { "type": "function", "function": { "name": "g", "parameters": schema, "strict": null } },
        { "type": "custom", "custom": { "name": "patch", "description": "p", "format": { "type": "grammar", "grammar": { "syntax": "lark", "definition": "start: A" } } } },
        { "type": "custom", "custom": { "name": "note", "format": { "type": "text" } } },
    ] })));
    assert_eq!(
        value["tools"],
        json!([
            { "type": "function", "name": "f", "description": "d", "parameters": schema, "strict": true },
            { "type": "function", "name": "g", "parameters": schema, "strict": false },
            { "type": "custom", "name": "patch", "description": "p", "format": { "type": "grammar", "syntax": "lark", "definition": "start: A" } },
            { "type": "custom", "name": "note", "format": { "type": "text" } },
        ])
    );
    assert_eq!((&value["tool_choice"], &value["parallel_tool_calls"]), (&json!("auto"), &json!(true)));
}

#[test]
fn a_choice_of_tools_is_put_as_the_backend_has_it() {
    let named = |kind: &str, name: &str| json!({ "type": kind, kind: { "name": name } });
    for (choice, got) in [
        (json!("auto"), json!("auto")),
        (json!("none"), json!("none")),
        (json!("required"), json!("required")),
        (named("function", "f"), json!({ "type": "function", "name": "f" })),
        (named("custom", "p"), json!({ "type": "custom", "name": "p" })),
        (
            json!({ "type": "allowed_tools", "allowed_tools": { "mode": "auto", "tools": [named("function", "f")] } }),
            json!({ "type": "allowed_tools", "mode": "auto", "tools": [{ "type": "function", "name": "f" }] }),
        ),
    ] {
        let tools = json!([{ "type": "function", "function": { "name": "f" } }, { "type": "custom", "custom": { "name": "p" } }]);
        assert_eq!(sent(&request(json!({ "tools": tools, "tool_choice": choice })))["tool_choice"], got);
    }
    assert_eq!(refused(&request(json!({ "tool_choice": "required" }))).0, "tool_choice");
    assert_eq!(refused(&request(json!({ "tool_choice": "sometimes" }))).0, "tool_choice");
    assert_eq!(sent(&request(json!({ "tool_choice": "none" })))["tool_choice"], Value::Null);
}

#[test]
fn a_lite_model_gets_its_shape_and_no_forced_choice() {
    let tools = json!([{ "type": "function", "function": { "name": "f" } }]);
    let value = sent(&request(json!({ "model": "lite", "tools": tools })));
    assert_eq!(value["input"][0]["tools"][0]["tools"][0]["name"], "f");
    assert_eq!((&value["tools"], &value["parallel_tool_calls"]), (&Value::Null, &json!(false)));
    assert_eq!(
        refused(&request(json!({ "model": "lite", "tools": tools, "tool_choice": "required" }))).0,
        "tool_choice"
    );
}

#[test]
fn a_lite_model_is_given_only_the_allowed_tools() {
    let tools = json!([{ "type": "function", "function": { "name": "f" } }, { "type": "custom", "custom": { "name": "f" } },
        { "type": "function", "function": { "name": "g" } }]);
    let allowed = |mode: &str| {
        let function = json!({ "type": "function", "function": { "name": "f" } });
        let choice =
            json!({ "type": "allowed_tools", "allowed_tools": { "mode": mode, "tools": [function] } });
        request(json!({ "model": "lite", "tools": tools, "tool_choice": choice }))
    };
    let given = &sent(&allowed("auto"))["input"][0]["tools"][0]["tools"];
    assert_eq!(
        given,
        &json!([{ "type": "function", "name": "f", "parameters": { "type": "object", "properties": {} }, "strict": false }])
    );
    assert_eq!(refused(&allowed("required")).0, "tool_choice");
    assert_eq!(refused(&allowed("sometimes")).0, "tool_choice.mode");
}

#[test]
fn a_form_of_the_answer_becomes_a_text_format() {
    let schema = json!({ "type": "object" });
    for (format, got) in [
        (json!({ "type": "text" }), Value::Null),
        (json!({ "type": "json_object" }), json!({ "format": { "type": "json_object" } })),
        (
            json!({ "type": "json_schema", "json_schema": { "name": "n", "description": "d", "strict": true, "schema": schema } }),
            json!({ "format": { "type": "json_schema", "name": "n", "description": "d", "schema": schema, "strict": true } }),
        ),
    ] {
        assert_eq!(sent(&request(json!({ "response_format": format })))["text"], got);
    }
    assert_eq!(
        refused(&request(json!({ "response_format": { "type": "grammar" } }))).0,
        "response_format.type"
    );
    let nameless = json!({ "type": "json_schema", "json_schema": { "schema": {} } });
    assert_eq!(
        refused(&request(json!({ "response_format": nameless }))).0,
        "response_format.json_schema.name"
    );
}

#[test]
fn effort_verbosity_and_priority_reach_the_backend() {
    let value = sent(&request(
        json!({ "reasoning_effort": "xhigh", "verbosity": "low", "service_tier": "priority" }),
    ));
    assert_eq!(value["reasoning"], json!({ "effort": "high", "summary": "auto" }));
    assert_eq!(
        (&value["text"], &value["service_tier"]),
        (&json!({ "verbosity": "low" }), &json!("priority"))
    );
    assert_eq!(
        sent(&request(json!({ "reasoning_effort": "none" })))["reasoning"],
        json!({ "effort": "low" })
    );
    assert_eq!(sent(&request(json!({ "service_tier": "flex" })))["service_tier"], Value::Null);
}

#[test]
fn the_search_of_the_web_is_a_tool() {
    let options = json!({ "search_context_size": "low", "user_location": { "type": "approximate", "approximate": { "city": "Hanoi", "country": "VN" } } });
    let value = sent(&request(json!({ "web_search_options": options })));
    assert_eq!(
        value["tools"],
        json!([{ "type": "web_search", "search_context_size": "low", "user_location": { "type": "approximate", "city": "Hanoi", "country": "VN" } }])
    );
    assert_eq!(
        sent(&request(json!({ "web_search_options": {} })))["tools"],
        json!([{ "type": "web_search" }])
    );
    let (param, fault) = refused(&request(json!({ "model": "lite", "web_search_options": {} })));
    assert_eq!(param, "web_search_options");
    assert!(fault.message.contains("cannot search the web"), "{}", fault.message);
    assert_eq!(refused(&request(json!({ "web_search_options": true }))).0, "web_search_options");
}

#[test]
fn what_has_no_effect_is_left_out_and_named() {
    let body = request(json!({
        "temperature": 0.2, "top_p": 0.9, "max_tokens": 5, "max_completion_tokens": 5, "seed": 1, "user": "u",
        "metadata": { "a": "b" }, "store": true, "logit_bias": { "1": 2 }, "presence_penalty": 1,
        "frequency_penalty": 1, "safety_identifier": "s", "prediction": {}, "prompt_cache_retention": "24h",
        "service_tier": "flex", "verbosity": "low", "model": "terse", "enable_thinking": true,
    }));
    let translated = translated(body.to_string().as_bytes()).unwrap();
    assert_eq!(
        translated.form.dropped,
        [
            "enable_thinking",
            "frequency_penalty",
            "logit_bias",
            "max_completion_tokens",
            "max_tokens",
            "metadata",
            "prediction",
            "presence_penalty",
            "prompt_cache_retention",
            "safety_identifier",
            "seed",
            "service_tier",
            "store",
            "temperature",
            "top_p",
            "user",
            "verbosity",
        ]
    );
    let sent: Value = serde_json::from_slice(&translated.body).unwrap();
    let names: Vec<&str> = sent.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names.len(), 7, "{names:?}");
}

#[test]
fn what_says_only_what_happens_anyway_is_not_named() {
    let body = request(json!({
        "n": 1, "store": false, "temperature": null, "top_p": 1, "logprobs": false, "top_logprobs": 0, "audio": null,
        "modalities": ["text"], "logit_bias": {}, "metadata": {}, "presence_penalty": 0, "frequency_penalty": 0.0,
        "service_tier": "auto", "stop": [], "tools": [], "max_tokens": null, "stream": false,
    }));
    assert_eq!(translated(body.to_string().as_bytes()).unwrap().form.dropped, [""; 0]);
}

#[test]
fn what_would_change_the_meaning_is_refused_by_name() {
    for (name, value) in [
        ("n", json!(2)),
        ("logprobs", json!(true)),
        ("top_logprobs", json!(3)),
        ("modalities", json!(["text", "audio"])),
        ("audio", json!({ "voice": "alloy", "format": "wav" })),
        ("instructions", json!("be brief")),
        ("input", json!("hi")),
        ("previous_response_id", json!("resp_1")),
        ("prompt", json!({ "id": "p" })),
    ] {
        let (param, fault) = refused(&request(json!({ name: value })));
        assert_eq!((param.as_str(), fault.code.as_deref()), (name, Some("unsupported_parameter")));
    }
}

#[test]
fn what_is_no_request_is_told_with_the_place() {
    for (body, param) in [
        ("", ""),
        ("[]", ""),
        (r#"{"model":"plain","model":"plain","messages":[]}"#, ""),
        (r#"{"messages":[{"role":"user","content":"hi"}]}"#, "model"),
        (r#"{"model":3,"messages":[]}"#, "model"),
        (r#"{"model":"plain"}"#, "messages"),
        (r#"{"model":"plain","messages":[]}"#, "messages"),
        (r#"{"model":"plain","messages":"hi"}"#, "messages"),
        (r#"{"model":"plain","messages":[3]}"#, "messages[0]"),
        (r#"{"model":"plain","messages":[{"role":"user","role":"user"}]}"#, "messages[0]"),
        (r#"{"model":"plain","messages":[{"content":"hi"}]}"#, "messages[0].role"),
        (r#"{"model":"plain","messages":[{"role":"critic","content":"hi"}]}"#, "messages[0].role"),
        (r#"{"model":"plain","messages":[{"role":"user"}]}"#, "messages[0].content"),
        (r#"{"model":"plain","messages":[{"role":"user","content":[]}]}"#, "messages[0].content"),
        (r#"{"model":"plain","messages":[{"role":"user","content":7}]}"#, "messages[0].content"),
        (r#"{"model":"plain","messages":[{"role":"user","content":"hi"}],"stream":"yes"}"#, "stream"),
        (r#"{"model":"plain","messages":[{"role":"user","content":"hi"}],"stop":[1]}"#, "stop[0]"),
        (
            r#"{"model":"plain","messages":[{"role":"user","content":"hi"}],"tools":[{"type":"web_search"}]}"#,
            "tools[0].type",
        ),
        (
            r#"{"model":"plain","messages":[{"role":"user","content":"hi"}],"tools":[{"function":{}}]}"#,
            "tools[0].function.name",
        ),
        (
            r#"{"model":"plain","messages":[{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":{}}}]}]}"#,
            "messages[0].tool_calls[0].function.arguments",
        ),
    ] {
        let fault = translated(body.as_bytes()).unwrap_err().fault();
        assert_eq!((fault.status, fault.param.as_deref().unwrap_or_default()), (400, param), "{body}");
        assert!(!fault.message.is_empty());
    }
    assert_eq!(refused(&request(json!({ "model": "gpt-0" }))).1.status, 404);
}

#[test]
fn an_answer_is_due_in_the_way_and_under_the_name_that_were_asked_for() {
    for (stream, delivery) in [(json!(true), Delivery::Streamed), (json!(null), Delivery::Whole)] {
        let found = translated(request(json!({ "stream": stream })).to_string().as_bytes()).unwrap();
        assert_eq!((found.form.delivery, found.form.model.as_str()), (delivery, "plain"));
        assert_eq!(found.model, "backend-plain");
    }
}
