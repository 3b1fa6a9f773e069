//! Whole exchanges, in the shape in which coding tools have them.

use serde_json::{Value, json};

use super::world::{sent, streamed};
use crate::End;

#[test]
fn the_second_step_of_a_coding_tool_reaches_the_backend_complete() {
    let schema = json!({ "type": "object", "properties": { "command": { "type": "string" } }, "required": ["command"] });
    let request = json!({
        "model": "plain",
        "messages": [
            { "role": "system", "content": "You are a terminal assistant." },
            { "role": "user", "content": "List the files." },
            {
                "role": "assistant", "content": null, "refusal": null, "reasoning_content": "**Thinking** about it",
                "tool_calls": [{ "id": "call_1", "type": "function", "function": { "name": "bash", "arguments": "{\"command\": \"ls\"}" } }],
            },
            { "role": "tool", "tool_call_id": "call_1", "content": "a.txt\n<exit code 0>" },
        ],
        "reasoning_effort": "medium",
        "temperature": 1,
        "max_tokens": 128_000,
        "tools": [{ "type": "function", "function": { "name": "bash", "description": "Runs a command.", "parameters": schema } }],
        "stream": true,
        "stream_options": { "include_usage": true },
    });
    assert_eq!(
        sent(&request),
        json!({
            "model": "backend-plain",
            "stream": true,
            "store": false,
            "include": ["reasoning.encrypted_content"],
            "reasoning": { "effort": "medium", "summary": "auto" },
            "prompt_cache_key": "named by a header",
            "tools": [{ "type": "function", "name": "bash", "description": "Runs a command.", "parameters": schema, "strict": false }],
            "tool_choice": "auto",
            "input": [
                { "type": "message", "role": "developer", "content": [{ "type": "input_text", "text": "You are a terminal assistant." }] },
                { "type": "message", "role": "user", "content": [{ "type": "input_text", "text": "List the files." }] },
                { "type": "function_call", "call_id": "call_1", "name": "bash", "arguments": "{\"command\": \"ls\"}" },
                { "type": "function_call_output", "call_id": "call_1", "output": "a.txt\n<exit code 0>" },
            ],
        })
    );
}

#[test]
fn a_turn_of_the_backend_reaches_a_tool_as_the_api_streams_it() {
    let call = |arguments: &str| json!({ "type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "bash", "arguments": arguments, "status": "completed" });
    let events = [
        json!({ "type": "response.created", "sequence_number": 0, "response": { "id": "resp_1", "output": [] } }),
        json!({ "type": "codex.rate_limits", "rate_limits": {} }),
        json!({ "type": "response.output_item.added", "output_index": 0, "item": { "type": "reasoning", "id": "rs_1", "summary": [] } }),
        json!({ "type": "response.reasoning_summary_text.delta", "output_index": 0, "summary_index": 0, "delta": "Thinking" }),
        json!({ "type": "response.output_item.done", "output_index": 0, "item": { "type": "reasoning", "id": "rs_1", "summary": [{ "type": "summary_text", "text": "Thinking" }], "encrypted_content": "x" } }),
        json!({ "type": "response.output_item.added", "output_index": 1, "item": { "type": "message", "id": "msg_1", "role": "assistant", "content": [] } }),
        json!({ "type": "response.content_part.added", "output_index": 1, "content_index": 0, "part": { "type": "output_text", "text": "" } }),
        json!({ "type": "response.output_text.delta", "output_index": 1, "content_index": 0, "item_id": "msg_1", "delta": "I list." }),
        json!({ "type": "response.output_text.done", "output_index": 1, "content_index": 0, "text": "I list." }),
        json!({ "type": "response.output_item.done", "output_index": 1, "item": { "type": "message", "id": "msg_1", "role": "assistant", "content": [{ "type": "output_text", "text": "I list.", "annotations": [] }] } }),
        json!({ "type": "response.output_item.added", "output_index": 2, "item": call("") }),
        json!({ "type": "response.function_call_arguments.delta", "output_index": 2, "item_id": "fc_1", "delta": "{\"command\":\"ls\"}" }),
        json!({ "type": "response.function_call_arguments.done", "output_index": 2, "item_id": "fc_1", "arguments": "{\"command\":\"ls\"}" }),
        json!({ "type": "response.output_item.done", "output_index": 2, "item": call("{\"command\":\"ls\"}") }),
        json!({ "type": "response.completed", "response": { "id": "resp_1", "output": [], "usage": { "input_tokens": 9, "output_tokens": 3, "total_tokens": 12 } } }),
    ];
    let chunk = |delta: Value, finish: &str| {
        format!(
            "data: {{\"id\":\"chatcmpl-u1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"plain\",\"system_fingerprint\":null,\"choices\":[{{\"index\":0,\"delta\":{delta},\"logprobs\":null,\"finish_reason\":{finish}}}]}}\n\n"
        )
    };
    let expected = [
        chunk(json!({ "content": "", "refusal": null, "role": "assistant" }), "null"),
        chunk(json!({ "reasoning_content": "Thinking" }), "null"),
        chunk(json!({ "content": "I list." }), "null"),
        chunk(
            json!({ "tool_calls": [{ "function": { "arguments": "", "name": "bash" }, "id": "call_1", "index": 0, "type": "function" }] }),
            "null",
        ),
        chunk(
            json!({ "tool_calls": [{ "function": { "arguments": "{\"command\":\"ls\"}" }, "index": 0 }] }),
            "null",
        ),
        chunk(json!({}), "\"tool_calls\""),
        "data: [DONE]\n\n".to_owned(),
    ];
    let data = |stream: &str| {
        let events = stream.split_terminator("\n\n").map(|event| event.strip_prefix("data: ").unwrap());
        events.map(|json| serde_json::from_str(json).unwrap_or(Value::from(json))).collect::<Vec<_>>()
    };
    assert_eq!(data(&streamed(json!({}), &events, End::Regular)), data(&expected.concat()));
}
