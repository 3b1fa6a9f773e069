//! The language in which a person orders an answer: any of these inside the last message.
//!
//! | order | answer |
//! |---|---|
//! | `[[say: TEXT]]` | these words at the end; several of them are several messages |
//! | `[[tool: COMMAND]]` | a shell command, as the provider's own client takes it |
//! | `[[patch: PATH]]` | a patch that adds a file, as that client takes it (gpt-5.5 class only) |
//! | `[[call: NAME {JSON}]]` | a call of a function; what is no JSON goes out as it stands |
//! | `[[custom: NAME TEXT]]` | a call of a tool that takes free text |
//! | `[[also: NAME {JSON}]]` | a call of a function beside the one before it, in the same answer |
//! | `[[draw: PROMPT]]` | a picture by the hosted tool `image_generation`, with a partial one before it, where the request has that tool |
//! | `[[think: TEXT]]` | a summary of the reasoning, streamed |
//! | `[[refuse: TEXT]]` | a refusal in place of words |
//! | `[[cite: URL TITLE]]` | a citation of an address, on the first message |
//! | `[[stop: REASON]]` | an answer that stays incomplete: `max_output_tokens`, `content_filter` |
//!
//! Calls are made one after the other, each when the one before has its output; words come after the last.

use serde_json::Value;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Say(String),
    Shell(String),
    Patch(String),
    Call { name: String, arguments: String },
    Custom { name: String, input: String },
    Also { name: String, arguments: String },
    Draw(String),
    Think(String),
    Refuse(String),
    Cite { url: String, title: String },
    Stop(String),
}

/// Whether there is an order in a text.
pub(crate) fn is_in(text: &str) -> bool {
    !orders_in(text).is_empty()
}

/// In the order of the text.
pub(crate) fn orders_in(text: &str) -> Vec<Order> {
    let mut orders = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("[[") {
        let Some((inside, later)) = inside(after) else {
            break;
        };
        rest = later;
        orders.extend(inside.split_once(':').and_then(|(name, value)| order(name.trim(), value.trim())));
    }
    orders
}

/// Up to the end of an order. Lists inside lists end with the same signs, so JSON is read as such.
fn inside(after: &str) -> Option<(&str, &str)> {
    let (first, _) = after.split_once("]]")?;
    if let Some(brace) = first.find('{') {
        let mut values = serde_json::Deserializer::from_str(&after[brace..]).into_iter::<Value>();
        if let Some(Ok(_)) = values.next() {
            let end = brace + values.byte_offset();
            let ending = after[end..].trim_start().strip_prefix("]]");
            return ending.map(|later| (&after[..end], later));
        }
    }
    after.split_once("]]")
}

fn order(name: &str, value: &str) -> Option<Order> {
    let text = || value.to_owned();
    let named = || {
        let (name, rest) = value.split_once(char::is_whitespace).unwrap_or((value, ""));
        (name.to_owned(), rest.trim().to_owned())
    };
    let call = || {
        let (name, arguments) = named();
        (name, if arguments.is_empty() { "{}".to_owned() } else { arguments })
    };
    match name {
        "say" => Some(Order::Say(text())),
        "tool" => Some(Order::Shell(text())),
        "patch" => Some(Order::Patch(text())),
        "draw" => Some(Order::Draw(text())),
        "think" => Some(Order::Think(text())),
        "refuse" => Some(Order::Refuse(text())),
        "stop" => Some(Order::Stop(text())),
        "call" => Some(call()).map(|(name, arguments)| Order::Call { name, arguments }),
        "also" => Some(call()).map(|(name, arguments)| Order::Also { name, arguments }),
        "custom" => Some(named()).map(|(name, input)| Order::Custom { name, input }),
        "cite" => Some(named()).map(|(url, title)| Order::Cite { url, title }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_read_in_their_order() {
        let orders = orders_in("do [[tool: echo a: b]] and [[x]] [[say: done]] [[tool: unfinished");
        assert_eq!(orders, [Order::Shell("echo a: b".to_owned()), Order::Say("done".to_owned())]);
    }

    #[test]
    fn arguments_end_where_their_json_does() {
        let orders = orders_in(r#"[[call: f {"a":[[1]],"b":"]]"}]][[also: g]][[call: h {broken]]"#);
        let call = |name: &str, arguments: &str| (name.to_owned(), arguments.to_owned());
        let (one, two, three) = (call("f", r#"{"a":[[1]],"b":"]]"}"#), call("g", "{}"), call("h", "{broken"));
        assert_eq!(
            orders,
            [
                Order::Call { name: one.0, arguments: one.1 },
                Order::Also { name: two.0, arguments: two.1 },
                Order::Call { name: three.0, arguments: three.1 },
            ]
        );
    }

    #[test]
    fn a_script_in_double_brackets_is_no_order() {
        assert!(!is_in("if [[ -f x ]]; then echo [[ y ]]"));
    }
}
