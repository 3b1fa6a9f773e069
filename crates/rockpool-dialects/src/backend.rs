//! The one form that the backend takes: always streamed, never stored, reasoning ciphertext asked for, and in the
//! lite shape where the model's catalogue entry says so.

use std::ops::Range;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::effort;
use crate::json;
use crate::lite;
use crate::model::{Model, Shape};
use crate::refusal::Refusal;
use crate::said::{self, Role, Said, Words};
use crate::tool_choice::{ToolChoice, WebSearch};

/// Said to plain models in place of instructions, which they insist on.
const NEUTRAL: &str = "You are a helpful assistant.";

/// Bytes that the end of a request has at most: a bracket, instructions, a brace.
const END_BYTES: usize = r#"],"instructions":""}"#.len() + NEUTRAL.len();

/// All of a request but its input.
#[derive(Default)]
pub(crate) struct Head<'a> {
    /// Said before the input, as JSON strings; joined by blank lines.
    pub(crate) instructions: Vec<String>,
    /// Tools in the backend's form.
    pub(crate) tools: Vec<Box<RawValue>>,
    pub(crate) tool_choice: ToolChoice,
    pub(crate) web_search: WebSearch,
    pub(crate) parallel_tool_calls: Option<bool>,
    pub(crate) effort: Option<&'a str>,
    /// `reasoning.summary`: whether the answer tells its reasoning in words (`auto`, `concise`, `detailed`).
    pub(crate) summary: Option<&'a str>,
    pub(crate) verbosity: Option<&'a str>,
    /// `text.format` in the backend's form.
    pub(crate) format: Option<&'a RawValue>,
    /// Members of `reasoning` that are passed on as they came.
    pub(crate) reasoning_kept: Vec<(&'a str, &'a RawValue)>,
    /// Members of `text` that are passed on as they came.
    pub(crate) text_kept: Vec<(&'a str, &'a RawValue)>,
    pub(crate) prompt_cache_key: Option<&'a str>,
    pub(crate) priority: Option<Priority>,
    /// What to include besides reasoning ciphertext.
    pub(crate) include: Vec<&'a str>,
    /// Members that are passed on as they came.
    pub(crate) kept: Vec<(&'a str, &'a RawValue)>,
}

/// The only service tier that the backend takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Priority;

/// A request while its input is being written.
pub(crate) struct Body {
    out: Vec<u8>,
    items: usize,
    instructed: bool,
    shape: Shape,
    /// Where the input begins, behind what is said before it.
    input: usize,
    most_bytes: usize,
    dropped: Vec<&'static str>,
    /// Where the newest item begins.
    newest: usize,
    /// What was said in words, in order.
    words: Vec<Words>,
}

#[derive(Serialize)]
struct Message<'a> {
    r#type: &'a str,
    role: &'a str,
    content: [Text<'a>; 1],
}

#[derive(Serialize)]
struct Text<'a> {
    r#type: &'a str,
    text: &'a str,
}

#[derive(Serialize)]
struct Reasoning<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    effort: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<&'a str>,
}

#[derive(Serialize)]
struct TextOptions<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    verbosity: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'a RawValue>,
}

impl Body {
    /// Begins a request for `model`; `room` bytes are expected, and more than `most_bytes` are refused.
    ///
    /// # Errors
    /// Where the model cannot do what the head asks for, or the head alone is too large.
    pub(crate) fn begin(
        model: &Model,
        mut head: Head<'_>,
        room: usize,
        most_bytes: usize,
    ) -> Result<Self, Refusal> {
        let lite = model.shape == Shape::Lite;
        let mut dropped = Vec::new();
        if lite {
            head.tool_choice = lite::restrict(head.tool_choice, &mut head.tools, model)?;
            let searched = lite::without_web_search(head.web_search, &mut head.tools, model)?;
            dropped.extend(searched.then_some("tools.web_search"));
        }
        let mut out = Vec::with_capacity(room.min(most_bytes).saturating_add(512));
        out.extend_from_slice(b"{\"model\":");
        json::write(&mut out, &model.name);
        out.extend_from_slice(b",\"stream\":true,\"store\":false");
        let effort = head.effort.map(|asked| effort::nearest(asked, model));
        if lite || effort.is_some() || head.summary.is_some() || !head.reasoning_kept.is_empty() {
            let context = lite.then_some("all_turns");
            let reasoning = Reasoning { effort, summary: head.summary, context };
            let kept = head.reasoning_kept.iter().filter(|(name, _)| !(lite && *name == "context"));
            options(&mut out, "reasoning", &reasoning, kept);
        }
        let mut include = vec!["reasoning.encrypted_content"];
        include.extend(head.include.iter().filter(|name| **name != "reasoning.encrypted_content"));
        member(&mut out, "include", &include);
        let verbosity = head.verbosity.filter(|_| model.verbosity);
        if verbosity.is_some() || head.format.is_some() || !head.text_kept.is_empty() {
            let text = TextOptions { verbosity, format: head.format };
            options(&mut out, "text", &text, head.text_kept.iter());
        }
        if let Some(key) = head.prompt_cache_key {
            member(&mut out, "prompt_cache_key", &key);
        }
        if head.priority.is_some() {
            member(&mut out, "service_tier", &"priority");
        }
        for (name, value) in &head.kept {
            member(&mut out, name, value);
        }
        match model.shape {
            Shape::Plain => plain_tools(&mut out, &head),
            Shape::Lite => {
                out.extend_from_slice(b",\"parallel_tool_calls\":false,\"tool_choice\":\"auto\"");
            }
        }
        let instructions = head.instructions.join("\n\n");
        let instructed = !instructions.is_empty();
        if instructed && !lite {
            member(&mut out, "instructions", &instructions);
        }
        out.extend_from_slice(b",\"input\":[");
        let mut body = Self {
            out,
            items: 0,
            instructed,
            shape: model.shape,
            input: 0,
            most_bytes,
            dropped,
            newest: 0,
            words: Vec::new(),
        };
        // Under “none” a lite model is given no tools: it has no other way not to call them.
        if lite && !head.tools.is_empty() && !matches!(head.tool_choice, ToolChoice::None) {
            body.item(&lite::additional_tools(&head.tools))?;
        }
        if instructed && lite {
            let content = [Text { r#type: "input_text", text: &instructions }];
            body.item(&Message { r#type: "message", role: "developer", content })?;
        }
        body.check()?;
        body.input = body.out.len() + usize::from(body.items > 0);
        Ok(body)
    }

    /// Adds an input item.
    ///
    /// # Errors
    /// Where the request becomes too large.
    pub(crate) fn item(&mut self, item: &impl Serialize) -> Result<(), Refusal> {
        self.next();
        json::write(&mut self.out, item);
        self.check()
    }

    /// Adds one or more input items that are JSON already, with commas between them.
    ///
    /// # Errors
    /// Where the request becomes too large.
    pub(crate) fn raw(&mut self, items: &[u8]) -> Result<(), Refusal> {
        self.next();
        self.out.extend_from_slice(items);
        self.check()
    }

    fn check(&self) -> Result<(), Refusal> {
        match self.out.len() + END_BYTES <= self.most_bytes {
            true => Ok(()),
            false => Err(Refusal::TooLarge { most_bytes: self.most_bytes }),
        }
    }

    /// Says who says the item that was added last.
    pub(crate) fn said_by(&mut self, role: Role) {
        self.words.push(Words { role, message: self.newest..self.out.len() });
    }

    /// Says who says what among the items that were added last together, by where it stands in them.
    pub(crate) fn said_in(&mut self, words: Vec<Words>) {
        let start = self.newest;
        self.words.extend(words.into_iter().map(|Words { role, message }| {
            let message = start + message.start..start + message.end;
            Words { role, message }
        }));
    }

    /// What is said last.
    pub(crate) fn said(&self) -> Said {
        said::last(&self.out, &self.words)
    }

    /// Says that a developer message is among the items, which serves plain models as instructions.
    pub(crate) fn has_instructions(&mut self) {
        self.instructed = true;
    }

    fn next(&mut self) {
        if self.items > 0 {
            self.out.push(b',');
        }
        self.items += 1;
        self.newest = self.out.len();
    }

    /// Of the head, what the model was not given, by names in the tool's request.
    pub(crate) fn dropped(&self) -> &[&'static str] {
        &self.dropped
    }

    /// Where the input stands in the whole request so far, without what is said before it.
    pub(crate) fn input(&self) -> Range<usize> {
        self.input.min(self.out.len())..self.out.len()
    }

    /// The whole request.
    pub(crate) fn end(mut self) -> Vec<u8> {
        self.out.push(b']');
        if !self.instructed && self.shape == Shape::Plain {
            member(&mut self.out, "instructions", &NEUTRAL);
        }
        self.out.push(b'}');
        self.out
    }
}

fn plain_tools(out: &mut Vec<u8>, head: &Head<'_>) {
    if let Some(parallel) = head.parallel_tool_calls {
        member(out, "parallel_tool_calls", &parallel);
    }
    if head.tools.is_empty() {
        return;
    }
    member(out, "tools", &head.tools);
    match &head.tool_choice {
        ToolChoice::Auto => member(out, "tool_choice", &"auto"),
        ToolChoice::None => member(out, "tool_choice", &"none"),
        ToolChoice::Required => member(out, "tool_choice", &"required"),
        ToolChoice::Named(choice) => member(out, "tool_choice", choice),
    }
}

fn member(out: &mut Vec<u8>, name: &str, value: &(impl Serialize + ?Sized)) {
    out.push(b',');
    json::write(out, name);
    out.push(b':');
    json::write(out, value);
}

/// An object member of ours, with members of the tool's in it.
fn options<'a>(
    out: &mut Vec<u8>,
    name: &str,
    ours: &impl Serialize,
    kept: impl Iterator<Item = &'a (&'a str, &'a RawValue)>,
) {
    member(out, name, ours);
    out.pop();
    for (name, value) in kept {
        if out.last() != Some(&b'{') {
            out.push(b',');
        }
        json::write(out, name);
        out.push(b':');
        json::write(out, value);
    }
    out.push(b'}');
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn model(shape: Shape) -> Model {
        Model { name: "m".to_owned(), shape, efforts: vec!["low".to_owned()], verbosity: true }
    }

    fn tool() -> Vec<Box<RawValue>> {
        vec![RawValue::from_string(r#"{"type":"function","name":"f"}"#.to_owned()).unwrap()]
    }

    fn written(shape: Shape, head: Head<'_>) -> Value {
        let mut body = Body::begin(&model(shape), head, 0, usize::MAX).unwrap();
        body.raw(br#"{"type":"message","role":"user","content":"hi"}"#).unwrap();
        serde_json::from_slice(&body.end()).unwrap()
    }

    #[test]
    fn a_plain_model_gets_tools_and_instructions_where_it_expects_them() {
        let head = || Head { tools: tool(), instructions: vec!["be brief".to_owned()], ..Head::default() };
        let value = written(Shape::Plain, head());
        assert_eq!(value["instructions"], "be brief");
        assert_eq!(value["tools"][0]["name"], "f");
        assert_eq!(value["include"], json!(["reasoning.encrypted_content"]));
        assert_eq!((&value["stream"], &value["store"]), (&json!(true), &json!(false)));
    }

    #[test]
    fn a_plain_model_is_told_something_neutral_where_the_tool_says_nothing() {
        assert_eq!(written(Shape::Plain, Head::default())["instructions"], NEUTRAL);
        assert_eq!(written(Shape::Lite, Head::default())["instructions"], Value::Null);
    }

    #[test]
    fn a_lite_model_gets_tools_and_instructions_inside_its_input() {
        let head = Head { tools: tool(), instructions: vec!["be brief".to_owned()], ..Head::default() };
        let value = written(Shape::Lite, head);
        assert_eq!(value["input"][0]["tools"][0]["tools"][0]["name"], "f");
        assert_eq!(value["input"][1]["content"][0]["text"], "be brief");
        assert_eq!(value["input"][2]["role"], "user");
        assert_eq!(value["reasoning"]["context"], "all_turns");
        assert_eq!((&value["parallel_tool_calls"], &value["tool_choice"]), (&json!(false), &json!("auto")));
        assert_eq!((&value["tools"], &value["instructions"]), (&Value::Null, &Value::Null));
    }

    #[test]
    fn a_lite_model_gets_what_is_no_function_beside_the_functions() {
        let mut tools = tool();
        tools.push(RawValue::from_string(r#"{"type":"image_generation"}"#.to_owned()).unwrap());
        let value = written(Shape::Lite, Head { tools, ..Head::default() });
        assert_eq!(value["input"][0]["tools"][0]["tools"], json!([{ "type": "function", "name": "f" }]));
        assert_eq!(value["input"][0]["tools"][1], json!({ "type": "image_generation" }));
    }

    #[test]
    fn a_lite_model_cannot_be_told_to_call_a_tool() {
        let head = Head { tools: tool(), tool_choice: ToolChoice::Required, ..Head::default() };
        let refusal = Body::begin(&model(Shape::Lite), head, 0, usize::MAX).err().unwrap();
        assert_eq!(refusal.fault().param.as_deref(), Some("tool_choice"));
    }

    #[test]
    fn a_request_is_never_larger_than_its_bound() {
        for shape in [Shape::Plain, Shape::Lite] {
            let bounded = |most| {
                let mut body = Body::begin(&model(shape), Head::default(), 0, most)?;
                body.raw(br#"{"type":"message","role":"user","content":"hi"}"#)?;
                Ok::<_, Refusal>(body.end().len())
            };
            let whole = bounded(usize::MAX).unwrap();
            assert!((0..whole).all(|most| bounded(most).is_err()), "{whole}");
            assert_eq!(bounded(whole + END_BYTES).unwrap(), whole);
        }
    }

    #[test]
    fn an_effort_that_the_model_lacks_is_moved_to_one_that_it_has() {
        let head = Head { effort: Some("none"), ..Head::default() };
        assert_eq!(written(Shape::Plain, head)["reasoning"], json!({ "effort": "low" }));
    }
}
