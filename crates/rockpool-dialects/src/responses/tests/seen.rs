//! Requests in the shape in which known tools send them (2026-11).

use super::{Kept, body, frame, with};

/// All that the backend takes (public reports of 2026).
const TAKEN: [&str; 17] = [
    "client_metadata",
    "generate",
    "include",
    "input",
    "instructions",
    "model",
    "parallel_tool_calls",
    "prompt_cache_key",
    "reasoning",
    "service_tier",
    "store",
    "stream",
    "stream_options",
    "text",
    "tool_choice",
    "tools",
    "type",
];

/// Without model and input.
const REQUESTS: [&str; 7] = [
    // openai-python
    r#""max_output_tokens":500,"metadata":{"a":"b"},"temperature":0.2,"user":"u""#,
    // AI SDK
    r#""tools":[{"type":"function","name":"f","description":"w","parameters":{},"strict":false}],"tool_choice":"auto","stream":true"#,
    // Cline
    r#""include":["web_search_call.action.sources"],"truncation":"auto","tools":[{"type":"web_search"},{"type":"image_generation","output_format":"png"}],"tool_choice":"auto","stream":true"#,
    // Copilot CLI
    r#""instructions":"i","reasoning":{"effort":"medium","summary":"auto"},"max_output_tokens":128000,"store":false,"include":["reasoning.encrypted_content"],"parallel_tool_calls":true"#,
    // opencode's title
    r#""temperature":0.5,"store":false,"prompt_cache_key":"ses_1","reasoning":{"effort":"none"},"stream":true"#,
    // llama-index
    r#""truncation":"disabled","max_output_tokens":null,"previous_response_id":null,"instructions":null,"temperature":0.1,"stream":false"#,
    // Agents SDK
    r#""include":[],"reasoning":{"effort":"none"},"text":{"verbosity":"low"},"store":null,"top_p":null,"max_tool_calls":null"#,
];

#[test]
fn no_known_tool_brings_a_parameter_that_the_backend_refuses() {
    for model in ["plain", "lite"] {
        for request in REQUESTS {
            let text = format!(r#"{{"model":"{model}","input":"hi",{request}}}"#);
            let message = format!(r#"{{"type":"response.create",{}"#, &text[1..]);
            for translated in [with(&Kept::default(), text.as_bytes()), frame(message.as_bytes())] {
                let body = body(&translated.unwrap());
                let names = body.as_object().unwrap().keys();
                assert!(names.clone().all(|name| TAKEN.contains(&name.as_str())), "{body}");
                assert!(body.as_object().unwrap().values().all(|value| !value.is_null()), "{body}");
            }
        }
    }
}
