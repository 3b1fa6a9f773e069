//! Which parameters go on, are dropped, or are refused.

use serde_json::{Value, json};

use super::{Kept, MOST, Models, asked, blamed, body, with};
use crate::answer::Delivery;
use crate::dialect::Dialect;
use crate::surroundings::Surroundings;
use crate::translation::translate;

#[test]
fn an_answer_is_always_streamed_by_the_backend_and_never_stored_there() {
    for (members, delivery) in [
        (r#""stream":false,"store":true"#, Delivery::Whole),
        (r#""stream":null,"store":null"#, Delivery::Whole),
        (r#""stream":true,"store":false"#, Delivery::Streamed),
    ] {
        let translated = asked(members).unwrap();
        let body = body(&translated);
        assert_eq!((&body["stream"], &body["store"]), (&json!(true), &json!(false)));
        assert_eq!(translated.form.delivery, delivery);
        assert_eq!(translated.form.dropped, [""; 0]);
    }
}

#[test]
fn the_model_is_asked_by_the_backends_name() {
    let translated = with(&Kept::default(), br#"{"model":"alias","input":"hi"}"#).unwrap();
    assert_eq!((translated.model.as_str(), translated.form.model.as_str()), ("plain", "alias"));
    assert_eq!(body(&translated)["model"], "plain");
    assert_eq!(blamed(with(&Kept::default(), br#"{"model":"nope","input":"hi"}"#)), "model");
    assert_eq!(blamed(with(&Kept::default(), br#"{"input":"hi"}"#)), "model");
}

#[test]
fn parameters_that_the_backend_refuses_are_dropped_and_named() {
    let translated = asked(
        r#""user":"u","max_output_tokens":500,"temperature":0.2,"top_p":0.5,"metadata":{"a":"b"},"truncation":"auto","safety_identifier":"s","max_tool_calls":3,"service_tier":"flex""#,
    )
    .unwrap();
    let named = [
        "max_output_tokens",
        "max_tool_calls",
        "metadata",
        "safety_identifier",
        "service_tier",
        "temperature",
        "top_p",
        "truncation",
        "user",
    ];
    assert_eq!(translated.form.dropped, named);
    let body = body(&translated);
    assert!(named.iter().all(|name| body[*name].is_null()), "{body}");
}

#[test]
fn what_would_change_nothing_is_dropped_without_a_word() {
    let translated = asked(
        r#""temperature":null,"top_p":1,"truncation":"disabled","metadata":{},"background":false,"top_logprobs":0,"n":1,"service_tier":"auto","max_output_tokens":null,"conversation":null,"prompt":null,"previous_response_id":null"#,
    )
    .unwrap();
    assert_eq!(translated.form.dropped, [""; 0]);
    assert_eq!(body(&translated), body(&asked(r#""stream":false"#).unwrap()));
}

#[test]
fn what_would_change_the_answers_meaning_is_refused_by_name() {
    for (member, param) in [
        (r#""background":true"#, "background"),
        (r#""n":2"#, "n"),
        (r#""prompt":{"id":"pmpt_1"}"#, "prompt"),
        (r#""conversation":{"id":"conv_1"}"#, "conversation"),
        (r#""conversation":"conv_1""#, "conversation"),
        (r#""top_logprobs":3"#, "top_logprobs"),
        (r#""include":["message.output_text.logprobs"]"#, "include[0]"),
        (r#""tools":[{"type":"web_search"},{"type":"mcp","server_url":"https://x"}]"#, "tools[1].type"),
        (r#""tools":[{"type":"file_search"}]"#, "tools[0].type"),
        (r#""tools":[{"type":"code_interpreter"}]"#, "tools[0].type"),
        (r#""tools":[{"type":"computer_use_preview"}]"#, "tools[0].type"),
        (r#""tools":[{"type":"local_shell"}]"#, "tools[0].type"),
    ] {
        let fault = asked(member).unwrap_err().fault();
        assert_eq!(fault.param.as_deref(), Some(param));
        assert_eq!((fault.status, fault.code.as_deref()), (400, Some("unsupported_parameter")), "{member}");
        assert!(fault.message.contains(param), "{}", fault.message);
    }
}

#[test]
fn parameters_of_the_wrong_type_are_refused_in_the_words_of_the_api() {
    for (member, param) in [
        (r#""stream":"yes""#, "stream"),
        (r#""store":1"#, "store"),
        (r#""instructions":["a"]"#, "instructions"),
        (r#""tools":{}"#, "tools"),
        (r#""tools":[1]"#, "tools[0]"),
        (r#""tools":[{}]"#, "tools[0].type"),
        (r#""tool_choice":"maybe""#, "tool_choice"),
        (r#""tool_choice":{"type":"function"}"#, "tool_choice.name"),
        (r#""include":[1]"#, "include[0]"),
        (r#""reasoning":{"effort":1}"#, "reasoning.effort"),
        (r#""reasoning":"low""#, "reasoning"),
        (r#""text":[]"#, "text"),
    ] {
        assert_eq!(blamed(asked(member)), param, "{member}");
    }
    let message = asked(r#""stream":"yes""#).unwrap_err().to_string();
    assert_eq!(message, "Invalid type for 'stream': expected a boolean, but got a string instead.");
}

#[test]
fn what_is_no_request_is_refused() {
    for text in ["", "[]", "{", "\"hi\"", "{\"model\":\"plain\",\"model\":\"lite\",\"input\":\"hi\"}"] {
        let fault = with(&Kept::default(), text.as_bytes()).unwrap_err().fault();
        assert_eq!((fault.status, fault.param), (400, None), "{text}");
    }
    assert_eq!(blamed(with(&Kept::default(), br#"{"model":"plain"}"#)), "input");
}

/// Each name looked up among all before it would take minutes.
#[test]
fn a_request_of_very_many_members_is_read_in_one_pass() {
    let many = |name: &str, count: u32| {
        let members: Vec<String> = (0..count).map(|at| format!(r#""{name}{at}":0"#)).collect();
        members.join(",")
    };
    assert!(asked(&many("m", 200_000)).is_ok());
    assert!(asked(&format!(r#""text":{{{}}}"#, many("m", 200_000))).is_ok());
    let twice = asked(&format!(r#"{},"m7":1"#, many("m", 1000))).unwrap_err().to_string();
    assert!(twice.contains("“m7” is there twice"), "{twice}");
    let include: Vec<String> = (0..200_000).map(|at| format!(r#""i{}""#, at % 100_000)).collect();
    let include = asked(&format!(r#""include":[{}]"#, include.join(","))).unwrap();
    assert_eq!(body(&include)["include"].as_array().unwrap().len(), 100_001);
}

#[test]
fn instructions_are_kept_and_a_neutral_line_stands_in_where_there_are_none() {
    let instructions = |members: &str| body(&asked(members).unwrap())["instructions"].clone();
    assert_eq!(instructions(r#""instructions":"be \u00e9 brief""#), "be é brief");
    assert_eq!(instructions(r#""instructions":"""#), "You are a helpful assistant.");
    assert_eq!(instructions(r#""instructions":null"#), "You are a helpful assistant.");
}

#[test]
fn reasoning_and_text_options_are_kept_and_the_effort_is_one_that_the_model_has() {
    let translated = asked(
        r#""reasoning":{"effort":"none","generate_summary":"auto","later":1},"text":{"format":{"type":"json_schema","name":"n","schema":{"z":1,"a":2}},"verbosity":"low","later":[2]}"#,
    )
    .unwrap();
    let value = body(&translated);
    assert_eq!(value["reasoning"], json!({ "effort": "low", "summary": "auto", "later": 1 }));
    assert_eq!(value["text"]["later"], json!([2]));
    assert_eq!(value["text"]["verbosity"], "low");
    let text = String::from_utf8(translated.body).unwrap();
    assert!(text.contains(r#""format":{"type":"json_schema","name":"n","schema":{"z":1,"a":2}}"#));
    let lite = with(
        &Kept::default(),
        br#"{"model":"lite","input":"hi","text":{"verbosity":"low"},"reasoning":{"summary":"detailed"}}"#,
    );
    let lite = lite.unwrap();
    assert_eq!(lite.form.dropped, ["text.verbosity"]);
    assert_eq!(body(&lite)["reasoning"], json!({ "summary": "detailed", "context": "all_turns" }));
}

#[test]
fn ciphertext_is_asked_for_beside_what_the_tool_asks_for() {
    let include = |members: &str| body(&asked(members).unwrap())["include"].clone();
    assert_eq!(include(r#""include":[]"#), json!(["reasoning.encrypted_content"]));
    let both = r#""include":["web_search_call.action.sources","reasoning.encrypted_content"]"#;
    assert_eq!(include(both), json!(["reasoning.encrypted_content", "web_search_call.action.sources"]));
}

#[test]
fn the_prompt_cache_is_keyed_by_the_request_or_else_by_the_conversation() {
    let key = |member: &str| {
        let text = format!(r#"{{"model":"plain","input":"hi"{member}}}"#);
        let surroundings = Surroundings {
            catalogue: &Models,
            continuation: &Kept::default(),
            conversation: Some("from a header"),
            most_bytes: MOST,
        };
        let translated = translate(Dialect::Responses, text.as_bytes(), &surroundings).unwrap();
        (body(&translated)["prompt_cache_key"].clone(), translated.ties.conversation)
    };
    assert_eq!(key(r#","prompt_cache_key":"k""#), (json!("k"), Some("k".to_owned())));
    assert_eq!(key(""), (json!("from a header"), None));
    assert_eq!(key(r#","metadata":{"session_id":"s"}"#).1.as_deref(), Some("s"));
}

#[test]
fn only_the_priority_tier_goes_on() {
    assert_eq!(body(&asked(r#""service_tier":"priority""#).unwrap())["service_tier"], "priority");
    assert_eq!(body(&asked(r#""service_tier":"default""#).unwrap())["service_tier"], Value::Null);
}

#[test]
fn tools_stay_as_they_are_but_for_the_preview_names_of_web_search() {
    let function = r#"{"type":"function","name":"f","parameters":{"b":1,"a":{}},"strict":false}"#;
    let custom =
        r#"{"type":"custom","name":"c","format":{"type":"grammar","syntax":"lark","definition":"x"}}"#;
    let unknown = r#"{"type":"image_generation","output_format":"png"}"#;
    let preview = r#"{"type":"web_search_preview_2025_03_11","search_context_size":"low"}"#;
    let translated =
        asked(&format!(r#""parallel_tool_calls":true,"tools":[{function},{custom},{unknown},{preview}]"#))
            .unwrap();
    let text = String::from_utf8(translated.body.clone()).unwrap();
    for tool in [function, custom, unknown, r#"{"type":"web_search","search_context_size":"low"}"#] {
        assert!(text.contains(tool), "{text}");
    }
    assert_eq!(body(&translated)["parallel_tool_calls"], true);
}

#[test]
fn every_choice_of_tools_goes_on_to_a_plain_model() {
    for (choice, sent) in [
        (json!("auto"), json!("auto")),
        (json!("none"), json!("none")),
        (json!("required"), json!("required")),
        (json!({"type":"function","name":"f"}), json!({"type":"function","name":"f"})),
        (json!({"type":"web_search_preview"}), json!({"type":"web_search"})),
        (
            json!({"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"f"}]}),
            json!({"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"f"}]}),
        ),
    ] {
        let members = format!(r#""tools":[{{"type":"function","name":"f"}}],"tool_choice":{choice}"#);
        assert_eq!(body(&asked(&members).unwrap())["tool_choice"], sent);
    }
}

#[test]
fn a_lite_model_is_given_only_the_allowed_tools_and_cannot_be_forced() {
    let lite = |choice: &str| {
        let text = format!(
            r#"{{"model":"lite","input":"hi","tools":[{{"type":"function","name":"f"}},{{"type":"function","name":"g"}}],"tool_choice":{choice}}}"#
        );
        with(&Kept::default(), text.as_bytes())
    };
    let allowed = lite(r#"{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"g"}]}"#);
    let tools = &body(&allowed.unwrap())["input"][0]["tools"][0]["tools"];
    assert_eq!(tools, &json!([{ "type": "function", "name": "g" }]));
    assert_eq!(blamed(lite("\"required\"")), "tool_choice");
    assert_eq!(blamed(lite(r#"{"type":"function","name":"f"}"#)), "tool_choice");
}

#[test]
fn a_lite_model_is_not_offered_a_web_search_that_it_would_pass_over() {
    let text = br#"{"model":"lite","input":"hi","tools":[{"type":"web_search_preview"},{"type":"function","name":"f"},{"type":"web_search"}]}"#;
    let translated = with(&Kept::default(), text).unwrap();
    let function = json!({ "type": "function", "name": "f" });
    assert_eq!(
        body(&translated)["input"][0]["tools"],
        json!([{ "type": "namespace", "name": "functions", "description": "", "tools": [function] }])
    );
    assert_eq!(translated.form.dropped, ["tools.web_search"]);
    let only = with(&Kept::default(), br#"{"model":"lite","input":"hi","tools":[{"type":"web_search"}]}"#);
    assert_eq!(body(&only.unwrap())["input"].as_array().unwrap().len(), 1);
    assert_eq!(asked(r#""tools":[{"type":"web_search"}]"#).unwrap().form.dropped, [""; 0]);
}

#[test]
fn parameters_of_the_future_go_on_as_they_came() {
    let translated = asked(
        r#""brand_new":{"b":1,"a":[ 2 ]},"stream":true,"stream_options":{"include_obfuscation":false}"#,
    );
    let text = String::from_utf8(translated.unwrap().body).unwrap();
    assert!(text.contains(r#""brand_new":{"b":1,"a":[ 2 ]}"#), "{text}");
    assert!(text.contains(r#""stream_options":{"include_obfuscation":false}"#), "{text}");
    let whole = asked(r#""stream_options":{"include_obfuscation":false}"#).unwrap();
    assert_eq!(body(&whole)["stream_options"], Value::Null);
}
