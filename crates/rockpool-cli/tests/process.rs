//! The program as a process: serving, finding who serves, exit codes, and nothing secret in what it prints.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::Value;
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

fn done(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn json(folder: &Path, line: &str) -> Value {
    serde_json::from_str(&done(&rockpool(folder, line).output().unwrap())).unwrap()
}

/// A server that has said that it is ready; killed when dropped.
struct Server {
    child: Child,
    stdout: BufReader<ChildStdout>,
    ready: Value,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let mut command = rockpool(folder, "serve --json");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line).expect("the server says that it is ready");
        Self { child, stdout, ready }
    }

    fn terminate(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(Command::new("sh").args(["-c", "kill -TERM \"$0\"", &pid]).status().unwrap().success());
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
    let snapshot = json(folder.path(), "status --json");
    assert_eq!(snapshot["endpoint"], endpoint, "the one that serves was asked");
    assert!(control.exists());
    assert_eq!(server.terminate(), Some(0));
    assert!(!control.exists());
}

#[test]
fn a_second_server_exits_1_and_names_the_first() {
    let folder = folder();
    let server = Server::start(folder.path());
    let sentence = refused(&rockpool(folder.path(), "serve").output().unwrap());
    let address = server.ready["endpoint"].as_str().unwrap().trim_end_matches("/v1").to_owned();
    assert!(sentence.contains(&address), "{sentence}");
    assert!(sentence.contains(&server.child.id().to_string()), "{sentence}");
    let control = std::fs::read_to_string(folder.path().join("data/control.json")).unwrap();
    let control: Value = serde_json::from_str(&control).unwrap();
    assert!(!sentence.contains(control["token"].as_str().unwrap()), "{sentence}");
}

#[test]
fn with_nobody_serving_a_command_works_on_the_data_folder_itself() {
    let folder = folder();
    let snapshot = json(folder.path(), "status --json");
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
    json(folder.path(), "status --json");
}

#[test]
fn two_commands_at_once_wait_for_each_other() {
    let folder = folder();
    let start = || rockpool(folder.path(), "status --json").stdout(Stdio::piped()).spawn().unwrap();
    let both = [start(), start()];
    for command in both {
        done(&command.wait_with_output().unwrap());
    }
}

#[test]
fn a_refusal_exits_1_with_a_sentence_and_bad_usage_exits_2() {
    let folder = folder();
    let sentence = refused(&rockpool(folder.path(), "client add codex --account nobody").output().unwrap());
    assert!(sentence.contains("nobody"), "{sentence}");
    let usage = rockpool(folder.path(), "pool set a --strategy fastest --members b").output().unwrap();
    assert_eq!(usage.status.code(), Some(2));
    let config = rockpool(folder.path(), "status").env("ROCKPOOL_LISTEN", "nonsense").output().unwrap();
    assert!(refused(&config).contains("ROCKPOOL_LISTEN"));
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_keychain_a_server_exits_1_and_names_the_way_out() {
    let folder = folder();
    let nowhere = "unix:path=/nonexistent/bus";
    let output = rockpool(folder.path(), "serve")
        .env("ROCKPOOL_VAULT", "keychain")
        .env("DBUS_SESSION_BUS_ADDRESS", nowhere)
        .output()
        .unwrap();
    assert!(refused(&output).contains("ROCKPOOL_VAULT=file:"), "{output:?}");
}
