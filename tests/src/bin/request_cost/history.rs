//! A long conversation, the same in each API, with a question at its end.

use bytes::Bytes;
use rockpool_tests::tools::request;
use serde_json::{Value, json};

use crate::wire::Wire;

/// Each with a question, a call, its result and an answer: about 1.8 MB.
const TURNS: usize = 500;

/// A streamed request with the whole conversation and `question` as the last message.
pub(crate) fn request(wire: Wire, question: &str) -> Bytes {
    let asked = match wire {
        Wire::Backend => request::with_input(conversation(backend, request::user(question))),
        Wire::ChatCompletions => {
            let messages = conversation(chat, json!({"role": "user", "content": question}));
            json!({"model": "gpt-5.5", "stream": true, "messages": messages})
        }
        Wire::Messages => {
            let messages = conversation(messages, json!({"role": "user", "content": question}));
            json!({"model": "gpt-5.5", "max_tokens": 1_000, "stream": true, "messages": messages})
        }
    };
    asked.to_string().into()
}

fn conversation(turn: fn(usize) -> [Value; 4], last: Value) -> Value {
    (0..TURNS).flat_map(turn).chain([last]).collect()
}

fn text(turn: usize) -> String {
    format!("Turn {turn}: \"quoted\", with a line\nand some words. ").repeat(16)
}

fn backend(turn: usize) -> [Value; 4] {
    let (call, arguments) = (format!("call_{turn}"), json!({"at": text(turn)}).to_string());
    let said = json!([{"type": "output_text", "text": text(turn)}]);
    [
        request::user(&text(turn)),
        json!({"type": "function_call", "call_id": call, "name": "look", "arguments": arguments}),
        json!({"type": "function_call_output", "call_id": call, "output": text(turn)}),
        json!({"type": "message", "role": "assistant", "content": said}),
    ]
}

fn chat(turn: usize) -> [Value; 4] {
    let (call, arguments) = (format!("call_{turn}"), json!({"at": text(turn)}).to_string());
    let function = json!({"name": "look", "arguments": arguments});
    let calls = json!([{"id": call, "type": "function", "function": function}]);
    [
        json!({"role": "user", "content": text(turn)}),
        json!({"role": "assistant", "content": null, "tool_calls": calls}),
        json!({"role": "tool", "tool_call_id": call, "content": text(turn)}),
        json!({"role": "assistant", "content": text(turn)}),
    ]
}

fn messages(turn: usize) -> [Value; 4] {
    let (call, input) = (format!("call_{turn}"), json!({"at": text(turn)}));
    let result = json!([{"type": "tool_result", "tool_use_id": call, "content": text(turn)}]);
    [
        json!({"role": "user", "content": text(turn)}),
        json!({"role": "assistant", "content": [{"type": "tool_use", "id": call, "name": "look", "input": input}]}),
        json!({"role": "user", "content": result}),
        json!({"role": "assistant", "content": text(turn)}),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_is_as_large_in_each_api() {
        for wire in [Wire::Backend, Wire::ChatCompletions, Wire::Messages] {
            let bytes = request(wire, "?").len();
            assert!((1_700_000..2_000_000).contains(&bytes), "{wire:?}: {bytes}");
        }
    }
}
