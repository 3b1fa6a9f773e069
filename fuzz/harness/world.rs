//! Models, earlier answers and requests that all targets share.

use rockpool_dialects::{Catalogue, Continuation, Model, Shape, Surroundings, UnknownModel};

/// Bytes: what most requests stay below.
pub(crate) const ROOMY: usize = 1 << 20;

/// `plain` and `lite`.
struct Models;

impl Catalogue for Models {
    fn find(&self, asked: &str) -> Result<Model, UnknownModel> {
        let shape = match asked {
            "plain" => Shape::Plain,
            "lite" => Shape::Lite,
            _ => return Err(UnknownModel { asked: asked.to_owned(), known: vec!["plain".to_owned()] }),
        };
        let efforts = ["low", "medium", "high"].map(str::to_owned).to_vec();
        Ok(Model { name: asked.to_owned(), shape, efforts, verbosity: shape == Shape::Plain })
    }
}

/// One answer and its items.
struct Kept;

const CALL: &str = r#"{"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":"{}"}"#;

impl Continuation for Kept {
    fn answer(&self, id: &str) -> Option<String> {
        let question = r#"{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}"#;
        (id == "resp_1").then(|| format!("{question},{CALL}"))
    }

    fn item(&self, id: &str) -> Option<String> {
        (id == "fc_1").then(|| CALL.to_owned())
    }
}

pub(crate) fn surroundings(conversation: Option<&str>, most_bytes: usize) -> Surroundings<'_> {
    Surroundings { catalogue: &Models, continuation: &Kept, conversation, most_bytes }
}
