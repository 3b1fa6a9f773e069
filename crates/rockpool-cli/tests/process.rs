//! The program as a process: serving, finding who serves, exit codes, and nothing secret in what it prints.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The program with an environment of its own; the provider is a closed port on loopback.
fn rockpool(folder: &Path, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rockpool"));
    command
        .args(line.split_whitespace())
        .env_clear()
        .env("HOME", folder)
        .env("ROCKPOOL_DATA_DIR", folder.join("data"))
        .env("ROCKPOOL_LISTEN", "127.0.0.1:0")
        .env("ROCKPOOL_VAULT", "memory")
        .env("ROCKPOOL_AUTH_URL", "http://127.0.0.1:9")
        .env("ROCKPOOL_BACKEND_URL", "http://127.0.0.1:9/backend-api")
        .current_dir(folder)
        .stdin(Stdio::null());
    command
}

/// Longest that a command or a start may take; far beyond what any takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Kills a process that hangs, so that its test fails instead of waiting for ever. Disarmed when dropped.
fn watch(pid: u32) -> mpsc::Sender<()> {
    let (alive, watched) = mpsc::channel();
    std::thread::spawn(move || {
        if watched.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
            signal("KILL", pid);
        }
    });
    alive
}

fn signal(name: &str, pid: u32) {
    let line = format!("kill -{name} {pid}");
    assert!(Command::new("sh").args(["-c", &line]).status().unwrap().success());
}

fn run(command: &mut Command) -> Output {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let _watch = watch(child.id());
    child.wait_with_output().unwrap()
}

fn done(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn asked(folder: &Path, line: &str) -> Value {
    serde_json::from_str(&done(&run(&mut rockpool(folder, line)))).unwrap()
}

/// Writes an `auth.json` as the Codex CLI does, for a login of its own, and returns its tokens.
fn auth_json(folder: &Path, user: &str) -> [String; 2] {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({
        "email": format!("{user}@example.org"), "iat": 1_700_000_000, "exp": 4_000_000_000_u64,
        "https://api.openai.com/auth": {
            "chatgpt_user_id": format!("user-{user}"), "chatgpt_account_id": format!("workspace-{user}"),
            "chatgpt_plan_type": "pro"
        }
    });
    let jwt = format!("{}.{}.signature-{user}", part(json!({ "alg": "RS256", "typ": "JWT" })), part(claims));
    let refresh = format!("refresh-token-of-{user}");
    let file = json!({
        "OPENAI_API_KEY": null,
        "tokens": {
            "id_token": jwt, "access_token": jwt, "refresh_token": refresh,
            "account_id": format!("workspace-{user}")
        },
        "last_refresh": "2026-01-01T00:00:00Z"
    });
    std::fs::write(folder.join("auth.json"), file.to_string()).unwrap();
    [jwt, refresh]
}

/// A server that has said that it is ready; killed when dropped.
struct Server {
    child: Child,
    stdout: BufReader<ChildStdout>,
    ready: Value,
}

impl Server {
    fn start(folder: &Path) -> Self {
        Self::start_with_log(folder, Stdio::null())
    }

    fn start_with_log(folder: &Path, log: Stdio) -> Self {
        Self::of(&mut rockpool(folder, "serve --json"), log)
    }

    fn of(command: &mut Command, log: Stdio) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let watched = watch(child.id());
        stdout.read_line(&mut line).unwrap();
        drop(watched);
        let ready = serde_json::from_str(&line).expect("the server says that it is ready");
        Self { child, stdout, ready }
    }

    fn terminate(mut self) -> Option<i32> {
        signal("TERM", self.child.id());
        let _watch = watch(self.child.id());
        let code = self.child.wait().unwrap().code();
        let mut rest = String::new();
        self.stdout.read_line(&mut rest).unwrap();
        assert_eq!(rest, "", "one line is all a server prints");
        code
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn a_server_says_where_it_is_and_drains_on_sigterm() {
    let folder = folder();
    let server = Server::start(folder.path());
    let control = folder.path().join("data/control.json");
    let endpoint = server.ready["endpoint"].as_str().unwrap().to_owned();
    assert!(endpoint.starts_with("http://127.0.0.1:") && endpoint.ends_with("/v1"), "{endpoint}");
    assert_eq!(server.ready["pid"], server.child.id());
    let snapshot = asked(folder.path(), "status --json");
    assert_eq!(snapshot["endpoint"], endpoint, "the one that serves was asked");
    assert!(control.exists());
    assert_eq!(server.terminate(), Some(0));
    assert!(!control.exists());
}

#[test]
fn a_log_that_goes_into_a_file_has_no_colour_codes() {
    let folder = folder();
    let log = folder.path().join("rockpool.log");
    let server = Server::start_with_log(folder.path(), std::fs::File::create(&log).unwrap().into());
    assert_eq!(server.terminate(), Some(0));
    let log = std::fs::read(&log).unwrap();
    let text = String::from_utf8_lossy(&log);
    assert!(text.contains("INFO"), "{text}");
    assert!(!log.contains(&0x1b), "{text}");
}

#[test]
fn a_second_server_exits_1_and_names_the_first() {
    let folder = folder();
    let server = Server::start(folder.path());
    let sentence = refused(&run(&mut rockpool(folder.path(), "serve")));
    let address = server.ready["endpoint"].as_str().unwrap().trim_end_matches("/v1").to_owned();
    assert!(sentence.contains(&address), "{sentence}");
    assert!(sentence.contains(&server.child.id().to_string()), "{sentence}");
    let control = std::fs::read_to_string(folder.path().join("data/control.json")).unwrap();
    let control: Value = serde_json::from_str(&control).unwrap();
    assert!(!sentence.contains(control["token"].as_str().unwrap()), "{sentence}");
}

#[test]
fn accounts_a_pool_and_a_client_are_set_up_by_commands_and_no_token_is_printed() {
    let folder = folder();
    let path = folder.path();
    let server = Server::start(path);
    let mut printed = String::new();
    let mut type_in = |line: &str| {
        let output = run(&mut rockpool(path, line));
        printed += &String::from_utf8_lossy(&output.stderr);
        let stdout = done(&output);
        printed += &stdout;
        stdout
    };
    let mut tokens = Vec::from(auth_json(path, "ada"));
    assert!(type_in("account import auth.json --name first --yes").starts_with("Imported first."));
    assert!(path.join("auth.json.taken-over").exists());
    tokens.extend(auth_json(path, "bob"));
    type_in("account import auth.json --name second");
    assert!(path.join("auth.json").exists());
    assert_eq!(
        type_in("pool set first --strategy round_robin --members second"),
        "first (round_robin): second\n"
    );
    let key = type_in("client add codex --account first").trim_end().to_owned();
    assert!(key.starts_with("rp_") && key.len() >= 35 && !key.contains('\n'), "{key}");
    let path_key = type_in("client add cli --account first --path-key").trim_end().to_owned();
    assert!(path_key.starts_with("rpu_"), "{path_key}");
    let new_key = type_in("client rotate codex").trim_end().to_owned();
    assert_ne!(new_key, key);
    for line in ["status", "account list", "client list", "account pause second", "status --json"] {
        let stdout = type_in(line);
        assert!(!stdout.contains(&new_key) && !stdout.contains(&path_key), "{line}: {stdout}");
        if !line.ends_with("--json") {
            assert!(stdout.lines().all(|line| line.chars().count() <= 80), "{stdout}");
        }
    }
    for token in tokens {
        assert!(!printed.contains(&token), "{printed}");
    }

    let held = run(&mut rockpool(path, "account remove first"));
    assert_eq!(held.status.code(), Some(1));
    assert_eq!(server.terminate(), Some(0));
    let snapshot = asked(path, "status --json");
    assert_eq!(snapshot["pools"][0]["extra_provider_names"], json!(["second"]));
    assert_eq!(snapshot["accounts"][1]["name"], "second");
    assert_eq!(asked(path, "client list --json").as_array().unwrap().len(), 2);
}

#[test]
fn the_same_login_cannot_be_imported_twice() {
    let folder = folder();
    let _server = Server::start(folder.path());
    auth_json(folder.path(), "ada");
    done(&run(&mut rockpool(folder.path(), "account import auth.json --name first")));
    let again = run(&mut rockpool(folder.path(), "account import auth.json --name second"));
    refused(&again);
    assert_eq!(asked(folder.path(), "account list --json").as_array().unwrap().len(), 1);
}

#[test]
fn with_nobody_serving_a_command_works_on_the_data_folder_itself() {
    let folder = folder();
    let snapshot = asked(folder.path(), "status --json");
    assert_eq!(snapshot["accounts"], Value::Array(Vec::new()));
    assert!(!folder.path().join("data/control.json").exists());
}

#[test]
fn the_control_file_of_a_killed_server_misleads_nobody() {
    let folder = folder();
    let mut server = Server::start(folder.path());
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    assert!(folder.path().join("data/control.json").exists());
    asked(folder.path(), "status --json");
}

#[test]
fn two_commands_at_once_wait_for_each_other() {
    let folder = folder();
    let start = || rockpool(folder.path(), "status --json").stdout(Stdio::piped()).spawn().unwrap();
    let both = [start(), start()];
    for command in both {
        let _watch = watch(command.id());
        done(&command.wait_with_output().unwrap());
    }
}

#[test]
fn a_refusal_exits_1_with_a_sentence_and_bad_usage_exits_2() {
    let folder = folder();
    let sentence = refused(&run(&mut rockpool(folder.path(), "client add codex --account nobody")));
    assert!(sentence.contains("nobody"), "{sentence}");
    let usage = run(&mut rockpool(folder.path(), "pool set a --strategy fastest --members b"));
    assert_eq!(usage.status.code(), Some(2));
    let config = run(rockpool(folder.path(), "status").env("ROCKPOOL_LISTEN", "nonsense"));
    assert!(refused(&config).contains("ROCKPOOL_LISTEN"));
}

#[test]
fn the_dashboards_link_leads_to_the_server_and_is_not_in_its_log() {
    let folder = folder();
    let log = folder.path().join("rockpool.log");
    let nobody = refused(&run(&mut rockpool(folder.path(), "dashboard --no-browser")));
    assert!(nobody.contains("rockpool serve"), "{nobody}");
    let server = Server::start_with_log(folder.path(), std::fs::File::create(&log).unwrap().into());
    let endpoint = server.ready["endpoint"].as_str().unwrap().trim_end_matches("/v1").to_owned();
    let link = done(&run(&mut rockpool(folder.path(), "dashboard --no-browser")));
    let secret = link.trim_end().strip_prefix(&format!("{endpoint}/#link=")).unwrap();
    assert!(secret.len() >= 43 && !secret.contains(char::is_whitespace), "{link}");
    assert_ne!(link, done(&run(&mut rockpool(folder.path(), "dashboard --no-browser"))));
    assert_eq!(server.terminate(), Some(0));
    let log = std::fs::read_to_string(&log).unwrap();
    assert!(!log.contains("rpl_"), "{log}");
}

/// Everything that a process writes to stderr goes into this file.
fn logged_to(path: &Path) -> Stdio {
    std::fs::File::create(path).unwrap().into()
}

#[test]
fn a_flag_beats_its_variable_and_a_refusal_names_what_was_used() {
    let folder = folder();
    let named = |line: &str| refused(&run(&mut rockpool(folder.path(), line)));
    let sentence = named("status --listen nonsense");
    assert!(sentence.contains("--listen") && !sentence.contains("ROCKPOOL_LISTEN"), "{sentence}");
    for line in ["status --vault safe", "status --auth-url x", "--backend-url http://example.org/ status"] {
        let flag = line.split(' ').find(|word| word.starts_with("--")).unwrap();
        assert!(named(line).contains(flag), "{line}");
    }
    assert!(named("serve --log =,=").contains("--log"));
    let sentence = named("serve --vault file:x --passphrase-file nowhere");
    assert!(sentence.contains("nowhere"), "{sentence}");

    let mut command = rockpool(folder.path(), "status --json --data-dir other --vault memory");
    let output = run(command.env("ROCKPOOL_DATA_DIR", "data").env("ROCKPOOL_VAULT", "nonsense"));
    done(&output);
    assert!(folder.path().join("other/rockpool.db").exists());
    assert!(!folder.path().join("data").exists());
}

#[test]
fn a_file_with_its_key_beside_it_keeps_logins_over_restarts_and_says_that_it_protects_little() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let (path, log) = (folder.path(), folder.path().join("log"));
    let serve = "serve --json --vault file-with-key";
    let server = Server::of(&mut rockpool(path, serve), logged_to(&log));
    let tokens = auth_json(path, "ada");
    done(&run(&mut rockpool(path, "account import auth.json --name first --yes")));
    let state = |snapshot: &Value| snapshot["accounts"][0]["state"].as_str().unwrap().to_owned();
    let before = asked(path, "status --json");
    assert_eq!(before["vault"]["kind"], "file");
    assert_eq!(before["vault"]["file"]["key"], "beside");
    assert_eq!(server.terminate(), Some(0));
    let said = std::fs::read_to_string(&log).unwrap();
    assert!(said.contains("its key lies beside it") && said.contains("no protection"), "{said}");

    let data = path.join("data");
    for name in ["vault.bin", "vault.bin.key"] {
        let mode = std::fs::metadata(data.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let sealed = std::fs::read(data.join("vault.bin")).unwrap();
    for token in tokens {
        assert!(!sealed.windows(token.len()).any(|part| part == token.as_bytes()));
    }

    let server = Server::of(&mut rockpool(path, serve), Stdio::null());
    assert_eq!(state(&asked(path, "status --json")), state(&before), "the login is there");
    assert_eq!(server.terminate(), Some(0));
    std::fs::remove_file(data.join("vault.bin.key")).unwrap();
    let sentence = refused(&run(&mut rockpool(path, serve)));
    assert!(sentence.contains("bring the key back"), "{sentence}");
}

#[cfg(target_os = "linux")]
#[test]
fn where_no_keychain_answers_a_server_that_may_takes_a_file_and_a_bare_one_stays_strict() {
    let folder = folder();
    let serve = |vault: &str| {
        let mut command = rockpool(folder.path(), "serve --json");
        command.env("ROCKPOOL_VAULT", vault).env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
        command
    };
    let server = Server::of(&mut serve("keychain-or-file"), Stdio::null());
    assert_eq!(asked(folder.path(), "status --json")["vault"]["file"]["key"], "beside");
    assert_eq!(server.terminate(), Some(0));
    for strict in ["", "keychain"] {
        let sentence = refused(&run(&mut serve(strict)));
        assert!(sentence.contains("no keychain answers") && sentence.contains("--vault"), "{sentence}");
    }
}

#[test]
fn a_rehearsal_begins_at_once_prints_a_link_that_signs_in_and_leaves_nothing_behind() {
    let folder = folder();
    let (log, temporary) = (folder.path().join("log"), folder.path().join("tmp"));
    std::fs::create_dir(&temporary).unwrap();
    let mut command = rockpool(folder.path(), "serve --rehearsal --json");
    // What the person has configured, a provider that would be asked among it, has no part in it.
    command.env("TMPDIR", &temporary).env("ROCKPOOL_VAULT", "nonsense").env("ROCKPOOL_LISTEN", "nonsense");
    let mut server = Server::of(&mut command, logged_to(&log));
    let mut line = String::new();
    server.stdout.read_line(&mut line).unwrap();
    let link: Value = serde_json::from_str(&line).unwrap();
    let (origin, secret) = link["url"].as_str().unwrap().split_once("/#link=").unwrap();
    assert_eq!(format!("{origin}/v1"), server.ready["endpoint"]);

    let said = std::fs::read_to_string(&log).unwrap();
    assert!(said.contains("nothing real is touched") && said.contains("cargo xtask run"), "{said}");
    assert!(!said.contains(secret), "{said}");
    let data = said.lines().find_map(|line| line.split_once("--data-dir ")).unwrap().1.to_owned();
    let another = format!("dashboard --no-browser --data-dir {data}");
    assert!(done(&run(&mut rockpool(folder.path(), &another))).starts_with(origin));

    let status = format!("status --json --data-dir {data}");
    let began = std::iter::repeat_with(|| asked(folder.path(), &status))
        .take(200)
        .find(|snapshot| snapshot["rehearsal"]["scene"].is_string() && !snapshot["accounts"][0].is_null());
    let snapshot = began.expect("an account signs in by itself");
    assert_eq!((&snapshot["mode"], &snapshot["vault"]["kind"]), (&json!("rehearsal"), &json!("memory")));

    assert_eq!(redeemed(origin, secret), 201);
    assert_eq!(redeemed(origin, secret), 403, "it works once");
    assert_eq!(server.terminate(), Some(0));
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0, "its folder is gone");
    assert!(!folder.path().join("data").exists());
}

/// The status with which the dashboard's page gets a session for a link.
fn redeemed(origin: &str, secret: &str) -> u16 {
    use std::io::{Read as _, Write as _};
    let host = origin.strip_prefix("http://").unwrap();
    let body = json!({ "link": secret }).to_string();
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    write!(
        stream,
        "POST /api/v1/dashboard/sessions HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_rehearsal_refuses_settings_that_would_have_no_effect() {
    let folder = folder();
    for flag in ["--data-dir", "--vault", "--auth-url", "--backend-url", "--passphrase-file", "--ca-file"] {
        let sentence = refused(&run(&mut rockpool(folder.path(), &format!("serve --rehearsal {flag} x"))));
        assert!(sentence.contains(flag), "{sentence}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_keychain_a_server_exits_1_and_names_the_way_out() {
    let folder = folder();
    let nowhere = "unix:path=/nonexistent/bus";
    let mut command = rockpool(folder.path(), "serve");
    let output = run(command.env("ROCKPOOL_VAULT", "keychain").env("DBUS_SESSION_BUS_ADDRESS", nowhere));
    assert!(refused(&output).contains("ROCKPOOL_VAULT=file:"), "{output:?}");
}

#[test]
fn settings_are_kept_in_the_data_folder_and_the_environment_wins() {
    let folder = folder();
    let shown = asked(folder.path(), "settings set theme dark --json");
    assert_eq!((&shown["theme"]["value"], &shown["theme"]["source"]), (&json!("dark"), &json!("stored")));
    let text = done(&run(&mut rockpool(folder.path(), "settings")));
    assert!(text.contains("ROCKPOOL_LISTEN") && text.contains("ROCKPOOL_VAULT"), "{text}");
    assert!(text.contains("Who can reach this: Programs on this machine"), "{text}");
    let sentence = refused(&run(&mut rockpool(folder.path(), "settings set listen 127.0.0.1:8000")));
    assert!(sentence.contains("ROCKPOOL_LISTEN"), "{sentence}");
    let shown = asked(folder.path(), "settings reset theme --json");
    assert_eq!(shown["theme"]["source"], "default");
}

#[test]
fn a_running_server_moves_to_another_address_and_commands_find_it_there() {
    let folder = folder();
    let mut command = rockpool(folder.path(), "serve --json");
    command.env_remove("ROCKPOOL_LISTEN");
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let chosen =
        run(rockpool(folder.path(), &format!("settings set listen {free}")).env_remove("ROCKPOOL_LISTEN"));
    done(&chosen);
    let server = Server::of(&mut command, Stdio::null());
    assert_eq!(server.ready["endpoint"], format!("http://{free}/v1"));
    let next = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let shown = asked(folder.path(), &format!("settings set listen {next} --json"));
    assert_eq!(shown["endpoint"], format!("http://{next}/v1"));
    assert_eq!(asked(folder.path(), "status --json")["endpoint"], format!("http://{next}/v1"));
    assert!(std::net::TcpStream::connect(free).is_err(), "nobody listens at the old address");
    assert_eq!(server.terminate(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn where_no_keychain_answers_the_place_of_logins_can_be_moved_and_the_server_starts() {
    let folder = folder();
    let mut without = rockpool(folder.path(), "serve --json");
    without.env_remove("ROCKPOOL_VAULT").env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
    let sentence = refused(&run(&mut without));
    assert!(sentence.contains("keychain"), "{sentence}");
    let mut moving = rockpool(folder.path(), "settings set vault file --json");
    moving.env_remove("ROCKPOOL_VAULT").env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
    let shown: Value = serde_json::from_str(&done(&run(&mut moving))).unwrap();
    assert_eq!((&shown["vault"]["value"], &shown["vault_state"]["state"]), (&json!("file"), &json!("ready")));
    assert!(folder.path().join("data/vault.bin.key").exists());
    let mut serving = rockpool(folder.path(), "serve --json");
    serving.env_remove("ROCKPOOL_VAULT").env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
    let server = Server::of(&mut serving, Stdio::null());
    assert_eq!(asked(folder.path(), "status --json")["vault"]["state"], "ready");
    assert_eq!(server.terminate(), Some(0));
}
