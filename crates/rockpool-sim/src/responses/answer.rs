//! What the simulated model says: plain text, a tool call where the person's words order one, a compaction.
//!
//! Orders inside the person's last message: `[[tool: COMMAND]]` (one after the other), `[[patch: PATH]]`
//! (gpt-5.5 class only), `[[say: TEXT]]` (the final words).

use serde_json::Value;

use crate::backend::models::Shape;
use crate::responses::check::{AcceptedRequest, RequestKind};
use crate::responses::{items, schema};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Text(String),
    /// `exec_command` as a function, with its arguments as JSON text.
    Function {
        name: &'static str,
        arguments: String,
    },
    /// A tool that takes free text.
    Custom {
        name: &'static str,
        input: String,
    },
    Compaction,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Order {
    Shell(String),
    Patch(String),
    Say(String),
}

/// `otherwise` is said where the person ordered no words.
pub(crate) fn answer(request: &AcceptedRequest, otherwise: &str) -> Answer {
    if request.kind == RequestKind::Compaction {
        return Answer::Compaction;
    }
    let format = request.fields.get("text").map_or(&Value::Null, |text| &text["format"]);
    if format["type"] == "json_schema" {
        return Answer::Text(schema::example(&format["schema"], "Simulated").to_string());
    }
    let Some((index, text)) = items::last_user_text(&request.input) else {
        return Answer::Text(otherwise.to_owned());
    };
    let outputs: Vec<&Value> = request.input[index..].iter().filter(|item| is_output(item)).collect();
    let orders = orders_in(&text);
    let mut calls = orders.iter().filter(|order| !matches!(order, Order::Say(_)));
    if let Some(order) = calls.nth(outputs.len()) {
        return call(order, request.model.shape);
    }
    let words = orders.iter().find_map(|order| match order {
        Order::Say(words) => Some(words.clone()),
        Order::Shell(_) | Order::Patch(_) => None,
    });
    let words =
        words.or_else(|| outputs.last().map(|output| format!("The tool said: {}", last_line(output))));
    Answer::Text(words.unwrap_or_else(|| otherwise.to_owned()))
}

fn call(order: &Order, shape: Shape) -> Answer {
    match (order, shape) {
        (Order::Shell(command), Shape::Classic) => Answer::Function {
            name: "exec_command",
            arguments: serde_json::json!({"cmd": command}).to_string(),
        },
        (Order::Shell(command), Shape::Lite) => {
            let command = Value::from(command.as_str());
            let input =
                format!("const r = await tools.exec_command({{cmd: {command}}}); text(JSON.stringify(r));");
            Answer::Custom { name: "exec", input }
        }
        (Order::Patch(path), Shape::Classic) => Answer::Custom {
            name: "apply_patch",
            input: format!("*** Begin Patch\n*** Add File: {path}\n+hello\n*** End Patch"),
        },
        (Order::Patch(_), Shape::Lite) => {
            Answer::Text("[[patch]] is for models of the gpt-5.5 class.".to_owned())
        }
        (Order::Say(words), Shape::Classic | Shape::Lite) => Answer::Text(words.clone()),
    }
}

fn orders_in(text: &str) -> Vec<Order> {
    let mut orders = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("[[") {
        let Some((inside, later)) = after.split_once("]]") else {
            break;
        };
        rest = later;
        let Some((name, value)) = inside.split_once(':') else {
            continue;
        };
        let value = value.trim().to_owned();
        match name.trim() {
            "tool" => orders.push(Order::Shell(value)),
            "patch" => orders.push(Order::Patch(value)),
            "say" => orders.push(Order::Say(value)),
            _ => {}
        }
    }
    orders
}

fn is_output(item: &Value) -> bool {
    matches!(item["type"].as_str(), Some("function_call_output" | "custom_tool_call_output"))
}

fn last_line(output: &Value) -> String {
    let text = items::text_of(&output["output"]);
    text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("nothing").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_read_in_their_order() {
        let orders = orders_in("do [[tool: echo a: b]] and [[x]] [[say: done]] [[tool: unfinished");
        assert_eq!(orders, [Order::Shell("echo a: b".to_owned()), Order::Say("done".to_owned())]);
    }
}
