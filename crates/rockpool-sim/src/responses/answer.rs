//! What the simulated model says: what the person's words order, what the request's form demands, or plain text.

use serde_json::{Value, json};

use crate::backend::catalogue::Shape;
use crate::responses::check::{AcceptedRequest, RequestKind};
use crate::responses::orders::{Order, orders_in};
use crate::responses::tools::{FUNCTIONS, Offered, offered};
use crate::responses::{items, schema};

/// One answer, without its ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Of the reasoning, where the request or the person wants one.
    pub summary: Option<String>,
    pub outputs: Vec<Output>,
    pub end: End,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    Message {
        text: String,
        citations: Vec<Citation>,
    },
    Refusal(String),
    Function {
        name: String,
        namespace: Option<String>,
        /// JSON text, mostly.
        arguments: String,
    },
    /// A tool that takes free text.
    Custom {
        name: String,
        input: String,
    },
    /// What the hosted tool has drawn, of this prompt.
    Image(String),
    Compaction,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Citation {
    pub url: String,
    pub title: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Completed,
    /// With this reason.
    Incomplete(String),
}

/// Whether a call names the namespace of the client's own tools, which it may leave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Namespace {
    Named,
    LeftOut,
}

impl Answer {
    pub(crate) fn of(outputs: Vec<Output>) -> Self {
        Self { summary: None, outputs, end: End::Completed }
    }
}

impl Output {
    pub(crate) fn text(text: String) -> Self {
        Self::Message { text, citations: Vec::new() }
    }
}

/// `otherwise` is said where nobody ordered anything.
pub(crate) fn answer(request: &AcceptedRequest, otherwise: &str, namespace: Namespace) -> Answer {
    if request.kind == RequestKind::Compaction {
        return Answer::of(vec![Output::Compaction]);
    }
    let (index, text) = items::last_user_text(&request.input).unwrap_or_default();
    let outputs: Vec<&Value> = request.input[index..].iter().filter(|item| is_output(item)).collect();
    let orders = orders_in(&text);
    let model = Simulated { request, offered: offered(&request.fields, &request.input), namespace };
    let said = match model.next_calls(&orders, outputs.len()) {
        Some(calls) => calls,
        None => model.words(&orders, &outputs, otherwise),
    };
    let ordered_end = orders.iter().find_map(|order| {
        if let Order::Stop(reason) = order { Some(End::Incomplete(reason.clone())) } else { None }
    });
    Answer { summary: model.summary(&orders), outputs: said, end: ordered_end.unwrap_or(End::Completed) }
}

struct Simulated<'a> {
    request: &'a AcceptedRequest,
    offered: Vec<Offered<'a>>,
    namespace: Namespace,
}

impl Simulated<'_> {
    /// The calls that come after so many outputs: those that were ordered, or one that the request demands.
    fn next_calls(&self, orders: &[Order], outputs: usize) -> Option<Vec<Output>> {
        let mut groups: Vec<(usize, Vec<Output>)> = Vec::new();
        let mut count = 0;
        for order in orders {
            let Some(call) = self.call(order) else {
                continue;
            };
            match groups.last_mut() {
                Some((_, group)) if matches!(order, Order::Also { .. }) => group.push(call),
                Some(_) | None => groups.push((count, vec![call])),
            }
            count += 1;
        }
        if groups.is_empty() && outputs == 0 {
            return self.demanded().map(|call| vec![call]);
        }
        groups.into_iter().find(|(before, _)| *before >= outputs).map(|(_, group)| group)
    }

    fn call(&self, order: &Order) -> Option<Output> {
        match (order, self.request.model.shape) {
            (Order::Call { name, arguments } | Order::Also { name, arguments }, _) => {
                Some(self.function(name, arguments.clone()))
            }
            (Order::Custom { name, input }, _) => {
                Some(Output::Custom { name: name.clone(), input: input.clone() })
            }
            (Order::Shell(command), Shape::Classic) => {
                Some(self.function("exec_command", json!({"cmd": command}).to_string()))
            }
            (Order::Shell(command), Shape::Lite) => {
                let command = Value::from(command.as_str());
                let input = format!(
                    "const r = await tools.exec_command({{cmd: {command}}}); text(JSON.stringify(r));"
                );
                Some(Output::Custom { name: "exec".to_owned(), input })
            }
            (Order::Patch(path), Shape::Classic) => Some(Output::Custom {
                name: "apply_patch".to_owned(),
                input: format!("*** Begin Patch\n*** Add File: {path}\n+hello\n*** End Patch"),
            }),
            (Order::Patch(_), Shape::Lite) => {
                Some(Output::text("[[patch]] is for models of the gpt-5.5 class.".to_owned()))
            }
            (
                Order::Say(_)
                | Order::Draw(_)
                | Order::Think(_)
                | Order::Refuse(_)
                | Order::Cite { .. }
                | Order::Stop(_),
                Shape::Classic | Shape::Lite,
            ) => None,
        }
    }

    fn function(&self, name: &str, arguments: String) -> Output {
        let tool = self.offered.iter().find(|tool| tool.name == name);
        let namespace = tool.and_then(|tool| tool.namespace).filter(|namespace| match self.namespace {
            Namespace::Named => true,
            Namespace::LeftOut => *namespace != FUNCTIONS,
        });
        Output::Function { name: name.to_owned(), namespace: namespace.map(str::to_owned), arguments }
    }

    /// The call that the request's `tool_choice` insists on, with the smallest arguments that its schema accepts.
    fn demanded(&self) -> Option<Output> {
        let choice = self.request.fields.get("tool_choice")?;
        let is_callable = |tool: &&Offered<'_>| matches!(tool.kind, "function" | "custom");
        let tool = match choice.as_str() {
            Some("required") => self.offered.iter().find(is_callable)?,
            Some(_) => return None,
            None => self.offered.iter().filter(is_callable).find(|tool| choice["name"] == tool.name)?,
        };
        if tool.kind == "custom" {
            return Some(Output::Custom { name: tool.name.to_owned(), input: "Simulated".to_owned() });
        }
        Some(self.function(tool.name, schema::example(tool.parameters, "Simulated").to_string()))
    }

    fn words(&self, orders: &[Order], outputs: &[&Value], otherwise: &str) -> Vec<Output> {
        let mut said = Vec::new();
        let mut drawn = Vec::new();
        let mut citations = Vec::new();
        for order in orders {
            match order {
                Order::Say(words) => said.push(words.clone()),
                Order::Draw(prompt) if self.draws() => drawn.push(Output::Image(prompt.clone())),
                Order::Refuse(words) => return vec![Output::Refusal(words.clone())],
                Order::Cite { url, title } => {
                    citations.push(Citation { url: url.clone(), title: title.clone() });
                }
                Order::Draw(_)
                | Order::Shell(_)
                | Order::Patch(_)
                | Order::Call { .. }
                | Order::Custom { .. }
                | Order::Also { .. }
                | Order::Think(_)
                | Order::Stop(_) => {}
            }
        }
        let format = self.request.fields.get("text").map_or(&Value::Null, |text| &text["format"]);
        let structured = match format["type"].as_str() {
            Some("json_schema") => Some(schema::example(&format["schema"], "Simulated")),
            Some("json_object") => Some(json!({"answer": "Simulated"})),
            Some(_) | None => None,
        };
        if let Some(structured) = structured {
            said = vec![structured.to_string()];
        }
        if said.is_empty() && drawn.is_empty() {
            let heard = outputs.last().map(|output| format!("The tool said: {}", last_line(output)));
            said.push(heard.unwrap_or_else(|| otherwise.to_owned()));
        }
        let mut citations = Some(citations);
        let messages = said
            .into_iter()
            .map(|text| Output::Message { text, citations: citations.take().unwrap_or_default() });
        drawn.into_iter().chain(messages).collect()
    }

    /// Whether the request has the hosted tool that draws.
    fn draws(&self) -> bool {
        let tools = self.request.fields.get("tools").and_then(Value::as_array);
        tools.is_some_and(|tools| tools.iter().any(|tool| tool["type"] == "image_generation"))
    }

    fn summary(&self, orders: &[Order]) -> Option<String> {
        let ordered = orders
            .iter()
            .find_map(|order| if let Order::Think(text) = order { Some(text.clone()) } else { None });
        let wanted = self.request.fields.get("reasoning").and_then(|reasoning| reasoning["summary"].as_str());
        let usual =
            wanted.filter(|kind| *kind != "none").map(|_| "Thinking of a simulated answer.".to_owned());
        ordered.or(usual)
    }
}

fn is_output(item: &Value) -> bool {
    matches!(item["type"].as_str(), Some("function_call_output" | "custom_tool_call_output"))
}

fn last_line(output: &Value) -> String {
    let text = items::text_of(&output["output"]);
    text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("nothing").trim().to_owned()
}
