//! What the tests of this dialect share.

mod answer;
mod assembled;
mod frames;
mod items;
mod parameters;
mod properties;
mod seen;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::dialect::Dialect;
use crate::model::{Catalogue, Model, Shape, UnknownModel};
use crate::refusal::Refusal;
use crate::surroundings::{Continuation, Surroundings};
use crate::translation::{Translated, translate, translate_frame};

/// The largest translation, in bytes.
const MOST: usize = 8 << 20;

/// `plain` and `lite`, and `alias` for the first.
struct Models;

impl Catalogue for Models {
    fn find(&self, asked: &str) -> Result<Model, UnknownModel> {
        let (name, shape) = match asked {
            "plain" | "alias" => ("plain", Shape::Plain),
            "lite" => ("lite", Shape::Lite),
            _ => return Err(UnknownModel { asked: asked.to_owned(), known: vec!["plain".to_owned()] }),
        };
        let efforts = ["low", "medium", "high"].map(str::to_owned).to_vec();
        Ok(Model { name: name.to_owned(), shape, efforts, verbosity: shape == Shape::Plain })
    }
}

#[derive(Default)]
struct Kept {
    answers: BTreeMap<String, String>,
    items: BTreeMap<String, String>,
}

impl Continuation for Kept {
    fn answer(&self, id: &str) -> Option<String> {
        self.answers.get(id).cloned()
    }
    fn item(&self, id: &str) -> Option<String> {
        self.items.get(id).cloned()
    }
}

impl Kept {
    fn answer(id: &str, items: &str) -> Self {
        Self { answers: [(id.to_owned(), items.to_owned())].into(), items: BTreeMap::new() }
    }
    fn item(id: &str, item: &str) -> Self {
        Self { items: [(id.to_owned(), item.to_owned())].into(), answers: BTreeMap::new() }
    }
}

fn with(kept: &Kept, body: &[u8]) -> Result<Translated, Refusal> {
    let surroundings =
        Surroundings { catalogue: &Models, continuation: kept, conversation: None, most_bytes: MOST };
    translate(Dialect::Responses, body, &surroundings)
}

fn frame(body: &[u8]) -> Result<Translated, Refusal> {
    let kept = Kept::default();
    translate_frame(
        body,
        &Surroundings { catalogue: &Models, continuation: &kept, conversation: None, most_bytes: MOST },
    )
}

/// A request with these members besides its model and input.
fn asked(members: &str) -> Result<Translated, Refusal> {
    with(&Kept::default(), format!(r#"{{"model":"plain","input":"hi",{members}}}"#).as_bytes())
}

/// A request with this input.
fn said(input: &str) -> Result<Translated, Refusal> {
    with(&Kept::default(), format!(r#"{{"model":"plain","input":{input}}}"#).as_bytes())
}

fn body(translated: &Translated) -> Value {
    serde_json::from_slice(&translated.body).unwrap()
}

fn blamed(result: Result<Translated, Refusal>) -> String {
    result.unwrap_err().fault().param.unwrap()
}
