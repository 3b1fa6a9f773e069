//! Taking back what was edited since.

use super::{connection, home, planned, recorded, texts};
use crate::undo::{Choice, Standing, TakenBack, Undo, UndoError, standing, take_back};
use crate::{KeyKind, Tool, plan_again};

fn claude(before: &str) -> (String, crate::FileUndo) {
    let plan = planned(Tool::ClaudeCode, &texts([(home().claude_code_settings(), before)]));
    (plan.changes[0].after().unwrap().to_owned(), recorded(&plan.changes[0]))
}

const BEFORE: &str = "{\n  \"env\": {\n    \"ANTHROPIC_MODEL\": \"opus\"\n  },\n  \"theme\": \"dark\"\n}\n";

#[test]
fn settings_of_ours_that_were_edited_are_a_conflict_until_somebody_chooses() {
    let (after, record) = claude(BEFORE);
    let edited = after.replace("\"gpt-5.5\"", "\"gpt-6\"");
    let Err(UndoError::Conflict(conflict)) = take_back(&record, Some(BEFORE), Some(&edited), Choice::Ask)
    else {
        panic!("no conflict")
    };
    assert_eq!(conflict.entries.iter().map(ToString::to_string).collect::<Vec<_>>(), ["env.ANTHROPIC_MODEL"]);

    let TakenBack::Write(kept) = take_back(&record, Some(BEFORE), Some(&edited), Choice::Keep).unwrap()
    else {
        panic!("untouched")
    };
    assert_eq!(kept, BEFORE.replace("opus", "gpt-6"));
    let TakenBack::Write(back) = take_back(&record, Some(BEFORE), Some(&edited), Choice::TakeBack).unwrap()
    else {
        panic!("untouched")
    };
    assert_eq!(back, BEFORE);
}

#[test]
fn a_file_that_was_only_laid_out_anew_is_no_conflict() {
    let (after, record) = claude(BEFORE);
    let compact: String = after.split_whitespace().collect();
    let TakenBack::Write(back) = take_back(&record, Some(BEFORE), Some(&compact), Choice::Ask).unwrap()
    else {
        panic!("untouched")
    };
    assert_eq!(back, "{\"env\":{\"ANTHROPIC_MODEL\":\"opus\"},\"theme\":\"dark\"}");
}

#[test]
fn settings_that_somebody_took_out_already_stay_out() {
    let (_, record) = claude("{}");
    assert!(
        take_back(&record, Some("{}"), Some("{\"theme\": 1}"), Choice::Ask).unwrap() == TakenBack::Untouched
    );
}

#[test]
fn a_file_that_is_gone_is_a_conflict_while_there_is_a_copy_of_it() {
    let (_, record) = claude(BEFORE);
    let of = |choice| take_back(&record, Some(BEFORE), None, choice);
    assert!(matches!(of(Choice::Ask), Err(UndoError::Missing(path)) if path == record.path));
    assert!(of(Choice::Keep).unwrap() == TakenBack::Untouched);
    assert!(of(Choice::TakeBack).unwrap() == TakenBack::Write(BEFORE.to_owned()));
    let new = recorded(&planned(Tool::ClaudeCode, &texts([])).changes[0]);
    assert!(take_back(&new, None, None, Choice::Ask).unwrap() == TakenBack::Untouched);
}

#[test]
fn a_file_that_was_new_goes_with_the_last_setting_unless_somebody_added_one() {
    let plan = planned(Tool::Continue, &texts([]));
    let (after, record) = (plan.changes[0].after().unwrap(), recorded(&plan.changes[0]));
    assert!(take_back(&record, None, Some(after), Choice::Ask).unwrap() == TakenBack::Delete);
    let reordered = format!("\n{after}\n");
    assert!(take_back(&record, None, Some(&reordered), Choice::Ask).unwrap() == TakenBack::Delete);
    let more = format!("{after}rules: [be brief]\n");
    assert!(
        take_back(&record, None, Some(&more), Choice::Ask).unwrap()
            == TakenBack::Write("rules: [be brief]\n".to_owned())
    );
}

#[test]
fn a_copy_that_is_not_the_one_that_was_made_is_refused() {
    let (after, record) = claude(BEFORE);
    for copy in [None, Some("{}")] {
        assert!(matches!(take_back(&record, copy, Some(&after), Choice::Ask), Err(UndoError::Copy { .. })));
    }
}

#[test]
fn connecting_again_with_another_port_goes_back_to_what_was_before_the_first() {
    let path = home().codex_config();
    let before = "model_provider = \"azure\"\n\n[model_providers.azure]\nname = \"Azure\"\n";
    let first = planned(Tool::CodexCli, &texts([(path.clone(), before)]));
    let undo =
        Undo { tool: Tool::CodexCli, files: vec![recorded(&first.changes[0])], ..Undo::new(Tool::CodexCli) };
    let after = first.changes[0].after().unwrap().to_owned();

    let mut to = connection(KeyKind::Bearer);
    to.origin = "http://127.0.0.1:9000".to_owned();
    let now = texts([(path.clone(), after.as_str())]);
    let again = plan_again(&to, &home(), &now, &undo, &texts([(path, before)])).unwrap();
    let change = &again.changes[0];
    assert_eq!(change.base(), Some(before));
    assert_eq!(change.after().unwrap(), after.replace("7625", "9000"));
    let back = take_back(&recorded(change), Some(before), change.after(), Choice::Ask).unwrap();
    assert!(back == TakenBack::Write(before.to_owned()));
}

#[test]
fn a_record_can_be_kept_as_json_and_holds_no_secret() {
    let before = "{\"env\": {\"ANTHROPIC_AUTH_TOKEN\": \"sk-ant-mine-0123456789\"}}";
    let (_, record) = claude(before);
    let undo = Undo { tool: Tool::ClaudeCode, files: vec![record], ..Undo::new(Tool::ClaudeCode) };
    let json = serde_json::to_string(&undo).unwrap();
    assert!(!json.contains("sk-ant") && !json.contains("rp_0123"));
    assert_eq!(serde_json::from_str::<Undo>(&json).unwrap(), undo);
}

#[test]
fn a_file_says_how_much_of_a_connection_it_still_has() {
    let (after, record) = claude(BEFORE);
    assert_eq!(standing(&record, Some(&after)).unwrap(), Standing::Connected);
    assert_eq!(standing(&record, Some(&after.replace("dark", "light"))).unwrap(), Standing::Connected);
    let edited = standing(&record, Some(&after.replace("7625", "1"))).unwrap();
    assert!(
        matches!(edited, Standing::Edited(entries) if entries[0].to_string() == "env.ANTHROPIC_BASE_URL")
    );
    assert_eq!(standing(&record, Some(BEFORE)).unwrap(), Standing::Gone);
    assert_eq!(standing(&record, None).unwrap(), Standing::Gone);
}

#[test]
fn what_the_tool_itself_keeps_up_to_date_is_no_conflict() {
    let plan = planned(Tool::Cline, &texts([]));
    let (after, record) = (plan.changes[0].after().unwrap(), recorded(&plan.changes[0]));
    // As Cline 3.0.65 left it after its first start.
    let edited = after.replace("1970-01-01T00:00:00.000Z", "2026-11-27T22:53:47.648Z");
    assert_ne!(edited, after);
    assert_eq!(standing(&record, Some(&edited)).unwrap(), Standing::Connected);
    assert!(take_back(&record, None, Some(&edited), Choice::Ask).unwrap() == TakenBack::Delete);
    let other = edited.replace("\"version\": 1", "\"version\": 2");
    let TakenBack::Write(left) = take_back(&record, None, Some(&other), Choice::Ask).unwrap() else {
        panic!("gone")
    };
    assert_eq!(left, "{\n  \"version\": 2\n}\n");
}
