//! Tools on their way to the backend.

use serde_json::{Value, json};

use super::{refused, request, sent, translated};

fn tool(name: &str) -> Value {
    json!({ "name": name, "description": "d", "input_schema": { "type": "object", "properties": { "q": { "type": "string" } } } })
}

fn names(body: &Value) -> Vec<String> {
    let tools = sent(body)["tools"].as_array().cloned().unwrap_or_default();
    tools.iter().map(|tool| tool["name"].as_str().unwrap_or("web_search").to_owned()).collect()
}

#[test]
fn a_tool_becomes_a_function_with_the_schema_that_it_came_with() {
    let mut described = tool("f");
    described["cache_control"] = json!({ "type": "ephemeral" });
    described["eager_input_streaming"] = json!(true);
    let body = sent(&request(json!({ "tools": [described] })));
    assert_eq!(
        body["tools"],
        json!([{ "type": "function", "name": "f", "description": "d", "strict": false,
            "parameters": { "type": "object", "properties": { "q": { "type": "string" } } } }])
    );
    assert_eq!(body["tool_choice"], "auto");
}

#[test]
fn a_schema_without_properties_is_given_some_or_the_backend_refuses_it() {
    let schemas = [json!({ "type": "object" }), json!({}), json!(null)];
    for schema in schemas {
        let body =
            sent(&request(json!({ "tools": [{ "name": "f", "description": "", "input_schema": schema }] })));
        assert_eq!(body["tools"][0]["parameters"], json!({ "type": "object", "properties": {} }));
    }
}

#[test]
fn the_choice_of_tools_is_passed_on() {
    let chosen = |choice| {
        let body = sent(&request(json!({ "tools": [tool("f")], "tool_choice": choice })));
        (body["tool_choice"].clone(), body["parallel_tool_calls"].clone())
    };
    assert_eq!(chosen(json!({ "type": "any" })), (json!("required"), Value::Null));
    assert_eq!(chosen(json!({ "type": "none" })).0, "none");
    assert_eq!(chosen(json!({ "type": "tool", "name": "f" })).0, json!({ "type": "function", "name": "f" }));
    assert_eq!(
        chosen(json!({ "type": "auto", "disable_parallel_tool_use": true })),
        (json!("auto"), json!(false))
    );
    let body = request(json!({ "tools": [tool("f")], "tool_choice": { "type": "tool", "name": "g" } }));
    assert_eq!(refused(&body).0, "tool_choice.name");
}

#[test]
fn a_lite_model_cannot_be_told_to_call_a_tool_and_says_so() {
    let body =
        request(json!({ "model": "gpt-6.2-sol", "tools": [tool("f")], "tool_choice": { "type": "any" } }));
    assert_eq!(refused(&body).0, "tool_choice");
    let body = sent(&request(json!({ "model": "gpt-6.2-sol", "tools": [tool("f")] })));
    assert_eq!(body["input"][0]["tools"][0]["tools"][0]["name"], "f");
}

#[test]
fn a_deferred_tool_is_offered_once_something_names_it() {
    let mut deferred = tool("WebFetch");
    deferred["defer_loading"] = json!(true);
    let tools = json!([tool("ToolSearch"), deferred]);
    let with = |more: Value| {
        let mut messages = vec![json!({ "role": "user", "content": "hi" })];
        messages.extend(more.as_array().unwrap().iter().cloned());
        request(json!({ "tools": tools, "messages": messages }))
    };
    assert_eq!(names(&with(json!([]))), ["ToolSearch"]);
    let found = json!([{ "role": "user", "content": [{ "type": "tool_result", "tool_use_id": "c",
        "content": [{ "type": "tool_reference", "tool_name": "WebFetch" }] }] }]);
    assert_eq!(names(&with(found.clone())), ["ToolSearch", "WebFetch"]);
    let output = &sent(&with(found))["input"][1]["output"];
    assert_eq!(output[0]["text"], "The tool WebFetch can be called now.");
    let called = json!([{ "role": "assistant", "content": [{ "type": "tool_use", "id": "c", "name": "WebFetch", "input": {} }] }]);
    assert_eq!(names(&with(called)), ["ToolSearch", "WebFetch"]);
}

#[test]
fn tools_are_added_and_removed_in_the_middle_of_a_conversation() {
    let change = |block: Value| {
        request(json!({ "tools": [tool("a"), tool("b")], "messages": [
            { "role": "user", "content": "hi" }, { "role": "system", "content": [block] }] }))
    };
    let removal = json!({ "type": "tool_removal", "tool": { "type": "tool_reference", "name": "a" } });
    assert_eq!(names(&change(removal)), ["b"]);
    let addition =
        json!({ "type": "tool_addition", "tool": { "type": "tool_definition", "definition": tool("c") } });
    assert_eq!(names(&change(addition)), ["a", "b", "c"]);
    let mut later = tool("later");
    later["defer_loading"] = json!(true);
    let mut named =
        change(json!({ "type": "tool_addition", "tool": { "type": "tool_reference", "name": "later" } }));
    named["tools"] = json!([tool("a"), later]);
    assert_eq!(names(&named), ["a", "later"]);
    let other = json!({ "type": "tool_addition", "tool": { "type": "mcp_toolset_reference" } });
    assert_eq!(refused(&change(other)).0, "messages.1.content.0.tool.type");
}

#[test]
fn the_web_search_is_the_backends_own() {
    let search = json!({ "type": "web_search_20250305", "name": "web_search", "max_uses": 8,
        "allowed_domains": ["example.org"], "user_location": { "type": "approximate", "country": "VN" } });
    let body = request(json!({ "tools": [search], "tool_choice": { "type": "tool", "name": "web_search" } }));
    assert_eq!(
        sent(&body)["tools"][0],
        json!({ "type": "web_search", "filters": { "allowed_domains": ["example.org"] },
            "user_location": { "type": "approximate", "country": "VN" } })
    );
    assert_eq!(sent(&body)["tool_choice"], json!({ "type": "web_search" }));
    assert_eq!(translated(&body).form.dropped, ["tools.max_uses"]);
    let search =
        json!({ "type": "web_search_20250305", "name": "web_search", "blocked_domains": ["example.org"] });
    assert_eq!(refused(&request(json!({ "tools": [search] }))).0, "tools.0.blocked_domains");
}

#[test]
fn a_lite_model_does_not_answer_as_if_it_had_searched() {
    let search = json!({ "type": "web_search_20250305", "name": "web_search" });
    let (param, message) = refused(&request(json!({ "model": "gpt-6.2-sol", "tools": [search] })));
    assert_eq!(param, "tools");
    assert!(
        message.contains("'tools'")
            && message.contains("cannot search the web")
            && message.contains("gpt-5.5"),
        "{message}"
    );
}

#[test]
fn other_tools_of_anthropics_are_refused_by_name() {
    let body = request(
        json!({ "tools": [tool("f"), { "type": "code_execution_20250825", "name": "code_execution" }] }),
    );
    let (param, message) = refused(&body);
    assert_eq!(param, "tools.1.type");
    assert!(message.contains("“code_execution_20250825”") && message.contains("Leave it out"), "{message}");
}

#[test]
fn a_search_of_anthropics_among_tools_is_made_needless_by_offering_all() {
    let mut deferred = tool("f");
    deferred["defer_loading"] = json!(true);
    let search = json!({ "type": "tool_search_tool_bm25_20251119", "name": "tool_search_tool_bm25" });
    let body = request(json!({ "tools": [search, deferred] }));
    assert_eq!(names(&body), ["f"]);
    assert_eq!(translated(&body).form.dropped, ["tools.tool_search"]);
}

#[test]
fn a_long_name_is_short_for_the_backend_in_tools_calls_and_choice() {
    let long = "x".repeat(90);
    let body = sent(&request(
        json!({ "tools": [tool(&long)], "tool_choice": { "type": "tool", "name": long },
        "messages": [{ "role": "user", "content": "hi" },
            { "role": "assistant", "content": [{ "type": "tool_use", "id": "c", "name": long, "input": {} }] }] }),
    ));
    let short = &body["tools"][0]["name"];
    assert_eq!(short.as_str().unwrap().len(), 64);
    assert_eq!((short, short), (&body["input"][1]["name"], &body["tool_choice"]["name"]));
}
