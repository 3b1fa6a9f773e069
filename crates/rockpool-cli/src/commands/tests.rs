//! Commands at their boundary: what is asked of the engine, and what the person reads.

use clap::Parser as _;
use jiff::Timestamp;
use rockpool_engine::snapshot::{AccountView, MovesView, RunwayView};
use serde_json::{Value, json};

use super::fake::{FakeApi, FakeConsole};
use super::{Session, run};
use crate::args::{Cli, Command};
use crate::console::Style;
use crate::failure::Failure;

/// Runs a command line; `auth.json` and the like may hold no blank.
async fn given(line: &str, api: &FakeApi, console: &FakeConsole) -> Result<(), Failure> {
    let cli = Cli::try_parse_from(line.split(' ')).unwrap();
    let Command::Ask(command) = cli.command else { panic!("serve asks nothing") };
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    run(&Session { client: &api.client(), console, now }, command).await
}

fn text() -> FakeConsole {
    FakeConsole::new(Style::Text)
}

fn account(name: &str) -> Value {
    let id = serde_json::from_value(json!("00000000-0000-0000-0000-000000000001")).unwrap();
    let told = json!({
        "email": "a@example.org", "plan": "pro", "state": "exhausted", "until": "2027-01-15T11:05:00Z",
        "needs": "time", "remedy": "wait_for_reset", "readiness": "blocked", "role": "owner", "pool": name,
        "windows": [
            {"kind": "five_hour", "length_seconds": 18000, "used_percent": 100.0, "remaining_percent": 0,
             "resets_at": null, "measured_at": null, "contested": null},
            {"kind": "weekly", "length_seconds": 604800, "used_percent": 20.0, "remaining_percent": 80,
             "resets_at": null, "measured_at": null, "contested": null}
        ],
        "remaining_percent": 0
    });
    let mut account = json!(AccountView::bare(id, name));
    account.as_object_mut().unwrap().extend(told.as_object().unwrap().clone());
    account
}

fn client_key(kind: &str, key: &str, base_url: &str) -> Value {
    json!({
        "client": {
            "id": "00000000-0000-0000-0000-000000000002", "name": "codex", "account": "a",
            "key_kind": kind, "key_hint": "rp_01", "override_mode": "inherit", "strategy": null,
            "last_used_at": null
        },
        "key": key, "base_url": base_url
    })
}

fn problem(detail: &str) -> Value {
    json!({"type": "about:blank", "title": "Conflict", "status": 409, "detail": detail, "code": "c"})
}

fn sums(requests: u64, priced: u64, cost: Option<u64>) -> Value {
    json!({
        "requests": requests, "counted": requests, "input_tokens": 1000 * requests, "cached_tokens": 910 * requests,
        "cache_write_tokens": 0, "output_tokens": 100 * requests, "reasoning_tokens": 60 * requests,
        "priced": priced, "at_api_prices_micro_usd": cost
    })
}

#[tokio::test]
async fn usage_is_a_table_with_its_sum_that_says_it_is_no_bill_and_whose_prices_they_are() {
    let api = FakeApi::answering([(
        200,
        json!({
            "by": "model", "from": "2027-01-09T00:00:00Z", "to": "2027-01-15T08:00:00Z",
            "recorded_since": "2027-01-10T10:00:00Z",
            "rows": [
                {"key": "gpt-5.5", "sums": sums(1200, 1200, Some(12_345_678))},
                {"key": null, "sums": sums(2, 0, None)}
            ],
            "total": sums(1202, 1200, Some(12_345_678)),
            "prices": {"package": "genai-prices", "version": "0.2.3", "date": "2026-11-27"}
        }),
    )]);
    let console = text();
    given("rockpool usage --by model --days 7", &api, &console).await.unwrap();
    assert_eq!(api.asked(), ["GET /usage?by=model&days=7"]);
    assert_eq!(
        console.stdout(),
        [
            "MODEL      REQUESTS  INPUT      CACHED  OUTPUT   REASONING  AT API PRICES",
            "gpt-5.5    1,200     1,200,000  91%     120,000  72,000     $12.35",
            "(unknown)  2         2,000      91%     200      120        -",
            "together   1,202     1,202,000  91%     120,200  72,120     $12.35",
            "No bill: what the same tokens would have cost through the API at standard",
            "prices, by genai-prices 0.2.3, taken on 2026-11-27. Reasoning is part of the output.",
            "Left out, for want of a price of their model: 2 requests.",
            "The record goes back to 2027-01-10T10:00:00Z.",
        ]
    );
}

fn sign_in(state: &str) -> Value {
    json!({
        "id": "00000000-0000-0000-0000-000000000003", "account": null, "method": "browser", "state": state,
        "authorize_url": "http://127.0.0.1:9/oauth/authorize?state=s", "user_code": null,
        "callback": "automatic", "browser": "not_asked",
        "message": null, "result": (state == "done").then_some("codex-pro-1"),
        "expires_at": "2027-01-15T09:00:00Z"
    })
}

fn device_sign_in(state: &str) -> Value {
    let mut view = sign_in(state);
    view["method"] = json!("device");
    view["authorize_url"] = json!("http://127.0.0.1:9/codex/device");
    view["user_code"] = json!("ABCD-12345");
    view
}

fn ways(machine: &str, first: &str) -> Value {
    json!({"machine": machine, "ways": [first], "why": "Your browser is elsewhere.", "opens_browser": false})
}

fn pool(conversations: &str) -> Value {
    json!({"owner": "a", "strategy": "round_robin", "extra_provider_names": ["b", "c"],
        "conversations": conversations, "last_account": null, "last_used_at": null, "level_percent": 40, "serving": true,
        "runway": RunwayView::default(), "moves": MovesView::default(), "until": null})
}

#[tokio::test]
async fn a_pool_is_set_in_the_seeds_field_names() {
    let (api, console) = (FakeApi::answering([(200, pool("stay"))]), text());
    given("rockpool pool set a --strategy round_robin --members b,c", &api, &console).await.unwrap();
    assert_eq!(api.asked(), [r#"PUT /pools/a {"extra_provider_names":["b","c"],"strategy":"round_robin"}"#]);
    assert_eq!(console.said(), ["out: a (round_robin): b, c"]);
}

#[tokio::test]
async fn a_pool_whose_conversations_rotate_says_so() {
    let (api, console) = (FakeApi::answering([(200, pool("rotate"))]), text());
    let line = "rockpool pool set a --strategy round_robin --members b,c --conversations rotate";
    given(line, &api, &console).await.unwrap();
    let asked = r#"PUT /pools/a {"conversations":"rotate","extra_provider_names":["b","c"],"strategy":"round_robin"}"#;
    assert_eq!(api.asked(), [asked]);
    assert_eq!(console.said(), ["out: a (round_robin, rotating): b, c"]);
}

#[tokio::test]
async fn a_refusal_is_told_in_the_engines_words() {
    let api = FakeApi::answering([(409, problem("“b” is already in the pool of “c”."))]);
    let line = "rockpool pool set a --strategy round_robin --members b";
    let failure = given(line, &api, &text()).await.unwrap_err();
    assert_eq!(failure.to_string(), "“b” is already in the pool of “c”.");
}

#[tokio::test]
async fn an_answer_that_is_no_problem_is_told_by_its_status() {
    let api = FakeApi::answering([(502, json!("<html>"))]);
    let failure = given("rockpool account list", &api, &text()).await.unwrap_err();
    assert!(failure.to_string().contains("502"), "{failure}");
}

#[tokio::test]
async fn a_bearer_key_stands_alone_on_stdout() {
    let answer = client_key("bearer", "rp_secret", "http://127.0.0.1:7625/v1");
    let (api, console) = (FakeApi::answering([(201, answer)]), text());
    given("rockpool client add codex --account a", &api, &console).await.unwrap();
    assert_eq!(api.asked(), [r#"POST /clients {"account":"a","key_kind":"bearer","name":"codex"}"#]);
    assert_eq!(console.stdout(), ["rp_secret"]);
    let hints = console.said().join("\n");
    assert_eq!(hints.matches("rp_secret").count(), 1, "{hints}");
    assert!(hints.contains("err: Base address for the tool: http://127.0.0.1:7625/v1"), "{hints}");
}

#[tokio::test]
async fn a_path_key_is_printed_once_although_the_address_holds_it() {
    let answer = client_key("path", "rpu_secret", "http://127.0.0.1:7625/k/rpu_secret/v1");
    let (api, console) = (FakeApi::answering([(201, answer)]), text());
    given("rockpool client add codex --account a --path-key", &api, &console).await.unwrap();
    assert_eq!(console.stdout(), ["rpu_secret"]);
    let said = console.said().join("\n");
    assert_eq!(said.matches("rpu_secret").count(), 1, "{said}");
    assert!(said.contains("http://127.0.0.1:7625/k/KEY/v1"), "{said}");
}

#[tokio::test]
async fn a_client_can_be_kept_on_its_account() {
    let api = FakeApi::answering([(201, client_key("bearer", "k", "u"))]);
    given("rockpool client add codex --account a --single", &api, &text()).await.unwrap();
    let asked =
        r#"POST /clients {"account":"a","key_kind":"bearer","name":"codex","override_mode":"single"}"#;
    assert_eq!(api.asked(), [asked]);
}

#[tokio::test]
async fn a_client_on_one_account_alone_is_not_listed_as_one_that_inherits() {
    let mut alone = client_key("bearer", "k", "u")["client"].clone();
    alone["override_mode"] = json!("single");
    let (api, console) = (FakeApi::answering([(200, json!([alone]))]), text());
    given("rockpool client list", &api, &console).await.unwrap();
    assert!(console.stdout()[1].contains("this account alone"), "{:?}", console.stdout());
}

#[tokio::test]
async fn a_strategy_of_its_own_makes_a_client_custom() {
    let api = FakeApi::answering([(201, client_key("bearer", "k", "u"))]);
    given("rockpool client add codex --account a --strategy priority_order", &api, &text()).await.unwrap();
    assert!(api.asked()[0].contains(r#""override_mode":"custom","strategy":"priority_order""#));
}

#[tokio::test]
async fn json_prints_the_engines_answer_and_nothing_else_on_stdout() {
    let answer = json!([account("a")]);
    let (api, console) = (FakeApi::answering([(200, answer.clone())]), FakeConsole::new(Style::Json));
    given("rockpool account list --json", &api, &console).await.unwrap();
    assert_eq!(console.said(), [format!("out: {answer}")]);
    let (api, console) = (FakeApi::answering([(204, Value::Null)]), FakeConsole::new(Style::Json));
    given("rockpool client remove codex --json", &api, &console).await.unwrap();
    assert_eq!(console.stdout(), [r#"{"removed":"codex"}"#]);
}

#[tokio::test]
async fn accounts_read_well_within_80_columns() {
    let accounts = json!([account("codex-pro-1"), account(&"long-name-".repeat(12))]);
    let (api, console) = (FakeApi::answering([(200, accounts)]), text());
    given("rockpool account list", &api, &console).await.unwrap();
    let lines = console.stdout();
    assert!(lines.iter().take(3).all(|line| line.chars().count() <= 80), "{lines:?}");
    assert!(lines[1].starts_with("codex-pro-1"), "{lines:?}");
    assert!(lines[1].contains("exhausted (3h 5m)") && lines[1].contains("0 %"), "{lines:?}");
    assert!(
        lines
            .join(" ")
            .contains("codex-pro-1 needs time: A quota window is exhausted; it comes back at its reset."),
        "{lines:?}"
    );
}

/// A status without accounts, of which the engine says this.
fn status(level: &Value, needing_person: &Value) -> Value {
    json!({
        "version": "0.1.0", "mode": "normal", "endpoint": "http://127.0.0.1:7625/v1",
        "taken_at": "2027-01-15T08:00:00Z", "vault": {"kind": "memory", "state": "ready", "message": null},
        "level_percent": level, "needing_person": needing_person,
        "accounts": [], "pools": [], "clients": [], "sign_ins": [], "recent": []
    })
}

#[tokio::test]
async fn the_status_shows_the_level_of_each_situation_and_who_needs_a_person() {
    let table = include_str!("../../../rockpool-engine/src/snapshot/situations.json");
    let situations: Vec<Value> = serde_json::from_str(table).unwrap();
    for situation in situations {
        let answer = status(&situation["level"], &situation["needing_person"]);
        let (api, console) = (FakeApi::answering([(200, answer)]), text());
        given("rockpool status", &api, &console).await.unwrap();
        let level = situation["level"].as_u64().map_or("-".to_owned(), |level| format!("{level} %"));
        let waiting = match situation["needing_person"].as_u64().unwrap() {
            0 => String::new(),
            1 => "; 1 account needs you".to_owned(),
            several => format!("; {several} accounts need you"),
        };
        let line = format!("Left over all accounts: {level}{waiting}");
        assert!(console.stdout().contains(&line), "{}: {:?}", situation["name"], console.stdout());
    }
}

#[tokio::test]
async fn pausing_and_resuming_set_the_state() {
    for (verb, state) in [("pause", "paused"), ("resume", "active")] {
        let api = FakeApi::answering([(200, account("a"))]);
        given(&format!("rockpool account {verb} a"), &api, &text()).await.unwrap();
        assert_eq!(api.asked(), [format!(r#"PATCH /accounts/a {{"state":"{state}"}}"#)]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_prints_its_address_opens_it_here_and_waits_for_the_account() {
    let api = FakeApi::answering([
        (201, sign_in("waiting")),
        (200, sign_in("waiting")),
        (200, sign_in("exchanging")),
        (200, sign_in("done")),
        (200, account("codex-pro-1")),
    ]);
    let console = text();
    given("rockpool account add", &api, &console).await.unwrap();
    assert_eq!(api.asked()[0], r#"POST /sign-ins {"method":"browser","open_browser":"no"}"#);
    let said = console.said();
    let url = "http://127.0.0.1:9/oauth/authorize?state=s";
    assert_eq!(said[1..3], [format!("out: {url}"), format!("open: {url}")]);
    assert_eq!(said.last().unwrap(), "out: Signed in: codex-pro-1 (a@example.org)");
}

#[tokio::test(start_paused = true)]
async fn a_pasted_callback_finishes_a_sign_in_and_junk_does_not_end_it() {
    let api = FakeApi::answering([
        (201, sign_in("waiting")),
        (200, ways("desktop", "browser")),
        (422, problem("This is not the address of a callback.")),
        (200, sign_in("done")),
        (200, account("codex-pro-1")),
    ]);
    let console = text().typing(&["", "junk", " http://localhost:1455/auth/callback?code=c "]);
    given("rockpool account sign-in codex-pro-1 --no-browser", &api, &console).await.unwrap();
    let asked = api.asked();
    assert_eq!(
        asked[0],
        r#"POST /sign-ins {"account":"codex-pro-1","method":"browser","open_browser":"no"}"#
    );
    assert!(asked[3].ends_with(r#"/callback {"url":"http://localhost:1455/auth/callback?code=c"}"#));
    let said = console.said();
    assert!(said.contains(&"err: This is not the address of a callback.".to_owned()), "{said:?}");
    assert!(!said.iter().any(|line| line.starts_with("open: ")));
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_that_ends_badly_says_why() {
    let mut failed = sign_in("failed");
    failed["message"] = json!("You denied the consent; start again.");
    let api =
        FakeApi::answering([(201, sign_in("waiting")), (200, ways("desktop", "browser")), (200, failed)]);
    let failure = given("rockpool account add --no-browser", &api, &text()).await.unwrap_err();
    assert_eq!(failure.to_string(), "You denied the consent; start again.");
}

#[tokio::test(start_paused = true)]
async fn a_code_is_printed_with_its_page_and_no_browser_opens() {
    let mut troubled = device_sign_in("waiting");
    troubled["message"] = json!("The provider could not be asked about the code.");
    let answers = [
        (201, device_sign_in("waiting")),
        (200, troubled.clone()),
        (200, troubled),
        (200, device_sign_in("waiting")),
        (200, device_sign_in("done")),
        (200, account("codex-pro-1")),
    ];
    let (api, console) = (FakeApi::answering(answers.clone()), text());
    given("rockpool account add --device", &api, &console).await.unwrap();
    assert_eq!(api.asked()[0], r#"POST /sign-ins {"method":"device","open_browser":"no"}"#);
    let said = console.said();
    assert_eq!(
        said[..3],
        [
            "out: Open this address on any device and sign in:",
            "out: http://127.0.0.1:9/codex/device",
            "out: Then enter this code: ABCD-12345"
        ]
    );
    assert!(!said.iter().any(|line| line.starts_with("open: ")), "{said:?}");
    let trouble = said.iter().filter(|line| line.contains("could not be asked")).count();
    assert_eq!(trouble, 1, "the same trouble is told once: {said:?}");

    let (api, console) = (FakeApi::answering(answers), FakeConsole::new(Style::Json));
    given("rockpool account sign-in codex-pro-1 --device", &api, &console).await.unwrap();
    let printed = console.stdout();
    let first: Value = serde_json::from_str(&printed[0]).unwrap();
    assert_eq!((&first["user_code"], &first["method"]), (&json!("ABCD-12345"), &json!("device")));
    assert_eq!(serde_json::from_str::<Value>(&printed[1]).unwrap()["name"], "codex-pro-1");
    assert_eq!(printed.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_machine_without_a_browser_is_told_of_the_code_and_refused_codes_say_why() {
    let answers = [
        (201, sign_in("waiting")),
        (200, ways("ssh", "device")),
        (200, sign_in("done")),
        (200, account("codex-pro-1")),
    ];
    let (api, console) = (FakeApi::answering(answers), text());
    given("rockpool account sign-in a", &api, &console).await.unwrap();
    let advice =
        "err: Your browser is elsewhere. Stop with Ctrl-C and use `rockpool account sign-in a --device`.";
    assert!(console.said().contains(&advice.to_owned()), "{:?}", console.said());
    let off = FakeApi::answering([(409, problem("Device codes are switched off."))]);
    let failure = given("rockpool account add --device", &off, &text()).await.unwrap_err();
    assert_eq!(failure.to_string(), "Device codes are switched off.");
}

#[tokio::test]
async fn the_workspaces_of_a_login_are_listed_and_one_more_becomes_an_account() {
    let listed = json!([
        {"workspace_id": "w-1", "name": null, "plan": "plus", "account": "a"},
        {"workspace_id": "w-2", "name": "Lab", "plan": null, "account": null}
    ]);
    let (api, console) = (FakeApi::answering([(200, listed)]), text());
    given("rockpool account workspaces a", &api, &console).await.unwrap();
    assert_eq!(api.asked(), ["GET /accounts/a/workspaces"]);
    let out = console.stdout();
    assert_eq!(out[1..], ["w-1        personal  plus  a", "w-2        Lab       -     -"]);
    let (api, console) = (FakeApi::answering([(201, account("lab"))]), text());
    given("rockpool account workspaces a --add w-2 --name lab", &api, &console).await.unwrap();
    assert_eq!(api.asked(), [r#"POST /accounts/a/workspaces {"name":"lab","workspace_id":"w-2"}"#]);
    assert_eq!(console.said(), ["out: Added lab, on the login of a."]);
}

/// Imports a file that holds `content` and returns what is left in its folder.
async fn import(options: &str, console: &FakeConsole, answer: (u16, Value)) -> (FakeApi, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("auth.json");
    std::fs::write(&file, "content-with-tokens").unwrap();
    let api = FakeApi::answering([answer]);
    let line = format!("rockpool account import {} --name a{options}", file.display());
    let _ = given(&line, &api, console).await;
    let entries = std::fs::read_dir(folder.path()).unwrap();
    let left = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    (api, left)
}

#[tokio::test]
async fn an_import_sets_the_file_aside_when_told_to() {
    let console = text();
    let (api, left) = import(" --yes", &console, (201, account("a"))).await;
    assert!(api.asked()[0].contains(r#""mode":"take_over""#), "{:?}", api.asked());
    assert_eq!(left, ["auth.json.taken-over"]);
    let (_, left) = import("", &text().confirming(true), (201, account("a"))).await;
    assert_eq!(left, ["auth.json.taken-over"]);
}

#[tokio::test]
async fn an_import_leaves_the_file_alone_when_not_told_and_warns() {
    for console in [text(), text().confirming(false)] {
        let (_, left) = import("", &console, (201, account("a"))).await;
        assert_eq!(left, ["auth.json"]);
        let said = console.said().join("\n");
        assert!(said.contains("must not go on using"), "{said}");
        assert!(!said.contains("logout") && !said.contains("content-with-tokens"), "{said}");
    }
}

#[tokio::test]
async fn a_followed_file_stays_and_is_named_by_its_absolute_path() {
    let console = text();
    let (api, left) = import(" --follow", &console, (201, account("a"))).await;
    assert_eq!(left, ["auth.json"]);
    let asked = api.asked();
    assert!(asked[0].contains(r#""mode":"follow""#) && asked[0].contains(r#"/auth.json""#), "{asked:?}");
    assert_eq!(console.said(), ["out: Imported a."]);
}

#[tokio::test]
async fn a_refused_import_leaves_the_file_alone() {
    let (_, left) = import(" --yes", &text(), (409, problem("held already"))).await;
    assert_eq!(left, ["auth.json"]);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_named_and_nothing_is_asked() {
    let api = FakeApi::answering([(201, account("a"))]);
    let failure = given("rockpool account import nowhere.json --name a", &api, &text()).await.unwrap_err();
    assert!(failure.to_string().contains("nowhere.json cannot be read"), "{failure}");
    assert!(api.asked().is_empty());
}

#[tokio::test]
async fn the_dashboard_is_shown_as_a_link_and_opened_unless_told_otherwise() {
    let url = "http://127.0.0.1:7625/#link=rpl_0";
    let link = json!({ "url": url, "expires_at": "2027-01-15T08:10:00Z" });
    let api = FakeApi::answering([(201, link.clone())]);
    let console = text();
    given("rockpool dashboard", &api, &console).await.unwrap();
    assert_eq!(api.asked(), ["POST /dashboard/links"]);
    assert_eq!(console.stdout(), [url]);
    assert_eq!(console.said().last().unwrap(), &format!("open: {url}"));

    let console = FakeConsole::new(Style::Json);
    given("rockpool dashboard --no-browser", &api, &console).await.unwrap();
    assert_eq!(serde_json::from_str::<Value>(&console.stdout()[0]).unwrap(), link);
    assert_eq!(console.said().len(), 1, "nothing is opened");
}

fn row(row: usize, fate: &str, account: Option<&str>) -> Value {
    json!({"row": row, "file": null, "format": "opencode", "email": format!("p{row}@b.test"),
        "workspace_id": "ws-1", "plan": "plus", "ends_at": null, "access_token_only": false, "fate": fate,
        "recommended": fate == "new_account", "account": account,
        "reason": (fate == "refused").then_some("api_key"),
        "message": (fate == "refused").then_some("This is an API key.")})
}

/// Imports a file with these rows and gives what was asked, what became of it, and what was said.
async fn import_many(
    options: &str,
    preview: Vec<Value>,
    result: Value,
) -> (FakeApi, Result<(), Failure>, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("auth.json");
    std::fs::write(&file, "content-with-tokens").unwrap();
    let of_file = |mut row: Value| {
        row["file"] = json!(file.display().to_string());
        row
    };
    let rows: Vec<Value> = preview.into_iter().map(of_file).collect();
    let api = FakeApi::answering([(200, json!({ "rows": rows })), (200, json!({ "rows": result }))]);
    let console = text();
    let line = format!("rockpool account import {}{options}", file.display());
    let done = given(&line, &api, &console).await;
    (api, done, console.said().join("\n"))
}

#[tokio::test]
async fn a_file_of_several_logins_is_shown_as_a_table_and_taken_only_with_all() {
    let rows = || vec![row(0, "new_account", Some("codex-plus-1")), row(1, "refused", None)];
    let (api, done, said) = import_many("", rows(), json!([])).await;
    assert_eq!(api.asked().len(), 1, "nothing is imported");
    assert!(done.unwrap_err().to_string().contains("--all"));
    assert!(said.contains("new: codex-plus-1") && said.contains("2: This is an API key."), "{said}");
    let taken = json!([{"row": 0, "fate": "new_account", "account": "codex-plus-1", "reason": null, "message": null}]);
    let (api, done, said) = import_many(" --all", rows(), taken).await;
    done.unwrap();
    assert!(api.asked()[1].ends_with(r#""rows":[{"name":"codex-plus-1","row":0}]}"#), "{:?}", api.asked());
    assert!(
        said.contains("Imported codex-plus-1 (p0@b.test).") && said.contains("must not go on using"),
        "{said}"
    );
}

#[tokio::test]
async fn a_preview_imports_nothing_and_a_login_that_fails_is_told() {
    let (api, done, _) = import_many(" --preview", vec![row(0, "new_account", Some("a"))], json!([])).await;
    assert!(done.is_ok() && api.asked().len() == 1);
    let failed = json!([{"row": 0, "fate": "refused", "account": null, "reason": "not_saved", "message": "The keychain is locked."}]);
    let (_, done, said) = import_many("", vec![row(0, "new_account", Some("a"))], failed).await;
    assert!(done.is_err() && said.contains("The keychain is locked."), "{said}");
}

#[tokio::test]
async fn an_account_is_renamed_and_accounts_are_ordered() {
    let (api, console) = (FakeApi::answering([(200, account("b"))]), text());
    given("rockpool account rename a b", &api, &console).await.unwrap();
    assert_eq!(api.asked(), [r#"PATCH /accounts/a {"name":"b"}"#]);
    assert_eq!(console.said(), ["out: a is now b (“b”)."]);
    let (api, console) = (FakeApi::answering([(200, json!([account("b"), account("a")]))]), text());
    given("rockpool account order b,a", &api, &console).await.unwrap();
    assert_eq!(api.asked(), [r#"PUT /account-order {"names":["b","a"]}"#]);
}

#[tokio::test]
async fn two_accounts_of_one_e_mail_are_told_apart_by_their_workspaces() {
    let listed = |workspaces: [&str; 2]| {
        workspaces.map(|workspace| {
            let mut one = account(workspace);
            one["workspace_id"] = json!(format!("{workspace}-0000-4000"));
            one
        })
    };
    let (api, console) = (FakeApi::answering([(200, json!(listed(["aaaa1111", "bbbb2222"])))]), text());
    given("rockpool account list", &api, &console).await.unwrap();
    let told = console.stdout().join(" ");
    assert!(
        told.contains("a@example.org has 2 accounts: aaaa1111 in workspace aaaa1111-0000-4000,"),
        "{told}"
    );
    let lines = console.stdout();
    assert!(lines.iter().all(|line| line.chars().count() <= 80), "{lines:?}");
}

fn settings() -> Value {
    let setting = |value: Value, source: &str| json!({"value": value, "default": value, "source": source});
    let mut listen = setting(json!("0.0.0.0:7625"), "environment");
    listen["variable"] = json!("ROCKPOOL_LISTEN");
    json!({
        "listen": listen, "hosts": setting(json!(["host.docker.internal", "pool.lan"]), "stored"),
        "origins": setting(json!([]), "default"), "model_aliases": setting(json!(["claude-*=gpt-5.5"]), "stored"),
        "language": setting(json!("vi"), "stored"),
        "theme": setting(json!("system"), "default"), "proxy": setting(json!("none"), "stored"),
        "account_proxies": setting(json!({"ada": "socks5://127.0.0.1:1080"}), "stored"),
        "ca_file": setting(Value::Null, "default"), "keep_requests": setting(json!(10_000), "default"),
        "keep_requests_days": setting(json!(365), "default"), "keep_quota_days": setting(json!(14), "default"),
        "keep_conversations_days": setting(json!(90), "default"), "vault": setting(json!("file"), "stored"),
        "vault_state": {"kind": "file", "file": {"path": "/data/vault.bin", "key": "beside"}, "state": "ready", "message": null},
        "endpoint": "http://127.0.0.1:7625/v1",
        "reach": {"scope": "all_networks", "address": "0.0.0.0:7625", "hosts": [], "origins": [],
            "sentence": "Everybody."},
        "about": {"version": "0.1.0", "licence": "MIT", "data_folder": "/data", "issuer": "https://a",
            "backend": "https://b"}
    })
}

#[tokio::test]
async fn a_proxy_that_cannot_be_read_is_shown_with_what_follows_and_what_to_do() {
    let mut shown = settings();
    let quiet = shown.clone();
    shown["account_proxies"]["value"] = json!({ "ada": "unreadable" });
    for (answer, told) in [(quiet, false), (shown, true)] {
        let (api, console) = (FakeApi::answering([(200, answer)]), text());
        given("rockpool settings", &api, &console).await.unwrap();
        let said = console.said().join("\n");
        assert_eq!(said.contains("lets nobody out"), told, "{said}");
    }
}

#[tokio::test]
async fn settings_are_shown_with_where_each_comes_from_and_who_can_reach_the_endpoint() {
    let (api, console) = (FakeApi::answering([(200, settings())]), text());
    given("rockpool settings", &api, &console).await.unwrap();
    assert_eq!(api.asked(), ["GET /settings"]);
    let said = console.said();
    for row in [
        "listen 0.0.0.0:7625 ROCKPOOL_LISTEN",
        "hosts host.docker.internal, pool.lan chosen",
        "origins none default",
        "model_aliases claude-*=gpt-5.5 chosen",
        "language vi chosen",
        "proxy none chosen",
        "account_proxies ada=socks5://127.0.0.1:1080 chosen",
        "ca_file none default",
        "keep_requests_days 365 default",
        "vault file chosen",
        "Tools are pointed at http://127.0.0.1:7625/v1",
        "Logins are kept in /data/vault.bin.",
    ] {
        let words =
            |line: &String| line.trim_start_matches("out: ").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.iter().any(|line| words(line) == row), "{row} in {said:#?}");
    }
    assert!(said.contains(&"out: Who can reach this: Everybody.".to_owned()));
}

#[tokio::test]
async fn a_setting_is_changed_and_put_back_by_its_name_alone() {
    let (api, console) = (FakeApi::answering([(200, settings())]), text());
    for line in [
        "rockpool settings set listen 127.0.0.1:8000",
        "rockpool settings set hosts a,,b",
        "rockpool settings set language vi",
        "rockpool settings reset origins",
        "rockpool settings set account_proxies ada=none,ben=",
        "rockpool settings set keep_requests_days 30",
        "rockpool settings set vault keychain",
    ] {
        given(line, &api, &console).await.unwrap();
    }
    assert_eq!(
        api.asked(),
        [
            r#"PATCH /settings {"listen":"127.0.0.1:8000"}"#,
            r#"PATCH /settings {"hosts":["a","b"]}"#,
            r#"PATCH /settings {"language":"vi"}"#,
            r#"PATCH /settings {"origins":null}"#,
            r#"PATCH /settings {"account_proxies":{"ada":"none","ben":null}}"#,
            r#"PATCH /settings {"keep_requests_days":30}"#,
            r#"POST /settings/vault/move {"to":"keychain"}"#,
        ]
    );
    let refused = given("rockpool settings set theme sepia", &api, &console).await.unwrap_err();
    assert_eq!(refused.to_string(), "“sepia” is no choice here; give system, light or dark");
}

fn tool(state: &str) -> Value {
    json!({
        "name": "codex", "title": "Codex", "found": ["/srv/a/.codex"], "state": state, "edited": [],
        "client": (state != "not_connected").then_some("codex"), "connected_at": null, "needs_model": false,
        "model": null, "own_login": null, "problem": null
    })
}

fn preview() -> Value {
    json!({
        "diff": "--- a\n+++ a\n+openai_base_url = \"…\"\n", "files": ["/srv/a/.codex/config.toml"],
        "todo": [{"kind": "restart"}], "key_kind": "path", "client": "codex", "account": "ada", "seen": "s1"
    })
}

fn connected() -> Value {
    json!({ "tool": tool("connected"), "todo": [{"kind": "restart"}] })
}

#[tokio::test]
async fn tools_are_listed_with_their_state_and_those_that_are_not_here_in_one_line() {
    let mut absent = tool("not_connected");
    absent["found"] = json!([]);
    absent["name"] = json!("aider");
    let api = FakeApi::answering([(200, json!([tool("connected"), absent]))]);
    let console = text();
    given("rockpool connect", &api, &console).await.unwrap();
    let lines = console.stdout();
    assert_eq!(lines[1].split_whitespace().collect::<Vec<_>>(), ["codex", "Codex", "connected", "codex"]);
    assert_eq!(lines[2], "Not found on this machine: aider.");
}

#[tokio::test]
async fn a_dry_run_shows_the_change_and_makes_none() {
    let api = FakeApi::answering([(200, json!([tool("not_connected")])), (200, preview())]);
    let console = text();
    given("rockpool connect codex --dry-run", &api, &console).await.unwrap();
    assert_eq!(console.stdout().last().unwrap(), "+openai_base_url = \"…\"");
    assert_eq!(api.asked(), ["GET /tools", "POST /tools/codex/preview {}"]);
}

#[tokio::test]
async fn a_tool_is_connected_after_a_yes_and_checked() {
    let check = json!({ "account": "ada", "model": "m", "milliseconds": 840 });
    let answers = [(200, json!([tool("not_connected")])), (200, preview()), (200, connected()), (200, check)];
    let api = FakeApi::answering(answers);
    let console = text().confirming(true);
    given("rockpool connect codex --model m", &api, &console).await.unwrap();
    assert_eq!(
        api.asked()[1..],
        [
            r#"POST /tools/codex/preview {"model":"m"}"#,
            r#"POST /tools/codex/connect {"model":"m","seen":"s1"}"#,
            "POST /tools/codex/verify",
        ]
    );
    let said = console.said();
    assert!(said.contains(&"out: Codex is connected.".to_owned()), "{said:?}");
    assert_eq!(said.last().unwrap(), "err: Checked with one request: ada answered after 0.8 s.");
}

#[tokio::test]
async fn nothing_is_written_without_a_yes() {
    for (console, part) in [(text().confirming(false), "nothing was changed"), (text(), "--yes")] {
        let api = FakeApi::answering([(200, json!([tool("not_connected")])), (200, preview())]);
        let failure = given("rockpool connect codex", &api, &console).await.unwrap_err();
        assert!(failure.to_string().contains(part), "{failure}");
        assert_eq!(api.asked().len(), 2);
    }
}

#[tokio::test]
async fn a_check_that_fails_leaves_the_tool_connected_and_says_why() {
    let answers = [
        (200, json!([tool("not_connected")])),
        (200, preview()),
        (200, connected()),
        (503, problem("Nobody serves now.")),
    ];
    let console = text();
    given("rockpool connect codex --yes", &FakeApi::answering(answers), &console).await.unwrap();
    assert_eq!(console.said().last().unwrap(), "err: Not checked: Nobody serves now.");
}

#[tokio::test]
async fn settings_that_were_edited_are_taken_back_or_kept_as_the_person_says() {
    for (flags, body) in [
        ("", r#"{"edited":"ask","key":"remove"}"#),
        (" --keep", r#"{"edited":"keep","key":"remove"}"#),
        (" --take-back --keep-key", r#"{"edited":"take_back","key":"keep"}"#),
    ] {
        let api = FakeApi::answering([(200, tool("not_connected"))]);
        given(&format!("rockpool disconnect codex{flags}"), &api, &text()).await.unwrap();
        assert_eq!(api.asked(), [format!("POST /tools/codex/disconnect {body}")]);
    }
    let mut refusal = problem("It was edited.");
    refusal["code"] = json!("settings_edited");
    let api = FakeApi::answering([(409, refusal)]);
    let failure = given("rockpool disconnect codex", &api, &text()).await.unwrap_err().to_string();
    assert!(failure.starts_with("It was edited.") && failure.contains("--take-back"), "{failure}");
}

#[tokio::test]
async fn a_snippet_is_printed_alone_and_an_unknown_one_names_the_others() {
    let snippets = json!([{ "name": "curl", "title": "curl", "text": "curl YOUR_KEY\n" }]);
    let console = text();
    given("rockpool connect --snippet curl", &FakeApi::answering([(200, snippets.clone())]), &console)
        .await
        .unwrap();
    assert_eq!(console.stdout(), ["curl YOUR_KEY"]);
    let api = FakeApi::answering([(200, snippets)]);
    let failure = given("rockpool connect --snippet java", &api, &console).await.unwrap_err().to_string();
    assert!(failure.contains("curl"), "{failure}");
}
