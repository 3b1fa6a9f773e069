//! The list of models in Anthropic's form.

use serde::Serialize;

/// Anthropic allows a date that stands for “unknown”: the backend's catalogue has none.
const UNKNOWN_DATE: &str = "1970-01-01T00:00:00Z";

#[derive(Serialize)]
struct List<'a> {
    data: Vec<Model<'a>>,
    has_more: bool,
    first_id: Option<&'a str>,
    last_id: Option<&'a str>,
}

#[derive(Serialize)]
struct Model<'a> {
    r#type: &'a str,
    id: &'a str,
    display_name: &'a str,
    created_at: &'a str,
}

/// The answer to `GET /v1/models`, of ids with their display names: one page, which holds all.
pub fn anthropic_models(models: &[(&str, &str)]) -> Vec<u8> {
    let list = List {
        data: models.iter().map(|(id, name)| of(id, name)).collect(),
        has_more: false,
        first_id: models.first().map(|(id, _)| *id),
        last_id: models.last().map(|(id, _)| *id),
    };
    serde_json::to_vec(&list).unwrap_or_default()
}

/// The answer to `GET /v1/models/{id}`.
pub fn anthropic_model(id: &str, display_name: &str) -> Vec<u8> {
    serde_json::to_vec(&of(id, display_name)).unwrap_or_default()
}

fn of<'a>(id: &'a str, display_name: &'a str) -> Model<'a> {
    Model { r#type: "model", id, display_name, created_at: UNKNOWN_DATE }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn models_are_listed_as_anthropic_does() {
        let list: Value = serde_json::from_slice(&anthropic_models(&[("a", "A"), ("b", "B")])).unwrap();
        assert_eq!((&list["first_id"], &list["last_id"]), (&json!("a"), &json!("b")));
        assert_eq!((&list["has_more"], &list["data"][1]["display_name"]), (&json!(false), &json!("B")));
        let one: Value = serde_json::from_slice(&anthropic_model("a", "A")).unwrap();
        assert_eq!(one, list["data"][0]);
        let none: Value = serde_json::from_slice(&anthropic_models(&[])).unwrap();
        assert_eq!(none, json!({ "data": [], "has_more": false, "first_id": null, "last_id": null }));
    }
}
