//! The table of `docs/decisions/0003-tokens.md`, row by row against the code.

use super::*;

const DECISION: &str = include_str!("../../../../../docs/decisions/0003-tokens.md");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Unused,
    Unknown,
    Renewed,
    RefusedForGood,
}

#[derive(Debug)]
struct Row {
    status: String,
    what: String,
    fate: Fate,
}

/// What an answer with a status can hold.
#[derive(Clone, Debug)]
struct Body {
    text: String,
    holds: Holds,
}

#[derive(Clone, Debug)]
enum Holds {
    NewTokens,
    /// The issuer's form, with this code.
    IssuersForm(String),
    CodeAlone(String),
    SomethingElse,
}

fn table() -> Vec<Row> {
    let head = "| status | what came back | what became of the token | why |";
    let lines = DECISION.lines().skip_while(|line| *line != head).skip(2);
    let rows: Vec<_> = lines.take_while(|line| line.starts_with('|')).map(row).collect();
    assert!(!rows.is_empty(), "the table is not where it was");
    rows
}

fn row(line: &str) -> Row {
    let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
    let fate = match cells[2] {
        "unused" => Fate::Unused,
        "unknown" => Fate::Unknown,
        "renewed" => Fate::Renewed,
        "refused for good" => Fate::RefusedForGood,
        other => panic!("what is {other:?}?"),
    };
    Row { status: cells[0].to_owned(), what: cells[1].to_owned(), fate }
}

impl Row {
    fn fits(&self, status: u16, body: &Body) -> bool {
        let class = format!("{}xx", status / 100);
        (self.status == class || self.status == status.to_string()) && self.speaks_of(body)
    }

    fn speaks_of(&self, body: &Body) -> bool {
        let (form, codes) = match self.what.split_once(" with ") {
            Some((form, _)) => (form, Some(self.codes())),
            None => (self.what.as_str(), None),
        };
        let named = |code: &String| codes.as_ref().is_none_or(|codes| codes.contains(&code.as_str()));
        match (form, &body.holds) {
            ("anything else", _) | ("new tokens", Holds::NewTokens) => true,
            ("the issuer's form" | "the issuer's form or its code alone", Holds::IssuersForm(code)) => {
                named(code)
            }
            ("the issuer's form or its code alone", Holds::CodeAlone(code)) => named(code),
            ("new tokens" | "the issuer's form" | "the issuer's form or its code alone", _) => false,
            (what, _) => panic!("no test knows {what:?}"),
        }
    }

    fn codes(&self) -> Vec<&str> {
        self.what.split('`').skip(1).step_by(2).collect()
    }
}

fn fate_of(result: &Result<Renewal, RefreshError>) -> Fate {
    match result {
        Ok(_) => Fate::Renewed,
        Err(RefreshError::Final { .. }) => Fate::RefusedForGood,
        Err(RefreshError::Passing(_)) => Fate::Unused,
        Err(RefreshError::Unknown(_)) => Fate::Unknown,
    }
}

fn bodies(table: &[Row]) -> Vec<Body> {
    let tokens = ["access_token", "refresh_token"]
        .map(|name| Body { text: format!(r#"{{"{name}":"new"}}"#), holds: Holds::NewTokens });
    let known = table.iter().flat_map(Row::codes);
    let forms = known.chain(["server_error", "access_denied", "anything"]).flat_map(|code| {
        let form = |text: String| Body { text, holds: Holds::IssuersForm(code.to_owned()) };
        [
            form(format!(r#"{{"error":"{code}"}}"#)),
            form(format!(r#"{{"error":{{"code":"{code}","message":"…"}}}}"#)),
            form(format!(r#"{{"error":{{"type":"{code}","message":"…"}}}}"#)),
            Body { text: format!(r#"{{"code":"{code}"}}"#), holds: Holds::CodeAlone(code.to_owned()) },
        ]
    });
    let nothing = [
        "",
        "<html><body>invalid_grant</body></html>",
        "{}",
        "[]",
        "null",
        r#"{"message":"invalid_grant"}"#,
        r#"{"error":{"code":429,"message":"slow down"}}"#,
        r#"{"error":{"message":"slow down"}}"#,
        r#"{"detail":"invalid_request"}"#,
        r#"{"error":null}"#,
        r#"["error","invalid_grant"]"#,
        r#"{"access_token":"","refresh_token":""}"#,
        r#"{"access_token":"cut o"#,
    ]
    .map(|text| Body { text: text.to_owned(), holds: Holds::SomethingElse });
    tokens.into_iter().chain(forms).chain(nothing).collect()
}

#[test]
fn each_status_with_each_kind_of_answer_is_sorted_as_the_decision_says() {
    let table = table();
    for number in 100..=599 {
        let status = StatusCode::from_u16(number).unwrap();
        for body in bodies(&table) {
            let row = table.iter().find(|row| row.fits(number, &body));
            let row = row.unwrap_or_else(|| panic!("no row for {number} with {}", body.text));
            let sorted = sort(status, body.text.as_bytes());
            assert_eq!(fate_of(&sorted), row.fate, "{number} {}: {sorted:?}", body.text);
        }
    }
}

#[test]
fn what_came_without_a_status_is_sorted_as_the_decision_says() {
    let rows: Vec<_> = table().into_iter().filter(|row| row.status == "none").collect();
    assert_eq!(rows.len(), 4);
    for row in rows {
        let cuts: &[Cut] = match row.what.as_str() {
            "no connection, no proxy, no TLS" => {
                &[Cut::BeforeHead(SendFailure::NoConnection), Cut::BeforeHead(SendFailure::NotBuilt)]
            }
            "the connection closed before anything was written" => {
                &[Cut::BeforeHead(SendFailure::NotWritten)]
            }
            "a stream that the server says it did not begin" => &[Cut::BeforeHead(SendFailure::NotTaken)],
            "time-out, reset, cut, half an answer, one that is too long" => {
                &[Cut::TimeUp, Cut::BeforeHead(SendFailure::Lost), Cut::InBody]
            }
            other => panic!("no test knows {other:?}"),
        };
        for cut in cuts {
            let lost = Lost { text: "…".to_owned(), cut: *cut };
            assert_eq!(fate_of(&Err(lost.refresh())), row.fate, "{cut:?}");
        }
    }
}

#[test]
fn the_decision_names_the_codes_that_the_code_knows_and_no_others() {
    let table = table();
    let named = |fate: Fate| {
        let mut codes: Vec<_> = table.iter().filter(|row| row.fate == fate).flat_map(Row::codes).collect();
        codes.sort_unstable();
        codes
    };
    let sorted = |codes: &[&'static str]| {
        let mut codes = codes.to_vec();
        codes.sort_unstable();
        codes
    };
    assert_eq!(named(Fate::RefusedForGood), sorted(&FINAL_CODES));
    assert_eq!(named(Fate::Unused), sorted(&UNUSED_CODES));
}
