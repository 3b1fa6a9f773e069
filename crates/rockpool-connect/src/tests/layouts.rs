//! Properties over files of every layout that a generator thinks of.

use proptest::prelude::*;

use super::{home, planned, recorded, same};
use crate::format::Format;
use crate::places::Texts;
use crate::undo::{Choice, TakenBack, take_back};
use crate::{PlanError, Tool, files_of, plan};

fn ended(lines: Vec<String>, newline: &str, last: bool, bom: bool) -> String {
    let end = if last && !lines.is_empty() { newline } else { "" };
    format!("{}{}{end}", if bom { "\u{feff}" } else { "" }, lines.join(newline))
}

fn layout() -> impl Strategy<Value = (&'static str, bool, bool)> {
    (prop_oneof![Just("\n"), Just("\r\n")], any::<bool>(), any::<bool>())
}

/// Numbers the settings, so that no name comes twice.
fn numbered(lines: Vec<&'static str>) -> Vec<String> {
    lines.into_iter().enumerate().map(|(index, line)| line.replace('@', &index.to_string())).collect()
}

fn toml_text() -> impl Strategy<Value = String> {
    let root = prop::sample::subsequence(
        vec![
            "# a comment, é",
            "",
            "k@ = \"v\"   # behind",
            "\tk@ = [1,\n  2, # in\n]",
            "k@.a = '''x\n# Rockpool: not ours\n'''",
            "k@ = { a = 1, b = \"}\" }",
            "model = \"o3\"",
            "model_provider = 'azure' # mine",
            "\"openai_base_url\" = \"https://example.com/v1\"",
            "   ",
            "k@.b = 1979-05-27T07:32:00Z",
        ],
        0..=11,
    );
    let tables = prop::sample::subsequence(
        vec![
            "[t@]",
            "x = 1",
            "# between",
            "",
            "[t@.deep.'er x']",
            "y = '''[model]'''",
            "[[arr@]]",
            "[model_providers.azure]\nname = \"Azure\"",
            "  # indented",
            "[model_providers.rockpool]\nname = \"mine\"\n# inside\nbase_url = \"http://x\"",
        ],
        0..=10,
    );
    (root, tables, layout()).prop_map(|(root, tables, (newline, last, bom))| {
        let lines = numbered(root).into_iter().chain(numbered(tables));
        let lines = lines.map(|line| line.replace('\n', newline)).collect();
        ended(lines, newline, last, bom)
    })
}

fn json_text() -> impl Strategy<Value = String> {
    let values = prop_oneof![
        Just("1"),
        Just("\"a \\\" } // b\""),
        Just("[]"),
        Just("{}"),
        Just("[1, {\"x\": [2]}]"),
        Just("null"),
        Just("{\n\t\"deep\": {\"er\": true}\n}"),
        Just("{ \"x\": 1, }"),
    ];
    let known = prop::sample::subsequence(
        vec![
            "\"env\": {\"ANTHROPIC_API_KEY\": \"sk-mine\", \"B\": 1}",
            "\"env\": {}",
            "\"provider\": {\"openai\": {\"options\": {\"baseURL\": \"https://a\"}, \"z\": 1}}",
            "\"language_models\": {\n    // about\n    \"openai_compatible\": {\"Mine\": {}}\n  }",
            "\"model\": {\"name\": \"o3\", \"x\": [1]}",
            "\"providers\": {\"a\": {\"models\": []}}",
        ],
        0..=3,
    );
    let gap = prop_oneof![
        Just(""),
        Just(" "),
        Just("\n  "),
        Just("\n\t"),
        Just("\n  /* c */ "),
        Just("\n  // é c\n  ")
    ];
    let others = prop::collection::vec((values, gap.clone()), 0..4);
    (others, known, gap, any::<bool>(), any::<bool>(), layout()).prop_map(
        |(others, known, gap, trailing, known_first, (newline, last, bom))| {
            let others: Vec<_> = others
                .iter()
                .enumerate()
                .map(|(index, (value, gap))| format!("{gap}\"k{index}\": {value}"))
                .collect();
            let mut seen = Vec::new();
            let known = known.into_iter().filter(|member| {
                let name = member.split(':').next().map(str::to_owned);
                let is_new = !seen.contains(&name);
                seen.push(name);
                is_new
            });
            let known: Vec<_> = known.map(|member| format!("{gap}{member}")).collect();
            let members = if known_first { [known, others].concat() } else { [others, known].concat() };
            let comma = if trailing && !members.is_empty() { "," } else { "" };
            let text = format!("{{{}{comma}{gap}}}", members.join(","));
            ended(vec![text.replace('\n', newline)], newline, last, bom)
        },
    )
}

fn yaml_text() -> impl Strategy<Value = String> {
    let lines = prop::sample::subsequence(
        vec![
            "# a comment, é",
            "",
            "k@: v   # behind",
            "k@: \"quoted: \\\" #\"",
            "k@: \"q\" # it's \"c\"",
            "k@: 'it''s' # it's",
            "k@: |\n  # Rockpool: text\n  more\n",
            "k@:\n  a: 1\n  b: [1, {c: d}]",
            "k@: {a: b, c: [d]}",
            "name: Mine",
            "model: o3 # mine",
            "openai-api-key:",
            "k@:",
            "k@: >-\n  folded\n  text",
        ],
        0..=14,
    );
    let models = prop_oneof![
        Just(""),
        Just("models:"),
        Just("models: []"),
        Just("models: [{name: A, model: x}]"),
        Just("models:\n  - name: A\n    model: x # c\n  # about B\n  - name: B\n    model: y"),
        Just("models:\n- name: A\n  model: x\n# end"),
        Just("models:\n  - name: Rockpool\n    mine: 1\n  - name: A"),
    ];
    (lines, models, 0usize..14, layout()).prop_map(|(lines, models, at, (newline, last, bom))| {
        let mut lines = numbered(lines);
        lines.insert(at.min(lines.len()), models.to_owned());
        if at == 0 {
            lines.insert(0, "---".to_owned());
        }
        let lines = lines.into_iter().map(|line| line.replace('\n', newline)).collect();
        ended(lines, newline, last, bom)
    })
}

fn list_text() -> impl Strategy<Value = String> {
    let lines = vec!["# c", "- model_id: a@\n  x: 1", "- b@", "", "- {model_id: c@}", "# d", "- - e@"];
    (prop::sample::subsequence(lines, 0..=7), layout()).prop_map(|(lines, (newline, last, bom))| {
        let lines = numbered(lines).into_iter().map(|line| line.replace('\n', newline)).collect();
        ended(lines, newline, last, bom)
    })
}

fn first_file(tool: Tool, text: &str) -> Texts {
    let files = files_of(tool, &home());
    files.into_iter().take(1).map(|path| (path, text.to_owned())).collect()
}

fn edited(format: Format, text: &str) -> String {
    let newline = crate::text::newline_of(text);
    match format {
        Format::Toml => format!("{}[mine]{newline}x = 1{newline}", crate::text::ended(text, newline)),
        Format::Yaml => {
            let mine = if text.contains("model_id: \"rockpool\"") { "- mine" } else { "mine: 1" };
            format!("{}{mine}{newline}", crate::text::ended(text, newline))
        }
        Format::Json | Format::Jsonc => text.replacen('{', "{\"mine\": [1],", 1),
    }
}

/// The file with the edit that somebody would have made to it had it never been connected.
fn edited_alone(format: Format, text: &str) -> String {
    match format {
        Format::Toml | Format::Yaml => edited(format, text),
        Format::Json | Format::Jsonc => {
            let is_empty = same(format, text, "{}");
            text.replacen('{', if is_empty { "{\"mine\": [1]" } else { "{\"mine\": [1]," }, 1)
        }
    }
}

fn is_subsequence(text: &str, of: &str) -> bool {
    let bare = crate::text::without_bom;
    let mut lines = bare(of).1.lines().map(str::trim);
    bare(text)
        .1
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .all(|line| lines.any(|other| other == line))
}

fn holds(tool: Tool, text: &str) {
    let files = first_file(tool, text);
    let plan = planned(tool, &files);
    for change in plan.changes.iter().filter(|change| change.is_change()) {
        let (before, after) = (change.before(), change.after().unwrap());
        let record = recorded(change);

        // Unchanged since: byte for byte.
        let back = take_back(&record, before, Some(after), Choice::Ask).unwrap();
        match (before, back) {
            (Some(before), TakenBack::Write(text)) => assert_eq!(text, before),
            (None, back) => assert!(back == TakenBack::Delete),
            (Some(_), TakenBack::Untouched | TakenBack::Delete) => panic!("nothing came back"),
        }

        // Connected twice is connected once.
        let mut again = files.clone();
        again.extend(
            plan.changes.iter().map(|change| (change.path.clone(), change.after().unwrap().to_owned())),
        );
        assert!(planned(tool, &again).is_empty(), "{}", planned(tool, &again).diff());

        // Line ends and mark stay, and every line of the person's.
        assert_eq!(
            after.starts_with('\u{feff}'),
            before.is_some_and(|before| before.starts_with('\u{feff}'))
        );
        if before.is_some_and(|before| before.contains("\r\n")) {
            assert_eq!(after.matches('\n').count(), after.matches("\r\n").count());
        }

        // An edit in between stays, ours goes.
        let Some(before) = before else { continue };
        let changed = edited(record.format, after);
        let TakenBack::Write(text) = take_back(&record, Some(before), Some(&changed), Choice::Ask).unwrap()
        else {
            panic!("nothing came back")
        };
        assert!(
            !text.contains("rp_0123") && !text.contains("rpu_0123") && !text.contains("rockpool disconnect"),
            "{text}"
        );
        match record.format {
            Format::Toml => {
                assert!(same(Format::Toml, &text, &edited_alone(Format::Toml, before)), "{text}");
            }
            Format::Json | Format::Jsonc => {
                assert!(same(record.format, &text, &edited_alone(record.format, before)), "{text}");
                let bare = |text: &str| text.split_whitespace().collect::<String>();
                assert_eq!(bare(&text), bare(&edited_alone(record.format, before)));
            }
            Format::Yaml => assert!(is_subsequence(before, &text), "{before}\n→\n{text}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn toml_of_any_layout_comes_back_as_it_was(text in toml_text()) {
        prop_assume!(Format::Toml.tree(&text).is_ok());
        holds(Tool::CodexCli, &text);
    }

    #[test]
    fn json_of_any_layout_comes_back_as_it_was(text in json_text(), tool in prop_oneof![
        Just(Tool::ClaudeCode), Just(Tool::OpenCode), Just(Tool::Cline), Just(Tool::Zed), Just(Tool::Pi),
    ]) {
        prop_assume!(tool != Tool::OpenCode || !text.contains("\"model\""));
        prop_assert!(Format::Jsonc.tree(&text).is_ok());
        holds(tool, &text);
    }

    #[test]
    fn yaml_of_any_layout_comes_back_as_it_was(text in yaml_text(), tool in prop_oneof![Just(Tool::Continue), Just(Tool::Aider)]) {
        prop_assume!(Format::Yaml.tree(&text).is_ok());
        holds(tool, &text);
    }

    #[test]
    fn a_yaml_file_that_is_a_list_comes_back_as_it_was(text in list_text()) {
        prop_assume!(Format::Yaml.tree(&text).is_ok());
        holds(Tool::Llm, &text);
    }

    #[test]
    fn arbitrary_text_is_planned_for_or_refused_without_a_panic(text in ".{0,60}", tool in prop::sample::select(Tool::ALL.to_vec())) {
        let to = super::connection(crate::key_kind(tool, &home(), &first_file(tool, &text)));
        match plan(tool, &to, &home(), &first_file(tool, &text)) {
            Ok(_) | Err(PlanError::File { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn text_full_of_syntax_is_planned_for_or_refused_without_a_panic(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", ":", ",", "\"", "'", "-", " ", "\n", "\r\n", "\t", "#", "//", "/*", "*/", "a", "=", ".", "|", ">",
            "&x", "*x", "!t", "---", "...", "%", "\u{feff}", "é", "\0", "\\", "models", "env", "1", "null", "'''", "\"\"\"", "? ",
        ]), 0..40),
        tool in prop::sample::select(Tool::ALL.to_vec()),
    ) {
        let text = pieces.concat();
        let to = super::connection(crate::key_kind(tool, &home(), &first_file(tool, &text)));
        if let Ok(plan) = plan(tool, &to, &home(), &first_file(tool, &text)) {
            for change in plan.changes.iter().filter(|change| change.is_change()) {
                let back = take_back(&recorded(change), change.before(), change.after(), Choice::Ask).unwrap();
                for choice in [Choice::Ask, Choice::Keep, Choice::TakeBack] {
                    let _ = take_back(&recorded(change), change.before(), Some(&text), choice);
                }
                prop_assert!(change.before().is_none() || back == TakenBack::Write(change.before().unwrap().to_owned()));
            }
        }
    }
}

#[test]
fn a_file_that_is_nested_too_deeply_is_refused() {
    for (tool, text) in [
        (Tool::ClaudeCode, "[".repeat(100_000)),
        (Tool::Aider, "- ".repeat(5_000)),
        (Tool::Aider, "[".repeat(20_000)),
        (Tool::CodexCli, format!("a = {}", "[".repeat(100_000))),
    ] {
        let to = super::connection(crate::KeyKind::Bearer);
        let refused = plan(tool, &to, &home(), &first_file(tool, &text));
        assert!(matches!(refused, Err(PlanError::File { .. })), "{}", tool.name());
    }
}

#[test]
fn layouts_that_once_went_wrong_come_back_as_they_were() {
    holds(Tool::Continue, "---\n");
    holds(Tool::Aider, "---");
    holds(Tool::Aider, "\nmodel: o3 # mine");
    holds(Tool::Llm, "\u{feff}");
    holds(Tool::Aider, "model: o3 # \"c\"\nk: |\n  # x\n");
    holds(Tool::Aider, "model: # mine\nk: |\n  # x\n");
    holds(Tool::Aider, "model: 'o3' # it's\nk: |\n  # x\n");
    holds(Tool::CodexCli, "");
}
