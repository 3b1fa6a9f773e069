//! Reads the app's window through WebKit's own driver, attached to the running app.

use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use super::ask;
use super::desktop::DesktopSession;
use super::process::Running;
use crate::tools::web;
use crate::wait;

/// Longest wait for one driver. One that asked the app before its window was there may wait for an answer without end;
/// the next one asks anew.
const ATTACHING: Duration = Duration::from_secs(5);

/// A port of loopback that is free now.
#[must_use]
pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// A session with the window's page. One window, one driver.
#[derive(Debug)]
pub struct Page {
    _driver: Running,
    web: reqwest::Client,
    session: String,
}

impl Page {
    /// Attaches to the window of the app whose inspector listens on `inspector`.
    pub async fn of(session: &DesktopSession, inspector: u16) -> Self {
        let web = web::client();
        ask::until("the driver finds the window", async || {
            let port = free_port();
            let mut command = session.command("WebKitWebDriver");
            command.arg(format!("--port={port}")).arg(format!("--target=127.0.0.1:{inspector}"));
            command.stdout(Stdio::null()).stderr(Stdio::null());
            let driver = Running::start(command);
            let root = format!("http://127.0.0.1:{port}/session");
            // Refused until the driver listens and the app has a window.
            let attached = ask::without_end(async || {
                let body = json!({"capabilities": {"alwaysMatch": {}}}).to_string();
                let answer = web.post(&root).body(body).send().await.ok()?;
                let answer: Value = serde_json::from_slice(&answer.bytes().await.ok()?).ok()?;
                answer["value"]["sessionId"].as_str().map(str::to_owned)
            });
            let id = tokio::time::timeout(ATTACHING, attached).await.ok()?;
            Some(Self { _driver: driver, web: web.clone(), session: format!("{root}/{id}") })
        })
        .await
    }

    /// Runs a script in the page and gives what it returns.
    pub async fn run(&self, script: &str) -> Value {
        let body = json!({"script": script, "args": []}).to_string();
        let request = self.web.post(format!("{}/execute/sync", self.session)).body(body);
        let answer = wait::within("the page answers", request.send()).await.unwrap();
        let mut answer: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        answer["value"].take()
    }

    /// The text that a person reads.
    pub async fn text(&self) -> String {
        self.run("return document.body.innerText").await.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the page says all of `words`, and gives its text.
    ///
    /// # Panics
    /// After [`wait::PATIENCE`], showing the text.
    pub async fn says(&self, words: &[&str]) -> String {
        let mut text = String::new();
        let said = async {
            loop {
                text = self.text().await;
                if words.iter().all(|word| text.contains(word)) {
                    return;
                }
                // The page draws by itself and tells nobody.
                tokio::time::sleep(ask::PAUSE).await;
            }
        };
        let in_time = tokio::time::timeout(wait::PATIENCE, said).await.is_ok();
        assert!(in_time, "waited in vain for {words:?}; the page says:\n{text}");
        text
    }

    /// Presses and lets go of a key, as a keyboard does. `key` is one letter, or a code of the WebDriver standard.
    pub(super) async fn press(&self, key: char) {
        let presses = [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})];
        let body = json!({"actions": [{"type": "key", "id": "keyboard", "actions": presses}]}).to_string();
        let request = self.web.post(format!("{}/actions", self.session)).body(body);
        let answer = wait::within("the key is pressed", request.send()).await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }
}
